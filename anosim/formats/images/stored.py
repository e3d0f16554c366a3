"""Values of a known shape and type in one file, or in several that follow on the first axis."""

import bz2
import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.beside import file_beside
from anosim.formats.images.imagefile import Slabs
from anosim.formats.limits import check_size

_LINE = 1 << 20
"""Bytes that are read at a time where lines are skipped."""
_NAME = 1000
"""Characters of a pattern of names at most."""
AT_END = -1
"""Instead of a number of bytes to skip: the values are the last ones of the file."""
_NUMBERED = re.compile(
    r"(.*%0?\d{0,2}d\S*)\s+(-?\d{1,9})\s+(-?\d{1,9})(?:\s+(-?\d{1,9}))?(?:\s+\d)?"
)


@dataclass(frozen=True)
class Stored:
    """Where and how values are stored.

    Attributes:
        path: the file with the header.
        files: the files with the values; each has the same number of slices.
        shape: of the array, (y, x) or (z, y, x).
        dtype: of its values.
        start: bytes before the lines and bytes to skip, such as a header in the same file.
        lines: lines to skip in every file.
        skip: bytes to skip after them, in what is decompressed; or ``AT_END``.
        encoding: raw, gzip, zlib, bzip2 or ascii.
    """

    path: Path
    files: tuple[Path, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int = 0
    lines: int = 0
    skip: int = 0
    encoding: str = "raw"

    def __post_init__(self) -> None:
        path, count = str(self.path), len(self.files)
        if len(self.shape) not in (2, 3) or min(self.shape) < 1:
            raise InputError(f"shape of {path!r} is {list(self.shape)}: expected [y, x] or "
                             "[z, y, x]")  # fmt: skip
        if self.lines < 0 or self.skip < AT_END:
            raise InputError(f"{path!r} skips {self.lines} lines and {self.skip} bytes: expected "
                             "numbers from 0")  # fmt: skip
        if not count or self.shape[0] % count:
            raise InputError(f"{path!r} names {count} files for {self.shape[0]} slices: expected "
                             "as many slices in every file")  # fmt: skip

    @property
    def part(self) -> int:
        """Bytes of the values in each file."""
        return prod(self.shape) * self.dtype.itemsize // len(self.files)

    def values(self, *, lazy: bool) -> NDArray[Any] | Slabs:
        """The values; slabs of them where they are raw and wanted piece by piece.

        Raises:
            InputError: more than fits into memory, or files of another length.
        """
        from anosim.formats.images.opening import blaming

        stored = sum(file.stat().st_size for file in self.files)
        what = f"an array of shape {self.shape}, {self.dtype}"
        slabs, size = lazy and self.encoding == "raw", len(self.files) * self.part
        declared = size + max(self.skip, 0) if self.encoding != "raw" else size
        once = size // self.shape[0] if slabs else size
        check_size(self.path, declared, stored, what, at_once=once)
        if self.encoding != "raw":
            read = [self._decoded(file) for file in self.files]
            return np.concatenate(read).reshape(self.shape)
        starts = [self._start(file) for file in self.files]
        if not slabs:
            return self._slab(starts, 0, self.shape[0])
        return Slabs(
            self.shape,
            self.dtype,
            blaming(self.path, lambda a, b: self._slab(starts, a, b)),  # type: ignore[arg-type]
        )

    def _start(self, file: Path) -> int:
        """Position of the first raw value in a file, which is as long as its values need."""
        size = file.stat().st_size
        with file.open("rb") as stream:
            start = self._after_lines(stream)
        start = size - self.part if self.skip == AT_END else start + self.skip
        if start < self.start or size != start + self.part:
            raise InputError(
                f"{str(file)!r} has {size} bytes, but {self._share()} of {self.dtype} after "
                f"{max(start, self.start)} bytes needs {max(start, self.start) + self.part}"
            )
        return start

    def _share(self) -> str:
        shape = [self.shape[0] // len(self.files), *self.shape[1:]]
        return f"shape {shape}"

    def _after_lines(self, stream: BinaryIO) -> int:
        stream.seek(self.start)
        for number in range(self.lines):
            line = stream.readline(_LINE)
            while line and not line.endswith(b"\n"):
                line = stream.readline(_LINE)
            if not line:
                raise InputError(f"{str(self.path)!r} skips {self.lines} lines, of which the file "
                                 f"has only {number}")  # fmt: skip
        return stream.tell()

    def _slab(self, starts: list[int], start: int, stop: int) -> NDArray[Any]:
        """Slices from a start to a stop, from the files that have them."""
        each = self.shape[0] // len(self.files)
        row = self.part // each
        found = np.empty((max(stop - start, 0), *self.shape[1:]), self.dtype)
        at = start
        while at < stop:
            rank, inside = divmod(at, each)
            count = min(each - inside, stop - at)
            with self.files[rank].open("rb") as stream:
                stream.seek(starts[rank] + inside * row)
                read = stream.readinto(memoryview(found[at - start :][:count]).cast("B"))
            if read != count * row:
                raise InputError(f"{str(self.files[rank])!r} is truncated")
            at += count
        return found

    def _decoded(self, file: Path) -> NDArray[Any]:
        """The values of a compressed file or of one of text."""
        if self.encoding == "ascii":
            return self._from_text(file)
        unpack: Any = {"gzip": gzip.open, "bzip2": bz2.open, "zlib": _Inflated}[self.encoding]
        with file.open("rb") as stream:
            self._after_lines(stream)
            plain = unpack(stream)
            spare = _LINE if self.skip == AT_END else 1
            _pass_over(plain.read, max(self.skip, 0))
            found = _up_to(plain.read, self.part + spare)
        surplus = len(found) - self.part
        if surplus < 0 or (surplus and self.skip != AT_END) or surplus == _LINE:
            raise InputError(
                f"{str(file)!r} decompresses to {'more' if surplus > 0 else len(found)} bytes, but "
                f"{self._share()} of {self.dtype} needs {self.part}"
            )
        return np.frombuffer(found, self.dtype, offset=surplus)

    def _from_text(self, file: Path) -> NDArray[Any]:
        """Numbers between blanks; larger ones than the type holds are an error."""
        wide = np.dtype(np.float64 if self.dtype.kind == "f" else np.int64)
        count = self.part // self.dtype.itemsize
        check_size(self.path, count * wide.itemsize, file.stat().st_size, "numbers as text")
        with file.open("rb") as stream:
            stream.seek(self._after_lines(stream) + max(self.skip, 0))
            text = stream.read()
        found = np.array(text.split(None, count)[:count], dtype=np.bytes_).astype(wide)
        values = found.astype(self.dtype)
        if len(found) != count or (self.dtype.kind != "f" and not np.array_equal(values, found)):
            raise InputError(
                f"{str(file)!r} holds {len(found)} numbers, not all of them {self.dtype}: "
                f"{self._share()} needs {count}"
            )
        return values


class _Inflated:
    """A stream of zlib's format (gzip and bzip2 have theirs in the standard library)."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.inflate = stream, zlib.decompressobj(zlib.MAX_WBITS | 32)

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; none at the end."""
        while not self.inflate.eof:
            given = self.inflate.unconsumed_tail or self.stream.read(_LINE)
            found = self.inflate.decompress(given, size)
            if found or not given:
                return found
        return b""


def _pass_over(read: Callable[[int], bytes], count: int) -> None:
    while count > 0 and (found := read(min(count, _LINE))):
        count -= len(found)


def _up_to(read: Callable[[int], bytes], count: int) -> bytearray:
    found = bytearray()
    while len(found) < count and (piece := read(min(count - len(found), _LINE))):
        found += piece
    return found


def files_of(path: Path, name: str, listed: list[str], most: int) -> tuple[Path, ...]:
    """Files of values that a header names: one, a list, or numbered ones.

    Args:
        path: the file with the header.
        name: a file's name; ``LIST``, with the names in ``listed``; or a pattern such as
            ``slice%03d.raw 1 200 1`` with the first number, the last one and a step.
        listed: the lines after the header.
        most: number of slices, which there cannot be more files than.

    Raises:
        InputError: too many, or what ``file_beside`` refuses.
    """
    pattern = _NUMBERED.fullmatch(name) if len(name) < _NAME and name.count("%") == 1 else None
    if name.split()[:1] == ["LIST"]:
        names = [line.strip() for line in listed if line.strip()]
    elif pattern:
        first, last, step = (int(number or 1) for number in pattern.groups()[1:])
        numbers = range(first, last + (1 if step > 0 else -1), step or 1)
        if len(numbers) > most:
            raise InputError(f"{str(path)!r} names {len(numbers)} files for {most} slices")
        names = [pattern[1] % number for number in numbers]
    else:
        names = [name]
    if len(names) > most:
        raise InputError(f"{str(path)!r} names {len(names)} files for {most} slices: "
                         f"{listing(names[:3])} and more")  # fmt: skip
    return tuple(file_beside(path, given.replace("\\", "/")) for given in names)
