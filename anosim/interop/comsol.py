"""Point data as COMSOL reads it: spreadsheets of nodes and grids for interpolation functions.

Formats: COMSOL Multiphysics Reference Manual, "Data Formats" (spreadsheet and grid).
"""

from os import PathLike

import numpy as np

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.interop.fields import Fields
from anosim.meshes import Floats


def write_spreadsheet(fields: Fields, path: str | PathLike[str]) -> None:
    """One row per node: x, y[, z] and the concentration at each time, as COMSOL exports data.

    The y axis runs down, as in the image: mirror it where the model's runs up.
    """
    heads = [
        "c (mol/m^3)" + (f" @ t={time:.9g}" if np.isfinite(time) else "") for time in fields.times
    ]
    header = [
        "Model: anosim",
        f"Dimension: {fields.dimension}",
        f"Nodes: {len(fields.points)}",
        f"Expressions: {len(heads)}",
        "Description: Concentration",
        "Length unit: m",
        " ".join("XYZ"[: fields.dimension]) + " " + "  ".join(heads),
    ]
    table = np.column_stack([fields.points, fields.values.T])
    with replacing(path) as temporary:
        np.savetxt(temporary, table, fmt="%.9g", header="\n".join(header), comments="% ")


def write_grid(fields: Fields, path: str | PathLike[str], spacing: float) -> None:
    """The concentration on a grid of x, y[, z] and t, for an interpolation function of these.

    COMSOL's functions have up to three arguments: write a volume at one time. A steady state and a
    single time make a function of the place only. Places outside of the domain have
    the value of the nearest point inside, for a grid has no holes.

    Args:
        fields: what to write.
        path: the file, .txt.
        spacing: of the grid, m, at most.

    Raises:
        InputError: a volume at several times.
    """
    if fields.dimension == 3 and len(fields.times) > 1:
        raise InputError(
            f"a grid of x, y, z and {len(fields.times)} times is a function of four arguments, "
            "which COMSOL does not read: use the format comsol, or a run with one output time"
        )
    low, high = fields.points.min(axis=0), fields.points.max(axis=0)
    counts = np.maximum(np.ceil((high - low) / spacing).astype(int), 1) + 1
    axes = [np.linspace(a, b, n) for a, b, n in zip(low, high, counts, strict=True)]
    grid = np.meshgrid(*axes[::-1], indexing="ij")[::-1]  # x runs fastest
    places = np.stack(grid, axis=-1).reshape(-1, fields.dimension)
    values = _without_holes(fields.at(places), places)
    if len(fields.times) > 1:
        axes.append(fields.times)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write("%Grid\n")
        for axis in axes:
            file.write(" ".join(f"{value:.9g}" for value in axis) + "\n")
        file.write("%Data\n")
        np.savetxt(file, values.reshape(-1, len(axes[0])), fmt="%.9g")


def _without_holes(values: Floats, places: Floats) -> Floats:
    """NaN replaced by the value at the nearest place that has one."""
    from scipy.spatial import KDTree

    known = np.isfinite(values[0])
    nearest = np.flatnonzero(known)[KDTree(places[known]).query(places)[1]]
    return np.asarray(values[:, nearest])
