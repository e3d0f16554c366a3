"""Six-node triangles: the published coated disc, on a mesh that Gmsh made of exact circles."""

import gmsh
import numpy as np
import pytest

from anosim import Concentration, Diffusion, MassTransfer, Material, Mesh, Solution, solve
from anosim.domain import Domain
from anosim.errors import MeshError

PHASES = ("core", "coat", "matrix")
CORE, COAT = 0.3, 0.45


def _coated_disc(size, order):
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Verbosity", 1)
        shapes = gmsh.model.occ
        square = shapes.addRectangle(-1, -1, 0, 2, 2)
        discs = [(2, shapes.addDisk(0, 0, 0, radius, radius)) for radius in (COAT, CORE)]
        shapes.fragment([(2, square)], discs)
        shapes.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        gmsh.option.setNumber("Mesh.ElementOrder", order)
        gmsh.model.mesh.generate(2)
        tags, coordinates, _ = gmsh.model.mesh.getNodes()
        nodes = np.concatenate(
            [gmsh.model.mesh.getElements(2, tag)[2][0] for _, tag in gmsh.model.getEntities(2)]
        )
    finally:
        gmsh.finalize()
    used, cells = np.unique(nodes, return_inverse=True)
    place = np.empty(int(tags.max()) + 1, dtype=int)
    place[tags] = np.arange(len(tags))
    points = coordinates.reshape(-1, 3)[place[used], :2]
    cells = cells.reshape(-1, 3 if order == 1 else 6)
    radius = np.hypot(*points[cells[:, :3]].mean(axis=1).T)
    phase = np.digitize(radius, [CORE, COAT])
    facets = Mesh(points, cells, phase, PHASES).facets
    outer = facets.vertices[facets.cells[:, 1] < 0]
    x = points[outer].mean(axis=1)[:, 0]
    sides = {"left": outer[np.isclose(x, -1)], "right": outer[np.isclose(x, 1)]}
    return Mesh(points, cells, phase, PHASES, sides)


@pytest.fixture(scope="module")
def bent():
    return _coated_disc(0.05, 2)


def _neutral(mesh):
    """Coated so that the field outside is c = x, as if no disc were there."""
    materials = {"core": 0.05, "coat": 1.0, "matrix": 0.426415094}
    return Diffusion(
        mesh,
        {name: Material(D) for name, D in materials.items()},
        {"left": Concentration(-1.0), "right": Concentration(1.0)},
        until="inf",
    )


def _error(solution):
    x = solution.domain.points
    outside = np.hypot(*x.T) > 1.01 * COAT
    return np.abs(solution.values()[0] - x[:, 0])[outside].max()


def test_neutral_inclusion_with_bent_elements(solver):
    assert _error(solve(_neutral(_coated_disc(0.02, 2)), solver=solver)) < 1e-6


def test_straight_elements_are_limited_by_their_polygon(bent, solver):
    straight = _error(solve(_neutral(_coated_disc(0.05, 1)), solver=solver))
    assert straight > 50 * _error(solve(_neutral(bent), solver=solver))


def test_areas_and_lengths_are_those_of_circles(bent):
    assert bent.phase_volumes["core"] == pytest.approx(np.pi * CORE**2, rel=1e-5)
    domain = Domain.of(bent, ["matrix"], 2)
    edge = domain.boundary_sizes(("coat", "matrix"))
    assert edge.sum() == pytest.approx(2 * np.pi * COAT, rel=1e-5)
    x = domain.points[:, 0]
    second = domain.boundary_weights(("coat", "matrix")) @ x**2
    assert second == pytest.approx(np.pi * COAT**3, rel=1e-4)
    assert domain.weights().sum() == pytest.approx(4 - np.pi * COAT**2, rel=1e-5)


@pytest.mark.parametrize("order", [1, 2])
def test_solvers_agree_on_bent_meshes(bent, order):
    problem = Diffusion(
        bent,
        {"coat": Material(0.1), "core": Material(0.01, capacity=3.0)},
        {("coat", "matrix"): MassTransfer(0.2, 1.0)},
        until=10.0,
    )
    a, b = (solve(problem, solver=name, order=order) for name in ("skfem", "fenicsx"))
    times = np.geomspace(0.1, 10.0, 5)
    assert np.abs(a.values(times) - b.values(times)).max() < 1e-9
    assert max(a.imbalance(times).max(), b.imbalance(times).max()) < 1e-9


def test_points_are_found_in_bent_cells(bent):
    domain = Domain.of(bent, ["core", "coat"], 2)

    def field(p):
        return 2.0 + p[:, 0] - 3.0 * p[:, 1]

    problem = Diffusion(
        bent,
        {name: Material(1.0) for name in domain.phases},
        {("coat", "matrix"): Concentration(1.0)},
        until="inf",
    )
    solution = Solution.from_steady_state(problem, domain, field(domain.points))
    angle = np.linspace(0, 2 * np.pi, 1000)
    for radius, inside in ((0.1, True), (0.3, True), (0.9999 * COAT, True), (1.001 * COAT, False)):
        points = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        values = solution.at(points)[0]
        assert np.isfinite(values).all() if inside else np.isnan(values).all()
        if inside:
            assert values == pytest.approx(field(points), abs=1e-9)


def test_a_midpoint_too_far_off_is_refused():
    points = np.array([[0, 0], [1, 0], [0, 1], [0.5, 0.6], [0.5, 0.5], [0, 0.5]])
    with pytest.raises(MeshError, match="folds over itself"):
        Mesh(points, [[0, 1, 2, 3, 4, 5]], [0], ("a",))


def test_cells_must_share_the_midpoint_of_an_edge():
    points = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    middles = [[0.5, 0], [1, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 1], [0, 0.5]]
    cells = [[0, 1, 2, 4, 5, 6], [0, 2, 3, 7, 8, 9]]
    mesh = Mesh(np.concatenate([points, middles]), cells, [0, 0], ("a",))
    with pytest.raises(MeshError, match="must share one midpoint"):
        _ = mesh.edges


def test_a_bent_mesh_turned_over_is_turned_back(bent):
    turned = Mesh(bent.points, bent.cells[:, [0, 2, 1, 5, 4, 3]], bent.cell_phase, PHASES)
    assert np.array_equal(turned.cells, bent.cells)
