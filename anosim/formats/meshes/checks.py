"""Whether the cells of a file make up a mesh: all turned one way, side by side, joined."""

import numpy as np

from anosim.curved import signed_volumes
from anosim.errors import MeshError
from anosim.meshes import CELLS, TURNED, Floats, Ints, Mesh
from anosim.quality import over_cells
from anosim.topology import EDGES, FACETS

_SAME = 1e-3
"""Distance of points at one place, as a share of the shortest outer edge."""


def turned_back(points: Floats, cells: Ints) -> Ints:
    """The cells, those that are turned over with their nodes in the other order.

    Raises:
        MeshError: coordinates whose volumes are no numbers.
    """
    dimension = points.shape[1]
    volume = over_cells(signed_volumes, points, cells[:, : dimension + 1])
    if not np.isfinite(volume).all():
        raise MeshError("the coordinates are too large to be lengths")
    over = volume < 0
    if not over.any():
        return cells
    cells = cells.copy()
    cells[over] = cells[over][:, TURNED[dimension][: cells.shape[1]]]
    return cells


def check_unfolded(mesh: Mesh) -> None:
    """Refuse two cells on the same side of the facet that they share.

    Raises:
        MeshError: cells overlap, or a facet has more than two.
    """
    facets = mesh.facets
    ways = [_odd(mesh.corners[:, part]) for part in FACETS[mesh.dimension]]
    odd = np.bincount(facets.of_cell.ravel(), weights=np.stack(ways, axis=1).ravel())
    folded = np.flatnonzero((facets.cells[:, 1] >= 0) & (odd != 1))
    if len(folded):
        middle = mesh.points[facets.vertices[folded[0]]].mean(axis=0)
        place = ", ".join(f"{x:.4g}" for x in middle)
        raise MeshError(f"two {CELLS[mesh.dimension][1]} near ({place}) m lie on each other")


def check_joined(mesh: Mesh) -> None:
    """Refuse points at one place on the outer boundary, as where parts were not merged.

    Raises:
        MeshError: there are some, or cells do not share the midpoint of an edge.
    """
    outer = mesh.facets.vertices[mesh.facets.cells[:, 1] < 0]
    points = mesh.points[np.unique(outer)]
    along = np.diff(mesh.points[outer[:, np.array(EDGES[mesh.dimension - 1])]], axis=2)
    step = _SAME * np.linalg.norm(along, axis=3).min()
    low = points.min(axis=0)
    for shift in (0.0, 0.5):  # two grids, for a pair that the lines of one divide
        boxes = np.floor((points - low) / step + shift)
        twice = len(points) - len(np.unique(boxes, axis=0))
        if twice:
            raise MeshError(
                f"{twice} points lie on others, so that the {CELLS[mesh.dimension][1]} there are "
                "not joined: merge coincident nodes in the program that made the file"
            )
    if mesh.order == 2:
        _ = mesh.edges  # it looks at the midpoints


def _odd(corners: Ints) -> Ints:
    """Whether an odd number of exchanges puts the corners of each row in ascending order."""
    count = np.zeros(len(corners), dtype=np.int64)
    for last in range(1, corners.shape[1]):
        for first in range(last):
            count += corners[:, first] > corners[:, last]
    return count % 2
