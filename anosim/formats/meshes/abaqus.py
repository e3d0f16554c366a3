"""Meshes as Abaqus' input files (.inp): a phase is an ELSET, a side or interface a surface.

Format: the Abaqus manual, "Input syntax rules" and the keywords *NODE, *SYSTEM, *NGEN, *ELEMENT,
*ELGEN, *ELCOPY, *ELSET, *NSET, *SURFACE, *PART, *INSTANCE and *INCLUDE, and its drawings of
elements. Keyword lines are ASCII: what is no plain label stands in double quotes, and what quotes
cannot hold as ``%XX``. Abaqus reads labels of up to 80 characters. Where sections cover the mesh
their ELSETs are the phases; an internal one, which has no name of its own, is called after the
material. Sets of one name in several parts are called ``Instance.Set``.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from anosim.formats.meshes.abaqus_assembly import Assembly
from anosim.formats.meshes.abaqus_deck import Deck
from anosim.formats.meshes.abaqus_elements import dimension_of_shape, face, in_order
from anosim.formats.meshes.abaqus_lines import keywords, named_files
from anosim.formats.meshes.abaqus_write import write
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.parts import Parts, dimension_of, gathered, places
from anosim.formats.meshes.shapes import SHAPES, Block
from anosim.meshes import Ints

__all__ = ["named_files", "read", "write"]

_SHELL_SIDES = ("SPOS", "SNEG")


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .inp file, with the files that it includes.

    Raises:
        UnsupportedError: elements of other shapes, or keywords that make nodes or elements in ways
            that are not followed.
        InputError: a file that is not beside it, or data that do not fit each other.
        MeshError: an element of undefined nodes.
    """
    assembly = Assembly.of(keywords(path))
    mesh = _Elements.of(assembly)
    every = _groups(assembly, mesh)
    sections = _sections(assembly, mesh)
    covered = list(sections.values())
    whole = covered and len(np.unique(np.concatenate(covered))) == len(mesh.numbers)
    points = [points for *_, deck in assembly.decks() for points in deck.points]
    return Parts.of(
        np.concatenate(points),
        mesh.blocks,
        sections if whole and not regions else every | sections,
        _facets(assembly, mesh),
        regions=regions,
    )


@dataclass(frozen=True, eq=False)
class _Elements:
    """The elements of all instances.

    Attributes:
        dimension: of the mesh.
        nodes: numbers of the nodes.
        blocks: the elements that the mesh is of.
        numbers: theirs.
        around: number and corners, as places of nodes, of those of one dimension less.
    """

    dimension: int
    nodes: Ints
    blocks: list[Block]
    numbers: Ints
    around: tuple[Ints, Ints]

    @cached_property
    def _rank(self) -> tuple[Ints, Ints]:
        """Numbers of the elements, ascending, and where they are."""
        order = np.argsort(self.numbers, kind="stable")
        places(self.numbers, self.numbers[:1], "element")  # each is defined once
        return self.numbers[order], order

    @classmethod
    def of(cls, assembly: Assembly) -> "_Elements":
        tables: dict[tuple[str, int], list[Ints]] = defaultdict(list)
        for *_, deck in assembly.decks():
            for key, blocks in deck.elements.items():
                tables[key] += [block for block in blocks if len(block)]
        found = {key: np.concatenate(blocks) for key, blocks in tables.items() if blocks}
        dimension = dimension_of(dimension_of_shape(shape) for shape, _ in found)
        nodes = np.concatenate([n for *_, deck in assembly.decks() for n in deck.numbers])
        cells, numbers, low = [], [], [(np.empty(0, np.int64), np.empty((0, dimension), np.int64))]
        for (shape, _), table in found.items():
            if dimension_of_shape(shape) == dimension:
                ranked = table[np.argsort(table[:, 0], kind="stable")]
                cells.append((shape, places(nodes, in_order(shape, ranked[:, 1:]), "node")))
                numbers.append(ranked[:, 0])
            elif dimension_of_shape(shape) == dimension - 1:
                count = 2 if shape == "line" else SHAPES[shape].corners
                low.append((table[:, 0], places(nodes, table[:, 1 : 1 + count], "node")))
        which = np.concatenate([numbers for numbers, _ in low])
        corners = gathered(("", corners) for _, corners in low)[""]
        return cls(dimension, nodes, cells, np.concatenate(numbers), (which, corners))

    def rows(self, members: list[int]) -> Ints:
        """Which of the elements are members of a set."""
        known, order = self._rank
        wanted = np.unique(np.array(members, dtype=np.int64))
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.asarray(order[at[known[at] == wanted]])

    def low(self, members: list[int]) -> Ints:
        """Corners of those of one dimension less that are members of a set."""
        numbers, corners = self.around
        order = np.argsort(numbers, kind="stable")
        at = np.searchsorted(numbers, np.array(members, dtype=np.int64), sorter=order)
        at = order[np.minimum(at, max(len(numbers) - 1, 0))] if len(numbers) else at[:0]
        known = numbers[at] == np.array(members, dtype=np.int64)[: len(at)]
        found: Ints = corners[at[known]]
        return found


