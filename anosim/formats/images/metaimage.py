"""MetaImage: values with a header of text, in one file (.mha) or beside it (.mhd)."""

from pathlib import Path

import numpy as np

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.lengths import metres
from anosim.formats.images.stored import Stored, files_of

_TYPES = {
    "MET_UCHAR": "u1",
    "MET_CHAR": "i1",
    "MET_USHORT": "u2",
    "MET_SHORT": "i2",
    "MET_UINT": "u4",
    "MET_INT": "i4",
    "MET_ULONG_LONG": "u8",
    "MET_LONG_LONG": "i8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_LONGEST = 1 << 20
"""Bytes within which a header ends."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a MetaImage; a spacing without DistanceUnits does not count as a voxel size."""
    header, listed, start = _header(path)
    kind = _TYPES.get(header.get("ElementType", ""))
    if kind is None or header.get("ElementNumberOfChannels", "1") != "1":
        raise InputError(
            f"{str(path)!r} has ElementType {header.get('ElementType')!r}: expected one channel of "
            f"{', '.join(_TYPES)}"
        )
    sizes = [int(size) for size in header.get("DimSize", "").split()][::-1]
    voxel, stated = _voxel(header, len(sizes))
    if len(sizes) == 3 and sizes[0] == 1:
        sizes, voxel = sizes[1:], voxel[1:]
    local = header["ElementDataFile"].upper() == "LOCAL"
    most = max(sizes[:1], default=1)
    files = (path,) if local else files_of(path, header["ElementDataFile"], listed, max(most, 1))
    big = _true(header.get("BinaryDataByteOrderMSB", header.get("ElementByteOrderMSB", "")))
    encoding = "raw" if _true(header.get("BinaryData", "True")) else "ascii"
    stored = Stored(
        path, files, tuple(sizes), np.dtype((">" if big else "<") + kind), start if local else 0,
        skip=int(header.get("HeaderSize", "0")),
        encoding="zlib" if _true(header.get("CompressedData", "")) else encoding,
    )  # fmt: skip
    return ImageFile(str(path), "MetaImage", stored.values(lazy=lazy), voxel, stated)


def _true(text: str) -> bool:
    return text[:1].lower() in ("t", "1", "y")


def _header(path: Path) -> tuple[dict[str, str], list[str], int]:
    """Its entries, the lines of a list of files, and where the values begin in the same file."""
    found: dict[str, str] = {}
    with path.open("rb") as file:
        while "ElementDataFile" not in found:
            line = file.readline(_LONGEST)
            if not line or file.tell() > _LONGEST:
                raise InputError(f"{str(path)!r} is no MetaImage: it has no ElementDataFile")
            key, _, value = line.decode("latin-1").partition("=")
            found[key.strip()] = value.strip()
        start = file.tell()
        is_list = found["ElementDataFile"].split()[:1] == ["LIST"]
        listed = file.read(_LONGEST).decode("utf-8", errors="replace") if is_list else ""
        return found, listed.splitlines(), start


def _voxel(header: dict[str, str], axes: int) -> tuple[tuple[float | None, ...], str]:
    given = header.get("ElementSpacing", header.get("ElementSize", ""))
    sizes = [float(size) for size in given.split()][::-1]
    unit = metres(header.get("DistanceUnits", ""))
    if len(sizes) != axes:
        return (), "no ElementSpacing in its header"
    if unit is None:
        return (), f"ElementSpacing {given} without DistanceUnits"
    return tuple(size * unit for size in sizes), "MetaImage ElementSpacing"
