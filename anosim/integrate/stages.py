"""One step of a diagonally implicit Runge-Kutta method."""

from dataclasses import dataclass

import numpy as np

from anosim.errors import ConvergenceError
from anosim.integrate.discretisation import Solve
from anosim.integrate.evolution import Evolution
from anosim.integrate.tableau import Tableau
from anosim.meshes import Floats

ROUNDING = 1e-12
"""Newton's method is never held to less than this part of a stage's own change."""
BALANCED = 1e-10
"""Part of what is stored, or flows by the nonlinear terms, that a stage's balance may miss."""
MOST_ROUNDS = 12
"""Newton's rounds in a stage, with one factorisation."""


class StageError(ConvergenceError):
    """Newton's method did not converge in a stage: the step is too long."""


@dataclass(frozen=True, eq=False)
class Step:
    """A step that was made.

    Attributes:
        states: u at each stage, shape (n_stages, n_nodes); the last is the new state.
        slopes: du/dt at each stage, shape (n_stages, n_nodes).
        error: estimated error of the new state; none for a method without an estimate.
        rounds: largest number of Newton's rounds in a stage.
    """

    states: Floats
    slopes: Floats
    error: Floats | None
    rounds: int


class Stages:
    """Makes steps; factorises only when the step's length changes or Newton's method slows down.

    Args:
        evolution: the equations.
        tableau: the method.
    """

    def __init__(self, evolution: Evolution, tableau: Tableau) -> None:
        self.evolution = evolution
        self.tableau = tableau
        self.factorisations = 0
        self.solves = 0
        self._solve: Solve | None = None
        self._shift = np.nan
        self._fresh = False

    def step(self, u: Floats, slope: Floats, time: float, length: float, accuracy: float) -> Step:
        """Advance the state by one step.

        Args:
            u: state.
            slope: du/dt there; only a method with an explicit first stage uses it.
            time: dimensionless.
            length: of the step.
            accuracy: error of u that Newton's method may leave, in the norm of the mass matrix.

        Raises:
            StageError: Newton's method did not converge.
        """
        A, c = self.tableau.A, self.tableau.c
        states = np.zeros((len(A), len(u)))
        slopes = np.zeros_like(states)
        first = int(self.tableau.explicit_start)
        if first:
            states[0], slopes[0] = u, slope
        most = 0
        for i in range(first, len(A)):
            known = u + length * (A[i, :i] @ slopes[:i])
            guess = slopes[i - 1] if i else slope
            known, fixed = self._held(known, time, c[i], length)
            slopes[i], rounds = self._stage(
                known, guess, fixed, (time + c[i] * length, length, accuracy)
            )
            states[i] = known + length * A[i, i] * slopes[i]
            most = max(most, rounds)
        error = self.tableau.error
        found = None if error is None else length * (error @ slopes)
        return Step(states, slopes, found, most)

    def _held(
        self, known: Floats, time: float, part: float, length: float
    ) -> tuple[Floats, Floats]:
        """The known state, such that fixed nodes are at their value with their slope; that slope.

        Of the fixed nodes the derivative is taken: their difference over the step would be a
        slope of low order.
        """
        evolution, shift = self.evolution, length * self.tableau.gamma
        now = evolution.held(time + part * length)
        if not self.tableau.explicit_start:
            return known, (now - known[evolution.form.fixed]) / shift
        step = 0.02 * length if part <= 0.5 else -0.02 * length  # never across a kink
        slope = evolution.held_slope(time + part * length, step)
        return evolution.given(known, now - shift * slope), slope

    def _stage(
        self, known: Floats, guess: Floats, fixed: Floats, at: tuple[float, float, float]
    ) -> tuple[Floats, int]:
        """The slope k with M k + K u + N(u) = b(t) on the free nodes, u = known + gamma h k."""
        time, length, accuracy = at
        evolution, shift = self.evolution, length * self.tableau.gamma
        form, disc = evolution.form, evolution.discretisation
        slope = evolution.given(np.zeros_like(known) if form.linear else guess, fixed)
        load = evolution.load(time)
        before = np.inf
        for rounds in range(1, MOST_ROUNDS + 1):
            state = known + shift * slope
            bent = np.zeros_like(load) if form.linear else disc.nonlinear(state)
            gain = disc.mass(slope)
            rest = load - disc.stiffness(state) - bent - gain
            change = evolution.embedded(self._solver(shift, state)(rest[evolution.free]))
            self.solves += 1
            slope = slope + change
            if form.linear:
                return slope, rounds
            size = shift * evolution.norm(change)
            rate = min(size / before, 0.99) if np.isfinite(before) else 0.5
            least = max(ROUNDING * shift * evolution.norm(slope), 1e-14 * evolution.norm(known))
            moved = max(np.abs(gain).sum(), np.abs(bent).sum(), 1e-300)
            closed = rate * np.abs(rest[evolution.free]).sum() <= BALANCED * moved
            if size <= least or (closed and rate / (1.0 - rate) * size <= max(accuracy, least)):
                return slope, rounds
            if rounds > 1 and size > 0.9 * before:
                break
            before = size
        if not self._fresh:
            self._solve = None  # the derivative is old: take it anew, here
            return self._stage(known, guess, fixed, at)
        raise StageError(
            f"Newton's method does not converge at {time * form.time:.4g} s with steps of "
            f"{length * form.time:.3g} s"
        )

    def _solver(self, shift: float, state: Floats) -> Solve:
        if self._solve is None or shift != self._shift:
            at = None if self.evolution.form.linear else state
            self._solve = self.evolution.discretisation.factorise(
                1.0, shift, self.evolution.free, at=at
            )
            self._shift = shift
            self._fresh = True
            self.factorisations += 1
        return self._solve

    def refresh(self) -> None:
        """Take the derivative of N anew in the next step."""
        self._solve = None

    def aged(self) -> None:
        """The state has moved on since the last factorisation."""
        self._fresh = False
