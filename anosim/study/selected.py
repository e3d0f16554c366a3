"""One number of each run: a number of a study, or a point of its curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.meshes import Floats
from anosim.study.results import TIMES, Results
from anosim.study.rows import Row


@dataclass(frozen=True, eq=False)
class Selected:
    """A number of the runs that have one.

    Attributes:
        rows: these runs.
        values: their numbers, shape (n_rows,); NaN where a run has none at that time.
        time: of the curves, s; None where the quantity is no curve over time.
        place: in curves that have no times; None elsewhere.
    """

    rows: tuple[Row, ...]
    values: Floats
    time: float | None = None
    place: int | None = None


def select(results: Results, quantity: str, at: float | None = None) -> Selected:
    """A quantity of every run that is done, at one time where the quantity is a curve.

    Args:
        results: the runs, of which some may have failed or not have ended.
        quantity: the number.
        at: time, s; without it that at which runs differ most.

    Raises:
        InputError: no such quantity, one that is text, or no run has that time.
    """
    rows = tuple(row for row in results.done if row.numbers.get(quantity) is not None)
    if not rows:
        names = tuple(dict.fromkeys(name for row in results.done for name in row.numbers))
        raise InputError(
            f"no run that is done has a {quantity!r}: there are {listing(names)}"
            if quantity not in names
            else f"{quantity!r} has no value in any run that is done"
        )
    curves = [_curve(row, quantity) for row in rows]
    timed = all(isinstance(point, float) for curve in curves for point in curve)
    if at is not None:
        return _at(rows, curves, quantity, at, timed=timed)
    common = [point for point in curves[0] if all(point in curve for curve in curves)]
    if not common:
        raise InputError(f"the runs' curves of {quantity!r} have no time in common: choose one")
    columns = [np.array([curve[point] for curve in curves]) for point in common]
    best = int(np.argmax([relative_spread(column) for column in columns]))
    point = common[best]
    if timed:
        return Selected(rows, columns[best], time=float(point))
    is_curve = isinstance(rows[0].numbers[quantity], list)
    return Selected(rows, columns[best], place=int(point) if is_curve else None)


def relative_spread(values: Floats) -> float:
    """Range of the values over the largest of their sizes."""
    known = values[np.isfinite(values)]
    if len(known) < 2 or not np.any(known):
        return 0.0
    return float(np.ptp(known) / np.abs(known).max())


def _curve(row: Row, quantity: str) -> dict[float | int, float]:
    """Values by time where the run's times are theirs, else by place."""
    value, times = row.numbers[quantity], row.numbers.get(TIMES, ())
    try:
        values = np.ravel(np.array(value, dtype=float)).tolist()
    except (TypeError, ValueError):
        raise InputError(f"{quantity!r} is {value!r} in a run, which cannot be drawn") from None
    timed = len(times) == len(values) and (isinstance(value, list) or len(times) == 1)
    points: Sequence[Any] = [float(t) for t in times] if timed else range(len(values))
    return dict(zip(points, values, strict=True))


def _at(
    rows: tuple[Row, ...],
    curves: Sequence[dict[float | int, float]],
    quantity: str,
    at: float,
    *,
    timed: bool,
) -> Selected:
    if not timed:
        raise InputError(f"{quantity!r} is no curve over time: leave the time away")
    values = np.array(
        [next((v for t, v in curve.items() if np.isclose(t, at)), np.nan) for curve in curves]
    )
    if np.isnan(values).all():
        times = sorted({float(t) for curve in curves for t in curve})
        raise InputError(
            f"no run has {quantity!r} at {at:g} s: its times are "
            f"{', '.join(f'{time:g}' for time in times)} s"
        )
    return Selected(rows, values, time=at)
