"""One small image in every format, with the voxel size where the format holds one."""

import gzip
import json
from pathlib import Path

import h5py
import mrcfile
import numpy as np
import tifffile
import zarr
from PIL import Image

VOLUME = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
PLANE = VOLUME[0]
VOXEL = (4e-8, 2e-8, 1e-8)
"""z, y, x in m."""


def write(kind: str, folder: Path) -> Path:
    """Write the sample of a kind; its path."""
    return WRITERS[kind](folder)


def _imagej(folder):
    path = folder / "imagej.tif"
    metadata = {"spacing": 0.04, "unit": "um", "axes": "ZYX"}
    tifffile.imwrite(
        path, VOLUME, photometric="minisblack", imagej=True, resolution=(100, 50), metadata=metadata
    )
    return path


def _ome(folder, compression=None):
    path = folder / f"ome{compression or ''}.ome.tif"
    sizes = {"PhysicalSizeZ": 40, "PhysicalSizeY": 20, "PhysicalSizeX": 10}
    units = {f"PhysicalSize{axis}Unit": "nm" for axis in "ZYX"}
    tifffile.imwrite(
        path,
        VOLUME,
        photometric="minisblack",
        ome=True,
        metadata={"axes": "ZYX", **sizes, **units},
        compression=compression,
    )
    return path


def _white(folder):
    """Dark stored as high: a viewer shows VOLUME."""
    sizes = {f"PhysicalSize{axis}": size for axis, size in zip("ZYX", (40, 20, 10), strict=True)}
    units = {f"PhysicalSize{axis}Unit": "nm" for axis in "ZYX"}
    tifffile.imwrite(
        folder / "white.tif",
        255 - VOLUME,
        photometric="miniswhite",
        ome=True,
        metadata={"axes": "ZYX", **sizes, **units},
        tile=(16, 16),
        compression="zlib",
    )
    return folder / "white.tif"


def _plain(folder):
    path = folder / "plain.tif"
    tifffile.imwrite(path, PLANE, resolution=(1e6, 5e5), resolutionunit="CENTIMETER")
    return path


def _png(folder):
    Image.fromarray(PLANE).save(folder / "plane.png")
    return folder / "plane.png"


def _npy(folder):
    np.save(folder / "volume.npy", VOLUME)
    return folder / "volume.npy"


def _slices(folder):
    path = folder / "slices"
    path.mkdir()
    for z, plane in enumerate(VOLUME):
        tifffile.imwrite(path / f"slice_{z + 8}.tif", plane)  # 8, 9, 10, 11: not by the alphabet
    return path


def _hdf5(folder):
    with h5py.File(folder / "volume.h5", "w") as file:
        data = file.create_dataset("run/grey", data=VOLUME, chunks=(1, 5, 6))
        data.attrs["element_size_um"] = [0.04, 0.02, 0.01]
        file.create_dataset("angles", data=np.arange(9.0))
    return folder / "volume.h5"


def _zarr(folder):
    path = folder / "volume.zarr"
    root = zarr.create_group(path, zarr_format=2)
    root.create_array("0", data=VOLUME[None, None], chunks=(1, 1, 2, 5, 6))
    root.create_array("1", data=VOLUME[None, None, ::2, ::2, ::2])
    axes = [{"name": "t", "type": "time"}, {"name": "c", "type": "channel"}]
    axes += [{"name": axis, "type": "space", "unit": "nanometer"} for axis in "zyx"]
    levels = [
        {"path": str(k), "coordinateTransformations": [
            {"type": "scale", "scale": [1, 1, 40 * 2**k, 20 * 2**k, 10 * 2**k]}]}
        for k in (0, 1)
    ]  # fmt: skip
    root.attrs["multiscales"] = [{"version": "0.4", "axes": axes, "datasets": levels}]
    return path


