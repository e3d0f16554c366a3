"""Maps and tables of measures as files."""

import csv
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.microstructure import Microstructure


def write_maps(
    image: Microstructure, maps: Mapping[str, NDArray[Any]], path: str | PathLike[str]
) -> None:
    """Write values per voxel as VTKHDF image data, for ParaView (5.12 or later) and PyVista.

    Written are the labels as ``phase`` and the maps under their names, as cell data. x runs with
    columns, y with rows and z with slices, in m. Format:
    https://docs.vtk.org/en/latest/vtk_file_formats/vtkhdf_file_format, version 1.0, ImageData.

    Args:
        image: the image.
        maps: arrays of the image's shape.
        path: ends in .vtkhdf, so that ParaView knows it.

    Raises:
        InputError: a map of another shape, or no such folder.
    """
    import h5py

    for name, values in maps.items():
        if values.shape != image.labels.shape:
            raise InputError(f"map {name!r} has shape {values.shape}, not {image.labels.shape}")
    counts = (*image.labels.shape[::-1], 1)[:3]
    voxel = (*image.voxel[::-1], min(image.voxel))[:3]
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        root = file.create_group("VTKHDF")
        root.attrs["Version"] = np.array([1, 0])
        root.attrs.create("Type", b"ImageData", dtype=h5py.string_dtype("ascii", 9))
        root.attrs["WholeExtent"] = np.array([0, counts[0], 0, counts[1], 0, counts[2]])
        root.attrs["Origin"] = np.zeros(3)
        root.attrs["Spacing"] = np.array(voxel)
        root.attrs["Direction"] = np.eye(3).ravel()
        group = root.create_group("CellData")
        for name, values in {"phase": image.labels, **maps}.items():
            group.create_dataset(
                name, data=values.reshape(counts[::-1]), compression="gzip", shuffle=True,
                chunks=(1, *counts[1::-1]), compression_opts=1,
            )  # fmt: skip


def write_table(columns: Mapping[str, Sequence[Any]], path: str | PathLike[str]) -> None:
    """Write columns of equal length as CSV; what has no value is left empty."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow(["" if value != value else _text(value) for value in row])


def _text(value: Any) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)
