import numpy as np
import pytest

from anosim import Mesh
from anosim.curved import exact_rule, facet_rule, simplex_rule
from anosim.domain import Domain
from anosim.errors import InputError, MeshError
from anosim.testing import box
from anosim.topology import EDGES, FACETS
from anosim.voxels import split_voxels

CORNERS = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])


def of_second_order(mesh, move=lambda x: x):
    """The same mesh with midpoints, all points moved."""
    middles = mesh.points[mesh.edges.vertices].mean(axis=1)
    cells = np.hstack([mesh.cells, len(mesh.points) + mesh.edges.of_cell])
    points = move(np.vstack([mesh.points, middles]))
    return Mesh(points, cells, mesh.cell_phase, mesh.phases, mesh.sides)


def test_a_box_of_tetrahedra_has_its_volumes_sides_and_interfaces():
    mesh = box((3.0, 2.0, 1.0), (3, 2, 2), phases=("a", "b"), cuts=(1.0,))
    assert repr(mesh).startswith("<Mesh: 72 tetrahedra of order 1, 36 points")
    assert dict(mesh.phase_volumes) == pytest.approx({"a": 2.0, "b": 4.0}, rel=1e-14)
    assert list(mesh.interfaces) == [("a", "b")]
    assert len(mesh.interfaces["a", "b"]) == 8
    places = {"left": (0, 0.0), "right": (0, 3.0), "top": (1, 0.0), "bottom": (1, 2.0)}
    places |= {"front": (2, 0.0), "back": (2, 1.0)}
    for name, (axis, place) in places.items():
        assert np.all(mesh.points[mesh.sides[name]][..., axis] == place)
    outer = int(np.sum(mesh.facets.cells[:, 1] < 0))
    assert outer == sum(map(len, mesh.sides.values())) == 2 * 2 * (3 * 2 + 3 * 2 + 2 * 2)
    near, far = mesh.opposite("front", "back").T
    assert np.array_equal(mesh.points[near, :2], mesh.points[far, :2])


def test_facets_and_edges_are_numbered_once_and_found():
    mesh = box((1.0, 1.0, 1.0), (3, 4, 2))
    for parts, local in ((mesh.facets, FACETS[3]), (mesh.edges, EDGES[3])):
        for column, corners in zip(parts.of_cell.T, local, strict=True):
            given = np.sort(mesh.cells[:, corners], axis=1)
            assert np.array_equal(parts.vertices[column], given)
            assert np.array_equal(parts.find(given[:, ::-1]), column)
        assert len(np.unique(parts.vertices, axis=0)) == len(parts.vertices)
        assert np.all(parts.find(np.full((1, parts.vertices.shape[1]), 10**6)) == -1)
    n = [len(mesh.points), len(mesh.edges.vertices), len(mesh.facets.vertices), len(mesh.cells)]
    assert n[0] - n[1] + n[2] - n[3] == 1  # Euler
    for side in (0, 1):
        cell = mesh.facets.cells[:, side]
        there = cell >= 0
        of_cell = mesh.facets.of_cell[cell[there]]
        assert np.all((of_cell == np.flatnonzero(there)[:, None]).sum(axis=1) == 1)


def test_quality_and_dihedral_angles_of_known_tetrahedra():
    regular = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    mesh = Mesh(regular, [[0, 1, 2, 3]], [0], ("a",))
    assert mesh.quality == pytest.approx(1.0, rel=1e-14)
    assert mesh.angles == pytest.approx(np.degrees(np.arccos(1 / 3)), rel=1e-13)
    corner = Mesh(CORNERS, [[0, 1, 2, 3]], [0], ("a",))
    wanted = [90.0, np.degrees(np.arccos(1 / np.sqrt(3))), 90.0, 90.0]
    assert corner.angles[0] == pytest.approx([*wanted, wanted[1], wanted[1]])
    assert corner.quality[0] == pytest.approx(18 / 6 / np.sqrt(9 * 1.5), rel=1e-14)  # as Gmsh