def _zarr5(folder):
    path = folder / "volume5.ome.zarr"
    root = zarr.create_group(path, zarr_format=3)
    root.create_array("s0", data=VOLUME)
    axes = [{"name": axis, "type": "space", "unit": "nanometer"} for axis in "zyx"]
    scale = [{"type": "scale", "scale": [40, 20, 10]}]
    levels = [{"path": "s0", "coordinateTransformations": scale}]
    root.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": axes, "datasets": levels}]}
    return path


def _nrrd(folder, encoding="gzip"):
    path = folder / f"{encoding}.nrrd"
    lines = ["NRRD0004", "type: uint8", "dimension: 3", "space dimension: 3", "sizes: 6 5 4",
             "space directions: (10,0,0) (0,20,0) (0,0,40)", 'space units: "nm" "nm" "nm"',
             f"encoding: {encoding}", "", ""]  # fmt: skip
    values = VOLUME.tobytes() if encoding == "raw" else gzip.compress(VOLUME.tobytes())
    path.write_bytes("\n".join(lines).encode() + values)
    return path


def _nhdr(folder):
    path = folder / "volume.nhdr"
    lines = ["NRRD0004", "type: uint8", "dimension: 3", "sizes: 6 5 4", "spacings: 10 20 40",
             'units: "nm" "nm" "nm"', "encoding: raw", "byte skip: -1", "data file: LIST",
             "values.bin"]  # fmt: skip
    path.write_text("\n".join(lines))
    (folder / "values.bin").write_bytes(VOLUME.tobytes())
    return path


def _mrc(folder):
    path = folder / "volume.mrc"
    with mrcfile.new(path) as file:
        file.set_data(VOLUME.astype(np.uint16))
        file.set_volume()
        file.voxel_size = (100.0, 200.0, 400.0)  # angstrom, x y z
    return path


def _raw(folder):
    path = folder / "volume.raw"
    path.write_bytes(b"head" + VOLUME.astype(">u2").tobytes())
    lines = ("shape = [4, 5, 6]", 'dtype = ">u2"', "offset = 4",
             'voxel = ["40 nm", "20 nm", "10 nm"]')  # fmt: skip
    Path(f"{path}.toml").write_text("\n".join(lines))
    return path


def _metaimage(folder, local=True):
    lines = ["ObjectType = Image", "NDims = 3", "DimSize = 6 5 4", "ElementType = MET_UCHAR",
             "ElementSpacing = 10 20 40", "DistanceUnits = nm"]  # fmt: skip
    if local:
        path = folder / "volume.mha"
        header = "\n".join([*lines, "ElementDataFile = LOCAL\n"])
        path.write_bytes(header.encode() + VOLUME.tobytes())
        return path
    path = folder / "volume.mhd"
    path.write_text("\n".join([*lines, "ElementDataFile = values.bin\n"]))
    (folder / "values.bin").write_bytes(VOLUME.tobytes())
    return path


WRITERS = {
    "imagej": _imagej,
    "ome": _ome,
    "ome zlib": lambda folder: _ome(folder, "zlib"),
    "ome lzw": lambda folder: _ome(folder, "lzw"),
    "white tiff": _white,
    "plain tiff": _plain,
    "png": _png,
    "npy": _npy,
    "slices": _slices,
    "hdf5": _hdf5,
    "ome-zarr 0.4": _zarr,
    "ome-zarr 0.5": _zarr5,
    "nrrd gzip": _nrrd,
    "nrrd raw": lambda folder: _nrrd(folder, "raw"),
    "nrrd list": _nhdr,
    "mrc": _mrc,
    "raw": _raw,
    "mha": _metaimage,
    "mhd": lambda folder: _metaimage(folder, local=False),
}
SILENT = ("png", "npy", "slices")
"""Kinds that hold no voxel size."""
FILES = tuple(kind for kind in WRITERS if kind not in ("slices", "ome-zarr 0.4", "ome-zarr 0.5"))
"""Kinds that are one file, or one beside its header."""


def as_text(value: object) -> str:
    """What a record must be able to become."""
    return json.dumps(value, allow_nan=False)
