"""Meshes as Nastran bulk data (.nas, .bdf): a phase is a property of elements.

Format: the Nastran quick reference guide, entries GRID, GRDSET, CORD1R to CORD2S, CTRIA3, CTRIA6,
CTETRA, CQUAD4, CQUAD8, CHEXA, CPENTA, CPYRAM and CROD, in small, large and free fields. Properties
have numbers only; names stand in comments as HyperMesh, ANSA and Femap write them. The edges of
sides and interfaces are rods (CROD) with a property of their own, in space their facets are
triangles or quadrangles. Midpoints that are left out are those of straight edges. Coordinates are
written with 11 significant digits.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anosim.errors import MeshError, UnsupportedError
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.names import unescaped
from anosim.formats.meshes.nastran_cards import bulk_lines, cards, long, named_files, number
from anosim.formats.meshes.nastran_systems import Places, systems_of
from anosim.formats.meshes.nastran_write import MARK, write
from anosim.formats.meshes.parts import Parts, dimension_of, gathered, places
from anosim.formats.meshes.shapes import SHAPES, refused, reordered
from anosim.meshes import Floats, Ints

__all__ = ["named_files", "read", "write"]

_KINDS = {
    **dict.fromkeys(("CROD", "CBAR", "CBEAM", "CTUBE"), ("line", 2, 2)),
    **dict.fromkeys(("CTRIA3", "CTRIAR"), ("triangle", 3, 3)),
    "CTRIA6": ("triangle", 6, 6),
    **dict.fromkeys(("CQUAD4", "CQUADR"), ("quadrangle", 4, 4)),
    "CQUAD8": ("quadrangle", 8, 8),
    "CQUAD": ("quadrangle", 4, 9),
    "CTETRA": ("tetrahedron", 4, 10),
    "CHEXA": ("hexahedron", 8, 20),
    "CPENTA": ("prism", 6, 15),
    **dict.fromkeys(("CPYRAM", "CPYRA"), ("pyramid", 5, 13)),
}
"""Shape of the elements that are used, and how many points they have at least and at most."""
_OTHERS: tuple[str, ...] = (
    "CTRI",
    "CTRA",
    "CQUAD",
    "CSHEAR",
    "CTET",
    "CHEX",
    "CPEN",
    "CPYR",
    "CIHEX",
    "CWEDGE",
)
_OTHERS += ("CRAC", "CAXI", "CFHEX", "CFPEN", "CFTET")
"""Beginnings of the names of further elements with an area or a volume."""
_PLACING = ("GRIDB", "GRIDF", "GRIDS", "EGRID", "RINGAX", "RINGFL", "SELOC", "SEBULK", "SEMPLN")
"""Entries that give points or parts another place than GRID does."""
_UPRIGHT = [(0, 4), (1, 5), (2, 6), (3, 7)]
_BOTTOM, _TOP = [(0, 1), (1, 2), (2, 3), (3, 0)], [(4, 5), (5, 6), (6, 7), (7, 4)]
_WEDGE = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 4), (2, 5), (3, 4), (4, 5), (5, 3)]
_ORDERS = {
    20: reordered("hexahedron", [*_BOTTOM, *_UPRIGHT, *_TOP]),
    15: reordered("prism", _WEDGE),
}
"""Where the nodes of this package's order stand in Nastran's, by their number."""
_NAMES = (
    re.compile(r'\$HMNAME\s+PROP\s*(?P<id>\d+)\s*"(?P<name>.*)"'),
    re.compile(r'\$HMNAME\s+COMP\s*\d+\s*"(?P<name>.*?)"\s*(?P<id>\d+)'),
    re.compile(r'\$HMNAME\s+COMP\s*(?P<id>\d+)\s*"(?P<name>.*?)"\s*$'),
    re.compile(r"\$ANSA_NAME_COMMENT;(?P<id>\d+);P\w+;(?P<name>[^;]*);"),
    re.compile(r"\$\s*Femap.*?Property\s+(?P<id>\d+)\s*:\s*(?P<name>.*)"),
)
"""Comments with the name of a property; HyperMesh's components may say which property is theirs."""


