"""MetaImage: raw values with a header of text, in one file (.mha) or two (.mhd)."""

from pathlib import Path

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.lengths import metres
from anosim.formats.images.raw import mapped

_TYPES = {
    "MET_UCHAR": "u1",
    "MET_CHAR": "i1",
    "MET_USHORT": "u2",
    "MET_SHORT": "i2",
    "MET_UINT": "u4",
    "MET_INT": "i4",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_LONGEST = 1 << 16
"""Bytes within which a header ends."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a MetaImage; a spacing without DistanceUnits does not count as a voxel size."""
    header, start = _header(path)
    if header.get("CompressedData", "False").lower() == "true":
        raise InputError(f"{str(path)!r} is compressed MetaImage: save it uncompressed")
    kind = _TYPES.get(header.get("ElementType", ""))
    if kind is None or header.get("ElementNumberOfChannels", "1") != "1":
        raise InputError(
            f"{str(path)!r} has ElementType {header.get('ElementType')!r}: expected one channel of "
            f"{', '.join(_TYPES)}"
        )
    big = header.get("BinaryDataByteOrderMSB", header.get("ElementByteOrderMSB", "False"))
    shape = [int(size) for size in header.get("DimSize", "").split()][::-1]
    name = header["ElementDataFile"]
    if name.upper() == "LOCAL":
        file, offset = path, start
    else:
        file, offset = path.parent / Path(name).name, max(int(header.get("HeaderSize", "0")), 0)
        if not file.is_file():
            raise InputError(f"{str(path)!r} names the file {name!r}, which is not beside it")
    values = mapped(file, shape, (">" if big.lower() == "true" else "<") + kind, offset, lazy)
    voxel, stated = _voxel(header, len(shape))
    return ImageFile(str(path), "MetaImage", values, voxel, stated)


def _header(path: Path) -> tuple[dict[str, str], int]:
    """Its entries, and where the values begin in a file that holds both."""
    found: dict[str, str] = {}
    with path.open("rb") as file:
        while "ElementDataFile" not in found:
            line = file.readline(_LONGEST)
            if not line or file.tell() > _LONGEST:
                raise InputError(f"{str(path)!r} is no MetaImage: it has no ElementDataFile")
            key, _, value = line.decode("ascii").partition("=")
            found[key.strip()] = value.strip()
        return found, file.tell()


def _voxel(header: dict[str, str], axes: int) -> tuple[tuple[float | None, ...], str]:
    given = header.get("ElementSpacing", header.get("ElementSize", ""))
    sizes = [float(size) for size in given.split()][::-1]
    unit = metres(header.get("DistanceUnits", ""))
    if len(sizes) != axes:
        return (), "no ElementSpacing in its header"
    if unit is None:
        return (), f"ElementSpacing {given} without DistanceUnits"
    return tuple(size * unit for size in sizes), "MetaImage ElementSpacing"
