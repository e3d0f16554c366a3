"""Any-angle geodesic distance from the first slice, shell by shell."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.progress import report

SMALL = 2000
"""Voxels of a shell that are not worth a second thread."""

Distances = NDArray[np.float32]
Bends = NDArray[np.integer[Any]]


def march(state: NDArray[np.uint8], voxel: tuple[float, ...]) -> tuple[Distances, Bends]:
    """Distance through open voxels from the first slice's outer face, and last bends.

    Voxels are taken in shells half a voxel thick, which depend on earlier shells only. So two
    threads can check the straight lines of one shell, and close it in rows that are not
    neighbours; the result does not depend on the number of threads.

    Args:
        state: 1 where open, shape (z, y, x) with a frame of 0 around the image; used up.
        voxel: voxel size per axis.

    Returns:
        Distances in the unit of the voxels, infinite where no path leads, and the flat index of the
        last bend of the path, or of the voxel of the first slice where the path is straight.
    """
    from anosim.measure.compiled import cores

    front = _Front(state, voxel)
    with ThreadPoolExecutor(1) as pool:

        def both(first: Callable[[], None], second: Callable[[], None], size: int) -> None:
            if size < SMALL or cores() < 2:
                first()
                second()
                return
            waiting = pool.submit(first)
            second()
            waiting.result()

        while front.advance(both):
            report("geodesic", front.done)
    return front.reached, front.bend


class _Front:
    """The shells ahead, in a ring, and what is behind them."""

    def __init__(self, state: NDArray[np.uint8], voxel: tuple[float, ...]) -> None:
        n1, n2 = state.shape[1:]
        self.state = state
        self.reached = np.full(state.shape, np.inf, np.float32)
        kind = np.int32 if state.size < 2**31 else np.int64
        self.bend: Bends = np.empty(state.shape, kind)
        self.h = (*map(float, voxel), 1.0 / n1, 1.0 / n2)
        self.width = 0.5 * min(voxel)
        self.count = int(np.linalg.norm(voxel) / self.width) + 3
        entry = np.flatnonzero(state[1]) + n1 * n2
        self.reached.reshape(-1)[entry] = 0.5 * voxel[0]
        self.bend.reshape(-1)[entry] = entry
        self.now = int(0.5 * voxel[0] / self.width)
        middle = n1 // 2
        self.rows = (0, middle - 1), (middle + 1, n1), (middle - 1, middle + 1)
        self.shells = [np.empty((self.count, len(entry) + 1), kind) for _ in self.rows]
        self.filled = np.zeros((len(self.rows), self.count), np.int64)
        self.shells[0][self.now % self.count, : len(entry)] = entry
        self.filled[0, self.now % self.count] = len(entry)

    @property
    def done(self) -> float:
        """Roughly: the depth of the front over that of the image."""
        return float(self.now * self.width / (self.h[0] * self.state.shape[0]))

    def advance(self, both: Callable[[Callable[[], None], Callable[[], None], int], None]) -> bool:
        """Take the next shell; False when there is none."""
        from anosim.measure import anyangle

        ahead = [k for k in range(self.count) if self.filled[:, (self.now + k) % self.count].any()]
        if not ahead:
            return False
        self.now += ahead[0]
        turn = self.now % self.count
        parts = zip(self.shells, self.filled, strict=True)
        shell = np.concatenate([ring[turn, : filled[turn]] for ring, filled in parts])
        self.filled[:, turn] = 0
        arrays = self.state, self.reached, self.bend
        half, below = len(shell) // 2, (self.now + 1) * self.width

        def settle(part: slice) -> None:
            anyangle.settle(*arrays, shell[part], below, self.h)

        def close(k: int) -> None:
            self.shells[k] = anyangle.close(
                *arrays, shell, self.shells[k], self.filled[k], self.width, self.now,
                self.rows[k], self.h,
            )  # fmt: skip

        both(lambda: settle(slice(half)), lambda: settle(slice(half, None)), len(shell))
        both(lambda: close(0), lambda: close(1), len(shell))
        close(2)
        return True
