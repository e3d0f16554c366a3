"""Loops compiled by Numba: compiled at first use, kept on disk for the next time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from anosim.extras import load

_numba = load("numba")
get_num_threads, set_num_threads = _numba.get_num_threads, _numba.set_num_threads
njit, prange = _numba.njit, _numba.prange

__all__ = ["compiled", "cores", "fitting", "in_parallel", "prange"]

SMALL = 50_000
"""Voxels below which threads cost more than they save, above all where cores are busy."""


def compiled[R](function: Callable[..., R]) -> Callable[..., R]:
    """The function as machine code, on one core; other threads may run meanwhile."""
    made: Any = njit(cache=True, nogil=True, error_model="numpy")(function)
    return made  # type: ignore[no-any-return]


def in_parallel[R](function: Callable[..., R]) -> Callable[..., R]:
    """The function as machine code, its ``prange`` loops on all cores."""
    made: Any = njit(cache=True, nogil=True, parallel=True, error_model="numpy")(function)
    return made  # type: ignore[no-any-return]


def cores() -> int:
    """Threads that compiled loops may use: NUMBA_NUM_THREADS, or all cores."""
    return int(get_num_threads())


@contextmanager
def fitting(voxels: int) -> Iterator[None]:
    """Inside the block, loops over so few voxels run on one core."""
    before = get_num_threads()
    set_num_threads(before if voxels >= SMALL else 1)
    try:
        yield
    finally:
        set_num_threads(before)
