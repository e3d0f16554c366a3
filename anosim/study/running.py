"""Runs in a worker: one batch after another, each run to a row of its own."""

import os
import socket
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from anosim.errors import AnosimError, warning_line
from anosim.results.provenance import peak_memory
from anosim.study.claims import claimed
from anosim.study.rows import FAILED, Row, read_row

RUNS, CLAIMS, CACHE = "runs", "claims", "cache"
"""Folders in the folder of a study."""
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one run came to.

    Attributes:
        numbers: numbers and lists of numbers by name.
        seconds: of each stage.
        versions: of what did the work.
        hashes: digests of image and mesh.
        record: how it was solved.
        error: why it failed, in a sentence; "" if it did not.
    """

    numbers: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


class Runner(Protocol):
    """Something that a study can run."""

    @property
    def identity(self) -> str:
        """What it is, by content: runs of another identity are other runs."""
        ...

    def content(self, point: Mapping[str, Any], /) -> str:
        """A digest of the files that a run's inputs name; "" where they name none."""
        ...

    def check(self, points: Sequence[Mapping[str, Any]], /) -> None:
        """Refuse inputs that are wrong as far as is known before any run."""
        ...

    def batches(self, points: Sequence[Mapping[str, Any]], /) -> list[list[int]]:
        """Which runs share so much work that one process does them, by their places."""
        ...

    def outcomes(
        self, points: Sequence[Mapping[str, Any]], wanted: Sequence[int], cache: Path, /
    ) -> Iterator[tuple[int, Outcome]]:
        """The wanted ones of the runs of a batch, each as soon as it is done."""
        ...


@dataclass(frozen=True, eq=False)
class Batch:
    """Runs that one process does.

    Attributes:
        runner: what runs.
        points: the inputs of each run.
        keys: the key of each.
        folder: of the study.
    """

    runner: Runner
    points: tuple[Mapping[str, Any], ...]
    keys: tuple[str, ...]
    folder: str

    @property
    def lock(self) -> Path:
        """What a process holds while it works on the batch."""
        name = sha256(" ".join(self.keys).encode()).hexdigest()[:20]
        return Path(self.folder) / CLAIMS / f"{name}.lock"

    @property
    def missing(self) -> list[int]:
        """The runs that have no row yet."""
        return [rank for rank, key in enumerate(self.keys) if self.row(key) is None]

    def row(self, key: str) -> Row | None:
        """The row of a run; None if it has none."""
        return read_row(Path(self.folder) / RUNS / f"{key}.json", self.points[0])


def work(batch: Batch) -> bool:
    """Do what is missing of a batch; False if another process is at it."""
    with claimed(batch.lock) as got:
        if not got:
            return False
        wanted, start = batch.missing, perf_counter()
        if wanted:
            cache = Path(batch.folder) / CACHE
            for rank, outcome in batch.runner.outcomes(batch.points, wanted, cache):
                seconds = {**outcome.seconds, "total": perf_counter() - start}
                row_of(batch, rank, outcome, seconds).write(Path(batch.folder) / RUNS)
                start = perf_counter()
    return True


def row_of(batch: Batch, rank: int, outcome: Outcome, seconds: Mapping[str, float]) -> Row:
    """The row of a run that has ended."""
    return Row(
        key=batch.keys[rank],
        inputs=batch.points[rank],
        **({"status": FAILED, "error": outcome.error} if outcome.error else {}),
        numbers=outcome.numbers,
        seconds={name: round(value, 4) for name, value in seconds.items()},
        peak_memory_megabytes=peak_memory(),
        versions=outcome.versions,
        hashes=outcome.hashes,
        record=outcome.record,
        where=f"{socket.gethostname()} {os.getpid()}",
    )


def attempted(run: Callable[[], Outcome]) -> Outcome:
    """What a run comes to; an error is an outcome, too."""
    try:
        return run()
    except AnosimError as error:
        return Outcome(error=" ".join(str(error).split()))
    except Exception as error:  # of a user's function: whatever it is, the study goes on
        return Outcome(error=f"{type(error).__name__}: {' '.join(str(error).split())}")


def start_worker() -> None:
    """Warn in sentences, and end when the process that started this one has, even if killed."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is None:
        return
    warnings.formatwarning = warning_line

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
