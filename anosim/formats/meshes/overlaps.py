"""Whether cells that share no points lie on or in each other, as where parts were not joined."""

import numpy as np

from anosim.errors import MeshError
from anosim.locate import barycentric, locate
from anosim.meshes import CELLS, Floats, Ints, Mesh

_ON = 1e-6
"""Barycentric slack: a point this near to a facet lies on it."""
_BENT = 1e-6
"""Distance of a midpoint from its straight edge, as a share of the edge, in a bent cell."""
_SAMPLES = 8
"""Points of a part that tell whether it lies inside another."""


def check_apart(mesh: Mesh) -> None:
    """Refuse points on or in cells that they are no corner of.

    Looked at are the outer boundary, where hanging nodes and parts that are not joined are, and
    parts that lie whole inside others. Bent cells are left out: chords may cross narrow gaps.

    Raises:
        MeshError: there are some; with their number and the place of one.
    """
    outer = mesh.facets.cells[:, 1] < 0
    vertices = np.unique(mesh.facets.vertices[outer])
    cells = np.unique(mesh.facets.cells[outer, 0])
    found = [_points_in(mesh, vertices, cells[~_bent(mesh, cells)]), _contained(mesh)]
    inside = np.unique(np.concatenate(found))
    if len(inside):
        place = ", ".join(f"{x:.4g}" for x in mesh.points[inside[0]])
        many = len(inside)
        raise MeshError(
            f"{many} {'points lie' if many > 1 else 'point lies'} on or in "
            f"{CELLS[mesh.dimension][1]} that they are no corner of, one at ({place}) m: cells "
            "overlap or do not conform (hanging nodes, parts that are not joined or not cut out "
            "of each other); let the program that made the file mesh them together"
        )


def _points_in(mesh: Mesh, vertices: Ints, cells: Ints) -> Ints:
    """Those of the points that lie on or in one of the cells without being its corner."""
    from scipy.spatial import KDTree

    corners = mesh.corners[cells]
    at = mesh.points[corners]
    centre = at.mean(axis=1)
    radius = (1 + _ON) * np.linalg.norm(at - centre[:, None], axis=2).max(axis=1, initial=0.0)
    tree, found = KDTree(mesh.points[vertices]), [np.empty(0, np.int64)]
    for start in range(0, len(cells), 10_000):
        rows = slice(start, start + 10_000)
        near = tree.query_ball_point(centre[rows], radius[rows])
        cell = start + np.repeat(np.arange(len(near)), [len(points) for points in near])
        point = vertices[np.concatenate([*near, []]).astype(np.int64)]
        other = (corners[cell] != point[:, None]).all(axis=1)
        cell, point = cell[other], point[other]
        found.append(point[barycentric(at[cell], mesh.points[point]).min(axis=1) > -_ON])
    return np.unique(np.concatenate(found))


def _bent(mesh: Mesh, cells: Ints) -> Ints:
    """Whether each of the cells has an edge that is not straight."""
    if mesh.order == 1:
        return np.zeros(len(cells), dtype=np.bool_)
    edges = mesh.edges.of_cell[cells]
    ends = mesh.points[mesh.edges.vertices[edges]]
    off = mesh.points[mesh.midpoints[edges]] - ends.mean(axis=2)
    length = np.linalg.norm(ends[:, :, 1] - ends[:, :, 0], axis=2)
    return np.asarray((np.linalg.norm(off, axis=2) > _BENT * length).any(axis=1))


def _contained(mesh: Mesh) -> Ints:
    """A point of each part that lies whole inside the cells of another."""
    part_of = _parts(mesh)
    count = int(part_of.max()) + 1
    if count == 1:
        return np.empty(0, np.int64)
    order = np.argsort(part_of, kind="stable")
    ends = np.searchsorted(part_of[order], np.arange(count), side="right")
    rows = np.split(order, ends[:-1])
    points = [np.unique(mesh.corners[cells]) for cells in rows]
    low = np.array([mesh.points[own].min(axis=0) for own in points])
    high = np.array([mesh.points[own].max(axis=0) for own in points])
    found = list[int]()
    for outer in range(count):
        within = ((low >= low[outer]) & (high <= high[outer])).all(axis=1)
        for inner in np.flatnonzero(within & (np.arange(count) != outer)).tolist():
            own = points[inner]
            sample = own[np.linspace(0, len(own) - 1, _SAMPLES).astype(np.int64)]
            if _all_inside(mesh.points[mesh.corners[rows[outer]]], mesh.points[sample]):
                found.append(int(sample[0]))
    return np.array(found, dtype=np.int64)


def _all_inside(corners: Floats, points: Floats) -> bool:
    return bool((locate(corners, points)[0] >= 0).all())


def _parts(mesh: Mesh) -> Ints:
    """The connected part that each cell belongs to; parts share no points."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    corners = mesh.corners
    first = np.repeat(corners[:, 0], corners.shape[1] - 1)
    size, ones = len(mesh.points), np.ones(len(first), dtype=np.int8)
    links = coo_array((ones, (first, corners[:, 1:].ravel())), shape=(size, size))
    label = connected_components(links, directed=False)[1][corners[:, 0]]
    return np.asarray(np.unique(label, return_inverse=True)[1], dtype=np.int64)