def test_tetrahedra_turned_over_as_a_whole_are_turned_back():
    mesh = of_second_order(box((1.0, 1.0, 1.0), (2, 1, 1)), lambda x: x + 0.05 * np.sin(3 * x))
    turned = mesh.cells[:, [0, 2, 1, 3, 6, 5, 4, 7, 9, 8]]
    again = Mesh(mesh.points, turned, mesh.cell_phase, mesh.phases, mesh.sides)
    assert np.array_equal(again.cells, mesh.cells)
    assert np.array_equal(again.midpoints, mesh.midpoints)


def test_bent_tetrahedra_fill_what_they_are_mapped_to():
    def bulged(x):
        return x + np.stack([0.1 * x[:, 1] * (1 - x[:, 1]), 0 * x[:, 0], 0.2 * x[:, 0] ** 2], 1)

    mesh = of_second_order(box((1.0, 1.0, 1.0), (2, 2, 2)), bulged)
    assert mesh.volumes.sum() == pytest.approx(1.0, rel=1e-13)  # shears keep volumes
    assert np.all(mesh.quality > 0.2)
    domain = Domain.of(mesh, ["all"], 2)
    assert domain.weights().sum() == pytest.approx(1.0, rel=1e-12)
    flat = box((1.0, 1.0, 1.0), (2, 2, 2))
    assert domain.boundary_sizes("front").sum() > 1.001
    assert of_second_order(flat).quality == pytest.approx(flat.quality, rel=1e-13)
    with pytest.raises(MeshError, match="folds over itself"):
        of_second_order(flat, lambda x: x + 0.4 * np.sin(12 * x[:, [1, 2, 0]]))


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"cells": [[0, 2, 1, 3], [1, 2, 3, 4]]}, MeshError, "tetrahedron 0 near"),
        ({"cells": [[0, 1, 2], [1, 2, 3]]}, MeshError, "(n_cells, 4 or 10)"),
        ({"points": [[0, 0, 0]] * 5}, MeshError, "has no volume"),
        ({"sides": {"left": [[1, 2, 3]]}}, InputError, "a facet that is not on the outer"),
    ],
)
def test_arrays_that_make_no_mesh_in_space_are_refused(change, error, says):
    points, cells = np.vstack([CORNERS, [[1.0, 1, 1]]]), [[0, 1, 2, 3], [1, 2, 3, 4]]
    arrays = {"points": points, "cells": cells, "cell_phase": [0, 0], "phases": ("a",)}
    with pytest.raises(error) as raised:
        Mesh(**{**arrays, **change})
    assert says in str(raised.value)


def test_a_facet_with_three_tetrahedra_is_refused():
    points = np.vstack([CORNERS, [[0, 0, 2.0], [0.2, 0.2, 3.0]]])
    mesh = Mesh(points, [[0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 2, 5]], [0, 0, 0], ("a",))
    with pytest.raises(MeshError, match=r"points 0, 1 and 2 near \(.*\) m belongs to 3 tetra"):
        _ = mesh.facets


def test_voxels_become_conforming_tetrahedra_of_the_same_volume():
    labels = np.random.default_rng(5).integers(0, 3, (4, 5, 6))
    mesh = split_voxels(labels, {"a": 0, "b": 1, "none": 7, "c": 2}, (4e-8, 2e-8, 1e-8))
    assert mesh.phases == ("a", "b", "c")
    for label, volume in enumerate(mesh.phase_volumes.values()):
        assert volume == pytest.approx(np.sum(labels == label) * 8e-24, rel=1e-12, abs=0.0)
    assert mesh.points.max(axis=0) == pytest.approx([6e-8, 1e-7, 1.6e-7], rel=1e-12, abs=0.0)
    boundary = sum(map(len, mesh.sides.values()))
    assert boundary == np.sum(mesh.facets.cells[:, 1] < 0)
    faces = sum(np.sum(np.diff(labels, axis=axis) != 0) for axis in range(3))
    assert sum(map(len, mesh.interfaces.values())) == 2 * faces
    with pytest.raises(MeshError, match=r"labels \[2\] of the image belong to no phase"):
        split_voxels(labels, {"a": 0, "b": 1}, (1.0, 1.0, 1.0))


