"""What a solution in space says: points, regions, particle surfaces, distances, files."""

import numpy as np
import pytest
from bent_meshes import bent_box

from anosim import (
    Ball,
    Box,
    Concentration,
    Diffusion,
    Disc,
    Flux,
    Mask,
    MassTransfer,
    Material,
    Solution,
)
from anosim.clipping import region_weights
from anosim.domain import Domain
from anosim.errors import InputError, UnsupportedError
from anosim.formats import vtkhdf
from anosim.geodesic import distance
from anosim.testing import box
from anosim.voxels import split_voxels


def of_values(mesh, function, order=1, conditions=None, phases=None):
    """A steady solution with the values of a function of x, y and z."""
    names = phases or mesh.phases
    problem = Diffusion(
        mesh,
        {name: Material(1.0) for name in names},
        conditions or {"left": Concentration(1.0)},
        until="inf",
    )
    domain = problem.domain(order)
    return Solution.from_steady_state(problem, domain, function(*domain.points.T))


@pytest.mark.parametrize("order", [1, 2])
def test_points_in_space_are_found_and_interpolated(order):
    mesh = box((2.0, 1.0, 3.0), (7, 5, 9))
    points = np.random.default_rng(2).uniform([-0.1, -0.1, -0.1], [2.1, 1.1, 3.1], (2000, 3))
    inside = np.all((points >= 0) & (points <= [2.0, 1.0, 3.0]), axis=1)
    x, y, z = points[inside].T
    found = of_values(mesh, lambda x, y, z: 1 + x - 2 * y + 3 * z, order).at(points)[0]
    assert np.array_equal(np.isnan(found), ~inside)
    assert found[inside] == pytest.approx(1 + x - 2 * y + 3 * z, abs=1e-12)
    at_nodes = of_values(mesh, lambda x, y, z: x * z, order)
    assert at_nodes.at(mesh.points)[0] == pytest.approx(mesh.points[:, 0] * mesh.points[:, 2])


def test_points_in_bent_cells_are_found():
    solution = of_values(bent_box(), lambda x, y, z: x + 2 * y - z, 2)
    points = np.random.default_rng(3).uniform(0.0, 1.0, (500, 3))
    assert solution.at(points)[0] == pytest.approx(points @ [1, 2, -1], abs=1e-3)
    corners = solution.at(solution.domain.mesh.points[:64])[0]
    assert corners == pytest.approx(solution.domain.mesh.points[:64] @ [1, 2, -1], abs=1e-6)


@pytest.mark.parametrize("bent", [False, True])
def test_volumes_of_regions_in_space(bent):
    mesh = bent_box(4) if bent else box((1.0, 1.0, 1.0), (5, 4, 3))
    domain = Domain.of(mesh, ["all"], 2)
    every = np.ones(len(domain.cells), dtype=bool)
    mask = np.zeros((3, 2, 4), dtype=bool)
    mask[0, 0, :2] = mask[1, 1, 1] = mask[2, 0, 3] = True
    regions = {
        Box((0.1, 0.73), (0.2, 0.9), (0.33, 2.0)): 0.63 * 0.7 * 0.67,
        Box((0.1, 0.73), (0.2, 0.9)): 0.63 * 0.7,
        Ball((0.5, 0.45, 0.6), 0.31): 4 / 3 * np.pi * 0.31**3,
        Ball((0.0, 0.0, 0.0), 0.9): np.pi / 6 * 0.9**3,
        Mask(mask, (1 / 3, 1 / 2, 1 / 4)): 4 / 24,
    }
    for region, volume in regions.items():
        found = region_weights(domain, region, every)
        assert found.sum() == pytest.approx(volume, rel=3e-3 if bent else 1e-3), region
    ball = region_weights(domain, Ball((0.5, 0.45, 0.6), 0.31), every)
    assert ball @ domain.points / ball.sum() == pytest.approx([0.5, 0.45, 0.6], rel=3e-4)


def test_regions_of_the_other_dimension_are_refused():
    space = of_values(box(), lambda x, y, z: x)
    with pytest.raises(InputError, match="Disc for the plane and Ball for space"):
        space.average(Disc((0.5, 0.5), 0.1))
    with pytest.raises(InputError, match="mesh is in 3 dimensions"):
        space.average(Mask(np.ones((2, 2), dtype=bool), 0.5))
    with pytest.raises(InputError, match=r"z = 0 to 1 m"):
        space.average(Box((2.0, 3.0), (0.0, 1.0)))
    assert space.average(Box((0.0, 0.5), (0.0, 1.0)))[0] == pytest.approx(0.25, rel=1e-9)


