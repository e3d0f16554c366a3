"""How the coefficients of a solution's modes go with time."""

from collections.abc import Sequence
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


@dataclass(frozen=True, eq=False)
class Piecewise:
    """A polynomial on each interval of time.

    Attributes:
        times: ends of the intervals, ascending, s, shape (n + 1,).
        polynomials: coefficients of the powers of the part of the interval that has passed, shape
            (n, degree + 1, n_modes).
    """

    times: Floats
    polynomials: Floats

    def values(self, times: Floats, /) -> Floats:
        """The polynomials."""
        part, step, powers = self._place(times)
        return np.asarray(np.einsum("tp,tpm->tm", part[:, None] ** powers, step[1]))

    def rates(self, times: Floats, /) -> Floats:
        """Their derivatives, 1/s."""
        part, step, powers = self._place(times)
        slopes = powers * part[:, None] ** np.maximum(powers - 1, 0) / step[0][:, None]
        return np.asarray(np.einsum("tp,tpm->tm", slopes, step[1]))

    def integrals(self, times: Floats, /) -> Floats:
        """Their integrals from 0 to t, s."""
        powers = np.arange(self.polynomials.shape[1])
        steps = np.diff(self.times)
        each = steps[:, None] * np.einsum("p,npm->nm", 1.0 / (powers + 1.0), self.polynomials)
        whole = np.concatenate([np.zeros((1, each.shape[1])), np.cumsum(each, axis=0)])
        part, step, powers = self._place(times)
        areas = part[:, None] ** (powers + 1) / (powers + 1.0) * step[0][:, None]
        return np.asarray(whole[self._interval(times)] + np.einsum("tp,tpm->tm", areas, step[1]))

    def _interval(self, times: Floats) -> np.ndarray:
        return np.clip(np.searchsorted(self.times, times, "right") - 1, 0, len(self.times) - 2)

    def _place(self, times: Floats) -> tuple[Floats, tuple[Floats, Floats], np.ndarray]:
        left = self._interval(times)
        steps = self.times[left + 1] - self.times[left]
        part = np.clip((times - self.times[left]) / steps, 0.0, 1.0)
        return part, (steps, self.polynomials[left]), np.arange(self.polynomials.shape[1])


def joined_linearly(times: Floats, values: Floats) -> Piecewise:
    """Straight lines through values, shape (n_times, n_modes), at ascending times."""
    return Piecewise(times, np.stack([values[:-1], np.diff(values, axis=0)], axis=1))


def joined_smoothly(
    times: Floats, values: Floats, slopes: Floats, starts: Sequence[int] = (0,)
) -> Piecewise:
    """Polynomials through values and slopes at ascending times.

    Each is of degree 5, from the values and slopes at the interval's ends and at the next time
    (the one before, in the last interval). At starts, where the slope jumps, it is not used, and
    no polynomial reaches across; there the degree is lower. Whatever balance the values and
    slopes obey together, the polynomials obey at every time: all are linear in the data.

    Args:
        times: shape (n_times,).
        values: shape (n_times, n_modes).
        slopes: shape (n_times, n_modes), 1/s; from the left where they jump.
        starts: indices of times where the slope jumps, ascending; the first is 0.
    """
    ends = [*starts[1:], len(times) - 1]
    polynomials = np.zeros((len(times) - 1, 6, values.shape[1]))
    for first, last in zip(starts, ends, strict=True):
        for i in range(first, last):
            near = [i, i + 1]
            if i + 2 <= last:
                near.append(i + 2)
            elif i > first:
                near.append(i - 1)
            sloped = [j for j in near if j != first]
            step = times[i + 1] - times[i]
            data = np.concatenate([values[near], slopes[sloped] * step])
            polynomials[i, : len(data)] = _fitted(
                (times[near] - times[i]) / step, (times[sloped] - times[i]) / step, data
            )
    return Piecewise(times, polynomials)


def _fitted(at: Floats, sloped: Floats, data: Floats) -> Floats:
    """Coefficients of the polynomial with given values and slopes, shape as the data."""
    powers = np.arange(len(data))
    rows = at[:, None] ** powers
    slopes = powers * sloped[:, None] ** np.maximum(powers - 1, 0)
    return np.asarray(np.linalg.solve(np.concatenate([rows, slopes]), data))


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
