"""How the coefficients of a solution's modes go with time."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from anosim.meshes import Floats


class Trajectory(Protocol):
    """Coefficients a(t) of modes: ``c(x, t) = base(x) + sum_j a_j(t) mode_j(x)``.

    Every method takes times in s, shape (n_times,), and returns shape (n_times, n_modes).
    """

    def values(self, times: Floats, /) -> Floats:
        """a(t)."""
        ...

    def rates(self, times: Floats, /) -> Floats:
        """da/dt, 1/s."""
        ...

    def integrals(self, times: Floats, /) -> Floats:
        """Integral of a from 0 to t, s."""
        ...


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Exponential relaxation, exact in time: ``da_j/dt = amplitude_j exp(-rate_j t)``, a(0) = 0.

    Attributes:
        decay: relaxation rate of each mode, 1/s, shape (n_modes,); zero never relaxes.
        amplitudes: initial slope of each mode's coefficient, 1/s, shape (n_modes,).
    """

    decay: Floats
    amplitudes: Floats

    def values(self, times: Floats, /) -> Floats:
        """a(t) = amplitude t phi_1(-rate t)."""
        t = times[:, None]
        return np.asarray(self.amplitudes * t * _phi1(t * self.decay))

    def rates(self, times: Floats, /) -> Floats:
        """da/dt = amplitude exp(-rate t), 1/s."""
        return np.asarray(self.amplitudes * np.exp(-times[:, None] * self.decay))

    def integrals(self, times: Floats, /) -> Floats:
        """Integral of a = amplitude t^2 phi_2(-rate t), s."""
        t = times[:, None]
        return np.asarray(self.amplitudes * t**2 * _phi2(t * self.decay))


@dataclass(frozen=True, eq=False)
class Samples:
    """Linear interpolation between the times at which each mode is the solution.

    Attributes:
        times: ascending, s, shape (n_modes,).
    """

    times: Floats

    def values(self, times: Floats, /) -> Floats:
        """The two neighbouring samples' weights."""
        left, part, _ = self._place(times)
        return self._pair(left, 1.0 - part, part)

    def rates(self, times: Floats, /) -> Floats:
        """Slope between the two neighbouring samples, 1/s."""
        left, _, step = self._place(times)
        return self._pair(left, -1.0 / step, 1.0 / step)

    def integrals(self, times: Floats, /) -> Floats:
        """Trapezoidal weights of all samples up to t, s."""
        left, part, step = self._place(times)
        half = np.diff(self.times) / 2.0
        steps = np.zeros((len(self.times), len(self.times)))  # row k: weights of step k - 1 to k
        ahead = np.arange(1, len(self.times))
        steps[ahead, ahead - 1] = steps[ahead, ahead] = half
        whole = np.cumsum(steps, axis=0)
        rest = self._pair(left, step * (part - part**2 / 2.0), step * part**2 / 2.0)
        return np.asarray(whole[left] + rest)

    def _place(self, times: Floats) -> tuple[np.ndarray, Floats, Floats]:
        left = np.clip(np.searchsorted(self.times, times, "right") - 1, 0, len(self.times) - 2)
        step = self.times[left + 1] - self.times[left]
        return left, np.clip((times - self.times[left]) / step, 0.0, 1.0), step

    def _pair(self, left: np.ndarray, first: Floats, second: Floats) -> Floats:
        weights = np.zeros((len(left), len(self.times)))
        rows = np.arange(len(left))
        weights[rows, left] = first
        weights[rows, left + 1] = second
        return weights


def _phi1(z: Floats) -> Floats:
    """(1 - exp(-z)) / z, 1 at zero."""
    safe = np.where(np.abs(z) < 1e-8, 1.0, z)
    return np.where(np.abs(z) < 1e-8, 1.0 - z / 2.0, -np.expm1(-safe) / safe)


def _phi2(z: Floats) -> Floats:
    """(1 - phi_1(z)) / z, 1/2 at zero; by its series where the difference would cancel."""
    safe = np.where(np.abs(z) < 0.05, 1.0, z)
    series = np.ones_like(z)
    for k in range(10, 2, -1):  # 2 sum_k (-z)^k / (k + 2)! by Horner's rule
        series = 1.0 - z / k * series
    return np.where(np.abs(z) < 0.05, series / 2.0, (1.0 - _phi1(safe)) / safe)
