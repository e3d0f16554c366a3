"""From a TOML text to its entries with their lines."""

import re
import tomllib

from anosim.case.entry import CaseError, Entry, Source
from anosim.case.lines import lines_of


def read_text(text: str, name: str, solver: str | None = None) -> Entry:
    """The whole of a TOML text.

    Args:
        text: the text.
        name: what errors call it.
        solver: what solve.solver is instead of what the text says; names with commas between them.

    Raises:
        CaseError: it is not TOML, with the line.
    """
    try:
        data = tomllib.loads(text)
        lines = lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(name, text, str(error)) from None
    except (ValueError, RecursionError):  # an integer of 5000 digits, brackets 1000 deep
        raise CaseError(f"{name} holds a value that is too long or too deeply nested") from None
    if solver is not None and isinstance(data.get("solve"), dict):
        names = solver.split(",")
        data["solve"]["solver"] = names if len(names) > 1 else solver
    return Entry(Source(name, lines), (), data)


def _syntax_error(name: str, text: str, message: str) -> CaseError:
    """The library says where at the end of its message: "(at line 3, column 5)"."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.S)
    what, line, column = found.groups() if found else (message, None, None)
    line = line or str(text.rstrip().count("\n") + 1)
    place = f", column {column}" if column else ""
    return CaseError(f"{name}, line {line}{place}: this is not TOML: {what.lower()}")
