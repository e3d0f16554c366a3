"""Numbers as spreadsheets and programs write them, with decimal points or commas."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from anosim.errors import InputError
from anosim.meshes import Floats

MISSING = frozenset(
    ("", "nan", "n/a", "na", "#n/a", "null", "none", "-", "--", "nan(ind)", "1.#qnan", "1.#ind")
)
"""Cells, in lower case and without sign, that stand for a value that is not known."""
_SIGNS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_NUMBER = re.compile(r"[+-]?(?P<body>[0-9., ']*[0-9][0-9., ']*)(?P<power>[eEdD][+-]?[0-9]+)?")
_INFINITE = re.compile(r"([+-]?)inf(inity)?", re.IGNORECASE)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, in whatever notation, or stands for one that is missing."""
    cell = cell.translate(_SIGNS).strip()
    return _missing(cell) or bool(_NUMBER.fullmatch(cell) or _INFINITE.fullmatch(cell))


def parse_columns(
    columns: Sequence[Sequence[str]],
    lines: Sequence[int],
    path: Path,
    *,
    decimal: str | None = None,
    point: bool = False,
) -> Floats:
    """Convert the cells of a table's columns to numbers, with one decimal mark for all.

    A mark decides itself where it cannot be a thousands separator (``12.5``, ``0,125``). The other
    mark, blanks and apostrophes may then group thousands.

    Args:
        columns: cells, column by column.
        lines: line of each row in the file.
        path: the file, for messages.
        decimal: ``"."`` or ``","`` where the table does not decide.
        point: whether a table that does not decide has decimal points.

    Returns:
        Shape (rows, columns); NaN where a value is missing.

    Raises:
        InputError: a cell that is no number, both decimal marks, or none that can be told from a
            thousands separator; the message names the line.
    """
    cleaned = [[cell.translate(_SIGNS).strip() for cell in column] for column in columns]
    mark = decimal or _decimal_mark(cleaned, lines, path, point=point)
    out = np.empty((len(lines), len(columns)))
    for k, column in enumerate(cleaned):
        for row, cell in enumerate(column):
            number = _value(cell, mark)
            if number is None:
                raise InputError(
                    f"{str(path)!r}, line {lines[row]}: {columns[k][row]!r} is no number"
                    + (" with a decimal comma" if mark == "," else "")
                )
            out[row, k] = number
    return out


def _missing(cell: str) -> bool:
    return cell.lower().lstrip("+-") in MISSING or cell.lower() in MISSING


def _decimal_mark(
    columns: Iterable[Sequence[str]], lines: Sequence[int], path: Path, *, point: bool
) -> str:
    """The decimal mark that the cells agree on."""
    decimal: dict[str, tuple[int, str]] = {}
    grouping, unclear = set(), ("", 0, "")
    for column in columns:
        for line, cell in zip(lines, column, strict=True):
            if "," not in cell and "." not in cell:
                continue
            what, mark = _evidence(cell)
            if what == "decimal":
                decimal.setdefault(mark, (line, cell))
            elif what == "thousands":
                grouping.add(mark)
            elif what == "either":
                unclear = (mark, line, cell) if mark == "," or not unclear[0] else unclear
    if len(decimal) == 2:
        (one, first), (other, second) = decimal["."], decimal[","]
        raise InputError(
            f"{str(path)!r} mixes decimal points (line {one}: {first!r}) and decimal commas "
            f"(line {other}: {second!r}): export it with one of them"
        )
    if decimal:
        return next(iter(decimal))
    if len(grouping) == 1:
        return "." if "," in grouping else ","
    mark, line, cell = unclear
    if not mark or (point and mark == "."):
        return "."
    raise InputError(
        f"{str(path)!r}, line {line}: {cell!r} is {cell.replace(mark, '.')} or "
        f"{cell.replace(mark, '')}, which no other number of the table decides: write it without "
        "thousands separators or with one more decimal, or name the decimal mark (decimal='.' or "
        "',', --decimal on the command line)"
    )


def _evidence(cell: str) -> tuple[str, str]:
    """What a cell says of a mark: it is decimal, groups thousands, or may be either."""
    found = _NUMBER.fullmatch(cell)
    if not found:
        return "", ""
    body = found["body"]
    marks = [c for c in body if c in ".,"]
    if len(set(marks)) == 2:
        return ("decimal", marks[-1]) if marks.count(marks[-1]) == 1 else ("", "")
    if len(marks) > 1:
        return "thousands", marks[0]
    left, right = body.split(marks[0])
    grouped = bool(re.fullmatch(r"[1-9][0-9]{0,2}", left) and re.fullmatch(r"[0-9]{3}", right))
    return ("either" if grouped and not found["power"] else "decimal"), marks[0]


def _value(cell: str, mark: str) -> float | None:
    """The number in a cell; None where it is none."""
    if _missing(cell):
        return float("nan")
    if found := _INFINITE.fullmatch(cell):
        return float(f"{found[1]}inf")
    found = _NUMBER.fullmatch(cell)
    if not found:
        return None
    other = "," if mark == "." else "."
    whole, _, decimals = found["body"].partition(mark)
    groups = re.split(rf"[{other} ']", whole)
    separators = set(re.findall(rf"[{other} ']", whole))
    plain = len(groups) == 1
    grouped = 0 < len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if not (plain or (grouped and len(separators) == 1)) or not (decimals or "0").isdigit():
        return None
    power = (found["power"] or "e0")[1:]
    return float(f"{cell[0] if cell[0] in '+-' else ''}{''.join(groups) or '0'}.{decimals}e{power}")
