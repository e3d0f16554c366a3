"""MRC: volumes of electron tomography."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.images.imagefile import ImageFile, Slabs
from anosim.formats.images.stored import Stored

_HEADER = 1024
_LARGEST = 1 << 24
"""Voxels along an axis; more are a number read in the wrong byte order."""
_IMOD = 1146047817
"""Word 39 of a header that IMOD wrote: the letters IMOD."""
_SIGNED = 1
"""Bit of IMOD's flags: bytes of mode 0 are signed."""
_MODES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}
_OTHERS = {3: "complex numbers", 4: "complex numbers", 16: "colours", 101: "half bytes"}
_ORDERS = {b"\x44": "<", b"\x11": ">"}
"""Byte order by the first byte of the machine stamp; the second one differs between programs."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open an MRC file; its cell is in angstrom.

    Columns, rows and sections become x, y and z as the header maps them. Bytes are signed, but
    those that IMOD stamped unsigned, and those whose largest density is above 127.

    Source: MRC2014, Cheng et al., J. Struct. Biol. 192 (2015) 146; IMOD's mrc_format.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER:
        raise InputError(f"{str(path)!r} is truncated: its header has {len(head)} bytes of 1024")
    order = _order(path, head)
    words, reals = np.frombuffer(head, f"{order}i4"), np.frombuffer(head, f"{order}f4")
    shape = tuple(int(size) for size in words[2::-1])  # sections, rows, columns
    extended = int(words[23])
    if extended < 0:
        raise InputError(f"{str(path)!r} is damaged: its extended header has {extended} bytes")
    places = _places(path, words)
    stored = Stored(path, (path,), shape, _dtype(path, words, reals, order), _HEADER, skip=extended)
    values = _turned(stored.values(lazy=lazy), places, stored)
    sizes = [
        float(reals[10 + axis]) / int(words[7 + axis]) * 1e-10 if words[7 + axis] > 0 else 0.0
        for axis in (2, 1, 0)
    ]
    voxel: tuple[float | None, ...] = tuple(sizes)
    if values.shape[0] == 1:
        flat = values.read(0, 1) if isinstance(values, Slabs) else values
        values, voxel = flat[0], voxel[1:]
    stated = "MRC cell" if all(sizes) else "the MRC cell is not set"
    return ImageFile(str(path), "MRC", values, voxel, stated)


def _order(path: Path, head: bytes) -> str:
    """Byte order: by the machine stamp, else the one in which mode and sizes make sense."""
    stamped = _ORDERS.get(head[212:213]) if head[208:211] == b"MAP" else None
    for order in filter(None, (stamped, "<", ">")):
        *sizes, mode = np.frombuffer(head, f"{order}i4", 4).tolist()
        if (mode in _MODES or mode in _OTHERS) and min(sizes) > 0 and max(sizes) < _LARGEST:
            return order
    raise InputError(f"{str(path)!r} is damaged or not an MRC file: it has no mode or no size of "
                     "one")  # fmt: skip


def _dtype(path: Path, words: NDArray[Any], reals: NDArray[Any], order: str) -> np.dtype[Any]:
    mode = int(words[3])
    if mode in _OTHERS:
        raise InputError(f"{str(path)!r} holds {_OTHERS[mode]} (mode {mode}): expected integers or "
                         f"real numbers, mode {', '.join(map(str, _MODES))}")  # fmt: skip
    if mode == 0:
        by_imod = int(words[38]) == _IMOD
        unsigned = not words[39] & _SIGNED if by_imod else 127 < float(reals[20]) <= 255
        return np.dtype(np.uint8 if unsigned else np.int8)
    return np.dtype(order + _MODES[mode])


def _places(path: Path, words: NDArray[Any]) -> tuple[int, ...]:
    """Axes of the stored array that become z, y and x."""
    mapped = [int(word) for word in words[16:19]]  # of columns, rows, sections: 1 is x, 3 is z
    if mapped == [0, 0, 0]:  # as files from before the standard have it
        return 0, 1, 2
    if sorted(mapped) != [1, 2, 3]:
        raise InputError(f"{str(path)!r} is damaged: it maps columns, rows and sections to the "
                         f"axes {mapped}, expected 1, 2 and 3 in any order")  # fmt: skip
    return tuple(2 - mapped.index(axis) for axis in (3, 2, 1))


def _turned(
    values: NDArray[Any] | Slabs, places: tuple[int, ...], stored: Stored
) -> NDArray[Any] | Slabs:
    """The array with its axes in the order (z, y, x)."""
    if places == (0, 1, 2):
        return values
    if not isinstance(values, Slabs):
        return values.transpose(places)
    shape = tuple(stored.shape[axis] for axis in places)

    def slab(start: int, stop: int) -> NDArray[Any]:
        wanted = [slice(None)] * 3
        wanted[places[0]] = slice(start, stop)
        found = np.empty((stop - start, *shape[1:]), stored.dtype)
        sections = range(stored.shape[0])[wanted[0]]
        for number in sections:  # one at a time: the slab lies across all of them
            section = values.read(number, number + 1)
            place = [slice(None)] * 3
            place[places.index(0)] = slice(number - sections.start, number - sections.start + 1)
            found[tuple(place)] = section[(slice(None), *wanted[1:])].transpose(places)
        return found

    return Slabs(shape, stored.dtype, slab)
