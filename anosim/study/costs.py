"""How long a study will take, and how much memory, before it starts."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anosim.errors import AnosimError, InputError
from anosim.forecast import Forecast, forecast
from anosim.study.caseruns import CaseRuns
from anosim.study.reduced import PRICE, expected
from anosim.study.study import Study

REDUCED = 0.2
"""A run by the reduced model, over a run in full."""


def study_forecast(study: Study, workers: int | None = None) -> Forecast | None:
    """The cost of what a study still has to do; None where a function is run, whose is unknown.

    Raises:
        CaseError: a case that cannot be read.
        InputError: no run whose image can be read and meshed.
    """
    runner = study.run_
    if not isinstance(runner, CaseRuns):
        return None
    done = {row.key for row in study.results()}
    points = [p for key, p in zip(study.keys, study.axes.points, strict=True) if key not in done]
    if not points:
        return Forecast(0, 0, 0, 0, 0.0, 0.0)
    batches = runner.batches(points)
    known: dict[str, Forecast] = {}
    costs: list[float] = []
    reason = ""
    for places in batches:
        first = points[places[0]]
        key = str({n: v for n, v in first.items() if not n.startswith(("materials", "conditions"))})
        try:
            if key not in known:
                known[key] = forecast(runner.case(first), pictures=False)
                costs.append(known[key].preparing)
        except AnosimError as error:  # that run will fail by itself
            reason = reason or str(error)
            continue
        one = known[key].seconds - known[key].preparing
        count = len(places)
        costs.append(one * (_grown(runner, first) + REDUCED * count if count > 1 else 1.0))
    if not known:
        raise InputError(f"none of the study's runs can be done: {reason}")
    most = max(known.values(), key=lambda f: f.memory)
    workers = max(1, min(workers or os.cpu_count() or 1, len(batches)))
    seconds = max(sum(costs) / workers, max(costs))
    return replace(most, runs=len(points), seconds=seconds, workers=workers)


def _grown(runner: CaseRuns, point: Mapping[str, Any]) -> float:
    """Plain solutions that a reduced model costs."""
    solver = next(iter(runner.case(point).solvers.values()))
    return PRICE * expected(getattr(solver, "tolerance", 0.1))
