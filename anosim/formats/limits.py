"""Refusal of data that do not fit into memory, before any of them are read."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from os import PathLike
from pathlib import Path

from anosim.errors import InputError

_RATIO = 2000
"""Bytes of data that one byte of a file stands for at most; deflate reaches 1032."""
_SMALL = 1 << 28
"""Bytes up to which the ratio does not matter."""


def check_size(
    path: str | PathLike[str],
    needed: float,
    stored: float,
    what: str,
    *,
    at_once: float | None = None,
) -> None:
    """Refuse data that do not fit into memory, or that a file of this size cannot hold.

    Args:
        path: the file, for the message.
        needed: memory that reading takes, bytes.
        stored: size of the file or files with the data, bytes.
        what: the data in words, such as ``"an array of shape (60000, 60000), uint8"``.
        at_once: memory that reading takes at a time, bytes; without it all of ``needed``.

    Raises:
        InputError: the sentence says what is declared, what is stored and what is free.
    """
    if needed > max(_SMALL, _RATIO * stored):
        raise InputError(
            f"{str(path)!r} declares {what}: {gigabytes(needed)} from {stored:.0f} stored bytes, "
            "which is more than any compression gives: the file is damaged or incomplete"
        )
    free, least = available_memory(), needed if at_once is None else at_once
    if least > free:
        raise InputError(
            f"{str(path)!r} holds {what}, for which {gigabytes(least)} of memory are needed and "
            f"{gigabytes(free)} are free: crop it, or use a machine with more memory"
        )


def available_memory() -> float:
    """Memory that this process may still take, bytes: free, and within its limits."""
    return min(_bounds(), default=float("inf"))


def gigabytes(size: float) -> str:
    """A size in bytes for a message, such as ``3.6 GB``."""
    return f"{size / 1e9:.2g} GB" if size < 1e12 else f"{size / 1e9:.0f} GB"


def _bounds() -> Iterator[float]:
    """Every bound that the system states; one that it does not state is left out."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                yield 1024.0 * int(line.split()[1])
    with suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        most = float((group / "memory.max").read_text())
        yield most - float((group / "memory.current").read_text())
    if sys.platform != "win32":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        with suppress(OSError, ValueError, IndexError):
            if limit != resource.RLIM_INFINITY:
                pages = int(Path("/proc/self/statm").read_text().split()[0])
                yield float(limit - pages * os.sysconf("SC_PAGE_SIZE"))
