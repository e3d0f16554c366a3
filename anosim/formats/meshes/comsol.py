"""Meshes as COMSOL's text files (.mphtxt): phases are domains, sides and interfaces boundaries.

Format: COMSOL Programming Reference Manual, "The COMSOL File Formats"; mesh versions 1, 2, 4 and
8 are read, 4 is written. Names are kept as explicit selections. A domain without a selection is
called ``domain 3``, an outer boundary without one ``boundary 3``, by the numbers that COMSOL
shows. Nodes come in lexicographic order of z, y, x on the reference element, corners first.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.comsol_write import ORDER, write
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.names import unescaped
from anosim.formats.meshes.parts import Parts, dimension_of, gathered, joined_rows
from anosim.formats.meshes.shapes import SHAPES, refused
from anosim.formats.meshes.text import decoded
from anosim.meshes import Floats, Ints

__all__ = ["read", "write"]

_ORDERS = {
    ("tri", 6): ORDER[6],
    ("tet", 10): ORDER[10],
    ("quad", 4): [0, 1, 3, 2],
    ("quad", 9): [0, 1, 3, 2, 4, 7, 8, 5, 6],
    ("pyr", 5): [0, 1, 3, 2, 4],
    ("pyr", 14): [0, 1, 3, 2, 4, 5, 8, 9, 6, 10, 11, 13, 12, 7],
    ("prism", 18): [0, 1, 2, 3, 4, 5, 6, 8, 7, 15, 17, 16, 9, 11, 14, 10, 13, 12],
    ("hex", 8): [0, 1, 3, 2, 4, 5, 7, 6],
    ("hex", 27): [
        *(0, 1, 3, 2, 4, 5, 7, 6, 8, 11, 12, 9, 22, 25, 26, 23, 13, 15, 21, 19),
        *(16, 18, 14, 20, 10, 24, 17),
    ],
}
"""Where the nodes of this package's order stand in COMSOL's, by shape and number of nodes."""
_LOW = {"vtx": 0, "edg": 1}
"""Dimension of points and lines."""
_SHAPES = {"tri": "triangle", "quad": "quadrangle", "tet": "tetrahedron", "hex": "hexahedron"}
_SHAPES |= {"prism": "prism", "pyr": "pyramid"}
_WORD = re.compile(r"\S+")
_AHEAD = 40
"""Characters that are looked at for each number; those of COMSOL have 26."""


@dataclass
class Text:
    """The numbers and texts of a file, one after the other.

    Attributes:
        text: the file.
        place: where the next one starts.
    """

    text: str
    place: int = 0

    def word(self) -> str:
        """The next word that is in no comment."""
        while True:
            found = _WORD.search(self.text, self.place)
            if found is None:
                raise InputError("it ends too early")
            if not found[0].startswith("#"):
                self.place = found.end()
                return found[0]
            end = self.text.find("\n", found.start())
            self.place = len(self.text) if end < 0 else end

    def integer(self) -> int:
        """The next number."""
        return int(self.word())

    def string(self) -> str:
        """The next text: its length, a blank, its characters."""
        length = self.integer()
        start = self.place + 1
        self.place = start + length
        if length < 0 or self.place > len(self.text):
            raise InputError(f"a text claims to have {length} characters")
        return self.text[start : self.place]

    def numbers(self, count: int) -> list[str]:
        """The next numbers, as words."""
        found: list[str] = []
        while len(found) < count:
            found.append(self.word())
            ahead = self.text[self.place : self.place + _AHEAD * (count - len(found))]
            part = re.split(r"#|\s\S*\Z", ahead, maxsplit=1)[0]
            words = part.split(maxsplit=count - len(found)) if count > len(found) else []
            if len(words) > count - len(found):
                self.place += len(part) - len(words.pop())
            elif words:
                self.place += len(part)
            found += words
        return found


@dataclass
class Content:
    """What a file holds.

    Attributes:
        tag: the mesh's.
        points: coordinates.
        blocks: kind, nodes and geometric entity of elements.
        selections: name, dimension and geometric entities.
    """

    tag: str = ""
    points: Floats = field(default_factory=lambda: np.empty((0, 2)))
    blocks: list[tuple[str, Ints, Ints]] = field(default_factory=list)
    selections: list[tuple[str, int, list[int]]] = field(default_factory=list)


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .mphtxt file with one mesh.

    Raises:
        UnsupportedError: elements of other shapes, or several meshes.
        InputError: no mesh in the file.
    """
    source, content = Text(decoded(path)), Content()
    if source.integer() != 0 or source.integer() != 1:
        raise InputError("its file version is not 0.1")
    tags = [source.string() for _ in range(source.integer())]
    for _ in range(source.integer()):
        source.string()
    for tag in tags:
        for _ in range(3):
            source.integer()
        match source.string():
            case "Mesh" if not content.blocks:
                content.tag = tag
                _mesh(source, content)
            case "Mesh":
                raise UnsupportedError("it has several meshes: save one")
            case "Selection":
                _selection(source, content)
            case other:
                raise UnsupportedError(f"it holds a {other} where only meshes can be read")
    return _parts(content, regions)


