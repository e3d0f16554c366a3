"""Unstructured grids in pieces, as processes of a parallel program write them, joined."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anosim.errors import MeshError, listing
from anosim.formats.meshes.vtk import Grid

_GHOSTS = "vtkGhostType"
_DROPPED = 1 | 2 | 32
"""Bits of ghost cells that are another piece's, refined, or hidden; of points the first two."""


def joined(grids: Sequence[Grid]) -> Grid:
    """One grid of all pieces, of several without ghost cells and with equal points as one.

    Cell data count that all pieces have; names and boundaries are those of the first piece.

    Raises:
        MeshError: no piece.
    """
    if not grids:
        raise MeshError("the file has no piece with cells")
    if len(grids) == 1:
        return grids[0]
    grids = [_without_ghosts(grid) for grid in grids]
    first, *others = grids
    before = np.cumsum([0, *(len(grid.points) for grid in grids)])
    points, place = np.unique(
        np.concatenate([grid.points for grid in grids]), axis=0, return_inverse=True
    )
    ends = np.cumsum([0, *(len(grid.connectivity) for grid in grids)])
    nodes = [grid.connectivity + start for grid, start in zip(grids, before, strict=False)]
    for grid in grids:
        if np.any((grid.connectivity < 0) | (grid.connectivity >= len(grid.points))):
            raise MeshError(f"a cell refers to a point outside 0 to {len(grid.points) - 1}")
    names = [name for name in first.data if all(name in grid.data for grid in others)]
    some = sorted({name for grid in grids for name in grid.data} - {*names, _GHOSTS})
    if some:
        warnings.warn(
            f"the cell data {listing(some)} are in some of the {len(grids)} pieces only and are "
            "left out",
            UserWarning,
            stacklevel=2,
        )
    return replace(
        first,
        points=points,
        connectivity=place.ravel()[np.concatenate(nodes)],
        offsets=np.concatenate([g.offsets + n for g, n in zip(grids, ends, strict=False)]),
        types=np.concatenate([grid.types for grid in grids]),
        data={name: np.concatenate([g.data[name].ravel() for g in grids]) for name in names},
        boundary_table=np.empty(0, np.int64),
    )


def _without_ghosts(grid: Grid) -> Grid:
    ghosts = grid.data.get(_GHOSTS)
    count = len(grid.types)
    if ghosts is None or ghosts.size != count or ghosts.dtype.kind not in "iu":
        return grid
    kept = (ghosts.ravel().astype(np.int64) & _DROPPED) == 0
    return grid if kept.all() else _part(grid, kept)


def _part(grid: Grid, kept: NDArray[np.bool_]) -> Grid:
    sizes = np.diff(np.concatenate([[0], grid.offsets]))
    count = len(grid.types)
    return replace(
        grid,
        connectivity=grid.connectivity[: grid.offsets[-1]][np.repeat(kept, sizes)],
        offsets=np.cumsum(sizes[kept]),
        types=grid.types[kept],
        data={
            name: a.reshape(count, -1)[kept].ravel()
            for name, a in grid.data.items()
            if a.size and a.size % count == 0
        },
    )
