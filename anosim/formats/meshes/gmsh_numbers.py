"""The numbers in the sections of a .msh file, whether they are text or binary."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Literal, override

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.meshes import Floats, Ints

Elements = Iterator[tuple[int, int, Ints]]
"""(element type, number of tags, rows of number, tags and nodes)."""


def sections(data: bytes) -> Iterator[tuple[str, "Numbers"]]:
    """The sections of a file with a reader for the numbers of each.

    Raises:
        InputError: no .msh file, or a version other than 1, 2, 4.0 and 4.1.
    """
    place, version = data.find(b"$MeshFormat"), 1.0
    make: Callable[[bytes, int, bytes, float], Numbers] | None = None
    if place < 0:  # format 1 has no such section
        place, make = data.find(b"$NOD"), Text
    if place < 0:
        raise InputError("it has no section $MeshFormat")
    while place >= 0:
        end = data.index(b"\n", place)
        name = data[place + 1 : end].strip()
        start = end + 1
        if name == b"MeshFormat":
            version, make = _format(data, start)
        if make is None:
            raise InputError("it does not begin with $MeshFormat")
        last = (b"$End" if version > 1.0 else b"$END") + name
        numbers = make(data, start, last, version)
        yield name.decode(errors="replace"), numbers
        end = data.find(last, numbers.place)
        if end < 0:
            raise InputError(f"the section ${name.decode(errors='replace')} has no end")
        place = data.find(b"$", end + 4)


def _format(
    data: bytes, start: int
) -> tuple[float, Callable[[bytes, int, bytes, float], "Numbers"]]:
    end = data.index(b"\n", start)
    version, binary, size = data[start:end].split()[:3]
    if not 2.0 <= float(version) < 3.0 and float(version) not in (4.0, 4.1):
        raise InputError(f"its format is {version.decode()}: save it as 4.1 or 2.2")
    if int(size) != 8:
        raise InputError(f"it has numbers of {int(size)} bytes: expected 8")
    if not int(binary):
        return float(version), Text
    little = data[end + 1 : end + 5] == b"\1\0\0\0"
    return float(version), LittleEndian if little else BigEndian


class Numbers(ABC):
    """Reads the numbers of a section one after the other.

    Attributes:
        version: of the format.
        place: where the next number starts, in bytes.
    """

    def __init__(self, data: bytes, start: int, end: bytes, version: float) -> None:
        self.data, self.place, self.end, self.version = data, start, end, version

    def lines(self) -> list[str]:
        """The section's lines; it is text in binary files too."""
        text = self.data[self.place : self.data.index(self.end, self.place)]
        return [line for line in text.decode(errors="replace").split("\n") if line.strip()]

    @abstractmethod
    def ints(self, count: int) -> Ints:
        """Numbers that are stored as int."""

    @abstractmethod
    def sizes(self, count: int) -> Ints:
        """Numbers that are stored as size_t."""

    @abstractmethod
    def floats(self, count: int) -> Floats:
        """Numbers that are stored as double."""

    @abstractmethod
    def count(self) -> int:
        """The number at the start of a section of format 2, text even in binary files."""

    @abstractmethod
    def records(self, count: int, width: int) -> tuple[Ints, Floats]:
        """Rows of a number and some coordinates."""

    @abstractmethod
    def elements(self, count: int, width: Callable[[int], int]) -> Elements:
        """Elements of format 2 in blocks of one type."""


