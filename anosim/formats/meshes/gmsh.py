"""Meshes as Gmsh's .msh files: 4.1 is written; 4.1 and 2.2 are read, as text and binary.

Format: https://gmsh.info/doc/texinfo/gmsh.html#MSH-file-format. Phases are physical surfaces,
interfaces (``a|b``) and sides physical curves; in space volumes and surfaces. A double quote and
control characters in a name become ``%XX``. Surfaces, in space volumes, that are in no physical
group are called ``surface 3`` after their tag.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anosim.errors import InputError
from anosim.formats.meshes.gmsh_numbers import Numbers, sections
from anosim.formats.meshes.gmsh_write import ORDER, TYPES, write
from anosim.formats.meshes.names import unescaped
from anosim.formats.meshes.parts import (
    Parts,
    Regions,
    dimension_of,
    gathered,
    places,
    refused,
    selected,
    stacked,
)
from anosim.meshes import Floats, Ints

__all__ = ["read", "write"]

_KINDS = {number: key for key, number in TYPES.items()}
_OTHERS = {3: "quadrangles", 16: "quadrangles", 10: "quadrangles", 5: "hexahedra", 6: "prisms"}
_OTHERS |= {7: "pyramids", 12: "hexahedra", 13: "prisms", 14: "pyramids", 17: "hexahedra"}
_OTHERS |= {18: "prisms", 19: "pyramids", 20: "triangles with 9 nodes"}
_OTHERS |= {21: "triangles with 10 nodes", 29: "tetrahedra with 20 nodes"}
_ENTITIES = {1: "curve", 2: "surface", 3: "volume"}


@dataclass
class Content:
    """What the sections of a file hold.

    Attributes:
        names: of physical groups by (dimension, tag).
        physical: tags of the physical groups of each entity, by (dimension, tag).
        numbers: the tag of each point.
        points: shape (n_points, 3).
        blocks: (element type, tag of each element, its nodes' tags, (dimension, entity),
            physical groups or None) of elements that belong together.
    """

    names: dict[tuple[int, int], str] = field(default_factory=dict)
    physical: dict[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    numbers: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    points: Floats = field(default_factory=lambda: np.empty((0, 3)))
    blocks: list[tuple[int, Ints, Ints, tuple[int, int], Sequence[int] | None]] = field(
        default_factory=list
    )


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .msh file."""
    content = Content()
    for name, numbers in sections(path.read_bytes()):
        old = numbers.version < 4.0
        reader = (_OLD if old else _NEW).get(name)
        if reader is not None:
            reader(content, numbers)
    return _parts(content, regions)


