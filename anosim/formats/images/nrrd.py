"""NRRD: header and values in one file, or the header in .nhdr."""

from pathlib import Path
from typing import Any

import numpy as np

from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.lengths import metres

_TYPES = {
    "uchar": "u1",
    "unsigned char": "u1",
    "uint8": "u1",
    "uint8_t": "u1",
    "int16": "i2",
    "short": "i2",
    "uint16": "u2",
    "ushort": "u2",
    "unsigned short": "u2",
    "float": "f4",
    "double": "f8",
}
"""Types whose values are mapped into memory; others are read whole."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open an NRRD file; a spacing without a unit does not count as a voxel size."""
    import nrrd

    with path.open("rb") as file:
        header = nrrd.read_header(file)
        start = file.tell()
    voxel, stated = _voxel(header)
    attached = "data file" not in header and "datafile" not in header
    if lazy and attached and header.get("encoding") == "raw" and header["type"] in _TYPES:
        values = _mapped(path, header, start)
    else:
        values, _ = nrrd.read(str(path), index_order="C")
    details = {"encoding": str(header.get("encoding"))}
    return ImageFile(str(path), "NRRD", np.asarray(values), voxel, stated, details)


def _mapped(path: Path, header: Any, start: int) -> Any:
    shape = tuple(int(size) for size in header["sizes"])[::-1]
    kind = np.dtype(_TYPES[header["type"]])
    kind = kind.newbyteorder(">" if header.get("endian") == "big" else "<")
    return np.memmap(path, dtype=kind, mode="r", offset=start, shape=shape)


def _voxel(header: Any) -> tuple[tuple[float | None, ...], str]:
    """Sizes along (z, y, x) from space directions or spacings, where they have a unit."""
    units = header.get("space units", header.get("units"))
    where = "space directions" if "space directions" in header else "spacings"
    if where not in header:
        return (), "no space directions in its header"
    given = np.asarray(header[where], dtype=float)
    sizes = np.linalg.norm(given, axis=1) if given.ndim == 2 else given
    if units is None:
        return (), f"{where} {[f'{size:g}' for size in sizes]} without a unit"
    factors = [metres(unit) for unit in units]
    if len(factors) != len(sizes) or None in factors:
        return (), f"{where} in unknown units {list(units)}"
    pairs = zip(sizes, factors, strict=True)
    return tuple(float(s) * f for s, f in pairs if f is not None)[::-1], f"NRRD {where}"
