"""Second-order triangles: the sides along smoothed boundaries bend through their midpoints."""

import numpy as np
from numpy.typing import NDArray

from anosim.curved import cross, distortion
from anosim.meshes import Mesh
from anosim.topology import Edges, edges_of, facets_of
from anosim_geometry.curves import Curves
from anosim_geometry.gmsh_fill import Triangles
from anosim_geometry.network import OUTSIDE, Network
from anosim_geometry.smoothing import restoring_shift

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_BULGE = 0.15
"""The most that a side leaves its chord, in lengths of the chord."""
LEAST_RATIO = 0.5
"""Smallest over largest Jacobian that a bent triangle may have."""
AREA_PASSES = 4
ROUNDS = 12
PART_ROUNDS = 4
"""Of finding how far sides may bend and where their ends then have to be."""


def bent(
    network: Network, smooth: Curves, curves: Curves, triangles: Triangles
) -> tuple[Curves, Triangles, Floats]:
    """The triangles with their boundary points so placed that bent sides enclose the right areas.

    A polygon through points of a convex boundary was blown up to the area of the pixels; bent
    sides bulge beyond it, so its points go back.

    Args:
        network: the regions on either side of each arc.
        smooth: the smooth arcs, whose areas are wanted.
        curves: the segments of the mesh; their points are the first ones of the triangles.
        triangles: the straight triangles.

    Returns:
        Segments and triangles with moved points, and from the middle of each segment to its
        midpoint, shape (n_segments, 2).
    """
    inside = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    nodes = np.unique(smooth.ends)  # the first points of the segments
    is_node = np.zeros(len(curves.points), dtype=np.bool_)
    is_node[: len(nodes)] = network.is_node[nodes]
    held = is_node.copy()
    held[curves.segments[~inside[curves.arc]]] = True
    edges = edges_of(triangles.cells)
    sides = edges.find(curves.segments)
    points, part = triangles.points.copy(), np.ones((len(curves.segments), 1))
    for _ in range(PART_ROUNDS):
        moved = curves
        for _ in range(AREA_PASSES):
            bulge = part * bulges(moved, inside, is_node)
            shift = restoring_shift(moved, smooth, held, gained=bulge_areas(moved, bulge))
            moved = moved.moved(moved.points + shift)
        valid = _where_valid(curves, moved, triangles, is_node)
        bulge = part * bulges(valid, inside, is_node)
        points[: len(valid.points)] = valid.points
        full = np.zeros((len(edges.vertices), 2))
        full[sides] = bulge
        bearable = _bearable(points, triangles.cells, edges, full)[sides]
        if np.all(bearable == 1.0):
            break
        part *= bearable[:, None]  # and the points go where the area is right again
    return valid, Triangles(points, triangles.cells, triangles.region), bulge


def bulges(curves: Curves, inside: Bools, is_node: Bools) -> Floats:
    """From each segment's middle to the midpoint that bends it, shape (n_segments, 2).

    Arcs bend along a cubic through their points with tangents from neighbour to neighbour, and
    straighten out towards nodes; the border of the image does not bend.
    """
    tail, head = curves.segments.T
    chord = curves.points[head] - curves.points[tail]
    tangent = np.zeros_like(curves.points)
    length = np.zeros(len(curves.points))
    for end in (tail, head):
        np.add.at(tangent, end, chord)
        np.add.at(length, end, curves.lengths)
    tangent = tangent / np.maximum(length, 1e-300)[:, None]
    first, second = (tangent[end] * curves.lengths[:, None] for end in (tail, head))
    first = np.where(is_node[tail][:, None], (3.0 * chord - second) / 2.0, first)
    second = np.where(is_node[head][:, None], (3.0 * chord - first) / 2.0, second)
    bulge = (first - second) / 8.0
    straight = ~inside[curves.arc] | (is_node[tail] & is_node[head])
    bulge[straight] = 0.0
    size = np.hypot(*bulge.T)
    return np.asarray(
        bulge * np.minimum(1.0, MOST_BULGE * curves.lengths / np.maximum(size, 1e-300))[:, None]
    )


def bulge_areas(curves: Curves, bulge: Floats) -> Floats:
    """Area that bending gives the region on the left of each arc, shape (n_arcs,)."""
    tail, head = curves.segments.T
    chord = curves.points[head] - curves.points[tail]
    return np.asarray(np.add.reduceat(-2.0 / 3.0 * cross(chord, bulge), curves.first[:-1]))


def second_order(mesh: Mesh, curves: Curves, bulge: Floats) -> Mesh:
    """The mesh with midpoints: on straight sides in the middle, on segments bent by the bulge.

    Where a triangle would be too distorted its sides bend less.

    Args:
        mesh: straight triangles.
        curves: segments between its points.
        bulge: from each segment's middle to its midpoint, m, shape (n_segments, 2).
    """
    edges = mesh.edges
    full = np.zeros((len(edges.vertices), 2))
    full[edges.find(curves.segments)] = bulge
    part = _bearable(mesh.points, mesh.cells, edges, full)
    middle = mesh.points[edges.vertices].mean(axis=1)
    return Mesh(
        points=np.concatenate([mesh.points, middle + part[:, None] * full]),
        cells=np.hstack([mesh.cells, len(mesh.points) + edges.of_cell]),
        cell_phase=mesh.cell_phase,
        phases=mesh.phases,
        sides=mesh.sides,
    )


def _bearable(points: Floats, cells: Ints, edges: Edges, full: Floats) -> Floats:
    """The share of its bulge with which each edge distorts no triangle, shape (n_edges,)."""
    middle = points[edges.vertices].mean(axis=1)
    part = np.ones(len(middle))
    nodes = np.concatenate([points[cells], middle[edges.of_cell]], axis=1)
    suspects = np.flatnonzero(np.any(full[edges.of_cell] != 0.0, axis=(1, 2)))
    for _ in range(ROUNDS):
        nodes[suspects, 3:] = (middle + part[:, None] * full)[edges.of_cell[suspects]]
        bad = suspects[distortion(nodes[suspects]) < LEAST_RATIO]
        if len(bad) == 0:
            return part
        part[np.unique(edges.of_cell[bad])] *= 0.5
    part[np.unique(edges.of_cell[bad])] = 0.0
    return part


def _where_valid(curves: Curves, moved: Curves, triangles: Triangles, is_node: Bools) -> Curves:
    """The moved points, but where a triangle would suffer those of the arc as they were."""
    cells = triangles.cells
    edges = facets_of(cells)
    of_segment = edges.cells[edges.find(curves.segments)]
    of_point = np.zeros(len(curves.points), dtype=np.int64)
    of_point[curves.segments[:, 0]] = curves.arc
    before = _doubled_areas(triangles.points, cells)
    points, now = triangles.points.copy(), moved.points.copy()
    for _ in range(ROUNDS):
        points[: len(now)] = now
        bad = _doubled_areas(points, cells) < 0.5 * before
        if not bad.any():
            return curves.moved(now)
        corners = np.unique(cells[bad])
        corners = corners[corners < len(now)]
        beside = np.append(bad, False)[of_segment].any(axis=1)  # the last: no cell, the border
        arcs = np.union1d(curves.arc[beside], of_point[corners[~is_node[corners]]])
        back = np.unique(curves.segments[np.isin(curves.arc, arcs)])
        now[back] = curves.points[back]
    return curves


def _doubled_areas(points: Floats, cells: Ints) -> Floats:
    a, b, c = (points[cells[:, i]] for i in range(3))
    return cross(b - a, c - a)
