"""Entries of Nastran bulk data with their fields."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.included import all_files, all_lines

_INCLUDE = re.compile(r"\s*INCLUDE\s*['\"]?([^'\"]*)(['\"]?)", re.IGNORECASE)
_SHORT_EXPONENT = re.compile(r"(?<=[0-9.])([+-]\d+)$")


def bulk_lines(path: Path) -> list[str]:
    """The lines of a file and of those that it includes."""
    return all_lines(path, "INCLUDE", _included)


def named_files(path: Path) -> list[Path]:
    """The files that a file includes."""
    return all_files(path, "INCLUDE", _included)


def _included(lines: Sequence[str], place: int) -> tuple[str, int] | None:
    """The file that INCLUDE names; a name in quotes may go on in the next lines."""
    found = _INCLUDE.match(lines[place])
    if found is None:
        return None
    name, taken = found[1].strip(), 1
    quoted = re.match(r"\s*INCLUDE\s*['\"]", lines[place], re.IGNORECASE)
    while quoted and not found[2] and place + taken < len(lines):
        more, closed, _ = re.split(r"(['\"]|$)", lines[place + taken].strip(), maxsplit=1)
        name, taken = name + more, taken + 1
        if closed:
            break
    return name, taken


def cards(lines: Sequence[str]) -> Iterator[list[str]]:
    """Entries with their fields; lines that go on are joined, by their marks where they have some.

    Raises:
        UnsupportedError: fields that repeat those of the entry before.
    """
    begin = [i for i, line in enumerate(lines) if line.upper().split()[:2] == ["BEGIN", "BULK"]]
    if len(begin) > 1:
        raise UnsupportedError("it has several of BEGIN BULK: save the mesh as one, without parts")
    every, marked = list[list[str]](), dict[str, list[str]]()
    for whole in lines[begin[0] + 1 if begin else 0 :]:
        line = whole.partition("$")[0].expandtabs(8).rstrip()
        if not line:
            continue
        if line[:7].upper() == "ENDDATA":
            break
        fields, mark = _fields(line)
        head = fields[0]
        if head[:1] in ("", "*", "+"):
            if not every:
                raise InputError(f"it begins with a line that goes on: {line[:40]!r}")
            card = marked.get(head[1:], every[-1]) if len(head) > 1 else every[-1]
            card += fields[1:]
        elif head.startswith("="):
            raise UnsupportedError(
                f"it repeats fields of the entry before by {line[:24]!r}: save it without"
            )
        else:
            fields[0] = head.rstrip("*").upper()
            every.append(fields)
            card = fields
        if mark:
            marked[mark] = card
    yield from every


def _fields(line: str) -> tuple[list[str], str]:
    """Keyword and data of a line, and the mark at its end without the sign before it."""
    if "," in line:
        fields = [field.strip() for field in line.split(",")]
        large = fields[0].endswith("*") or fields[0].startswith("*")
        count = 5 if large else 9
        mark = fields[count] if len(fields) > count else ""
        fields = fields[:count]
        return [*fields, *[""] * (count - len(fields))], mark.lstrip("+*")
    head = line[:8].strip()
    large = head.endswith("*") or head.startswith("*")
    width, count = (16, 4) if large else (8, 8)
    fields = [line[8 + width * k : 8 + width * (k + 1)].strip() for k in range(count)]
    return [head, *fields], line[72:80].strip().lstrip("+*")


def long(card: list[str], length: int) -> list[str]:
    """The card with empty fields up to a length."""
    return card + [""] * (length - len(card))


def number(text: str) -> float:
    """A real number, whose exponent may lack its E or have a D."""
    if not text:
        return 0.0
    return float(_SHORT_EXPONENT.sub(r"E\1", text.upper().replace("D", "E")))
