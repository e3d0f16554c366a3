"""Meshes as Gmsh's .msh files: 4.1 is written; 4.1, 4.0, 2 and 1 are read, as text and binary.

Format: https://gmsh.info/doc/texinfo/gmsh.html#MSH-file-format, with the older ones. Phases are
physical surfaces, interfaces (``a|b``) and sides physical curves; in space volumes and surfaces. A
double quote and control characters in a name become ``%XX``. Surfaces, in space volumes, that are
in no physical group are called ``surface 3`` after their tag. The parts of a partitioned mesh are
joined, and their ghost elements, which are copies, left out.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from anosim.errors import InputError
from anosim.formats.limits import check_size
from anosim.formats.meshes.gmsh_numbers import sections
from anosim.formats.meshes.gmsh_sections import KINDS, Block, Content, reader
from anosim.formats.meshes.gmsh_write import write
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.parts import Parts, dimension_of, gathered, places
from anosim.formats.meshes.shapes import SHAPES, reordered
from anosim.formats.meshes.text import MEMORY
from anosim.meshes import Ints

__all__ = ["read", "write"]

_ENTITIES = {0: "point", 1: "curve", 2: "surface", 3: "volume"}
_HEXAHEDRON = ("01", "03", "04", "12", "15", "23", "26", "37", "45", "47", "56", "67")
_FACES = ("0321", "0154", "0473", "1265", "2376", "4567")
_PRISM = ("01", "02", "03", "12", "14", "25", "34", "35", "45")
_PYRAMID = ("01", "03", "04", "12", "14", "23", "24", "34")
_TETRAHEDRON = ("01", "12", "02", "03", "23", "13")


def _order(shape: str, edges: Sequence[str], faces: Sequence[str] = ()) -> list[int]:
    digits = [[[int(digit) for digit in text] for text in texts] for texts in (edges, faces)]
    return reordered(shape, *digits)


_ORDERS = {
    11: _order("tetrahedron", _TETRAHEDRON),
    17: _order("hexahedron", _HEXAHEDRON),
    12: [*_order("hexahedron", _HEXAHEDRON, _FACES), 26],
    18: _order("prism", _PRISM),
    13: _order("prism", _PRISM, ("0143", "0352", "1254")),
    19: _order("pyramid", _PYRAMID),
    14: _order("pyramid", _PYRAMID, ("0321",)),
}
"""Where the nodes of this package's order stand in Gmsh's, by element type."""


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .msh file."""
    size = path.stat().st_size
    check_size(path, MEMORY * size, size, f"{size} bytes of text or numbers")
    content, data = Content(), path.read_bytes()
    for name, numbers in sections(data):
        read_section = reader(name, numbers.version)
        try:
            if read_section is not None:
                read_section(content, numbers)
        except (ValueError, IndexError, OverflowError):
            raise InputError(
                f"the section ${name} is not as format {numbers.version:g} has it: let Gmsh save "
                "the mesh again, as 4.1 or 2.2"
            ) from None
    return _parts(content, regions)


def _parts(content: Content, regions: Regions) -> Parts:
    """Elements by type, in the order of their tags; groups in that of the physical tags."""
    blocks = _own(content)
    dimension = dimension_of(KINDS[block.kind][0] for block in blocks)
    inside, around = (
        [block for block in blocks if KINDS[block.kind][0] == d] for d in (dimension, dimension - 1)
    )
    elements, named, own = [], [], list[tuple[tuple[int, int], str, Ints]]()
    first = 0
    for kind in dict.fromkeys(block.kind for block in inside):
        mine = [block for block in inside if block.kind == kind]
        nodes, where = _sorted(content, mine)
        elements.append((KINDS[kind][2], nodes))
        for block, rows in zip(mine, where, strict=True):
            named += [(key, name, first + rows) for key, name in _names(content, block)]
            own.append(((1, block.entity[1]), _unnamed(content, block), first + rows))
        first += len(nodes)
    facets = []
    for block in around:
        shape = SHAPES[KINDS[block.kind][2]].corners if dimension == 3 else 2
        corners = places(content.numbers, block.nodes[:, :shape], "node")
        facets += [(key, name, corners) for key, name in _names(content, block)]
    return Parts.of(
        content.points, elements, _by_rank(named), _by_rank(facets), _by_rank(own), regions
    )


def _own(content: Content) -> list[Block]:
    """The blocks that are no copies; a warning where parts of the mesh are in other files."""
    blocks = [
        block for block in content.blocks if len(block.tags) and not _is_ghost(content, block)
    ]
    most = max((block.entity[0] for block in blocks), default=0)
    inside = {block.entity for block in blocks if block.entity[0] == most}
    found = {part for entity in inside for part in content.parts.get(entity, ())}
    if found and len(found) < content.partitions:
        which = ", ".join(map(str, sorted(found)))
        warnings.warn(
            f"the file holds part {which} of a mesh of {content.partitions} parts: the others are "
            "missing; let Gmsh save all parts in one file for the whole mesh",
            UserWarning,
            stacklevel=2,
        )
    return blocks


def _is_ghost(content: Content, block: Block) -> bool:
    return block.entity[1] in content.ghosts and block.entity not in content.parts


def _sorted(content: Content, blocks: Sequence[Block]) -> tuple[Ints, list[Ints]]:
    """Elements of one type by their tags, each once, and where those of each block are.

    Formats 1 and 2 repeat elements that are in several physical groups.
    """
    kind = blocks[0].kind
    tags = np.concatenate([block.tags for block in blocks])
    order = np.argsort(tags, kind="stable")
    where = np.empty(len(order), dtype=np.int64)
    where[order] = np.arange(len(order))
    nodes = np.concatenate([block.nodes for block in blocks])[order]
    nodes = places(content.numbers, nodes[:, _ORDERS.get(kind, np.s_[:])], "node")
    if blocks[0].physical is not None:
        corners = np.sort(nodes[:, : SHAPES[KINDS[kind][2]].corners], axis=1)
        _, first, inverse = np.unique(corners, axis=0, return_index=True, return_inverse=True)
        if len(first) < len(nodes):
            kept = np.sort(first)
            where = np.searchsorted(kept, first)[inverse.ravel()][where]
            nodes = nodes[kept]
    ends = np.cumsum([len(block.tags) for block in blocks])[:-1]
    return nodes, [np.unique(rows) for rows in np.split(where, ends)]


def _by_rank(named: list[tuple[tuple[int, int], str, Ints]]) -> dict[str, Ints]:
    ranked = sorted(named, key=lambda entry: entry[0])
    return gathered((name, array) for _, name, array in ranked)


def _names(content: Content, block: Block) -> list[tuple[tuple[int, int], str]]:
    """Names of a block's groups with what they are sorted by."""
    tags = block.physical
    if tags is None:
        tags = content.physical.get(block.entity) or content.physical.get(
            _parent(content, block), ()
        )
    found = []
    for tag in {abs(tag): None for tag in tags}:
        dimension = block.entity[0]
        name = content.names.get((dimension, tag)) or f"physical {_ENTITIES[dimension]} {tag}"
        found.append(((0, tag), name))
    return found


def _parent(content: Content, block: Block) -> tuple[int, int]:
    """The entity of a block, of a part that from which it was cut."""
    parent = content.parent.get(block.entity, block.entity)
    return parent if parent[0] == block.entity[0] else block.entity


def _unnamed(content: Content, block: Block) -> str:
    dimension, tag = _parent(content, block)
    return f"{_ENTITIES[dimension]} {tag}"