def _mesh(source: Text, content: Content) -> None:
    version = source.integer()
    dimension = source.integer()
    lowest = 0
    if version > 4:  # a geometric model comes first; the comment after it tells where it ends
        found = re.compile(r"(\d+)\s*# number of mesh vertices").search(source.text, source.place)
        if found is None:
            raise InputError(f"its mesh of version {version} has none of COMSOL's comments")
        source.place = found.start()
    count = source.integer()
    if version <= 4:
        lowest = source.integer()
    values = source.numbers(count * dimension)
    content.points = np.array(values, dtype=np.float64).reshape(count, dimension)
    for _ in range(source.integer()):
        kind, width, rows = source.string(), source.integer(), source.integer()
        shape = kind.removesuffix("2")
        if (shape not in _LOW and shape not in _SHAPES) or width < 1 or rows < 0:
            raise refused(f"elements {kind!r} with {width} nodes")
        nodes = np.array(source.numbers(rows * width), dtype=np.int64).reshape(rows, width)
        if version < 4:
            per = source.integer()
            source.numbers(source.integer() * per)
        entities = np.array(source.numbers(source.integer()), dtype=np.int64)
        if version < 4:
            source.numbers(2 * source.integer())
        if rows:
            content.blocks.append((shape, nodes - lowest, _fitting(entities, rows)))


def _fitting(entities: Ints, rows: int) -> Ints:
    if len(entities) not in (0, rows):
        raise InputError(f"{rows} elements have {len(entities)} geometric entities")
    return entities if len(entities) else np.zeros(rows, dtype=np.int64)


def _selection(source: Text, content: Content) -> None:
    source.integer()
    name = source.string()
    source.string()
    dimension = source.integer()
    entities = [int(word) for word in source.numbers(source.integer())]
    content.selections.append((unescaped(name), dimension, entities))


def _parts(content: Content, regions: Regions) -> Parts:
    dimension = dimension_of(_dimension(kind) for kind, *_ in content.blocks)
    inside, around = (
        [block for block in content.blocks if _dimension(block[0]) == d]
        for d in (dimension, dimension - 1)
    )
    elements = [(_SHAPES[kind], _ordered(kind, nodes)) for kind, nodes, _ in inside]
    ids = np.concatenate([ids for *_, ids in inside])
    boundary = np.concatenate([np.empty(0, np.int64), *(ids for *_, ids in around)])
    corners = joined_rows([np.empty((0, dimension), np.int64), *map(_corners, around)])
    sides = _selected(content, dimension - 1, boundary)
    taken = np.concatenate([np.empty(0, np.int64), *sides.values()])
    sides |= {
        name: rows
        for name, rows in _own(boundary, "boundary", 1).items()
        if not np.isin(rows, taken).any()
    }
    return Parts.of(
        content.points,
        elements,
        _selected(content, dimension, ids),
        {name: corners[rows] for name, rows in sides.items()},
        _own(ids, "domain", 0),
        regions,
    )


def _dimension(kind: str) -> int:
    return _LOW[kind] if kind in _LOW else SHAPES[_SHAPES[kind]].dimension


def _corners(block: tuple[str, Ints, Ints]) -> Ints:
    """Corners of edges or faces in this package's order."""
    kind, nodes, _ = block
    if kind not in _SHAPES:
        return nodes[:, :2]
    return _ordered(kind, nodes)[:, : SHAPES[_SHAPES[kind]].corners]


def _ordered(kind: str, nodes: Ints) -> Ints:
    """The nodes of elements in this package's order.

    Raises:
        UnsupportedError: not as many nodes as COMSOL's elements of order 1 and 2 have.
    """
    shape, width = SHAPES[_SHAPES[kind]], nodes.shape[1]
    if shape.order(width) == 2 and (kind, width) not in _ORDERS:
        raise refused(f"{shape.many} with {width} nodes")
    return nodes[:, _ORDERS.get((kind, width), np.s_[:])]


def _selected(content: Content, dimension: int, ids: Ints) -> dict[str, Ints]:
    """Elements of the selections of their dimension."""
    return gathered(
        (name, np.flatnonzero(np.isin(ids, which)))
        for name, d, which in content.selections
        if d == dimension
    )


def _own(ids: Ints, word: str, shift: int) -> dict[str, Ints]:
    """Elements by the number of their geometric entity."""
    return {
        f"{word} {entity + shift}": np.flatnonzero(ids == entity)
        for entity in np.unique(ids).tolist()
    }
