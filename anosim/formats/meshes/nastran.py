"""Meshes as Nastran bulk data (.nas, .bdf): a phase is a property of triangles.

Format: the Nastran quick reference guide, entries GRID, CTRIA3, CTRIA6 and CROD, in small, large
and free fields. Properties have numbers only; names stand in comments as HyperMesh, ANSA and
Femap write them. The edges of sides and interfaces are rods (CROD) with a property of their own.
Coordinates have 11 significant digits.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.errors import UnsupportedError
from anosim.formats.meshes.names import escaped, named_edges, printable, unescaped
from anosim.formats.meshes.parts import Parts, gathered, places, refused, stacked
from anosim.formats.meshes.text import decoded
from anosim.meshes import Ints, Mesh

_TRIANGLES = {"CTRIA3": 3, "CTRIAR": 3, "CTRIA6": 6}
_LINES = ("CROD", "CBAR", "CBEAM", "CONROD", "CTUBE")
_SOLIDS = ("CTETRA", "CHEXA", "CPENTA", "CPYRAM", "CPYRA", "CQUAD", "CSHEAR", "CTRIAX", "CTRAX")
_NAMES = (
    re.compile(r'\$HMNAME\s+PROP\s*(\d+)\s*"(.*)"'),
    re.compile(r'\$HMNAME\s+COMP\s*(\d+)\s*"(.*?)"'),
    re.compile(r"\$ANSA_NAME_COMMENT;(\d+);P\w+;([^;]*);"),
    re.compile(r"\$\s*Femap.*?Property\s+(\d+)\s*:\s*(.*)"),
)
_SHORT_EXPONENT = re.compile(r"(?<=[0-9.])([+-]\d+)$")
_MARK = "$ANOSIM"


def write(mesh: Mesh, path: Path) -> None:
    """Write a .nas or .bdf file: points in large fields, elements in small ones."""
    edges = named_edges(mesh)
    kind = "CTRIA3" if mesh.order == 1 else "CTRIA6"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{_MARK} MESH, LENGTHS IN M\n")
        for number, name in enumerate([*mesh.phases, *edges], 1):
            file.write(f'$HMNAME PROP{number:>20}"{escaped(name, printable)}"\n')
        file.write("BEGIN BULK\n")
        for number, (x, y) in enumerate(mesh.points.tolist(), 1):
            file.write(f"GRID*   {number:>16}{'':16}{_real(x):>16}{_real(y):>16}\n")
            file.write(f"*       {'0.0':>16}\n")
        rows = np.column_stack([mesh.cell_phase + 1, mesh.cells + 1])
        _rows(file, kind, 1, rows)
        first = len(mesh.cells) + 1
        for number, pairs in enumerate(edges.values(), len(mesh.phases) + 1):
            _rows(file, "CROD", first, np.column_stack([np.full(len(pairs), number), pairs + 1]))
            first += len(pairs)
        file.write("ENDDATA\n")


def _rows(file: TextIO, kind: str, first: int, rows: Ints) -> None:
    for number, row in enumerate(rows.tolist(), first):
        file.write(f"{kind:<8}{number:>8}" + "".join(f"{entry:>8}" for entry in row) + "\n")


def _real(value: float) -> str:
    """A number in 16 characters, with a point as reals must have."""
    text = repr(value)
    if len(text) <= 16 and "e" not in text:
        return text
    for digits in range(13, 8, -1):
        mantissa, _, exponent = f"{value:.{digits}E}".partition("E")
        text = f"{mantissa}E{int(exponent)}"
        if len(text) <= 16:
            break
    return text


def read(path: Path) -> Parts:
    """Read a .nas or .bdf file.

    Raises:
        UnsupportedError: elements that are no triangles, other coordinate systems, INCLUDE.
        MeshError: an element of undefined points.
    """
    text = decoded(path)
    names = _names(text)
    cards: dict[str, list[list[str]]] = defaultdict(list)
    for card in _cards(text):
        kind = card[0]
        if kind.startswith(_SOLIDS):
            raise refused(f"elements {kind}")
        if kind == "GRID" or kind in _TRIANGLES or kind in _LINES:
            cards[kind].append(card)
    if any(card[2] not in ("", "0") for card in (_long(c, 7) for c in cards["GRID"])):
        raise UnsupportedError("its points are in another coordinate system than the basic one")
    grid = [_long(card, 6) for card in cards["GRID"]]
    points = np.array([[_number(x) for x in card[3:6]] for card in grid]).reshape(-1, 3)
    numbers = np.array([int(card[1]) for card in grid], dtype=np.int64)
    blocks = [
        np.array([_ints(card, 3 + width) for card in cards[kind]], np.int64).reshape(-1, 2 + width)
        for kind, width in _TRIANGLES.items()
    ]
    table = stacked(blocks)
    table = table[np.argsort(table[:, 0], kind="stable")]
    rows = [_ints(card, 5) for kind in _LINES if kind != "CONROD" for card in cards[kind]]
    lines = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Parts(
        points,
        places(numbers, table[:, 2:], "point"),
        _by_property(table[:, 1], np.arange(len(table)), names, "property"),
        _by_property(lines[:, 1], places(numbers, lines[:, 2:], "point"), names, "boundary"),
    )


def _by_property(ids: Ints, values: Ints, names: Mapping[int, str], word: str) -> dict[str, Ints]:
    return gathered(
        (names.get(number) or f"{word} {number}", values[ids == number])
        for number in np.unique(ids).tolist()
    )


def _names(text: str) -> dict[int, str]:
    """Names of properties from the comments."""
    found: dict[int, str] = {}
    own = text.startswith(_MARK)
    kept: Callable[[str], str] = unescaped if own else str.strip
    comments = [line for line in text.splitlines() if line.startswith("$")]
    for pattern in _NAMES:
        for line in comments:
            match = pattern.match(line)
            if match:
                found.setdefault(int(match[1]), kept(match[2]))
    return found


def _cards(text: str) -> Iterator[list[str]]:
    """Entries with their fields; lines that go on are joined."""
    card: list[str] = []
    lines = text.splitlines()
    begin = [i for i, line in enumerate(lines) if line.upper().split()[:2] == ["BEGIN", "BULK"]]
    for line in lines[begin[0] + 1 if begin else 0 :]:
        line = line.partition("$")[0].expandtabs(8).rstrip()
        if not line:
            continue
        if line.upper().startswith("ENDDATA"):
            break
        if line.upper().startswith("INCLUDE"):
            raise UnsupportedError("it takes lines from other files by INCLUDE: join them")
        fields = _fields(line)
        if fields[0] in ("", "*") or fields[0].startswith("+"):
            card += fields[1:]
            continue
        if card:
            yield card
        card = [fields[0].rstrip("*").upper(), *fields[1:]]
    if card:
        yield card


def _fields(line: str) -> list[str]:
    """Keyword and data of a line; without the mark at its end that it goes on."""
    if "," in line:
        fields = [field.strip() for field in line.split(",")]
        large = fields[0].endswith("*") or fields[0].startswith("*")
        fields = fields[: 5 if large else 9]
        if fields[0].startswith("*"):
            fields[0] = "*"
        return [*fields, *[""] * ((5 if large else 9) - len(fields))]
    head = line[:8].strip()
    large = head.endswith("*") or head.startswith("*")
    width, count = (16, 4) if large else (8, 8)
    fields = [line[8 + width * k : 8 + width * (k + 1)].strip() for k in range(count)]
    return ["*" if head.startswith("*") else head, *fields]


def _long(card: list[str], length: int) -> list[str]:
    return card + [""] * (length - len(card))


def _ints(card: list[str], end: int) -> list[int]:
    """Number, property (the element's number where it is left out) and points."""
    fields = _long(card, end)[1:end]
    if "" in fields[2:]:
        raise refused(f"an element {card[0]} without all of its points")
    return [int(fields[0]), int(fields[1] or fields[0]), *map(int, fields[2:])]


def _number(text: str) -> float:
    """A real number, whose exponent may lack its E or have a D."""
    if not text:
        return 0.0
    return float(_SHORT_EXPONENT.sub(r"E\1", text.upper().replace("D", "E")))