def _named(assembly: Assembly, kind: str) -> list[tuple[str, Deck, str, list[int]]]:
    """(name in the mesh, deck, name in the deck, members) of all sets that are not internal."""
    decks = [("", "", assembly.whole)] if assembly.instances else []
    every = [
        (name, part, instance, deck, members)
        for instance, part, deck in [*decks, *assembly.decks()]
        for name, members in (deck.elsets if kind == "ELSET" else deck.nsets).items()
        if name not in deck.hidden
    ]
    owners: dict[str, set[str]] = defaultdict(set)
    for name, part, *_ in every:
        owners[name].add(part)
    return [
        (f"{instance}.{name}" if instance and len(owners[name]) > 1 else name, deck, name, members)
        for name, _, instance, deck, members in every
    ]


def _groups(assembly: Assembly, mesh: _Elements) -> dict[str, Ints]:
    found = ((name, mesh.rows(members)) for name, _, _, members in _named(assembly, "ELSET"))
    return {name: np.unique(rows) for name, rows in gathered(found).items() if len(rows)}


def _sections(assembly: Assembly, mesh: _Elements) -> dict[str, Ints]:
    """The ELSETs that a section gives a material to."""
    shown = {(id(deck), own): name for name, deck, own, _ in _named(assembly, "ELSET")}
    found = []
    for *_, deck in assembly.decks():
        for name, material in deck.sections.items():
            rows = mesh.rows(deck.elsets.get(name, []))
            found.append((shown.get((id(deck), name), material), rows))
    return {name: np.unique(rows) for name, rows in gathered(found).items() if len(rows)}


def _facets(assembly: Assembly, mesh: _Elements) -> dict[str, Ints]:
    """Facets by name: of surfaces, of facet elements in ELSETs, and between the nodes of NSETs."""
    found = [(name, mesh.low(members)) for name, _, _, members in _named(assembly, "ELSET")]
    named = {name: corners for name, corners in gathered(found).items() if len(corners)}
    surfaces = [assembly.whole, *(deck for *_, deck in assembly.decks())]
    taken = {name for deck in surfaces for name in deck.surfaces}
    every = _all_faces(mesh)
    between = [
        (name, every[np.isin(mesh.nodes, members)[every].all(axis=1)])
        for name, _, own, members in _named(assembly, "NSET")
        if own not in taken
    ]
    named = gathered(between) | named
    sides: list[tuple[str, Ints]] = []
    for deck in {id(deck): deck for deck in surfaces}.values():
        for name, faces in deck.surfaces.items():
            sides += ((name, corners) for corners in _surface(assembly, deck, mesh, faces))
    return named | gathered(sides)


def _all_faces(mesh: _Elements) -> Ints:
    parts = [
        nodes[:, list(corners)] for shape, nodes in mesh.blocks for corners in SHAPES[shape].faces
    ]
    return gathered(("", part) for part in parts)[""]


def _surface(
    assembly: Assembly, deck: Deck, mesh: _Elements, faces: list[tuple[str, str]]
) -> list[Ints]:
    """Corners of the faces of a surface; none of them is an empty array."""
    found = [np.empty((0, mesh.dimension), np.int64)]
    shift = 0
    for instance, _, other in assembly.decks():
        shift = assembly.shift(instance) if other is deck and assembly.instances else shift
    for where, label in faces:
        if deck is assembly.whole:
            members = assembly.find("ELSET", where)
        else:
            name = deck.name(where)
            members = [int(where) + shift] if where.isdigit() else deck.elsets.get(name, [])
        rows, first = mesh.rows(members), 0
        for shape, nodes in mesh.blocks:
            here = rows[(rows >= first) & (rows < first + len(nodes))] - first
            first += len(nodes)
            every = SHAPES[shape].faces if not label else [face(shape, label)]
            found += [nodes[here][:, list(corners)] for corners in every if corners]
        if label in _SHELL_SIDES:
            found.append(mesh.low(members))
    return found
