"""Sensitivity: which input moves a number, and by how much."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.meshes import Floats
from anosim.study.axes import Range, listed
from anosim.study.results import Results
from anosim.study.study import Study, What, failures
from anosim.study.values import in_si

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Tornado:
    """What one input at a time does to a number.

    Attributes:
        quantity: the number.
        base: its value at the base.
        low: its value with each input at its lowest, by name, the strongest input first.
        high: its value with each input at its highest.
        ranges: the inputs' bounds as given.
        results: the runs.
    """

    quantity: str
    base: float
    low: Mapping[str, float]
    high: Mapping[str, float]
    ranges: Mapping[str, Range]
    results: Results

    def frame(self) -> "pd.DataFrame":
        """The number with each input at its ends, the strongest first, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            [
                {
                    "input": name,
                    f"{self.quantity} at lowest": self.low[name],
                    f"{self.quantity} at base": self.base,
                    f"{self.quantity} at highest": self.high[name],
                }
                for name in self.low
            ],
            index="input",
        )


@dataclass(frozen=True, eq=False)
class SobolIndices:
    """Shares of the variance of a number.

    Attributes:
        quantity: the number.
        first: share that each input explains by itself, by name, the strongest first.
        total: share that vanishes if the input is known, interactions included.
        intervals: 95 % confidence intervals of ``first`` and ``total``, by name.
        runs: number of runs.
    """

    quantity: str
    first: Mapping[str, float]
    total: Mapping[str, float]
    intervals: Mapping[str, tuple[tuple[float, float], tuple[float, float]]]
    runs: int

    def frame(self) -> "pd.DataFrame":
        """Indices and 95 % intervals of each input, the strongest first, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            [
                {
                    "input": name,
                    "first": self.first[name],
                    "first_low_95": self.intervals[name][0][0],
                    "first_high_95": self.intervals[name][0][1],
                    "total": self.total[name],
                    "total_low_95": self.intervals[name][1][0],
                    "total_high_95": self.intervals[name][1][1],
                }
                for name in self.first
            ],
            index="input",
        )


def one_at_a_time(
    run: What,
    base: Mapping[str, Any],
    ranges: Mapping[str, Range],
    quantity: str,
    *,
    folder: str | os.PathLike[str],
    workers: int | None = None,
    executor: Any = None,
) -> Tornado:
    """Set each input to its lowest and highest value while the others stay at the base.

    Args:
        run: a case, or a function of the inputs by name.
        base: the value of each input.
        ranges: what each is varied between.
        quantity: the number to look at; of a curve its last point.
        folder: where the runs are kept.
        workers: as for ``Study.run``.
        executor: as for ``Study.run``.

    Raises:
        InputError: an input without a base, a run that failed, no such number.
    """
    missing = [name for name in ranges if name not in base]
    if missing:
        raise InputError(f"the base has no value of {missing[0]!r}")
    points = [dict(base)]
    for name, given in ranges.items():
        points += [{**base, name: given.low}, {**base, name: given.high}]
    results = Study(run, listed(points), folder=folder).run(workers=workers, executor=executor)
    values = _values(results, quantity)
    low = dict(zip(ranges, values[1::2].tolist(), strict=True))
    high = dict(zip(ranges, values[2::2].tolist(), strict=True))
    order = sorted(ranges, key=lambda name: -abs(high[name] - low[name]))
    return Tornado(
        quantity,
        float(values[0]),
        {name: low[name] for name in order},
        {name: high[name] for name in order},
        {name: ranges[name] for name in order},
        results,
    )


def sobol_shares(
    run: What,
    ranges: Mapping[str, Range],
    quantity: str,
    *,
    samples: int = 64,
    folder: str | os.PathLike[str],
    seed: int = 0,
    workers: int | None = None,
    executor: Any = None,
) -> SobolIndices:
    """First-order and total Sobol indices; ``samples (inputs + 2)`` runs.

    Source: Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, by SciPy.

    Args:
        run: a case, or a function of the inputs by name.
        ranges: what each input is varied between, all values alike (or all logarithms).
        quantity: the number to look at; of a curve its last point.
        samples: a power of 2.
        folder: where the runs are kept.
        seed: of the samples.
        workers: as for ``Study.run``.
        executor: as for ``Study.run``.

    Raises:
        InputError: a run that failed, no such number, a number of samples that is no power of 2.
    """
    from scipy.stats import sobol_indices, uniform

    if samples < 2 or samples & (samples - 1):
        raise InputError(f"samples is {samples!r}: choose a power of 2")
    names, count = list(ranges), 0

    def numbers(parts: Floats) -> Floats:
        nonlocal count
        points = [
            {name: ranges[name].at(float(part)) for name, part in zip(names, row, strict=True)}
            for row in parts.T
        ]
        study = Study(run, listed(points), folder=folder)
        results = study.run(workers=workers, executor=executor)
        count += len(points)
        return _values(results, quantity)[None, :]

    even: Any = uniform()
    found = sobol_indices(
        func=numbers, n=samples, dists=[even] * len(names), rng=np.random.default_rng(seed)
    )
    spread = found.bootstrap()
    first, total = np.ravel(found.first_order), np.ravel(found.total_order)
    bounds = [
        (np.ravel(part.confidence_interval.low), np.ravel(part.confidence_interval.high))
        for part in (spread.first_order, spread.total_order)
    ]
    order = np.argsort(-total)
    return SobolIndices(
        quantity,
        {names[i]: float(first[i]) for i in order},
        {names[i]: float(total[i]) for i in order},
        {
            names[i]: tuple((float(low[i]), float(high[i])) for low, high in bounds)  # type: ignore[misc]
            for i in order
        },
        count,
    )


def _values(results: Results, quantity: str) -> Floats:
    if results.failed:
        raise InputError(f"no sensitivity to look at: {failures(results)}")
    if quantity not in results.quantities:
        raise InputError(
            f"the runs have no {quantity!r}: there are {', '.join(results.quantities)}"
        )
    return np.array([np.ravel(in_si(row.numbers[quantity])[0])[-1] for row in results], dtype=float)
