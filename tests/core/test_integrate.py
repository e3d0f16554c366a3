import numpy as np
import pytest
import scipy.linalg

from anosim.errors import ConvergenceError
from anosim.integrate.krylov import System, relax
from anosim.trajectory import Relaxation, Samples


def _matrices(n=120, seed=0):
    """A stiff symmetric pair: rates over seven decades, one mode that never relaxes."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    M = Q @ np.diag(rng.uniform(0.5, 2.0, n)) @ Q.T
    R, _ = np.linalg.qr(rng.standard_normal((n, n)))
    K = R @ np.diag(np.concatenate([[0.0], np.geomspace(1e-1, 1e6, n - 1)])) @ R.T
    return M, (K + K.T) / 2, rng.standard_normal(n)


def _system(M, K, r):
    def shifted(gamma):
        factor = scipy.linalg.cho_factor(M + gamma * K)
        return lambda x: scipy.linalg.cho_solve(factor, x)

    return System(lambda x: M @ x, lambda x: K @ x, shifted, r)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-8])
def test_relaxation_equals_the_dense_exponential(tolerance):
    M, K, r = _matrices()
    modes = relax(_system(M, K, r), np.ones(len(r)), earliest=1e-4, until=10.0, tolerance=tolerance)
    decay, vectors = scipy.linalg.eigh(K, M)
    for t in (1e-4, 3e-3, 0.2, 10.0):
        z = np.maximum(decay, 0.0) * t
        growth = np.where(z > 1e-9, -np.expm1(-z) / np.where(z > 1e-9, z, 1.0), 1.0) * t
        exact = vectors @ (growth * (vectors.T @ r))
        found = modes.trajectory.values(np.array([t]))[0] @ modes.shapes
        error = found - exact
        assert np.sqrt(error @ M @ error / (exact @ M @ exact)) < 2 * tolerance


def test_the_conserved_moment_holds_to_rounding_whatever_the_tolerance():
    M, K, r = _matrices(seed=3)
    one = np.ones(len(r))
    modes = relax(_system(M, K, r), one, earliest=1e-3, until=1.0, tolerance=1e-2)
    t = np.array([0.7])
    grown = modes.trajectory.values(t)[0] @ modes.shapes
    passed = modes.trajectory.integrals(t)[0] @ modes.shapes
    assert one @ M @ grown == pytest.approx(one @ r * 0.7 - one @ K @ passed, rel=1e-7)


def test_nothing_to_do_gives_no_modes():
    M, K, r = _matrices(20)
    modes = relax(_system(M, K, 0 * r), r, earliest=1e-3, until=1.0, tolerance=1e-8)
    assert modes.shapes.shape == (0, 20)


def test_a_tolerance_out_of_reach_is_an_error_not_a_result():
    M, K, r = _matrices(400)
    noisy = _system(M, K, r)
    rng = np.random.default_rng(0)
    disturbed = System(
        noisy.mass,
        noisy.stiffness,
        lambda g: lambda x: noisy.shifted(g)(x) + 1e-3 * rng.standard_normal(len(x)),
        r,
    )
    with pytest.raises(ConvergenceError, match="estimated relative error"):
        relax(disturbed, np.ones(len(r)), earliest=1e-6, until=10.0, tolerance=1e-10)


@pytest.mark.parametrize(
    "trajectory",
    [
        Relaxation(np.array([0.0, 1e-12, 0.3, 40.0]), np.array([1.0, 2.0, -1.0, 5.0])),
        Samples(np.array([0.0, 0.1, 0.5, 2.0])),
    ],
)
def test_rates_and_integrals_belong_to_the_values(trajectory):
    t = np.linspace(0.02, 1.9, 7)
    h = 1e-5
    value, integral = trajectory.values, trajectory.integrals
    rate = (value(t + h) - value(t - h)) / (2 * h)
    assert trajectory.rates(t) == pytest.approx(rate, rel=1e-5, abs=1e-9)
    slope = (integral(t + h) - integral(t - h)) / (2 * h)
    assert slope == pytest.approx(value(t), rel=1e-5, abs=1e-9)
    assert integral(np.zeros(1)) == pytest.approx(np.zeros((1, 4)), abs=1e-15)