def _parts(content: Content, regions: Regions) -> Parts:
    """Elements in the order of their tags; groups in that of the physical tags."""
    dimension = dimension_of(_KINDS[block[0]][0] for block in content.blocks)
    inside, around = (
        [block for block in content.blocks if _KINDS[block[0]][0] == d]
        for d in (dimension, dimension - 1)
    )
    nodes = stacked([block[2] for block in inside], dimension)
    nodes = nodes[:, ORDER.get(nodes.shape[1], np.arange(nodes.shape[1]))]
    order = np.argsort(np.concatenate([block[1] for block in inside]), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    named, first = [], 0
    for _, tags, _, entity, physical in inside:
        here = place[first : first + len(tags)]
        named += [(rank, name, here) for rank, name in _names(content, entity, physical)]
        first += len(tags)
    facets = [
        (rank, name, places(content.numbers, nodes[:, :dimension], "node"))
        for _, _, nodes, entity, physical in around
        for rank, name in _names(content, entity, physical)
        if name != _unnamed(entity)  # a boundary in no group
    ]
    cells, groups = places(content.numbers, nodes[order], "node"), _by_rank(named)
    if any(physical is not None for *_, physical in inside):
        cells, groups = _once(cells, groups, dimension)
    return Parts(content.points, cells, selected(groups, regions), _by_rank(facets))


def _by_rank(named: list[tuple[tuple[int, int], str, Ints]]) -> dict[str, Ints]:
    ranked = sorted(named, key=lambda entry: entry[0])
    return gathered((name, array) for _, name, array in ranked)


def _names(
    content: Content, entity: tuple[int, int], physical: Sequence[int] | None
) -> list[tuple[tuple[int, int], str]]:
    """Names of an entity's groups with what they are sorted by; its own without a group."""
    tags = content.physical.get(entity, ()) if physical is None else physical
    found = []
    for tag in {abs(tag): None for tag in tags}:
        name = content.names.get((entity[0], tag)) or f"physical {_ENTITIES[entity[0]]} {tag}"
        found.append(((0, tag), name))
    return found or [((1, entity[1]), _unnamed(entity))]


def _unnamed(entity: tuple[int, int]) -> str:
    return f"{_ENTITIES[entity[0]]} {entity[1]}"


def _once(cells: Ints, groups: dict[str, Ints], dimension: int) -> tuple[Ints, dict[str, Ints]]:
    """Each cell once: format 2 repeats those that are in several groups."""
    corners = np.sort(cells[:, : dimension + 1], axis=1)
    _, first, inverse = np.unique(corners, axis=0, return_index=True, return_inverse=True)
    if len(first) == len(cells):
        return cells, groups
    kept = np.sort(first)
    new = np.searchsorted(kept, first)[inverse.ravel()]
    return cells[kept], {name: np.unique(new[array]) for name, array in groups.items()}


def _physical_names(content: Content, numbers: Numbers) -> None:
    for line in numbers.lines()[1:]:
        head, quote, rest = line.partition('"')
        dimension, tag = head.split()
        name = rest.rpartition('"')[0] if quote else ""
        content.names[int(dimension), int(tag)] = unescaped(name)


def _entities(content: Content, numbers: Numbers) -> None:
    counts = numbers.sizes(4)
    for dimension, count in enumerate(counts.tolist()):
        for _ in range(count):
            tag = numbers.ints(1)[0]
            numbers.floats(3 if dimension == 0 else 6)
            groups = numbers.ints(numbers.sizes(1)[0])
            content.physical[dimension, int(tag)] = groups.tolist()
            if dimension:
                numbers.ints(numbers.sizes(1)[0])


def _nodes(content: Content, numbers: Numbers) -> None:
    blocks = int(numbers.sizes(4)[0])
    tags, points = [], []
    for _ in range(blocks):
        dimension, _, parametric = numbers.ints(3).tolist()
        count = int(numbers.sizes(1)[0])
        width = 3 + (dimension if parametric else 0)
        tags.append(numbers.sizes(count))
        points.append(numbers.floats(count * width).reshape(count, width)[:, :3])
    numbered = np.concatenate(tags)
    order = np.argsort(numbered, kind="stable")
    content.numbers, content.points = numbered[order], np.concatenate(points)[order]


def _elements(content: Content, numbers: Numbers) -> None:
    for _ in range(int(numbers.sizes(4)[0])):
        dimension, entity, kind = numbers.ints(3).tolist()
        count = int(numbers.sizes(1)[0])
        width = 1 + _width(kind)
        rows = numbers.sizes(count * width).reshape(count, width)
        if count:
            content.blocks.append((kind, rows[:, 0], rows[:, 1:], (dimension, entity), None))


def _old_nodes(content: Content, numbers: Numbers) -> None:
    count = int(numbers.count())
    content.numbers, content.points = numbers.records(count, 3)


def _old_elements(content: Content, numbers: Numbers) -> None:
    """Elements of format 2, by type and tags; the first tag is the group, the second the entity."""
    rows: dict[tuple[int, int, int], list[Ints]] = defaultdict(list)
    for kind, tags, block in numbers.elements(int(numbers.count()), _width):
        group = block[:, 1] if tags else np.zeros(len(block), np.int64)
        entity = block[:, 2] if tags > 1 else np.zeros(len(block), np.int64)
        for pair in np.unique(np.column_stack([group, entity]), axis=0).tolist():
            here = block[(group == pair[0]) & (entity == pair[1])]
            rows[kind, pair[0], pair[1]].append(np.delete(here, np.s_[1 : 1 + tags], axis=1))
    for (kind, tag, where), blocks in rows.items():
        block = np.concatenate(blocks)
        physical = [tag] if tag else []
        place = (_KINDS[kind][0], where)
        content.blocks.append((kind, block[:, 0], block[:, 1:], place, physical))


def _width(kind: int) -> int:
    """Nodes of an element type.

    Raises:
        UnsupportedError: neither point, line, triangle nor tetrahedron of order 1 or 2.
    """
    if kind not in _KINDS:
        raise refused(_OTHERS.get(kind, f"elements of Gmsh's type {kind}"))
    return _KINDS[kind][1]


def _parts_of_mesh(content: Content, numbers: Numbers) -> None:
    raise InputError("the mesh is partitioned: save it as one part")


Reader = Callable[[Content, Numbers], None]
_NEW: Mapping[str, Reader] = {
    "PhysicalNames": _physical_names,
    "Entities": _entities,
    "PartitionedEntities": _parts_of_mesh,
    "Nodes": _nodes,
    "Elements": _elements,
}
_OLD: Mapping[str, Reader] = {
    "PhysicalNames": _physical_names,
    "Nodes": _old_nodes,
    "Elements": _old_elements,
}