@pytest.mark.parametrize("order", [1, 2])
def test_surfaces_of_particles_in_space(order):
    labels = np.zeros((6, 6, 8), dtype=int)
    labels[1:3, 1:3, 1:3] = 1
    labels[4, 4, 5:7] = 1
    labels[4, 2, 6] = 1
    mesh = split_voxels(labels, {"sei": 0, "particle": 1}, (1.0, 1.0, 1.0))
    solution = of_values(mesh, lambda x, y, z: 2.0 + x, order, phases=["sei"])
    found = solution.surfaces(("particle", "sei"))
    assert len(found) == 3
    assert found.volume == pytest.approx([8.0, 1.0, 2.0])
    assert found.contact_size == pytest.approx([24.0, 6.0, 10.0])
    assert found.centroid[0] == pytest.approx([2.0, 2.0, 2.0])
    assert found.mean[0] == pytest.approx([4.0, 8.5, 8.0])
    assert found.lowest[0] == pytest.approx([3.0, 8.0, 7.0])
    assert found.highest[0] == pytest.approx([5.0, 9.0, 9.0])
    # four sides with x from 0 to 2, two ends: variance (16 / 3 + 8) / 24 about the mean
    assert found.spread[0, 0] == pytest.approx(np.sqrt((16 / 3 + 8) / 24))
    row = next(found.rows())
    assert row["volume_m3"] == pytest.approx(8.0)
    assert {"z_m", "contact_area_m2"} < set(row)


def test_extremes_of_quadratic_fields_on_facets_are_those_of_the_polynomial():
    from anosim.curved import shapes
    from anosim.surfaces import _extremes

    rng = np.random.default_rng(4)
    facets = rng.normal(size=(200, 6))
    s, t = np.meshgrid(np.linspace(0, 1, 201), np.linspace(0, 1, 201))
    at = np.stack([s[s + t <= 1], t[s + t <= 1]], axis=1)
    values = facets @ shapes(2, at).T
    low, high = _extremes(facets, 2)
    assert low == pytest.approx(values.min(axis=1), abs=2e-3)
    assert high == pytest.approx(values.max(axis=1), abs=2e-3)
    assert np.all(low <= values.min(axis=1) + 1e-12)


def test_geodesic_distance_in_space_goes_around_a_wall():
    labels = np.zeros((10, 10, 10), dtype=int)
    labels[:, :8, 5] = 1
    mesh = split_voxels(labels, {"open": 0, "wall": 1}, (0.1, 0.1, 0.1))
    domain = Domain.of(mesh, ["open"], 1)
    d = distance(domain, ["left"])
    x, y, _ = domain.points.T
    assert d[x < 0.55] == pytest.approx(x[x < 0.55], abs=1e-12)
    behind = (x > 0.95) & (y < 0.05)
    around = 0.5 + 0.1 + np.hypot(0.4, 0.8)
    assert np.all(d[behind] >= around * 0.999)
    assert d[behind] == pytest.approx(around, rel=0.06)


def test_fluxes_content_and_arrival_are_those_of_space():
    mesh = box((2e-6, 1e-6, 3e-6), (4, 2, 3))
    material = {"all": Material(1e-12, capacity=2.0)}
    from anosim import solve

    flow = solve(
        Diffusion(mesh, material, {"front": Flux(1e-4)}, until=1.0), order=1, tolerance=1e-6
    )
    assert flow.flux("front")[0] == pytest.approx(1e-4 * 2e-12, rel=1e-9, abs=0.0)  # mol/s
    assert flow.content()[0] == pytest.approx(1e-4 * 2e-12, rel=1e-9, abs=0.0)  # mol
    feed = Diffusion(mesh, material, {"back": MassTransfer(1e-5, 1000.0)}, until=100.0)
    fed = solve(feed, order=1, tolerance=1e-6)
    assert fed.content()[0] == pytest.approx(1000 * 2 * 6e-18, rel=1e-3, abs=0.0)
    times = fed.time_to(0.9)
    near, far = (fed.domain.points[:, 2] == z for z in (3e-6, 0.0))
    assert times[far].min() > times[near].max() > 0.0
    assert fed.average("all", 100.0)[0] == pytest.approx(1000.0, rel=1e-3)
    assert 0.0 < fed.resolved_from < 1.0


@pytest.mark.parametrize("order", [1, 2])
def test_vtkhdf_of_space_opens_in_pyvista(order, tmp_path):
    pyvista = pytest.importorskip("pyvista")
    solution = of_values(box((1.0, 2.0, 3.0), (2, 2, 2)), lambda x, y, z: x + z, order)
    vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf")
    grid = pyvista.read(tmp_path / "c.vtkhdf")
    assert grid.volume == pytest.approx(6.0)
    inside = grid.sample_over_line([0.1, 0.2, 0.3], [0.9, 1.8, 2.7], resolution=4)
    wanted = inside.points[:, 0] + inside.points[:, 2]
    assert inside["concentration"] == pytest.approx(wanted, abs=1e-4)


def test_what_is_only_for_the_plane_says_so():
    mesh = box()
    with pytest.raises(UnsupportedError, match="mesh of triangles"):
        _ = Domain.of(mesh, ["all"], 1).triangles
