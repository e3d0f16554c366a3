"""The sections of a .msh file of format 1, 2, 4.0 or 4.1: names, entities, nodes and elements."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anosim.errors import InputError
from anosim.formats.meshes.gmsh_numbers import Numbers
from anosim.formats.meshes.names import unescaped
from anosim.formats.meshes.shapes import refused
from anosim.meshes import Floats, Ints

KINDS: Mapping[int, tuple[int, int, str]] = {
    **{15: (0, 1, "point"), 1: (1, 2, "line"), 8: (1, 3, "line")},
    **{2: (2, 3, "triangle"), 9: (2, 6, "triangle"), 3: (2, 4, "quadrangle")},
    **{16: (2, 8, "quadrangle"), 10: (2, 9, "quadrangle")},
    **{4: (3, 4, "tetrahedron"), 11: (3, 10, "tetrahedron"), 5: (3, 8, "hexahedron")},
    **{17: (3, 20, "hexahedron"), 12: (3, 27, "hexahedron"), 6: (3, 6, "prism")},
    **{18: (3, 15, "prism"), 13: (3, 18, "prism"), 7: (3, 5, "pyramid")},
    **{19: (3, 13, "pyramid"), 14: (3, 14, "pyramid")},
}
"""Dimension, number of nodes and shape of the element types that are used."""
_OTHERS = {20: "triangles with 9 nodes", 21: "triangles with 10 nodes"}
_OTHERS |= {29: "tetrahedra with 20 nodes", 36: "quadrangles with 16 nodes"}
_OTHERS |= {92: "hexahedra with 64 nodes"}


@dataclass(frozen=True, eq=False)
class Block:
    """Elements that belong together.

    Attributes:
        kind: element type.
        tags: of the elements.
        nodes: tags of their nodes.
        entity: dimension and tag of the entity that they are on.
        physical: their physical groups where the entity does not tell.
    """

    kind: int
    tags: Ints
    nodes: Ints
    entity: tuple[int, int]
    physical: Sequence[int] | None = None


@dataclass
class Content:
    """What the sections of a file hold.

    Attributes:
        names: of physical groups by (dimension, tag).
        physical: tags of the physical groups of each entity, by (dimension, tag).
        parent: the entity that a part of a partitioned mesh was cut from.
        partitions: number of parts of a partitioned mesh.
        parts: those that an entity belongs to.
        ghosts: tags of the entities with copies of the elements of other parts.
        numbers: the tag of each point.
        points: shape (n_points, 3).
        blocks: elements that belong together.
    """

    names: dict[tuple[int, int], str] = field(default_factory=dict)
    physical: dict[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    parent: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    partitions: int = 0
    parts: dict[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    ghosts: set[int] = field(default_factory=set)
    numbers: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    points: Floats = field(default_factory=lambda: np.empty((0, 3)))
    blocks: list[Block] = field(default_factory=list)


def _width(kind: int) -> int:
    """Nodes of an element type.

    Raises:
        UnsupportedError: none of order 1 or 2.
    """
    if kind not in KINDS:
        raise refused(_OTHERS.get(kind, f"elements of Gmsh's type {kind}"))
    return KINDS[kind][1]


def _physical_names(content: Content, numbers: Numbers) -> None:
    for line in numbers.lines()[1:]:
        head, quote, rest = line.partition('"')
        dimension, tag = head.split()
        name = rest.rpartition('"')[0] if quote else ""
        content.names[int(dimension), int(tag)] = unescaped(name)


def _entities(content: Content, numbers: Numbers) -> None:
    for dimension, count in enumerate(numbers.sizes(4).tolist()):
        for _ in range(count):
            _entity(content, numbers, (dimension, int(numbers.ints(1)[0])))


def _entity(content: Content, numbers: Numbers, entity: tuple[int, int]) -> None:
    """The box of an entity, its physical groups and its boundary."""
    numbers.floats(3 if entity[0] == 0 and numbers.version > 4.0 else 6)
    content.physical[entity] = numbers.ints(numbers.sizes(1)[0]).tolist()
    if entity[0]:
        numbers.ints(numbers.sizes(1)[0])


def _partitioned_entities(content: Content, numbers: Numbers) -> None:
    """Parts of entities: they are in the physical groups of their parents."""
    content.partitions, ghosts = numbers.sizes(2).tolist()
    content.ghosts = {int(numbers.ints(2)[0]) for _ in range(ghosts)}
    for dimension, count in enumerate(numbers.sizes(4).tolist()):
        for _ in range(count):
            tag, parent_dimension, parent = numbers.ints(3).tolist()
            content.parts[dimension, tag] = numbers.ints(numbers.sizes(1)[0]).tolist()
            _entity(content, numbers, (dimension, tag))
            content.parent[dimension, tag] = (parent_dimension, parent)


def _nodes(content: Content, numbers: Numbers) -> None:
    tags, points = [], []
    for _ in range(int(numbers.sizes(4)[0])):
        dimension, _, parametric = numbers.ints(3).tolist()
        count = int(numbers.sizes(1)[0])
        width = 3 + (dimension if parametric else 0)
        tags.append(numbers.sizes(count))
        points.append(numbers.floats(count * width).reshape(count, width)[:, :3])
    _put_nodes(content, tags, points)


def _nodes_4_0(content: Content, numbers: Numbers) -> None:
    tags, points = [], []
    for _ in range(int(numbers.sizes(2)[0])):
        _, dimension, parametric = numbers.ints(3).tolist()
        width = 3 + (dimension if parametric else 0)
        found, places = numbers.records(int(numbers.sizes(1)[0]), width)
        tags.append(found)
        points.append(places[:, :3])
    _put_nodes(content, tags, points)


def _put_nodes(content: Content, tags: Sequence[Ints], points: Sequence[Floats]) -> None:
    numbered = np.concatenate(tags)
    order = np.argsort(numbered, kind="stable")
    content.numbers, content.points = numbered[order], np.concatenate(points)[order]


def _elements(content: Content, numbers: Numbers) -> None:
    for _ in range(int(numbers.sizes(4)[0])):
        dimension, entity, kind = numbers.ints(3).tolist()
        count = int(numbers.sizes(1)[0])
        rows = _rows(numbers.sizes, count, kind)
        content.blocks.append(Block(kind, rows[:, 0], rows[:, 1:], (dimension, entity)))


def _elements_4_0(content: Content, numbers: Numbers) -> None:
    for _ in range(int(numbers.sizes(2)[0])):
        entity, dimension, kind = numbers.ints(3).tolist()
        rows = _rows(numbers.ints, int(numbers.sizes(1)[0]), kind)
        content.blocks.append(Block(kind, rows[:, 0], rows[:, 1:], (dimension, entity)))


def _rows(read: Callable[[int], Ints], count: int, kind: int) -> Ints:
    width = 1 + _width(kind)
    return read(count * width).reshape(count, width)


def _old_nodes(content: Content, numbers: Numbers) -> None:
    count = int(numbers.count())
    content.numbers, content.points = numbers.records(count, 3)


def _old_elements(content: Content, numbers: Numbers) -> None:
    """Elements of format 1 and 2; the first tag is the group, the second the entity."""
    rows: dict[tuple[int, int, int], list[Ints]] = defaultdict(list)
    for kind, tags, block in numbers.elements(int(numbers.count()), _width):
        group = block[:, 1] if tags else np.zeros(len(block), np.int64)
        entity = block[:, 2] if tags > 1 else np.zeros(len(block), np.int64)
        for pair in np.unique(np.column_stack([group, entity]), axis=0).tolist():
            here = block[(group == pair[0]) & (entity == pair[1])]
            rows[kind, pair[0], pair[1]].append(np.delete(here, np.s_[1 : 1 + tags], axis=1))
    for (kind, tag, where), blocks in rows.items():
        block = np.concatenate(blocks)
        entity_of = (KINDS[kind][0], where)
        groups = [tag] if tag else []
        content.blocks.append(Block(kind, block[:, 0], block[:, 1:], entity_of, groups))


def _parametric(content: Content, numbers: Numbers) -> None:
    raise InputError("its nodes have parameters on a geometry: save it without them")


Reader = Callable[[Content, Numbers], None]
_OLD: Mapping[str, Reader] = {
    "PhysicalNames": _physical_names,
    "Nodes": _old_nodes,
    "ParametricNodes": _parametric,
    "Elements": _old_elements,
    "NOD": _old_nodes,
    "ELM": _old_elements,
}
_NEW: Mapping[str, Reader] = {
    "PhysicalNames": _physical_names,
    "Entities": _entities,
    "PartitionedEntities": _partitioned_entities,
}


def reader(section: str, version: float) -> Reader | None:
    """The function that reads a section, if its numbers are needed."""
    if version < 4.0:
        return _OLD.get(section)
    first = version == 4.0
    nodes = {"Nodes": _nodes_4_0 if first else _nodes}
    return {**_NEW, **nodes, "Elements": _elements_4_0 if first else _elements}.get(section)
