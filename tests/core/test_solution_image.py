"""The concentration on an image's voxels."""

import numpy as np
import pytest
from plain_meshes import half_ring, of_pixels

import anosim
from anosim import Concentration, Diffusion, Material, Microstructure, Solution
from anosim.errors import InputError
from anosim.testing import box
from anosim.voxels import split_grid

LABELS = np.array([[0, 0, 1, 1, 1], [0, 1, 1, 1, 0], [0, 1, 1, 0, 0]])
FIELD = {
    1: lambda *x: 3.0 + 2.0 * x[0] - x[1] + 0.5 * x[-1],
    2: lambda *x: 3.0 + x[0] * x[1] - x[-1] ** 2 + 0.5 * x[0],
}


def steady(mesh, phase, order, side="left"):
    """A solution that is a polynomial of the elements' order."""
    problem = Diffusion(mesh, {phase: Material(1.0)}, {side: Concentration(1.0)}, until="inf")
    domain = problem.domain(order)
    return Solution.from_steady_state(problem, domain, FIELD[order](*domain.points.T))


@pytest.mark.parametrize("order", [1, 2])
def test_every_pixel_has_its_own_value(order):
    found = steady(of_pixels(LABELS, ("a", "b"), 0.5), "a", order)
    image = Microstructure(LABELS, {"a": 0, "b": 1}, 0.5)
    values = found.image(over=image)
    assert (values.shape, values.dtype) == ((1, 3, 5), np.float32)
    y, x = (np.indices(LABELS.shape) + 0.5) * 0.5
    expected = np.where(LABELS == 0, FIELD[order](x, y), np.nan)
    assert values[0] == pytest.approx(expected, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("order", [1, 2])
def test_every_voxel_has_its_own_value(order):
    labels = np.stack([LABELS, LABELS.T[:3, :3].repeat(2, axis=1)[:, :5]])
    grid = (np.arange(6) * 0.5, np.arange(4) * 0.25, np.arange(3) * 2.0)
    found = steady(split_grid(grid, labels, ("a", "b")), "a", order)
    image = Microstructure(labels, {"a": 0, "b": 1}, (2.0, 0.25, 0.5))
    z, y, x = ((np.indices(labels.shape).T + 0.5) * [2.0, 0.25, 0.5]).T
    expected = np.where(labels == 0, FIELD[order](x, y, z), np.nan)
    assert found.image(over=image)[0] == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_several_times_are_as_at_points():
    """On a mesh that is no grid, with the voxels that anosim.mesh remembers."""
    y, x = np.mgrid[0:20, 0:30]
    anode = Microstructure((np.hypot(x - 15, y - 10) < 6).astype(int), {"pore": 0, "sei": 1}, 1e-7)
    mesh = anosim.mesh(anode)
    problem = Diffusion(
        mesh, {"pore": Material(1e-13)}, {"left": Concentration(1000.0)}, until=20.0
    )
    solution = anosim.solve(problem)
    times = [0.5, "20 s"]
    places = np.stack([x, y], axis=-1).reshape(-1, 2) * 1e-7 + 5e-8
    values = solution.image(times)
    assert values.shape == (2, 20, 30)
    assert values.reshape(2, -1) == pytest.approx(
        solution.at(places, times), rel=1e-5, abs=1e-4, nan_ok=True
    )
    assert np.isnan(values[:, 8:12, 13:17]).all()
    assert np.array_equal(values, solution.image(times, over=anode), equal_nan=True)


def test_bent_cells():
    ring = half_ring()
    shifted = anosim.Mesh(
        ring.points + np.array([2.0, 0.0]), ring.cells, ring.cell_phase, ring.phases, ring.sides
    )
    found = steady(shifted, "shell", 2, "right")
    image = Microstructure(np.indices((40, 80)).sum(axis=0) % 2, {"a": 0, "b": 1}, 0.05)
    values = found.image(over=image)[0]
    y, x = (np.indices(values.shape) + 0.5) * 0.05
    r = np.hypot(x - 2.0, y)
    inside = (r > 1.001) & (r < 1.999)
    assert np.isfinite(values[inside]).all()
    assert np.isnan(values[(r < 0.999) | (r > 2.001)]).all()
    assert values[inside] == pytest.approx(FIELD[2](x, y)[inside], rel=3e-2)
    places = np.stack([x, y], axis=-1)[inside][::97]
    assert values[inside][::97] == pytest.approx(found.at(places)[0], rel=1e-6)


def test_another_image_is_refused():
    found = steady(of_pixels(LABELS, ("a", "b"), 0.5), "a", 1)
    with pytest.raises(InputError, match=r"give it, solution.image\(times, over=image\)"):
        found.image()
    with pytest.raises(InputError, match=r"the image covers 0 to 10 m by 0 to 6 m, the mesh"):
        found.image(over=Microstructure(LABELS, {"a": 0, "b": 1}, 2.0))
    volume = steady(box(), "all", 1)
    with pytest.raises(InputError, match=r"shape \(3, 5\), the mesh 3 dimensions"):
        volume.image(over=Microstructure(LABELS, {"a": 0, "b": 1}, 0.5))