@pytest.mark.parametrize("order", [1, 2])
def test_weights_in_space_integrate_exactly(order):
    domain = Domain.of(box((2.0, 1.0, 3.0), (3, 2, 2)), ["all"], order)
    x, y, z = domain.points.T
    assert domain.weights() @ (1 + x + z) == pytest.approx(21.0, rel=1e-13)
    assert domain.boundary_weights("right") @ y == pytest.approx(1.5, rel=1e-13)
    assert domain.boundary_sizes("front").sum() == pytest.approx(2.0, rel=1e-13)
    if order == 2:
        assert domain.weights() @ (x * y) == pytest.approx(3.0, rel=1e-13)
        assert domain.boundary_weights("back") @ (x * y) == pytest.approx(1.0, rel=1e-13)
    nodes, products = domain.boundary_nodes("top"), domain.boundary_products("top")
    values = (x + z)[nodes]
    assert np.einsum("ei,eij,ej->", values, products, values) == pytest.approx(44.0, rel=1e-13)


def test_rules_are_exact_to_their_degree():
    from math import factorial

    rules = [(simplex_rule(3, n), 2 * n - 3) for n in (2, 4, 6)]
    rules += [(exact_rule(3, 1), 2), (exact_rule(3, 2), 6)]
    for (at, weights), degree in rules:
        for i in range(degree + 1):
            for j in range(degree + 1 - i):
                k = degree - i - j
                exact = factorial(i) * factorial(j) * factorial(k) / factorial(degree + 3)
                found = weights @ (at[:, 0] ** i * at[:, 1] ** j * at[:, 2] ** k)
                assert found == pytest.approx(exact, rel=1e-11, abs=0.0)
    at, weights = facet_rule(3)
    for i in range(7):
        exact = factorial(i) * factorial(6 - i) / factorial(8)
        assert weights @ (at[:, 0] ** i * at[:, 1] ** (6 - i)) == pytest.approx(exact, rel=1e-11)


def test_the_two_sides_of_a_split_interface_lie_on_each_other():
    mesh = box((1.0, 1.0, 1.0), (2, 2, 2), phases=("a", "b"), cuts=(0.5,))
    whole = Domain.of(mesh, ["a", "b"], 2)
    split = Domain.of(mesh, ["a", "b"], 2, [("a", "b")])
    here, there = (split.boundary_nodes(("b", "a"), phase) for phase in ("a", "b"))
    assert not np.intersect1d(here, there).size
    assert np.array_equal(split.points[here], split.points[there])
    assert len(split.points) == len(whole.points) + len(np.unique(here))


@pytest.mark.parametrize(("axes", "order", "ties"), [("z", 1, 12), ("z", 2, 35), ("xyz", 1, 36)])
def test_periodic_sides_in_space_are_joined_point_by_point(axes, order, ties):
    mesh = box((3.0, 2.0, 1.0), (3, 2, 2))
    domain = Domain.of(mesh, ["all"], order, periodic=axes)
    moved = np.flatnonzero(domain.twins != np.arange(len(domain.twins)))
    gap = domain.points[moved] - domain.points[domain.twins[moved]]
    extent = [3.0 if "x" in axes else 0.0, 2.0 if "y" in axes else 0.0, 1.0]
    assert np.all((gap == 0.0) | (gap == extent))
    free = len(domain.points) - len(moved)
    per_axis = [order * n + (axis not in axes) for n, axis in zip((3, 2, 2), "xyz", strict=True)]
    if order == 1:
        assert free == np.prod(per_axis)
    assert len(moved) == (ties if axes == "z" else len(mesh.points) - 12)