@dataclass
class _Bulk:
    """Entries that a mesh is made of.

    Attributes:
        grid: points.
        system: number of the coordinate system of points that name none.
        systems: coordinate systems.
        elements: number, property and points of each, by shape and number of points.
    """

    grid: list[list[str]] = field(default_factory=list)
    system: str = "0"
    systems: list[list[str]] = field(default_factory=list)
    elements: dict[tuple[str, int], list[list[int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .nas or .bdf file, with the files that it includes.

    Raises:
        UnsupportedError: elements of other shapes, or entries that place points otherwise.
        InputError: a coordinate system that is not defined, or a file that is not beside it.
        MeshError: an element of undefined points.
    """
    lines = bulk_lines(path)
    bulk, names = _Bulk(), _names(lines)
    for card in cards(lines):
        _take(bulk, card)
    points, numbers = _points(bulk)
    dimension = dimension_of(_dimension(shape) for shape, _ in bulk.elements)
    inside, around = (
        [(key, rows) for key, rows in bulk.elements.items() if _dimension(key[0]) == d]
        for d in (dimension, dimension - 1)
    )
    blocks, properties = [], list[Ints]()
    for (shape, width), rows in inside:
        table = np.array(rows, dtype=np.int64)
        table = table[np.argsort(table[:, 0], kind="stable")]
        nodes = _located(numbers, table[:, 2:])
        blocks.append((shape, nodes[:, _ORDERS.get(width, np.s_[:])]))
        properties.append(table[:, 1])
    return Parts.of(
        points,
        blocks,
        _by_property(np.concatenate(properties), names),
        _facets(around, numbers, names),
        regions=regions,
    )


def _take(bulk: _Bulk, card: list[str]) -> None:
    kind = card[0]
    if kind == "GRID":
        bulk.grid.append(long(card, 6))
    elif kind in _KINDS:
        shape, least, most = _KINDS[kind]
        nodes = _nodes(card, least, most)
        identity = [int(card[1]), int(card[2] or card[1])]
        bulk.elements[shape, len(nodes)].append([*identity, *nodes])
    elif kind == "GRDSET":
        bulk.system = long(card, 3)[2] or "0"
    elif kind.startswith("CORD"):
        bulk.systems.append(card)
    elif kind.startswith(_OTHERS):
        raise refused(f"elements {kind}")
    elif kind in _PLACING:
        raise UnsupportedError(f"it places points by {kind}: save it with GRID only")


def _nodes(card: list[str], least: int, most: int) -> list[int]:
    """Points of an element, -1 for midpoints that are left out, which only some elements may."""
    fields = card[3 : 3 + most]
    if "CORDM" in fields:  # OptiStruct may go on with a coordinate system
        fields = fields[: fields.index("CORDM")]
    corners = SHAPES[_KINDS[card[0]][0]].corners if _KINDS[card[0]][0] != "line" else 2
    if len(fields) < corners or "" in fields[:corners]:
        raise MeshError(f"the element {card[0]} {card[1]} lacks some of its corners")
    some = any(fields[least:])
    fields = long(fields, most) if some or least == most else fields[:least]
    return [int(text or 0) or -1 for text in fields]


def _points(bulk: _Bulk) -> tuple[Floats, Ints]:
    """Coordinates in the basic system, shape (n, 3), and numbers of the points."""
    points = np.array([[number(x) for x in card[3:6]] for card in bulk.grid]).reshape(-1, 3)
    numbers = np.array([int(card[1]) for card in bulk.grid], dtype=np.int64)
    system = np.array([int(card[2] or bulk.system) for card in bulk.grid], dtype=np.int64)
    return Places(systems_of(bulk.systems), numbers, system, points).basic(), numbers


def _dimension(shape: str) -> int:
    return 1 if shape == "line" else SHAPES[shape].dimension


def _located(numbers: Ints, nodes: Ints) -> Ints:
    """Places of points by their numbers; -1 stays."""
    found = np.full(nodes.shape, -1, dtype=np.int64)
    found[nodes >= 0] = places(numbers, nodes[nodes >= 0], "point")
    return found


def _facets(
    around: Sequence[tuple[tuple[str, int], list[list[int]]]],
    numbers: Ints,
    names: Mapping[int, str],
) -> dict[str, Ints]:
    """Corners of lines, or in space of triangles and quadrangles, by their property."""
    found: list[tuple[int, Ints]] = []
    for (shape, _), rows in around:
        count = 2 if shape == "line" else SHAPES[shape].corners
        table = np.array(rows, dtype=np.int64)
        corners = places(numbers, table[:, 2 : 2 + count], "point")
        every = np.unique(table[:, 1]).tolist()
        found += [(which, corners[table[:, 1] == which]) for which in every]
    called = _called({which for which, _ in found}, names, "boundary")
    ranked = sorted(found, key=lambda entry: entry[0])
    return gathered((called[which], corners) for which, corners in ranked)


def _by_property(ids: Ints, names: Mapping[int, str]) -> dict[str, Ints]:
    every = np.unique(ids).tolist()
    called = _called(every, names, "property")
    return {called[which]: np.flatnonzero(ids == which) for which in every}


def _called(every: Collection[int], names: Mapping[int, str], word: str) -> dict[int, str]:
    """Names of properties; with the number where several have one name, such as ``Untitled``."""
    given = Counter(names.get(which, "") for which in every)
    alone = {which for which in every if names.get(which) and given[names[which]] == 1}
    return {
        which: names[which] if which in alone else f"{names.get(which) or word} {which}"
        for which in every
    }


def _names(lines: Sequence[str]) -> dict[int, str]:
    """Names of properties from the comments."""
    found: dict[int, str] = {}
    own = bool(lines) and lines[0].startswith(MARK)
    kept: Callable[[str], str] = unescaped if own else str.strip
    comments = [line for line in lines if line.startswith("$")]
    for pattern in _NAMES:
        for line in comments:
            match = pattern.match(line)
            if match:
                found.setdefault(int(match["id"]), kept(match["name"]))
    return found
