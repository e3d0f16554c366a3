"""Calibration: values of parameters with which a case or function meets targets."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import ConvergenceError, InputError, listing
from anosim.meshes import Floats
from anosim.progress import report, stage
from anosim.study.axes import Range
from anosim.study.functions import named
from anosim.study.values import in_si, number_of, with_unit

if TYPE_CHECKING:
    import pandas as pd

STEP = 1e-3
"""Relative step of the differences that sensitivities are made of."""
SCAN = 6
"""Starting points for each parameter, spread over the bounds; the best one is taken."""
NEVER = 10.0
"""A target time that is not reached counts as this many times the target."""


@dataclass(frozen=True, eq=False)
class Target:
    """A number or curve to be met.

    Attributes:
        value: number, text with a unit, or a list of either.
        uncertainty: standard deviation, of the value's kind; without it differences are relative
            to the value (of a curve: to its largest).
    """

    value: Any
    uncertainty: Any = None


@dataclass(frozen=True, eq=False)
class Calibration:
    """Parameters that meet targets.

    Attributes:
        values: of the parameters, SI.
        factors: by name, the factor by which the parameter may be larger or smaller (95 %), from
            the sensitivities at the best fit; infinite where the targets do not fix it.
        correlation: of the logarithms of the parameters, shape (n, n).
        residuals: model minus target over the scale of the target, shape (n_targets,).
        found: numbers of the model at the best fit.
        evaluations: how often the model was run.
        at_bound: parameters that ended at a bound.
        units: SI unit of each parameter.
    """

    values: Mapping[str, float]
    factors: Mapping[str, float]
    correlation: Floats
    residuals: Floats
    found: Mapping[str, Any]
    evaluations: int
    at_bound: tuple[str, ...]
    units: Mapping[str, str]

    def frame(self) -> "pd.DataFrame":
        """One row per parameter as a pandas DataFrame: value, unit, bounds of the 95 % interval.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            [
                {
                    "parameter": name,
                    "value": value,
                    "low_95": value / self.factors[name],
                    "high_95": value * self.factors[name],
                    "unit": self.units[name],
                    "at_bound": name in self.at_bound,
                }
                for name, value in self.values.items()
            ],
            index="parameter",
        )

    def __str__(self) -> str:
        lines = []
        for name, value in self.values.items():
            factor, unit = self.factors[name], self.units[name]
            known = "not fixed by the targets"
            if np.isfinite(factor):
                known = f"95 %: {value / factor:.4g} to {value * factor:.4g}"
            bound = "; at its bound" if name in self.at_bound else ""
            lines.append(f"{name} = {value:.5g} {unit} ({known}{bound})")
        return "\n".join(lines)


@stage("calibrate")
def calibrate(
    run: Callable[..., Any] | str | os.PathLike[str] | Any,
    parameters: Mapping[str, Range | tuple[Any, Any]],
    targets: Mapping[str, Any],
    *,
    folder: str | os.PathLike[str] | None = None,
    tolerance: float = 1e-6,
) -> Calibration:
    """Fit parameters to targets by nonlinear least squares in their logarithms.

    The start is the best of some points spread over the bounds. Uncertainties follow from the
    Jacobian: where no target has an uncertainty, from the scatter of the residuals, which takes
    more targets than parameters.

    Args:
        run: a function of the parameters by name that returns numbers by name; or a case or the
            path of one, whose fields the names tell by dotted paths.
        parameters: bounds of each, above zero; numbers in SI or text with a unit.
        targets: by the name of a number of the run: the value, or a Target. A time that is not
            reached by the end counts as much too late.
        folder: where meshes are kept; a temporary one without it.
        tolerance: relative change of parameters at which the search ends.

    Raises:
        InputError: no such number, fewer targets than parameters, bounds that are none.
        ConvergenceError: the search did not come to an end.
    """
    bounds = {name: _range(name, given) for name, given in parameters.items()}
    goals = {name: g if isinstance(g, Target) else Target(g) for name, g in targets.items()}
    if not bounds or not goals:
        raise InputError("a calibration needs parameters with bounds, and targets")
    with TemporaryDirectory() as temporary:
        evaluate = _evaluator(run, Path(folder or temporary))
        return _fit(_Misfit(evaluate, bounds, goals), tolerance)


class _Misfit:
    """Residuals as a function of the logarithms of the parameters."""

    def __init__(
        self,
        evaluate: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        bounds: Mapping[str, Range],
        goals: Mapping[str, Target],
    ) -> None:
        self.evaluate, self.bounds, self.goals = evaluate, bounds, goals
        self.low, self.high = np.log(np.array([r.bounds for r in bounds.values()], float)).T
        self.evaluations = 0
        self.found: Mapping[str, Any] = {}

    def inputs(self, x: Floats) -> dict[str, Any]:
        """The parameters as a run takes them."""
        pairs = zip(self.bounds.items(), np.exp(x).tolist(), strict=True)
        return {name: with_unit(value, given.unit) for (name, given), value in pairs}

    def __call__(self, x: Floats) -> Floats:
        self.evaluations += 1
        self.found = self.evaluate(self.inputs(x))
        unknown = [name for name in self.goals if name not in self.found]
        if unknown:
            raise InputError(f"the run gives no {listing(unknown)}: it gives {listing(self.found)}")
        parts = [_residual(name, g, self.found[name]) for name, g in self.goals.items()]
        return np.concatenate(parts)


