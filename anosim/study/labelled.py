"""A study's numbers as an xarray Dataset."""

from typing import Any

import numpy as np
import xarray as xr

from anosim.study.results import TIMES, Results
from anosim.study.values import in_si


def dataset(results: Results) -> xr.Dataset:
    """The numbers over the axes of a full grid, over ``run`` otherwise; curves over time, too.

    Coordinates are in SI; the attribute ``units`` of each has the unit. What a failed run or one
    that has not ended does not have is NaN.
    """
    places = _grid_places(results)
    coordinates: dict[str, Any] = {}
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    if places is None:
        dims, shape = ("run",), (len(results),)
        places = [(rank,) for rank in range(len(results))]
        for name in results.names:
            coordinates[name] = ("run", *_axis([row.inputs.get(name) for row in results]))
    else:
        dims, shape = tuple(results.shape), tuple(results.shape.values())
        for axis, name in enumerate(dims):
            given = {
                place[axis]: row.inputs[name] for place, row in zip(places, results, strict=True)
            }
            coordinates[name] = (name, *_axis([given.get(i) for i in range(shape[axis])]))
    variables = {}
    for name in results.quantities:
        if name != TIMES:
            variables[name] = _variable(results, name, dims, shape, places)
    variables["status"] = _filled(results, dims, shape, places, "status")
    variables["seconds"] = _filled(results, dims, shape, places, "seconds")
    times = _common_times(results)
    if times is not None:
        coordinates["time"] = ("time", times, {"units": "s"})
    return xr.Dataset(variables, coordinates, {"runs": results.total})


def _grid_places(results: Results) -> list[tuple[int, ...]] | None:
    """Where each row is in the grid; None if the runs are no grid or some are missing."""
    shape = tuple(results.shape.values())
    if not shape or len(results) != int(np.prod(shape)):
        return None
    return [tuple(int(i) for i in np.unravel_index(k, shape)) for k in range(len(results))]


def _axis(given: list[Any]) -> tuple[Any, dict[str, str]]:
    pairs = [in_si(value) for value in given]
    units = {unit for _, unit in pairs if unit}
    values = [value if np.isscalar(value) else str(value) for value, _ in pairs]
    return np.array(values), {"units": units.pop()} if len(units) == 1 else {}


def _common_times(results: Results) -> np.ndarray | None:
    """The times of all runs' curves, where they are the same."""
    times = [tuple(row.numbers[TIMES]) for row in results.done if TIMES in row.numbers]
    return np.array(times[0]) if times and len(set(times)) == 1 else None


def _variable(results: Results, name: str, dims: Any, shape: Any, places: Any) -> Any:
    found = [row.numbers.get(name) for row in results]
    known = [value for value in found if value is not None]
    if all(isinstance(value, int | float) for value in known):
        values = np.full(shape, np.nan)
        for place, value in zip(places, found, strict=True):
            values[place] = np.nan if value is None else value
        return dims, values
    lengths = {len(value) for value in known if isinstance(value, list)}
    if all(isinstance(value, list) for value in known) and len(lengths) == 1:
        width = lengths.pop()
        times = _common_times(results)
        last = "time" if times is not None and len(times) == width else f"{name} place"
        table = np.full((*shape, width), np.nan)
        for place, value in zip(places, found, strict=True):
            if value is not None:
                table[place] = value
        return (*dims, last), table
    texts = np.full(shape, None, dtype=object)
    for place, value in zip(places, found, strict=True):
        texts[place] = value
    return dims, texts


def _filled(results: Results, dims: Any, shape: Any, places: Any, what: str) -> Any:
    values = np.full(shape, "" if what == "status" else np.nan, dtype=object)
    for place, row in zip(places, results, strict=True):
        values[place] = row.status if what == "status" else row.seconds.get("total", np.nan)
    return dims, values.astype(str if what == "status" else float)
