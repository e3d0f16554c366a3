"""Meshes as COMSOL's text files (.mphtxt): phases are domains, sides and interfaces boundaries.

Format: COMSOL Programming Reference Manual, "The COMSOL File Formats"; mesh versions 1, 2, 4 and
8 are read, 4 is written. Names are kept as explicit selections. A domain without a selection is
called ``domain 3``, an outer boundary without one ``boundary 3``, by the numbers that COMSOL
shows. Middles of second-order elements come in the order 01, 02, 12, then 03, 13, 23.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.names import escaped, named_facets, unescaped, with_middles
from anosim.formats.meshes.parts import (
    Parts,
    Regions,
    dimension_of,
    gathered,
    refused,
    selected,
    stacked,
)
from anosim.formats.meshes.text import decoded
from anosim.meshes import CELLS, NODES, Floats, Ints, Mesh

_ORDER = {6: [0, 1, 2, 3, 5, 4], 10: [0, 1, 2, 3, 4, 6, 5, 7, 8, 9]}
"""Where nodes stand in COMSOL's order and this package's, both ways; by number of nodes."""
_KINDS = {"vtx": 0, "edg": 1, "tri": 2, "tet": 3}
"""Dimension of the elements that are used; a 2 behind the name is their order."""
_OTHERS = {"quad": "quadrangles", "hex": "hexahedra", "prism": "prisms", "pyr": "pyramids"}
_WORD = re.compile(r"\S+")


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
            end = self.text.find("#", self.place)
            part = self.text[self.place : end if end >= 0 else len(self.text)]
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
        blocks: dimension, nodes and geometric entity of elements.
        selections: name, dimension and geometric entities.
    """

    tag: str = ""
    points: Floats = field(default_factory=lambda: np.empty((0, 2)))
    blocks: list[tuple[int, Ints, Ints]] = field(default_factory=list)
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
        if shape not in _KINDS:
            raise refused(_OTHERS.get(shape, f"elements {kind!r}"))
        nodes = np.array(source.numbers(rows * width), dtype=np.int64).reshape(rows, width)
        if version < 4:
            per = source.integer()
            source.numbers(source.integer() * per)
        entities = np.array(source.numbers(source.integer()), dtype=np.int64)
        if version < 4:
            source.numbers(2 * source.integer())
        if rows:
            content.blocks.append((_KINDS[shape], nodes - lowest, _fitting(entities, rows)))


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
    dimension = dimension_of(d for d, *_ in content.blocks)
    blocks = [(nodes, ids) for d, nodes, ids in content.blocks if d == dimension]
    cells = stacked([nodes for nodes, _ in blocks], dimension)
    if cells.shape[1] not in NODES[dimension]:
        raise InputError(f"its {CELLS[dimension][1]} have {cells.shape[1]} nodes")
    around = [(nodes, ids) for d, nodes, ids in content.blocks if d == dimension - 1]
    corners = [np.empty((0, dimension), np.int64), *(nodes[:, :dimension] for nodes, _ in around)]
    groups = _named(content, dimension, [ids for _, ids in blocks], ("domain", 0))
    facets = _named(content, dimension - 1, [ids for _, ids in around], ("boundary", 1))
    named = {name: np.concatenate(corners)[rows] for name, rows in facets.items()}
    return Parts(content.points, _reordered(cells), selected(groups, regions), named)


def _reordered(nodes: Ints) -> Ints:
    """The nodes of elements from COMSOL's order in this package's, or back."""
    order = _ORDER.get(nodes.shape[1])
    return nodes if order is None else nodes[:, order]


def _named(
    content: Content, dimension: int, ids: Sequence[Ints], label: tuple[str, int]
) -> dict[str, Ints]:
    """Elements by the selections of their dimension; the others by their number."""
    entities = np.concatenate([np.empty(0, np.int64), *ids])
    chosen = [(name, which) for name, d, which in content.selections if d == dimension]
    named = [(name, np.flatnonzero(np.isin(entities, which))) for name, which in chosen]
    taken = {entity for _, which in chosen for entity in which}
    word, shift = label
    others = [entity for entity in np.unique(entities).tolist() if entity not in taken]
    numbered = [(f"{word} {other + shift}", np.flatnonzero(entities == other)) for other in others]
    return gathered([*named, *numbered])


def write(mesh: Mesh, path: Path) -> None:
    """Write a .mphtxt file: one domain per phase, one boundary per side and interface."""
    facets, dimension = named_facets(mesh), mesh.dimension
    tags = ["mesh1", *(f"mesh1_sel{k + 1}" for k in range(len(mesh.phases) + len(facets)))]
    kinds = {d: kind + ("" if mesh.order == 1 else "2") for kind, d in _KINDS.items()}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# Created by anosim, lengths in m\n0 1\n{len(tags)} # number of tags\n")
        file.writelines(f"{len(tag)} {tag}\n" for tag in tags)
        file.write(f"{len(tags)} # number of types\n" + "3 obj\n" * len(tags))
        file.write("\n# --------- Object 0 ----------\n\n0 0 1\n4 Mesh # class\n4 # version\n")
        file.write(f"{dimension} # sdim\n{len(mesh.points)} # number of mesh vertices\n")
        file.write("0 # lowest mesh vertex index\n\n# Mesh vertex coordinates\n")
        file.writelines(" ".join(map(repr, point)) + "\n" for point in mesh.points.tolist())
        file.write(f"\n{2 if facets else 1} # number of element types\n")
        if facets:
            nodes = np.concatenate([with_middles(mesh, corners) for corners in facets.values()])
            which = np.repeat(np.arange(len(facets)), list(map(len, facets.values())))
            _elements(file, kinds[dimension - 1], nodes, which)
        _elements(file, kinds[dimension], mesh.cells, mesh.cell_phase + 1)
        _selections(file, mesh.phases, dimension, 1, 1)
        _selections(file, list(facets), dimension - 1, 0, 1 + len(mesh.phases))


def _elements(file: TextIO, kind: str, nodes: Ints, entities: Ints) -> None:
    count, width = nodes.shape
    file.write(f"\n{len(kind)} {kind} # type name\n\n{width} # number of vertices per element\n")
    file.write(f"{count} # number of elements\n# Elements\n")
    file.writelines(" ".join(map(str, row)) + "\n" for row in _reordered(nodes).tolist())
    file.write(f"\n{count} # number of geometric entity indices\n# Geometric entity indices\n")
    file.writelines(f"{entity}\n" for entity in entities.tolist())


def _one_unit(char: str) -> bool:
    """Whether the length of a text counts a character once, in COMSOL as in Python."""
    return char.isprintable() and ord(char) < 0x10000


def _selections(
    file: TextIO, names: Sequence[str], dimension: int, first: int, number: int
) -> None:
    for rank, name in enumerate(names):
        label = escaped(name, _one_unit)
        file.write(f"\n# --------- Object {number + rank} ----------\n\n0 0 1\n")
        file.write(f"9 Selection # class\n0 # Version\n{len(label)} {label} # Label\n")
        file.write(f"5 mesh1 # Geometry/mesh tag\n{dimension} # Dimension\n")
        file.write(f"1 # Number of entities\n# Entities\n{first + rank}\n")
