"""Fields over time as tables: pandas, xarray, CSV."""

import csv
from os import PathLike
from typing import TYPE_CHECKING

from anosim.data_frame import data_frame
from anosim.extras import load
from anosim.formats.atomic import replacing
from anosim.interop.fields import Fields

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def frame(fields: Fields) -> "pd.DataFrame":
    """One row per time and node: ``time_s``, place and concentration.

    The columns are ``time_s``, ``x_m``, ``y_m``, in space ``z_m``, ``concentration_mol_per_m3``.

    Raises:
        MissingDependencyError: pandas is not installed.
    """
    import numpy as np

    n, count = len(fields.points), len(fields.times)
    places = np.tile(fields.points, (count, 1)).T
    columns = (np.repeat(fields.times, n), *places, fields.values.ravel())
    return data_frame(dict(zip(_columns(fields), columns, strict=True)))


def dataset(fields: Fields) -> "xr.Dataset":
    """``concentration`` over ``time`` and ``node``, with the nodes' places and the cells' corners.

    Units are in the attributes; ``to_netcdf`` writes it to a file.

    Raises:
        MissingDependencyError: xarray is not installed.
    """
    xarray = load("xarray")
    made: xr.Dataset = xarray.Dataset(
        {
            "concentration": (("time", "node"), fields.values, {"units": "mol m-3"}),
            "connectivity": (
                ("cell", "corner"),
                fields.cells[:, : fields.dimension + 1].astype("i4"),
                {"start_index": 0},
            ),
        },
        coords={
            "time": ("time", fields.times, {"units": "s"}),
            **{
                axis: (
                    "node",
                    places,
                    {"units": "m", **({"positive": "down"} if axis == "y" else {})},
                )
                for axis, places in zip("xyz", fields.points.T, strict=False)
            },
        },
    )
    return made


def write_csv(fields: Fields, path: str | PathLike[str]) -> None:
    """The rows of ``frame`` as CSV, without pandas."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_columns(fields))
        for time, row in zip(fields.times, fields.values, strict=True):
            writer.writerows(
                [f"{value:.9g}" for value in (time, *place, c)]
                for place, c in zip(fields.points.tolist(), row.tolist(), strict=True)
            )


def _columns(fields: Fields) -> list[str]:
    axes = [f"{axis}_m" for axis in "xyz"[: fields.dimension]]
    return ["time_s", *axes, "concentration_mol_per_m3"]
