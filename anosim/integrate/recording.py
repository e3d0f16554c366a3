"""A run through time, kept as few modes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anosim.fluxes import CountedFlux
from anosim.integrate.balance import Balance
from anosim.meshes import Floats
from anosim.trajectory import Piecewise, joined_linearly, joined_smoothly

NEGLIGIBLE = 1e-9
"""Part of the change so far that what is kept may miss, at most."""


class GrowingArray:
    """Rows that are added one by one without copying all of them each time."""

    def __init__(self, width: int) -> None:
        self._rows = np.zeros((16, width))
        self._count = 0

    def append(self, row: Floats) -> None:
        """Add a row."""
        if self._count == len(self._rows):
            room = np.zeros((self._count // 2, self._rows.shape[1]))
            self._rows = np.concatenate([self._rows, room])
        self._rows[self._count] = row
        self._count += 1

    @property
    def rows(self) -> Floats:
        """All rows so far, a view of shape (n, width)."""
        return self._rows[: self._count]


class Compression:
    """An orthonormal basis that grows with the vectors it is shown.

    States of a diffusion problem over time lie close to a space of few dimensions: what they have
    outside of the basis joins it only if it matters.

    Args:
        width: length of the vectors.
        mass: applies the matrix of the inner product.
    """

    def __init__(self, width: int, mass: Callable[[Floats], Floats]) -> None:
        self.basis = GrowingArray(width)
        self._mass = mass

    def coefficients(self, vector: Floats, negligible: float) -> Floats:
        """The vector in the basis, which grows if the rest is not negligible.

        Args:
            vector: shape (width,).
            negligible: norm of the rest that may be lost.

        Returns:
            Shape (n_basis,) of the basis as it is afterwards.
        """
        rest, found = vector, np.zeros(len(self.basis.rows))
        for _ in range(2):  # once is not orthogonal to rounding
            rows = self.basis.rows
            part = rows @ self._mass(rest)
            rest = rest - part @ rows
            found = found + part
        norm = max(float(rest @ self._mass(rest)), 0.0) ** 0.5
        if norm <= negligible:
            return found
        self.basis.append(rest / norm)
        return np.append(found, norm)


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Attributes:
        shapes: modes of u - start, shape (n_modes, n_nodes).
        trajectory: their coefficients over time in s.
        passed: what has passed each conditioned boundary and been used, one mode each.
    """

    shapes: Floats
    trajectory: Piecewise
    passed: tuple[CountedFlux, ...]


class Recorder:
    """Keeps states, slopes and what has passed, as a run goes through time.

    Args:
        balance: the equations, and what is counted.
        tolerance: of the run: a hundredth of it may be lost.
    """

    def __init__(self, balance: Balance, tolerance: float) -> None:
        self._balance = balance
        self._evolution = balance.evolution
        self._start = self._evolution.form.start
        self._part = min(1e-2 * tolerance, NEGLIGIBLE)
        self._values: list[Floats] = []
        self._slopes: list[Floats] = []
        self._rates: list[Floats] = []
        self._compression = Compression(len(self._start), self._evolution.discretisation.mass)
        self._compression.coefficients(np.ones(len(self._start)), 0.0)  # keeps contents exact
        self.times: list[float] = []
        self.passed: list[Floats] = []
        self.starts: list[int] = [0]

    @property
    def modes(self) -> Floats:
        """The basis so far, shape (n_modes, n_nodes)."""
        return self._compression.basis.rows

    def keep(self, u: Floats, slope: Floats, time: float, passed: Floats) -> None:
        """Take up a state, its slope, and what has passed by then.

        Args:
            u: state.
            slope: du/dt; not used where a smooth part of the run starts.
            time: dimensionless.
            passed: mol/m through each boundary, and used up.
        """
        negligible = self._part * self._evolution.norm(u - self._start)
        self._values.append(self._compression.coefficients(u - self._start, negligible))
        length = time - self.times[-1] if self.times else 0.0
        small = negligible / length if length else np.inf
        self._slopes.append(self._compression.coefficients(slope, small))
        self._rates.append(self._balance.rates(u, slope, time))
        self.times.append(time)
        self.passed.append(passed)

    def turn(self) -> None:
        """The slope jumps at the time that was kept last."""
        self.starts.append(len(self.times) - 1)

    def finished(self, *, smooth: bool) -> Run:
        """The whole run, smooth between its starts or as straight lines."""
        scale = self._evolution.form.time
        times = np.array(self.times) * scale
        values, slopes = padded(self._values, self._slopes)
        passed, rates = np.array(self.passed), np.array(self._rates)
        if smooth:
            trajectory = joined_smoothly(times, values, slopes / scale, self.starts)
            counted = joined_smoothly(times, passed, rates, self.starts)
        else:
            trajectory, counted = joined_linearly(times, values), joined_linearly(times, passed)
        columns = tuple(
            CountedFlux(Piecewise(times, counted.polynomials[:, :, i : i + 1]))
            for i in range(passed.shape[1])
        )
        return Run(self.modes, trajectory, columns)

    @property
    def state(self) -> dict[str, Floats]:
        """What a checkpoint holds beside the modes."""
        values, slopes = padded(self._values, self._slopes)
        return {
            "times": np.array(self.times),
            "values": values,
            "slopes": slopes,
            "passed": np.array(self.passed),
            "rates": np.array(self._rates),
            "starts": np.array(self.starts),
        }

    def resume(self, state: dict[str, np.ndarray], modes: Floats) -> None:
        """Take up what a checkpoint held."""
        self._compression = Compression(len(self._start), self._evolution.discretisation.mass)
        for mode in modes:
            self._compression.basis.append(mode)
        self.times, self.starts = state["times"].tolist(), state["starts"].tolist()
        self._values, self._slopes = list(state["values"]), list(state["slopes"])
        self.passed, self._rates = list(state["passed"]), list(state["rates"])


def padded(*tables: list[Floats]) -> tuple[Floats, ...]:
    """Rows of growing length as arrays of one width, zeros after their ends."""
    width = max(len(row) for rows in tables for row in rows)
    return tuple(np.array([np.pad(row, (0, width - len(row))) for row in rows]) for rows in tables)
