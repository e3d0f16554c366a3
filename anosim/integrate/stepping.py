"""Time integration step by step, for problems that are not linear or depend on time."""

from dataclasses import dataclass
from math import log

import numpy as np

from anosim.errors import ConvergenceError
from anosim.integrate.balance import Balance
from anosim.integrate.checkpoint import Checkpoint
from anosim.integrate.recording import Recorder, Run
from anosim.integrate.stages import StageError, Stages, Step
from anosim.integrate.tableau import Tableau
from anosim.meshes import Floats
from anosim.progress import report

GROWTH = 1.6
"""A longer step costs a factorisation: only for at least this much."""
MOST_GROWTH = 4.0
MOST_STEPS = 100_000
MANY_ROUNDS = 5
"""Newton's rounds in a stage after which its derivative is taken anew."""


@dataclass(frozen=True, eq=False)
class State:
    """Where a run has come to.

    Attributes:
        u: state.
        slope: du/dt there.
        time: dimensionless.
        length: of the next step.
    """

    u: Floats
    slope: Floats
    time: float
    length: float


class Stepper:
    """Steps from time zero to the end.

    Args:
        balance: the equations, and what is counted.
        tableau: the method.
        tolerance: error of u relative to its largest change so far, in the norm of the mass
            matrix; Newton's method is held to it even where steps are fixed.
        until: the end, dimensionless.
        kinks: times at which data have a kink, dimensionless, ascending.
        checkpoint: where the run is written as it goes, and goes on from.
    """

    def __init__(
        self,
        balance: Balance,
        tableau: Tableau,
        *,
        tolerance: float,
        until: float,
        kinks: Floats,
        checkpoint: Checkpoint | None,
    ) -> None:
        self.balance = balance
        self.evolution = balance.evolution
        self.tableau = tableau
        self.tolerance = tolerance
        self.until = until
        self.stops = np.append(kinks[(kinks > 0.0) & (kinks < until)], until)
        self.stages = Stages(self.evolution, tableau)
        self.checkpoint = checkpoint
        self.start = self.evolution.form.start
        self.recorder = Recorder(balance, tolerance)
        self.change = 0.0
        self.rejected = 0

    def run(self, steps: int | None = None) -> Run:
        """The whole run, with steps of the estimated error's choice, or a number of equal ones.

        Raises:
            ConvergenceError: Newton's method fails, or steps become too short.
        """
        state = self._resumed() or self._first(steps)
        while state.time < self.until:
            if len(self.recorder.times) > MOST_STEPS:
                raise ConvergenceError(
                    f"{MOST_STEPS} steps reach only {state.time * self.evolution.form.time:.3g} s: "
                    "raise the tolerance, or smooth what changes with time"
                )
            state = self._advanced(state, steps)
            self._progress(state.time)
            self._save(state)
        return self.recorder.finished(smooth=not steps)

    def _first(self, steps: int | None) -> State:
        u = self.evolution.given(self.start, self.evolution.held(0.0))
        slope = self._slope(u, 0.0)
        length = min(self.evolution.shortest * 0.01, 1e-3 * self.until)
        self.recorder.keep(u, slope, 0.0, np.zeros(len(self.balance.names) + 1))
        return State(u, slope, 0.0, length if steps is None else self.until / steps)

    def _advanced(self, state: State, steps: int | None) -> State:
        """The state one step on."""
        time, stop = state.time, self.until
        if steps:
            step, used, longer = self._fixed(state), state.length, state.length
        else:
            stop = float(self.stops[self.stops > time * (1 + 1e-12)][0])
            step, used, longer = self._adaptive(state, stop)
        self.stages.aged()
        u, slope = step.states[-1], step.slopes[-1]
        time = stop if abs(stop - time - used) <= 1e-9 * used else time + used
        self.recorder.keep(u, slope, time, self._passed(step, state.u, time, used))
        if not steps and time == stop < self.until:  # a kink of the data
            self.recorder.turn()
            return State(u, self._slope(u, time), time, min(longer, self.evolution.shortest))
        return State(u, slope, time, longer)

    def _fixed(self, state: State) -> Step:
        u = state.u
        return self.stages.step(u, state.slope, state.time, state.length, self._newton(u))

    def _adaptive(self, state: State, stop: float) -> tuple[Step, float, float]:
        """A step that meets the tolerance, its length, and that of the next one."""
        u, slope, time, length = state.u, state.slope, state.time, state.length
        while True:
            if length < 1e-14 * self.until:
                raise ConvergenceError(
                    f"steps become too short at {time * self.evolution.form.time:.4g} s: does a "
                    "value jump there? Give it as a Table, whose points are stepped on"
                )
            pieces = max(1.0, float(np.ceil((stop - time) / length - 1e-3)))
            used = (stop - time) / pieces if pieces <= 2 else length
            try:
                step = self.stages.step(u, slope, time, used, self._newton(u))
            except StageError:
                length = used / 4.0
                self.rejected += 1
                continue
            assert step.error is not None
            allowed = self._allowed(step.states[-1])
            size = self.evolution.norm(step.error)
            factor = self._factor(size / allowed)
            if size > allowed:
                length = used * factor
                self.rejected += 1
                continue
            if step.rounds > MANY_ROUNDS:
                self.stages.refresh()
            longer = used * factor if factor >= GROWTH else max(used, length)
            return step, used, longer

    def _factor(self, error: float) -> float:
        """Factor for the next step, one of a few: so rounding errors do not change the steps."""
        factor = 0.9 * max(error, 1e-12) ** (-1.0 / self.tableau.error_order)
        return float(2.0 ** (np.floor(4.0 * np.log2(np.clip(factor, 0.2, MOST_GROWTH))) / 4.0))

    def _newton(self, u: Floats) -> float:
        """Error that Newton's method may leave: little, so that the mass balance closes."""
        rounding = 1e-14 * self.evolution.norm(u)
        return max(min(1e-2 * self._allowed(u), 1e-10 * self.change), rounding)

    def _allowed(self, u: Floats) -> float:
        """Error that one step may make; never less than rounding does."""
        self.change = max(self.change, self.evolution.norm(u - self.start))
        return max(self.tolerance * self.change, 1e-14 * self.evolution.norm(u), 1e-300)

    def _slope(self, u: Floats, time: float) -> Floats:
        """du/dt by the equations, that of the fixed nodes by a small difference."""
        evolution, disc = self.evolution, self.evolution.discretisation
        if not self.tableau.explicit_start:
            return np.zeros_like(u)
        rest = float(self.stops[self.stops > time * (1 + 1e-12)][0]) - time
        ahead = evolution.held_slope(time, min(1e-5 * self.until, rest / 10.0))
        slope = evolution.given(np.zeros_like(u), ahead)
        missing = evolution.load(time) - evolution.outflow(u) - disc.mass(slope)
        solve = disc.factorise(1.0, 0.0, evolution.free)
        self.stages.refresh()  # the factorisation of the steps is gone
        return slope + evolution.embedded(solve(missing[evolution.free]))

    def _passed(self, step: Step, before: Floats, time: float, length: float) -> Floats:
        """What has passed and been used by the end of a step."""
        A, c = self.tableau.A, self.tableau.c
        scale = self.evolution.form.time * length
        grown = step.states[-1] - before - length * (A[-1] @ step.slopes)
        total = self.recorder.passed[-1] + self.balance.jumped(grown)
        for weight, state, slope, place in zip(A[-1], step.states, step.slopes, c, strict=True):
            if weight:
                at = time - (1.0 - place) * length
                total += scale * weight * self.balance.rates(state, slope, at)
        return np.asarray(total)

    def _progress(self, time: float) -> None:
        first = self.recorder.times[1]
        done = log(time / first) / log(self.until / first) if time < self.until else 1.0
        report("solve", min(max(done, 0.0), 0.999))

    @property
    def statistics(self) -> dict[str, str]:
        """Steps, factorisations and solves, for the record."""
        return {
            "steps": str(len(self.recorder.times) - 1),
            "rejected steps": str(self.rejected),
            "factorisations": str(self.stages.factorisations),
            "solves": str(self.stages.solves),
        }

    def _save(self, state: State) -> None:
        if self.checkpoint is None or not self.checkpoint.due:
            return
        now = np.array([state.time, state.length, self.change, self.rejected])
        own = {"now": now, "u": state.u, "slope": state.slope}
        self.checkpoint.save(own | self.recorder.state, self.recorder.modes)

    def _resumed(self) -> State | None:
        found = self.checkpoint.load() if self.checkpoint else None
        if found is None:
            return None
        state, modes = found
        self.recorder.resume(state, modes)
        time, length, self.change, rejected = state["now"].tolist()
        self.rejected = int(rejected)
        return State(state["u"], state["slope"], time, length)
