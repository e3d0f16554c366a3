"""Meshes for the tests of mesh files, and what must be the same after writing and reading."""

import numpy as np
from hypothesis import strategies as st

from anosim import Mesh
from anosim.testing import box, rectangle
from anosim.topology import EDGES

ENDINGS = (".msh", ".xdmf", ".vtu", ".vtkhdf", ".inp", ".nas", ".bdf", ".mphtxt")
PHASES = ("pore", "größe 2", 'a "b", 50%41')
DIGITS = {".nas": 1e-10, ".bdf": 1e-10}
"""Of the mesh's size, where a format has fewer digits than a double."""


def strips(phases=PHASES):
    """Three phases side by side."""
    return rectangle(3e-6, 1e-6, (6, 4), phases=phases, cuts=(1e-6, 2e-6))


def slabs(phases=PHASES):
    """The same in space."""
    return box((3e-6, 1e-6, 0.5e-6), (3, 2, 1), phases=phases, cuts=(1e-6, 2e-6))


def sample(dimension, order, phases=PHASES):
    """``strips`` or ``slabs``, of order 2 with bent edges."""
    mesh = strips(phases) if dimension == 2 else slabs(phases)
    return mesh if order == 1 else bent(mesh)


def bent(mesh, share=0.1):
    """The same mesh of order 2, its inner edges bent by a share of their length."""
    ends = mesh.points[mesh.edges.vertices]
    along = ends[:, 1] - ends[:, 0]
    if mesh.dimension == 2:
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    else:
        across = np.cross(along, [0.2, 0.5, 0.3])
    outer = mesh.facets.vertices[mesh.facets.cells[:, 1] < 0]
    sides = outer[:, np.array(EDGES[mesh.dimension - 1])].reshape(-1, 2)
    across[mesh.edges.find(sides)] = 0.0
    middles = ends.mean(axis=1) + share * across
    points = np.vstack([mesh.points, middles])
    cells = np.hstack([mesh.cells, len(mesh.points) + mesh.edges.of_cell])
    return Mesh(points, cells, mesh.cell_phase, mesh.phases, mesh.sides)


def corners(facets):
    """Facets as what no order of theirs or of their corners changes."""
    return {tuple(row) for row in np.sort(facets, axis=1).tolist()}


def assert_same(found, mesh, digits=0.0):
    """Points, cells, phases and sides, in the same order."""
    assert found.phases == mesh.phases
    assert np.array_equal(found.cells, mesh.cells)
    assert np.array_equal(found.cell_phase, mesh.cell_phase)
    off = np.abs(found.points - mesh.points).max()
    assert off <= digits * np.ptp(mesh.points, axis=0).max()
    sides = {name: corners(facets) for name, facets in mesh.sides.items() if len(facets)}
    assert {name: corners(facets) for name, facets in found.sides.items()} == sides
    assert list(found.interfaces) == list(mesh.interfaces)


def shapes(mesh):
    """What no numbering changes: phase and place of each cell and side, to a millionth."""
    unit = np.ptp(mesh.points) * 1e-6
    middle = np.round(mesh.points[mesh.cells].mean(axis=1) / unit).astype(int)
    cells = [(mesh.phases[p], *m) for p, m in zip(mesh.cell_phase, middle.tolist(), strict=True)]
    sides = {
        name: sorted(np.round(mesh.points[pairs].mean(axis=1) / unit).astype(int).tolist())
        for name, pairs in mesh.sides.items()
    }
    return sorted(cells), sides


NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=9)


@st.composite
def meshes(draw):
    """Parts of a bent grid, with holes and cells in any order, of phases and sides of any name."""
    nx, ny = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    size = draw(st.floats(1e-9, 1e3))
    grid = rectangle(nx * size, 1.3 * ny * size, (nx, ny), grading=1.5)
    if draw(st.booleans()):
        grid = box((nx * size, 1.3 * ny * size, 0.8 * size), (nx, ny, 1))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    kept = rng.permutation(len(grid.cells))[: rng.integers(1, len(grid.cells) + 1)]
    used, cells = np.unique(grid.cells[kept], return_inverse=True)
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    phase = rng.integers(0, len(names), len(kept))
    present, phase = np.unique(phase, return_inverse=True)
    phases = tuple(names[rank] for rank in present)
    bare = Mesh(grid.points[used], cells.reshape(len(kept), -1), phase, phases)
    outer = bare.facets.vertices[bare.facets.cells[:, 1] < 0]
    named = draw(st.lists(NAMES.filter(lambda n: "|" not in n), max_size=3, unique=True))
    which = rng.integers(0, 4, len(outer))
    sides = {name: outer[which == k] for k, name in enumerate(named) if (which == k).any()}
    mesh = Mesh(bare.points, bare.cells, phase, phases, sides)
    return bent(mesh, 0.05) if draw(st.booleans()) else mesh
