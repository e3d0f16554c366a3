import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from images import blobs, structure
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from anosim import measure
from anosim.errors import InputError


def brute(image, diffusivities, axis, convention):
    """The same by a sparse direct solve, with a tiny D where nothing conducts."""
    labels, voxel = image.labels, image.voxel
    d = np.full(labels.shape, 1e-13)
    for name, value in diffusivities.items():
        d[labels == image.phases[name]] = value
    d, voxel = np.moveaxis(d, axis, 0), [voxel[axis], *np.delete(voxel, axis)]
    number = np.arange(d.size).reshape(d.shape)
    volume = np.prod(voxel)
    rows, columns, values, right = [], [], [], np.zeros(d.size)

    def add(i, j, g):
        rows.extend([i, i]), columns.extend([i, j]), values.extend([g, -g])

    for k in range(d.ndim):
        a, b = (np.moveaxis(d, k, 0)[s] for s in (slice(-1), slice(1, None)))
        i, j = (np.moveaxis(number, k, 0)[s].ravel() for s in (slice(-1), slice(1, None)))
        g = (2 * a * b / (a + b)).ravel() * volume / voxel[k] ** 2
        add(i, j, g), add(j, i, g)
    half = 2 * volume / voxel[0] ** 2 * (1.0 if convention == "faces" else 1e5)
    for end, value in ((0, 1.0), (-1, 0.0)):
        i, g = number[end].ravel(), half * d[end].ravel()
        rows.append(i), columns.append(i), values.append(g)
        right[i] += g * value
    entries = np.concatenate(
        [np.broadcast_to(v, np.shape(r)) for v, r in zip(values, rows, strict=True)]
    )
    matrix = coo_array((entries, (np.concatenate(rows), np.concatenate(columns)))).tocsc()
    c = spsolve(matrix, right).reshape(d.shape)
    flux = float((half * d[0] * (1.0 - c[0])).sum())
    steps = len(d) - (convention == "centres")
    return flux * steps * voxel[0] / (d[0].size * volume / voxel[0])


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(st.integers(3, 7), st.integers(1, 6), st.integers(1, 6)),
    voxel=st.tuples(*[st.sampled_from([1.0, 2.0, 0.7])] * 3),
    axis=st.integers(0, 2),
    flat=st.booleans(),
    convention=st.sampled_from(["faces", "centres"]),
    seed=st.integers(0, 10**6),
)
def test_against_a_direct_solve(shape, voxel, axis, flat, convention, seed):
    rng = np.random.default_rng(seed)
    shape, axis = (shape[:2], min(axis, 1)) if flat else (shape, axis)
    shape = tuple(max(n, 3) if k == axis else n for k, n in enumerate(shape))
    labels = rng.integers(0, 3, shape)
    labels.flat[:3] = 0, 1, 2
    image = structure(labels, voxel[: len(shape)])
    d = {"p0": 1.0, "p1": 30.0}
    found = measure.effective_diffusivity(image, d, axis, convention=convention, tolerance=1e-8)
    assert found.effective == pytest.approx(brute(image, d, axis, convention), rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("convention", ["faces", "centres"])
def test_layers_are_exact(convention):
    labels = np.repeat([0, 1], 8)[:, None, None] * np.ones((1, 6, 5), dtype=int)
    image, d = structure(labels, (2.0, 1.0, 3.0)), {"p0": "10 m^2/s", "p1": 1.0}
    for axis, exact in (("z", 20 / 11), ("y", 5.5), ("x", 5.5)):
        found = measure.effective_diffusivity(image, d, axis, convention=convention, tolerance=1e-8)
        assert found.effective == pytest.approx(exact, rel=1e-6, abs=0)
    tensor = measure.diffusivity_tensor(image, d, tolerance=1e-8)
    assert np.allclose(tensor, np.diag([5.5, 5.5, 20 / 11]), rtol=1e-6)


def test_empty_slab_and_anisotropic_voxels():
    image = structure(np.ones((9, 4, 5)), (3.0, 1.0, 0.5))
    for axis in range(3):
        assert measure.tortuosity_factor(image, "p1", axis).tortuosity_factor == pytest.approx(
            1.0, rel=1e-6, abs=0
        )


def test_slanted_strip():
    labels = np.zeros((20, 21, 21))
    for i in range(20):
        labels[i, i : i + 2, i : i + 2] = 1
    found = measure.tortuosity_factor(structure(labels), "p1", 0, tolerance=1e-8)
    assert found.tortuosity_factor == pytest.approx(7.516667, rel=1e-6, abs=0)


def test_checkerboard_converges_as_its_corners_let_it():
    """Error ~ h^(2 gamma), gamma = (4 / pi) atan sqrt(Dmin / Dmax)."""
    errors = []
    for n in (16, 32, 64):
        labels = (np.indices((2 * n, 2 * n)) // n).sum(axis=0) % 2
        found = measure.effective_diffusivity(
            structure(labels), {"p0": 4.0, "p1": 1.0}, "y", tolerance=1e-6
        )
        errors.append(abs(found.effective - 2.0))
    assert errors[-1] < 0.01 * 2.0
    order = math.log2(errors[1] / errors[2])
    gamma = 4 / math.pi * math.atan(math.sqrt(1 / 4))
    assert order == pytest.approx(2 * gamma, abs=0.05)


def test_keller_reciprocity_of_a_periodic_checkerboard_and_bounds_of_blobs():
    labels = blobs((48, 48), 3.0)
    image = structure(labels)
    d = measure.diffusivity_tensor(image, {"p0": 1.0, "p1": 5.0})
    share = image.fractions["p1"]
    assert 1 / (share / 5 + (1 - share)) < np.linalg.eigvalsh(d).min()
    assert np.linalg.eigvalsh(d).max() < 1 + 4 * share
    swapped = measure.diffusivity_tensor(image, {"p0": 5.0, "p1": 1.0})
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert np.allclose(turn @ d @ turn.T @ swapped, 5.0 * np.eye(2), atol=0.25)


def test_tensor_turns_with_the_image():
    """Stripes under 45 degrees: parallel and series values along the diagonals."""
    z, x = np.indices((32, 32))
    image = structure((z + x) // 8 % 2)
    found = measure.diffusivity_tensor(image, {"p0": 1.0, "p1": 2.0}, tolerance=1e-8)
    series, parallel = 4 / 3, 1.5
    assert found[0, 0] == pytest.approx(found[1, 1], rel=1e-9, abs=0)
    assert found[0, 0] - found[0, 1] == pytest.approx(parallel, rel=0.03, abs=0)
    assert found[0, 0] + found[0, 1] == pytest.approx(series, rel=0.03, abs=0)


def test_blocked_is_infinite_and_isolated_parts_do_not_count():
    labels = np.ones((10, 6, 6))
    labels[4] = 0
    found = measure.tortuosity_factor(structure(labels), "p1")
    assert (found.effective, found.tortuosity_factor, found.percolating) == (0.0, math.inf, 0.0)
    labels[:, :3] = 1
    labels[:, 3] = 0
    straight = measure.tortuosity_factor(structure(labels), "p1")
    assert straight.effective == pytest.approx(0.5, rel=1e-6, abs=0)
    assert straight.percolating == pytest.approx(0.5)
    assert straight.tortuosity_factor_percolating == pytest.approx(1.0, rel=1e-6, abs=0)
    assert straight.fraction > straight.percolating


@pytest.mark.parametrize("contrast", [1e-3, 1e-6])
def test_the_stated_error_holds_at_high_contrast(contrast):
    image, d = structure(blobs((24, 24, 24))), {"p0": 1.0, "p1": contrast}
    exact = measure.effective_diffusivity(image, d, tolerance=1e-10)
    for tolerance in (1e-2, 1e-4):
        found = measure.effective_diffusivity(image, d, tolerance=tolerance)
        assert found.error <= tolerance
        assert -1e-7 <= found.effective / exact.effective - 1.0 <= found.error


def test_percolation_parts():
    labels = np.zeros((6, 9), dtype=int)
    labels[:, 0] = 1
    labels[:3, 2] = 1
    labels[4:, 4] = 1
    labels[3, 6] = labels[2, 7] = 1  # touch at a corner: two parts
    found = measure.percolation(structure(labels), "p1", "y")
    assert dict(found.clusters) == {
        "through": 1, "first side only": 1, "last side only": 1, "closed": 2,
    }  # fmt: skip
    assert [found.shares[part] * 13 for part in found.shares] == pytest.approx([6, 3, 2, 2])
    assert found.map[3, 6] == 4
    assert found.map[0, 1] == 0


def test_wrong_input():
    image = structure(blobs((8, 8)))
    with pytest.raises(InputError, match="no phase 'x'"):
        measure.tortuosity_factor(image, "x")
    with pytest.raises(InputError, match="'faces', 'centres'"):
        measure.tortuosity_factor(image, "p1", convention="corners")
    with pytest.raises(InputError, match="no axis 'z'"):
        measure.tortuosity_factor(image, "p1", "z")
    with pytest.raises(InputError, match="greater than 0"):
        measure.effective_diffusivity(image, {"p1": 0.0})


def test_cross_check_puts_elements_beside_voxels():
    labels = blobs((40, 48), 4.0)
    labels[16:22] = True
    image = structure(labels, "1 um")
    found = measure.cross_check(image, "p1", "x")
    assert abs(found.differences["finite elements"]) < 0.06
    straight = structure(np.repeat([[0, 1, 1, 0]], 12, axis=0).repeat(4, axis=1), "1 um")
    found = measure.cross_check(straight, "p1", "y")
    assert found.others["finite elements"] == pytest.approx(0.5, rel=1e-3, abs=0)
    assert found.voxels.effective == pytest.approx(0.5, rel=1e-5, abs=0)


def test_cross_check_of_a_volume():
    labels = np.zeros((6, 8, 10), dtype=int)
    labels[:, 2:6, 1:9] = 1
    image = structure(labels, ("2 um", "1 um", "1 um"))
    found = measure.cross_check(image, "p1", "z", staircase=True)
    assert found.others["finite elements"] == pytest.approx(32 / 80, rel=1e-6, abs=0)
    assert found.voxels.effective == pytest.approx(32 / 80, rel=1e-5, abs=0)
    porous = structure(blobs((14, 14, 14), 2.0, -0.4), 1e-6)
    found = measure.cross_check(porous, "p1", "x")
    assert abs(found.differences["finite elements"]) < 0.15
