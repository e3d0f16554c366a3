"""Keywords of Abaqus' input files with their parameters and data lines."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from anosim.errors import InputError, UnsupportedError
from anosim.formats.beside import file_beside
from anosim.formats.limits import check_size
from anosim.formats.meshes.included import all_files, all_lines
from anosim.formats.meshes.text import MEMORY, decoded

Rows = list[list[str]]
Keyword = tuple[str, dict[str, str], Rows]
"""Keyword, its parameters, and the entries of its data lines; a last "," where a line goes on."""

_INCLUDE = re.compile(r"\s*\*INCLUDE\s*,\s*INPUT\s*=\s*\"?([^\",]+)", re.IGNORECASE)
_UCD = re.compile(r"\s*\d+\s+\d+\s+\d+\s+\d+\s+\d+\s*")
_WITH_DATA = ("NODE", "ELEMENT", "NSET", "ELSET", "NGEN", "ELGEN", "SURFACE")
"""Keywords whose data lines may be in another file."""


def keywords(path: Path) -> Iterator[Keyword]:
    """The keywords of a file and of those that it includes.

    Raises:
        UnsupportedError: a file of AVS, whose name ends the same.
    """
    lines = all_lines(path, "*INCLUDE", _included)
    first = next((line for line in lines if line.strip() and line.lstrip()[0] != "#"), "")
    if _UCD.fullmatch(first):
        raise UnsupportedError(
            "it is a file of AVS UCD, not of Abaqus, whose names end alike: convert it to .vtu "
            "(ParaView and meshio read it)"
        )
    for keyword, options, rows in _blocks(lines):
        if "INPUT" in options and keyword in _WITH_DATA:
            yield keyword, options, [*_data(path, options["INPUT"]), *rows]
        else:
            yield keyword, options, rows


def named_files(path: Path) -> list[Path]:
    """The files that a file includes or takes data from."""
    lines = all_lines(path, "*INCLUDE", _included)
    data = [
        options["INPUT"]
        for word, options, _ in _blocks(lines)
        if word in _WITH_DATA and "INPUT" in options
    ]
    return [*all_files(path, "*INCLUDE", _included), *(_other(path, name) for name in data)]


def _included(lines: Sequence[str], place: int) -> tuple[str, int] | None:
    found = _INCLUDE.match(lines[place])
    if found is not None:
        return found[1].strip(), 1
    if lines[place].lstrip().upper().startswith("*INCLUDE"):
        raise InputError("it has *INCLUDE without INPUT=file")
    return None


def _data(path: Path, name: str) -> Rows:
    """The data lines of another file."""
    other = _other(path, name)
    both = path.stat().st_size + other.stat().st_size
    check_size(other, MEMORY * both, both, f"{both} bytes of text")
    lines = decoded(other).splitlines()
    return [_entries(line.strip()) for line in lines if line.strip() and line.lstrip()[0] != "*"]


def _other(path: Path, name: str) -> Path:
    return file_beside(path, name.strip('"').replace("\\", "/"))


def _blocks(lines: Sequence[str]) -> Iterator[Keyword]:
    keyword, rows = "", Rows()
    kept = (line.strip() for line in lines)
    for line in (*(line for line in kept if line and not line.startswith("**")), "*END"):
        if keyword.endswith(","):
            keyword += line
        elif line.startswith("*"):
            if keyword:
                yield (*_keyword(keyword), rows)
            keyword, rows = line, []
        else:
            rows.append(_entries(line))


def _entries(line: str) -> list[str]:
    entries = [entry.strip() for entry in line.rstrip(",").split(",")]
    return [*entries, ","] if line.endswith(",") else entries


def _keyword(line: str) -> tuple[str, dict[str, str]]:
    head, *given = re.findall(r'((?:"[^"]*"|[^,"])+)', line)
    options = {}
    for option in given:
        name, _, value = option.partition("=")
        options[" ".join(name.upper().split())] = value.strip()
    return " ".join(head[1:].upper().split()), options