class Text(Numbers):
    """Numbers with blanks between them."""

    def __init__(self, data: bytes, start: int, end: bytes, version: float) -> None:
        super().__init__(data, start, end, version)
        self._words: list[bytes] | None = None
        self._next = 0

    @property
    def _every(self) -> list[bytes]:
        if self._words is None:
            self._words = self.data[self.place : self.data.index(self.end, self.place)].split()
        return self._words

    def _take(self, count: int) -> NDArray[Any]:
        words = self._every[self._next : self._next + count]
        if count < 0 or len(words) < count:
            raise InputError(f"the section before {self.end.decode()} ends too early")
        self._next += count
        return np.array(words, dtype=np.bytes_)

    @override
    def ints(self, count: int) -> Ints:
        return self._take(count).astype(np.int64)

    sizes = ints

    @override
    def floats(self, count: int) -> Floats:
        return self._take(count).astype(np.float64)

    @override
    def count(self) -> int:
        return int(self.ints(1)[0])

    @override
    def records(self, count: int, width: int) -> tuple[Ints, Floats]:
        table = self._take(count * (1 + width)).reshape(count, 1 + width)
        return table[:, 0].astype(np.int64), table[:, 1:].astype(np.float64)

    @override
    def elements(self, count: int, width: Callable[[int], int]) -> Elements:
        rows: dict[tuple[int, int], list[list[bytes]]] = defaultdict(list)
        every, place = self._every, self._next
        for _ in range(count):
            kind = int(every[place + 1])
            tags = 2 if self.version < 2.0 else int(every[place + 2])
            if tags < 0:
                raise InputError(f"an element has {tags} tags")
            start = place + (2 if self.version < 2.0 else 3)
            first = start + tags + (self.version < 2.0)  # a number of nodes follows the tags
            after = first + width(kind)
            given = every[start : start + tags]
            rows[kind, tags].append([every[place], *given, *every[first:after]])
            place = after
        for (kind, tags), found in rows.items():
            yield kind, tags, np.array(found, dtype=np.bytes_).astype(np.int64)


class LittleEndian(Numbers):
    """Numbers as the machine that wrote them holds them."""

    order: Literal["<", ">"] = "<"

    def _take(self, kind: Any, count: int) -> NDArray[Any]:
        dtype = np.dtype(kind).newbyteorder(self.order)
        if count < 0 or count * dtype.itemsize > len(self.data) - self.place:
            raise InputError(f"the section before {self.end.decode()} ends too early")
        found = np.frombuffer(self.data, dtype, count, self.place)
        self.place += count * dtype.itemsize
        return found

    @override
    def ints(self, count: int) -> Ints:
        return self._take("i4", count).astype(np.int64)

    @override
    def sizes(self, count: int) -> Ints:
        return self._take("u8", count).astype(np.int64)

    @override
    def floats(self, count: int) -> Floats:
        return self._take("f8", count).astype(np.float64)

    @override
    def count(self) -> int:
        end = self.data.index(b"\n", self.place)
        found = int(self.data[self.place : end])
        self.place = end + 1
        return found

    @override
    def records(self, count: int, width: int) -> tuple[Ints, Floats]:
        table = self._take([("number", "i4"), ("values", "f8", (width,))], count)
        return table["number"].astype(np.int64), table["values"].astype(np.float64)

    @override
    def elements(self, count: int, width: Callable[[int], int]) -> Elements:
        while count > 0:
            head = self.ints(3)
            kind, here, tags = head.tolist()
            columns = 1 + tags + width(kind)
            if here < 1 or tags < 0:
                raise InputError("a block of elements has no elements")
            self.place -= 12
            blocks = self._alike(head, 3 + here * columns, max(count // here, 1))
            yield kind, tags, blocks[:, 3:].reshape(-1, columns)
            count -= here * len(blocks)

    def _alike(self, head: Ints, length: int, most: int) -> Ints:
        """Blocks of one head and length, shape (n, length); Gmsh writes one for each element."""
        found = [self.ints(length)[None]]
        reach = 1
        while reach and (most := most - len(found[-1])):
            reach = min(2 * reach, most, (len(self.data) - self.place) // (4 * length))
            rows = self.ints(reach * length).reshape(reach, length)
            other = np.flatnonzero((rows[:, :3] != head).any(axis=1))
            if len(other):
                self.place -= (reach - int(other[0])) * length * 4
                return np.concatenate([*found, rows[: other[0]]])
            found.append(rows)
        return np.concatenate(found)


class BigEndian(LittleEndian):
    """Numbers of a machine with the other order of bytes."""

    order: Literal["<", ">"] = ">"
