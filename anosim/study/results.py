"""The table of a study: as pandas, xarray, CSV or Parquet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import InputError, listing
from anosim.extras import load
from anosim.formats.atomic import replacing
from anosim.meshes import Floats
from anosim.study.rows import DONE, FAILED, Row
from anosim.study.values import in_si

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TIMES = "times_s"
"""Where a run's numbers hold the times of its curves, this number has them."""
RESOLVED, OVERSHOOT = "resolved_from_s", "overshoot_share"
"""From when on a run's mesh resolves what enters; how far concentrations leave their range."""


@dataclass(frozen=True, eq=False)
class Results:
    """The finished runs of a study, in the order of its design.

    Attributes:
        rows: one for each finished run.
        names: the axes.
        shape: number of values of each axis where the runs are a full grid, else empty.
        total: runs that the study has.
    """

    rows: tuple[Row, ...]
    names: tuple[str, ...]
    shape: Mapping[str, int] = field(default_factory=dict)
    total: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"<Results: {len(self.done)} of {self.total} runs done, {len(self.failed)} failed>"

    @property
    def done(self) -> tuple[Row, ...]:
        """The runs that went well."""
        return tuple(row for row in self.rows if row.status == DONE)

    @property
    def failed(self) -> tuple[Row, ...]:
        """The runs that did not."""
        return tuple(row for row in self.rows if row.status == FAILED)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the numbers that runs gave, curves included."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.numbers))

    def column(self, name: str) -> Floats:
        """An axis in SI or a number of every run; NaN where a run has none.

        Raises:
            InputError: no axis and no number is called that, or it is text or a curve.
        """
        if name not in (*self.names, *self.quantities):
            raise InputError(
                f"the study has no {name!r}: there are {listing((*self.names, *self.quantities))}"
            )
        found = [row.si.get(name, row.numbers.get(name)) for row in self.rows]
        try:
            return np.array([np.nan if value is None else value for value in found], dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"{name!r} is no number in every run, but text or a curve") from None

    def curves(self, name: str) -> list[Floats]:
        """A curve of every run that went well."""
        return [np.atleast_1d(np.asarray(row.numbers[name], dtype=float)) for row in self.done]

    def frame(self) -> "pd.DataFrame":
        """One row per run: inputs in SI and as given, numbers, status, seconds, memory, versions.

        A curve has one column for each of its points.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame([_flat(row) for row in self.rows])

    def dataset(self) -> "xr.Dataset":
        """The numbers over the axes of the grid, or over ``run`` where the runs are no grid.

        Raises:
            MissingDependencyError: xarray is not installed.
        """
        load("xarray")
        from anosim.study.labelled import dataset

        return dataset(self)

    def write(self, path: str | PathLike[str]) -> None:
        """Write the table as .csv or .parquet.

        Raises:
            InputError: another ending.
            MissingDependencyError: pandas or pyarrow is not installed.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in (".csv", ".parquet"):
            raise InputError(f"cannot write a table to {str(path)!r}: expected .csv or .parquet")
        if ending == ".csv":
            write_csv(self.rows, path)
            return
        load("pyarrow")
        frame = self.frame()
        with replacing(path) as temporary:
            frame.to_parquet(temporary, index=False)


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """The table as CSV, without pandas."""
    import csv

    flat = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(flat)


def _flat(row: Row) -> dict[str, Any]:
    """A row without nesting."""
    flat: dict[str, Any] = {}
    for name, value in row.inputs.items():
        number, unit = in_si(value)
        flat[f"{name} / {unit}" if unit else name] = number if np.isscalar(number) else str(value)
    flat["status"] = row.status
    times = row.numbers.get(TIMES)
    for name, value in row.numbers.items():
        if not isinstance(value, list | tuple | np.ndarray):
            flat[name] = value
        elif name != TIMES:
            labels = times if times is not None and len(times) == len(value) else None
            for place, item in enumerate(value):
                mark = f"[{place}]" if labels is None else f" at {labels[place]:g} s"
                flat[f"{name}{mark}"] = item
    flat["error"] = row.error
    flat |= {f"seconds {name}": value for name, value in row.seconds.items()}
    flat["peak memory / MB"] = row.peak_memory_megabytes
    flat |= {f"{name}, as given": str(value) for name, value in row.inputs.items()}
    flat |= {f"version {name}": value for name, value in row.versions.items()}
    flat |= {f"hash {name}": value for name, value in row.hashes.items()}
    flat |= {f"record {name}": value for name, value in row.record.items()}
    return flat | {"key": row.key, "where": row.where}
