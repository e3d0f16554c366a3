"""Point data as COMSOL reads it: spreadsheets of nodes and grids for interpolation functions.

Formats: COMSOL Multiphysics Reference Manual, "Data Formats" (spreadsheet and grid).
"""

from os import PathLike

import numpy as np

from anosim.formats.atomic import replacing
from anosim.interop.fields import Fields
from anosim.meshes import Floats


def write_spreadsheet(fields: Fields, path: str | PathLike[str]) -> None:
    """One row per node: x, y and the concentration at each time, as COMSOL exports data.

    The y axis runs down, as in the image: mirror it where the model's runs up.
    """
    heads = [
        "c (mol/m^3)" + (f" @ t={time:.9g}" if np.isfinite(time) else "") for time in fields.times
    ]
    header = [
        "Model: anosim",
        "Dimension: 2",
        f"Nodes: {len(fields.points)}",
        f"Expressions: {len(heads)}",
        "Description: Concentration",
        "Length unit: m",
        "X Y " + "  ".join(heads),
    ]
    table = np.column_stack([fields.points, fields.values.T])
    with replacing(path) as temporary:
        np.savetxt(temporary, table, fmt="%.9g", header="\n".join(header), comments="% ")


def write_grid(fields: Fields, path: str | PathLike[str], spacing: float) -> None:
    """The concentration on a grid of x, y and t, for an interpolation function of 3 arguments.

    A steady state and a single time make a function of x and y. Places outside of the domain have
    the value of the nearest point inside, for a grid has no holes.

    Args:
        fields: what to write.
        path: the file, .txt.
        spacing: of the grid, m, at most.
    """
    low, high = fields.points.min(axis=0), fields.points.max(axis=0)
    counts = np.maximum(np.ceil((high - low) / spacing).astype(int), 1) + 1
    x, y = (np.linspace(a, b, n) for a, b, n in zip(low, high, counts, strict=True))
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    values = _without_holes(fields.at(places), places)
    axes = [x, y, fields.times] if len(fields.times) > 1 else [x, y]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write("%Grid\n")
        for axis in axes:
            file.write(" ".join(f"{value:.9g}" for value in axis) + "\n")
        file.write("%Data\n")
        np.savetxt(file, values.reshape(-1, len(x)), fmt="%.9g")


def _without_holes(values: Floats, places: Floats) -> Floats:
    """NaN replaced by the value at the nearest place that has one."""
    from scipy.spatial import KDTree

    known = np.isfinite(values[0])
    nearest = np.flatnonzero(known)[KDTree(places[known]).query(places)[1]]
    return np.asarray(values[:, nearest])
