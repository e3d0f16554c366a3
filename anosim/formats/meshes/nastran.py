"""Meshes as Nastran bulk data (.nas, .bdf): a phase is a property of triangles or tetrahedra.

Format: the Nastran quick reference guide, entries GRID, CTRIA3, CTRIA6, CTETRA and CROD, in small,
large and free fields. Properties have numbers only; names stand in comments as HyperMesh, ANSA and
Femap write them. The edges of sides and interfaces are rods (CROD) with a property of their own, in
space their facets are triangles. Midpoints of CTETRA come in the order 01, 12, 20, 03, 13, 23.
Coordinates have 11 significant digits.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.errors import UnsupportedError
from anosim.formats.meshes.groups import Regions, selected
from anosim.formats.meshes.names import escaped, named_facets, printable, unescaped, with_middles
from anosim.formats.meshes.parts import Parts, dimension_of, gathered, in_space, places, stacked
from anosim.formats.meshes.shapes import refused
from anosim.formats.meshes.text import decoded
from anosim.meshes import Ints, Mesh

_KINDS = {"CROD": 1, "CBAR": 1, "CBEAM": 1, "CTUBE": 1, "CTRIA3": 2, "CTRIAR": 2, "CTRIA6": 2}
_KINDS |= {"CTETRA": 3}
"""Dimension of the elements that are used."""
_WRITTEN = {2: "CROD", 3: "CTRIA3", 6: "CTRIA6", 4: "CTETRA", 10: "CTETRA"}
_OTHERS = ("CHEXA", "CPENTA", "CPYRAM", "CPYRA", "CQUAD", "CSHEAR", "CTRIAX", "CTRAX")
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
    facets = named_facets(mesh)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{_MARK} MESH, LENGTHS IN M\n")
        for number, name in enumerate([*mesh.phases, *facets], 1):
            file.write(f'$HMNAME PROP{number:>20}"{escaped(name, printable)}"\n')
        file.write("BEGIN BULK\n")
        for number, (x, y, z) in enumerate(in_space(mesh.points).tolist(), 1):
            file.write(f"GRID*   {number:>16}{'':16}{_real(x):>16}{_real(y):>16}\n")
            file.write(f"*       {_real(z):>16}\n")
        _elements(file, 1, mesh.cell_phase + 1, mesh.cells)
        first = len(mesh.cells) + 1
        for number, corners in enumerate(facets.values(), len(mesh.phases) + 1):
            nodes = corners if mesh.dimension == 2 else with_middles(mesh, corners)
            _elements(file, first, np.full(len(nodes), number), nodes)
            first += len(nodes)
        file.write("ENDDATA\n")


def _elements(file: TextIO, first: int, properties: Ints, nodes: Ints) -> None:
    kind = _WRITTEN[nodes.shape[1]]
    for number, row in enumerate(np.column_stack([properties, nodes + 1]).tolist(), first):
        fields = [f"{entry:>8}" for entry in (number, *row)]
        lines = ["".join(fields[start : start + 8]) for start in range(0, len(fields), 8)]
        file.write(f"{kind:<8}" + "\n+       ".join(lines) + "\n")


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


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .nas or .bdf file.

    Raises:
        UnsupportedError: elements of other shapes, other coordinate systems, INCLUDE.
        MeshError: an element of undefined points.
    """
    text = decoded(path)
    names, grid = _names(text), list[list[str]]()
    blocks: dict[tuple[int, int], list[list[int]]] = defaultdict(list)
    for card in _cards(text):
        kind = card[0]
        if kind.startswith(_OTHERS):
            raise refused(f"elements {kind}")
        if kind == "GRID":
            grid.append(_long(card, 7))
        elif kind in _KINDS:
            width = _width(card)
            blocks[_KINDS[kind], width].append(_ints(card, 3 + width))
    if any(card[2] not in ("", "0") for card in grid):
        raise UnsupportedError("its points are in another coordinate system than the basic one")
    points = np.array([[_number(x) for x in card[3:6]] for card in grid]).reshape(-1, 3)
    numbers = np.array([int(card[1]) for card in grid], dtype=np.int64)
    dimension = dimension_of(d for d, _ in blocks)
    inside, around = (
        [np.array(rows, np.int64) for (d, _), rows in blocks.items() if d == which]
        for which in (dimension, dimension - 1)
    )
    table = stacked(inside, dimension)
    table = table[np.argsort(table[:, 0], kind="stable")]
    width = 2 + dimension
    facets = np.concatenate([np.empty((0, width), np.int64), *(rows[:, :width] for rows in around)])
    return Parts(
        points,
        places(numbers, table[:, 2:], "point"),
        selected(_by_property(table[:, 1], np.arange(len(table)), names, "property"), regions),
        _by_property(facets[:, 1], places(numbers, facets[:, 2:], "point"), names, "boundary"),
    )


def _width(card: list[str]) -> int:
    """Points of an element; of a tetrahedron as many as are given."""
    if card[0] == "CTETRA":
        behind = card[7:13]  # OptiStruct may go on with a coordinate system
        return 10 if any(behind) and "CORDM" not in behind else 4
    return {"CTRIA3": 3, "CTRIAR": 3, "CTRIA6": 6}.get(card[0], 2)


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
