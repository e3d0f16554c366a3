"""NRRD: header and values in one file, or the header in .nhdr and the values in others."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.lengths import metres
from anosim.formats.images.stored import Stored, files_of

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int",
           "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}  # fmt: skip
_DTYPES = {name: dtype for dtype, names in _TYPES.items() for name in names}
_ENCODINGS = {"raw": "raw", "gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2",
              "ascii": "ascii", "text": "ascii", "txt": "ascii"}  # fmt: skip
_IN_SPACE = ("domain", "space", "none", "???", "")
"""Kinds of axes along which voxels lie; others are layers, colours, components or times."""
_LONGEST = 1 << 24
"""Bytes within which a header ends."""
Fields = dict[str, str]


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open an NRRD file; a spacing without a unit does not count as a voxel size."""
    fields, listed, start = _header(path)
    for key in ("type", "dimension", "sizes", "encoding"):
        if key not in fields:
            raise InputError(f"{str(path)!r} is no NRRD file: its header has no {key!r}")
    sizes = [int(size) for size in fields["sizes"].split()]
    if len(sizes) != int(fields["dimension"]):
        raise InputError(f"{str(path)!r} has {len(sizes)} sizes for {fields['dimension']} axes")
    kept = _spatial(path, fields, sizes)
    shape = tuple(sizes[axis] for axis in reversed(kept))
    dtype, encoding = _dtype(path, fields), _ENCODINGS.get(fields["encoding"].lower(), "")
    if not encoding:
        raise InputError(
            f"{str(path)!r} has encoding {fields['encoding']!r}: expected {listing(_ENCODINGS)}"
        )
    name = fields.get("datafile")
    files = files_of(path, name, listed, max(shape[0], 1)) if name else (path,)
    lines, skip = (int(fields.get(key, "0")) for key in ("lineskip", "byteskip"))
    stored = Stored(path, files, shape, dtype, 0 if name else start, lines, skip, encoding)
    voxel, stated = _voxel(fields, kept)
    details = {"encoding": fields["encoding"]}
    return ImageFile(str(path), "NRRD", stored.values(lazy=lazy), voxel, stated, details)


def _header(path: Path) -> tuple[Fields, list[str], int]:
    """Its fields by name without blanks, the lines of a list of files, and where it ends."""
    fields: Fields = {}
    with path.open("rb") as file:
        if not file.readline(_LONGEST).startswith(b"NRRD000"):
            raise InputError(f"{str(path)!r} is damaged or not an NRRD file")
        while (line := _text(file.readline(_LONGEST))).strip():
            if file.tell() > _LONGEST:
                raise InputError(f"{str(path)!r} is damaged: its header does not end")
            key, colon, value = line.partition(":")
            if not colon or line.startswith("#") or value.startswith("="):
                continue  # a comment, or what other programs keep there
            fields[key.strip().lower().replace(" ", "")] = value.strip()
            if fields.get("datafile", "").split()[:1] == ["LIST"]:
                return fields, _text(file.read(_LONGEST)).splitlines(), file.tell()
        return fields, [], file.tell()


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _dtype(path: Path, fields: Fields) -> np.dtype[Any]:
    code = _DTYPES.get(" ".join(fields["type"].lower().split()))
    if code is None:
        raise InputError(f"{str(path)!r} holds values of type {fields['type']!r}: expected "
                         "integers or real numbers")  # fmt: skip
    order = {"little": "<", "big": ">"}.get(fields.get("endian", "").lower())
    if order is None and code[1] != "1" and fields["encoding"].lower() not in ("ascii", "text"):
        raise InputError(f"{str(path)!r} does not say the byte order of its values: write "
                         "'endian: little' or 'endian: big' into its header")  # fmt: skip
    return np.dtype((order or "<") + code)


def _spatial(path: Path, fields: Fields, sizes: list[int]) -> list[int]:
    """Axes along which voxels lie, the fastest first; the others must have length 1."""
    kinds = fields.get("kinds", "").lower().split()
    vectors = _vectors(fields)
    kept = []
    for axis, size in enumerate(sizes):
        kind = kinds[axis] if len(kinds) == len(sizes) else ""
        fast = len(vectors) == len(sizes) and vectors[axis] is None and axis < len(sizes) - 1
        if kind in _IN_SPACE and not fast:
            kept.append(axis)
        elif size != 1:
            raise InputError(
                f"{str(path)!r} holds {size} values for each voxel (an axis of kind "
                f"{kind or 'none'!r}): save one layer, channel or time"
            )
    while len(kept) > 2 and (len(kept) > 3 or sizes[kept[-1]] == 1):
        one = next((axis for axis in reversed(kept) if sizes[axis] == 1), None)
        if one is None:
            break
        kept.remove(one)
    return kept


def _vectors(fields: Fields) -> list[tuple[float, ...] | None]:
    """Space directions of each axis; None for an axis without one."""
    given = re.findall(r"none|\([^)]*\)", fields.get("spacedirections", "").lower())
    return [
        None if text == "none" else tuple(float(part) for part in text[1:-1].split(","))
        for text in given
    ]


def _voxel(fields: Fields, kept: list[int]) -> tuple[tuple[float | None, ...], str]:
    """Sizes along (z, y, x) from space directions or spacings, where they have a unit."""
    vectors = _vectors(fields)
    spacings = [float(size) for size in fields.get("spacings", "").split()]
    if vectors and max(kept) < len(vectors):
        units, where = _quoted(fields, "spaceunits"), "space directions"
        if units:
            found = [_length(vectors[axis], [metres(unit) for unit in units]) for axis in kept]
        else:
            units = _quoted(fields, "units")
            found = [_length(vectors[axis], [_unit(units, axis)] * 9) for axis in kept]
    elif spacings and max(kept) < len(spacings):
        units, where = _quoted(fields, "units") or _quoted(fields, "spaceunits"), "spacings"
        found = [_length((spacings[axis],), [_unit(units, axis)]) for axis in kept]
    else:
        return (), "no space directions in its header"
    if not units:
        return (), f"{where} {fields[where.replace(' ', '')]} without a unit"
    unknown = "" if all(found) else f" in unknown units {units}"
    return tuple(reversed(found)), f"NRRD {where}{unknown}"


def _unit(units: list[str], axis: int) -> float | None:
    return metres(units[axis]) if axis < len(units) else None


def _length(vector: tuple[float, ...] | None, units: list[float | None]) -> float | None:
    """Length of a vector whose components have units of their own."""
    if vector is None:
        return None
    parts = [
        part and (None if unit is None else part * unit)
        for part, unit in zip(vector, units, strict=False)
    ]
    if None in parts or len(parts) < len(vector):
        return None
    return float(np.linalg.norm([part or 0.0 for part in parts]))


def _quoted(fields: Fields, key: str) -> list[str]:
    text = fields.get(key, "")
    return re.findall(r'"([^"]*)"', text) if '"' in text else text.split()