def _fit(misfit: _Misfit, tolerance: float) -> Calibration:
    from scipy.optimize import least_squares

    start = _best_start(misfit)
    bounds: Any = (misfit.low - 1e-12, misfit.high + 1e-12)
    function: Any = misfit
    done: Any = least_squares(  # type: ignore[call-overload]
        function, start, bounds=bounds, diff_step=STEP, xtol=tolerance, ftol=1e-14, gtol=1e-12
    )
    if not done.success:
        raise ConvergenceError(
            f"after {misfit.evaluations} runs the parameters still change: narrow their bounds, or "
            "give targets that depend on them more"
        )
    residuals = misfit(done.x)
    n = len(done.x)
    if len(residuals) < n:
        raise InputError(f"{len(residuals)} target values cannot fix {n} parameters: give more")
    spread, correlation = _spread(done.jac, residuals, misfit.goals)
    names, reach = list(misfit.bounds), misfit.high - misfit.low
    near = np.minimum(done.x - misfit.low, misfit.high - done.x) < 1e-4 * reach
    values = np.exp(done.x)
    return Calibration(
        values=dict(zip(names, values.tolist(), strict=True)),
        factors=dict(zip(names, np.exp(1.96 * spread).tolist(), strict=True)),
        correlation=correlation,
        residuals=residuals,
        found=misfit.found,
        evaluations=misfit.evaluations,
        at_bound=tuple(name for name, at in zip(names, near, strict=True) if at),
        units={name: given.unit for name, given in misfit.bounds.items()},
    )


def _best_start(misfit: _Misfit) -> Floats:
    from scipy.stats import qmc

    n = len(misfit.low)
    parts = qmc.LatinHypercube(d=n, rng=0).random(SCAN * n) if n > 1 else None
    parts = np.linspace(0.05, 0.95, SCAN)[:, None] if parts is None else parts
    points = misfit.low + parts * (misfit.high - misfit.low)
    costs = []
    for rank, point in enumerate(points):
        costs.append(float(np.sum(misfit(point) ** 2)))
        report("calibrate", 0.5 * (rank + 1) / len(points))
    return np.asarray(points[int(np.argmin(costs))])


def _spread(J: Floats, residuals: Floats, goals: Mapping[str, Target]) -> tuple[Floats, Floats]:
    """Standard deviation of each logarithm, and their correlation."""
    n = J.shape[1]
    strength = np.linalg.svd(J, compute_uv=False)
    if strength[-1] <= 1e-8 * max(strength[0], 1e-300):
        return np.full(n, np.inf), np.full((n, n), np.nan)
    covariance = np.linalg.inv(J.T @ J)
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    if all(goal.uncertainty is not None for goal in goals.values()):
        return deviation, correlation
    free = len(residuals) - n
    if free == 0:
        return np.full(n, np.inf), correlation
    return deviation * float(np.sqrt(np.sum(residuals**2) / free)), correlation


def _residual(name: str, goal: Target, found: Any) -> Floats:
    wanted, given = _numbers(goal.value), _numbers(found)
    if wanted.shape != given.shape:
        raise InputError(
            f"target {name!r} has {len(wanted)} values, the run gives {len(given)}: a curve is "
            "compared point by point, at the output times"
        )
    given = np.where(np.isposinf(given), NEVER * np.abs(wanted), given)
    scale = np.abs(wanted).max() if goal.uncertainty is None else _numbers(goal.uncertainty)
    if np.any(scale <= 0.0):
        raise InputError(f"target {name!r} is zero: give it an uncertainty")
    return np.asarray((given - wanted) / scale)


def _numbers(given: Any) -> Floats:
    items: Sequence[Any] = (
        given if hasattr(given, "__len__") and not isinstance(given, str) else [given]
    )
    values = [number_of(item if not hasattr(item, "item") else item.item()) for item in items]
    if any(value is None for value in values):
        raise InputError(f"a target is {given!r}: expected numbers, or text with units")
    return np.array(values, dtype=float)


def _range(name: str, given: Range | tuple[Any, Any]) -> Range:
    found = given if isinstance(given, Range) else Range(given[0], given[1], log=True)
    low = found.bounds[0]
    if low is None or low <= 0.0:
        raise InputError(f"bounds of {name!r} start at {found.low!r}: they have to be above zero")
    return found


def _evaluator(run: Any, cache: Path) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    from anosim.case import Case

    if callable(run):
        return lambda point: named(run(**{n: in_si(v)[0] for n, v in point.items()}))
    if not isinstance(run, Case | str | os.PathLike):
        raise InputError(f"a calibration cannot run a {type(run).__name__}")
    from anosim.study.caseruns import CaseRuns
    from anosim.study.chain import Chain

    cache.mkdir(parents=True, exist_ok=True)
    chain = Chain(CaseRuns.of(run), cache)
    return lambda point: chain.numbers(point)
