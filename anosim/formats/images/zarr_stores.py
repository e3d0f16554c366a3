"""What a Zarr store holds on disk, checked before any of it is decoded."""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.formats.limits import check_size

_METADATA = ("zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata")
_RATIO = 1100
"""Bytes that a byte of deflate decodes to at most."""
_HARMLESS = 10**8
"""Bytes that a chunk may decode to without being looked at."""
_BEYOND = 1 << 16
"""Bytes that a stored chunk may have beyond twice its values."""
_SLACK = 1 << 20
"""Bytes that a decoded chunk may have beyond its values."""


@dataclass(frozen=True)
class Stored:
    """Files of the chunks of an array.

    Attributes:
        files: their paths.
        size: of all, bytes.
    """

    files: tuple[Path, ...]
    size: int


def check_store(path: Path) -> None:
    """Refuse a store with links that lead out of it, or with files that are no plain files.

    Raises:
        InputError: which one.
    """
    inside = path.resolve()
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            entry = Path(folder, name)
            if entry.is_symlink() and not entry.resolve().is_relative_to(inside):
                raise InputError(
                    f"{str(entry)!r} is a link out of the Zarr store: put a copy there"
                )
        for name in files:
            if not Path(folder, name).is_file():
                raise InputError(f"{str(Path(folder, name))!r} in a Zarr store is no plain file")


def stored_chunks(path: Path, array: Any) -> Stored:
    """The files of an array's chunks.

    Raises:
        InputError: the array declares more values than its files can hold, or memory can.
    """
    folder = path / array.path if array.path else path
    files = tuple(
        Path(where, name) for where, _, names in os.walk(folder) for name in sorted(names)
        if name not in _METADATA
    )  # fmt: skip
    return Stored(files, sum(file.stat().st_size for file in files))


def check_array(path: Path, array: Any, lazy: bool) -> dict[str, str]:
    """Refuse what cannot be read; what is to be told about chunks that were never written.

    Raises:
        InputError: the sentence says what is declared, stored and free.
    """
    stored, kind = stored_chunks(path, array), np.dtype(array.dtype)
    grid = tuple(getattr(array, "shards", None) or array.chunks)
    size = kind.itemsize * float(np.prod(array.shape, dtype=object))
    chunk = kind.itemsize * float(np.prod(grid, dtype=object))
    what = f"an array {array.path or '/'!r} of shape {tuple(array.shape)}, {kind}"
    check_size(path, max(size, chunk), stored.size, what, at_once=chunk if lazy else size + chunk)
    if not stored.files:
        raise InputError(f"{str(path)!r} declares {what}, none of whose chunks is stored")
    _check_chunks(array, stored, int(chunk))
    steps = zip(array.shape, grid, strict=True)
    whole = int(np.prod([-(-n // step) for n, step in steps], dtype=object))
    there = len(stored.files)
    if there >= whole:
        return {}
    return {"not written": f"{whole - there} of {whole} chunks, read as {array.fill_value}"}


def _check_chunks(array: Any, stored: Stored, size: int) -> None:
    """Refuse chunks that are, or decode to, more than the values of a chunk."""
    codecs = [_name(codec) for codec in getattr(array, "compressors", ())]
    looked = len(codecs) == 1 and not getattr(array, "shards", None)
    most = size + size // 8 + _SLACK
    for file in stored.files:
        length = file.stat().st_size
        if length > 2 * size + _BEYOND:
            raise InputError(
                f"the chunk {str(file)!r} has {length} bytes for {size} bytes of values: it is "
                "damaged"
            )
        if looked and _decoded(file, codecs[0], most) > most:
            raise InputError(
                f"the chunk {str(file)!r} decodes to more than {most} bytes, of a chunk of {size} "
                "bytes: it is damaged"
            )


def _decoded(file: Path, codec: str, most: int) -> int:
    """Bytes that a chunk decodes to, counted up to a bit more than ``most``."""
    if codec in ("gzip", "zlib"):
        return _inflated(file, most)
    with file.open("rb") as stream:
        start = stream.read(24)
    if codec == "blosc" and len(start) >= 16:
        return int.from_bytes(start[4:8], "little")
    if codec == "lz4" and len(start) >= 4:
        return int.from_bytes(start[:4], "little")
    return _zstd_size(start) if codec == "zstd" else 0


def _inflated(file: Path, most: int) -> int:
    """Bytes after inflation; what is too small to inflate to much is not looked at."""
    if _RATIO * file.stat().st_size <= max(most, _HARMLESS):
        return 0
    left = zlib.decompressobj(zlib.MAX_WBITS | 32)
    count, block = 0, 1 << 20
    with file.open("rb") as stream:
        while count <= most and not left.eof:
            data = left.unconsumed_tail or stream.read(1 << 16)
            if not data:
                break
            try:
                count += len(left.decompress(data, block))
            except zlib.error:  # reading it says so
                break
    return count


def _zstd_size(start: bytes) -> int:
    """Content size in the header of a Zstandard frame (RFC 8878, 3.1.1.1); 0 if it has none."""
    if start[:4] != b"\x28\xb5\x2f\xfd" or len(start) < 6:
        return 0
    flags = start[4]
    single = bool(flags & 0x20)
    count = (1 if single else 0, 2, 4, 8)[flags >> 6]
    first = 5 + (0 if single else 1) + (0, 1, 2, 4)[flags & 3]
    value = int.from_bytes(start[first : first + count], "little")
    return value + 256 if count == 2 else value


def _name(codec: Any) -> str:
    """The codec's name, of Zarr 2 or 3."""
    found = getattr(codec, "codec_id", None) or type(codec).__name__
    return str(found).lower().removesuffix("codec").removeprefix("numcodecs.")
