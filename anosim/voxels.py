"""Conforming tetrahedra from a grid of boxes."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError
from anosim.meshes import Floats, Ints, Mesh


def split_voxels(
    labels: NDArray[np.integer], phases: Mapping[str, int], voxel: Sequence[float]
) -> Mesh:
    """The mesh of every voxel of a label image as six tetrahedra: exact, conforming, staircased.

    Args:
        labels: shape (z, y, x).
        phases: label of each phase by its name; those without a voxel are left out.
        voxel: size of a voxel along (z, y, x), m.

    Raises:
        MeshError: a label that no phase has.
    """
    here = {name: label for name, label in phases.items() if np.any(labels == label)}
    index = np.full(labels.shape, -1, dtype=np.int32)
    for rank, label in enumerate(here.values()):
        index[labels == label] = rank
    if index.min() < 0:
        missing = np.unique(labels[index < 0]).tolist()
        raise MeshError(f"labels {missing} of the image belong to no phase")
    z, y, x = (np.arange(n + 1) * size for n, size in zip(labels.shape, voxel, strict=True))
    return split_grid((x, y, z), index, tuple(here))


def split_grid(
    lines: tuple[Floats, Floats, Floats], phase: NDArray[np.integer], phases: tuple[str, ...]
) -> Mesh:
    """The mesh of every box between grid lines as six tetrahedra around one diagonal.

    The diagonals of all faces run from their lowest to their highest corner, so that boxes match
    their neighbours and opposite sides match each other. Source: Kuhn, IBM J. Res. Dev. 4 (1960)
    518.

    Args:
        lines: ascending places of the grid lines along x, y and z, m.
        phase: index into ``phases`` of each box, shape (n_z, n_y, n_x).
        phases: names.
    """
    shape = tuple(len(line) for line in lines[::-1])
    node: Ints = np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
    z, y, x = np.meshgrid(*lines[::-1], indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)
    first, steps = node[:-1, :-1, :-1].ravel(), (1, shape[2], shape[2] * shape[1])
    cells = np.empty((first.size, 6, 4), dtype=np.int64)
    for rank, (a, b, _) in enumerate(permutations(range(3))):
        way = [0, steps[a], steps[a] + steps[b], sum(steps)]
        if (b - a) % 3 == 2:  # an odd permutation turns the other way
            way[2], way[3] = way[3], way[2]
        for corner, step in enumerate(way):
            cells[:, rank, corner] = first + step
    sides: dict[str, Ints] = {
        "left": node[:, :, 0],
        "right": node[:, :, -1],
        "top": node[:, 0],
        "bottom": node[:, -1],
        "front": node[0],
        "back": node[-1],
    }
    return Mesh(
        points=points,
        cells=cells.reshape(-1, 4),
        cell_phase=np.repeat(phase.ravel(), 6),
        phases=phases,
        sides={name: _halves(grid) for name, grid in sides.items()},
    )


def _halves(node: Ints) -> Ints:
    """Two triangles for each square of a grid of nodes, shape (n, 3)."""
    a, b, c, d = node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]
    return np.concatenate([np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
