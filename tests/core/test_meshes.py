import numpy as np
import pytest

from anosim import Mesh
from anosim.domain import Domain
from anosim.errors import InputError, MeshError
from anosim.geodesic import distance
from anosim.locate import locate
from anosim.testing import rectangle

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
TWO = np.array([[0, 1, 2], [0, 2, 3]])


def test_areas_interfaces_and_quality():
    mesh = Mesh(SQUARE, TWO, [0, 1], ("a", "b"))
    assert dict(mesh.phase_volumes) == {"a": 0.5, "b": 0.5}
    assert {name: edges.tolist() for name, edges in mesh.interfaces.items()} == {
        ("a", "b"): [[0, 2]]
    }
    assert mesh.boundary(("b", "a"))[0] == ("a", "b")
    assert np.sort(mesh.angles, axis=1) == pytest.approx(np.array([[45, 45, 90]] * 2))
    height = np.sqrt(3) / 2
    assert Mesh([[0, 0], [1, 0], [0.5, height]], [[0, 1, 2]], [0], ("a",)).quality == pytest.approx(
        1
    )


def test_a_mesh_turned_over_as_a_whole_is_turned_back():
    assert Mesh(SQUARE, TWO[:, ::-1], [0, 0], ("a",)).volumes == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"cells": [[0, 1, 2], [0, 3, 2]]}, MeshError, "turned over against the others"),
        ({"cells": [[0, 1, 1], [0, 2, 3]]}, MeshError, "has no area"),
        ({"cells": [[0, 1, 9], [0, 2, 3]]}, MeshError, "outside 0 to 3"),
        ({"cells": [[0, 1, 2]], "cell_phase": [0]}, MeshError, "belong to no cell"),
        ({"cell_phase": [0]}, MeshError, "expected (2,)"),
        ({"cell_phase": [0, 2]}, InputError, "goes up to 2"),
        ({"phases": ("a", "b", "c")}, InputError, "'c' has no cell"),
        ({"phases": ("a", "a")}, InputError, "twice"),
        ({"sides": {"left": [[0, 2]]}}, InputError, "not on the outer boundary"),
        ({"points": [[0, 0, 0]]}, MeshError, "expected (n_cells, 4 or 10)"),
    ],
)
def test_arrays_that_make_no_mesh_are_refused(change, error, says):
    arrays = {"points": SQUARE, "cells": TWO, "cell_phase": [0, 1], "phases": ("a", "b")}
    with pytest.raises(error) as raised:
        Mesh(**{**arrays, **change})
    assert says in str(raised.value)


def test_an_edge_with_three_triangles_is_refused():
    points = [[0, 0], [1, 0], [0, 1], [0.2, 0.5], [0.3, 0.9]]
    mesh = Mesh(points, [[0, 1, 2], [0, 1, 3], [0, 1, 4]], [0, 0, 0], ("a",))
    with pytest.raises(MeshError, match="belongs to 3 triangles"):
        _ = mesh.edges


def test_unknown_names_say_what_there_is():
    mesh = rectangle(phases=("a", "b"), cuts=(0.5,))
    with pytest.raises(InputError, match=r"no side 'lef'; sides: 'left', 'right', 'top', 'bottom'"):
        mesh.boundary("lef")
    with pytest.raises(InputError, match=r"unknown phase 'c'; phases of the mesh: 'a', 'b'"):
        mesh.boundary(("a", "c"))


@pytest.mark.parametrize("order", [1, 2])
def test_weights_integrate_linear_and_quadratic_fields_exactly(order):
    mesh = rectangle(2.0, 1.0, (5, 3), grading=3.0)
    domain = Domain.of(mesh, ["all"], order)
    x, y = domain.points.T
    assert domain.weights() @ (1 + x) == pytest.approx(4.0, rel=1e-13)
    assert domain.boundary_weights("right") @ y == pytest.approx(0.5, rel=1e-13)
    if order == 2:
        assert domain.weights() @ (x * y) == pytest.approx(1.0, rel=1e-13)
        assert domain.boundary_weights("top") @ x**2 == pytest.approx(8 / 3, rel=1e-13)


def test_a_domain_has_only_the_edges_of_its_own_cells():
    mesh = rectangle(3.0, 1.0, (3, 1), phases=("a", "b", "c"), cuts=(1.0, 2.0))
    domain = Domain.of(mesh, ["a", "c"], 1)
    assert len(domain.cells) == 4
    assert len(domain.boundary_facets("top")) == 2
    assert len(np.unique(domain.part_of_node)) == 2
    reached = domain.reachable_from(["left"])
    assert reached.tolist() == (domain.points[:, 0] <= 1.0).tolist()
    with pytest.raises(InputError, match="no phase with a material touches 'right'"):
        Domain.of(mesh, ["a"], 1).boundary_facets("right")


def test_points_are_found_in_their_triangles():
    mesh = rectangle(2.0, 1.0, (37, 11), grading=20.0)
    corners = mesh.points[mesh.cells]
    rng = np.random.default_rng(1)
    points = rng.uniform([-0.1, -0.1], [2.1, 1.1], (5000, 2))
    cell, weights = locate(corners, points)
    inside = np.all((points >= 0) & (points <= [2.0, 1.0]), axis=1)
    assert np.array_equal(cell >= 0, inside)
    back = np.einsum("ni,nij->nj", weights[inside], corners[cell[inside]])
    assert back == pytest.approx(points[inside], abs=1e-13)
    assert weights[inside].min() > -1e-8
    at_nodes, _ = locate(corners, mesh.points)
    assert np.all(at_nodes >= 0)


def test_geodesic_distance_goes_around_what_is_not_domain():
    n = 40
    mesh = rectangle(1.0, 1.0, (n, n))
    x, y = mesh.points[mesh.cells].mean(axis=1).T
    wall = (np.abs(x - 0.5) < 0.05) & (y < 0.8)
    mesh = Mesh(mesh.points, mesh.cells, wall.astype(int), ("open", "wall"), mesh.sides)
    domain = Domain.of(mesh, ["open"], 1)
    d = distance(domain, ["left"])
    points = domain.points
    straight = points[:, 0] < 0.44
    assert d[straight] == pytest.approx(points[straight, 0], abs=1e-12)
    corner = np.flatnonzero(np.all(np.isclose(points, [1.0, 0.0]), axis=1))
    around = 0.45 + 0.1 + np.hypot(0.45, 0.8)
    assert d[corner] == pytest.approx(around, rel=0.02)
    assert np.all(d[corner] >= around * 0.999)
