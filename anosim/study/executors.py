"""Batches of runs through any executor with ``submit`` whose futures have ``done`` and ``result``.

That is what ``concurrent.futures``, ``dask.distributed``, ``mpi4py.futures`` and submitit have in
common.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from anosim.errors import InputError
from anosim.study.claims import Waiting, held
from anosim.study.running import RUNS, THREADS, Batch, Outcome, row_of, start_worker, work

POLL = 0.1
"""Seconds between two looks at what is done."""
Watch = Callable[[], None]
"""Called again and again while runs go on."""


GUARD = 'if __name__ == "__main__":'


def unguarded() -> str:
    """The script that runs, if processes started from it would run it again; "" if none would.

    A fresh process imports the script that started it. What stands there without a guard is done
    again, in every process.
    """
    main = sys.modules.get("__main__")
    path, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
    if path is None or (spec is not None and spec.name.endswith("__main__")):
        return ""  # a notebook, a prompt; python -m PACKAGE, which is not imported again
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "" if "__main__" in text else Path(path).name


def run_here(batches: Sequence[Batch], watch: Watch) -> None:
    """Do all batches in this process."""
    _until_done(batches, lambda batch: work(batch), watch)


def run_in_pool(batches: Sequence[Batch], workers: int, watch: Watch) -> None:
    """Do all batches in processes of their own, each with one thread.

    A batch whose process dies is tried once more by itself; if that one dies too, the run it was
    at has failed.

    Raises:
        InputError: what runs cannot be sent to another process, or the script has no guard.
    """
    script = unguarded()
    if script:
        raise InputError(
            f"{workers} processes would each run {script} again from its top: put what it does "
            f"below {GUARD!r}, or leave workers out to run in this process"
        )
    left = list(batches)
    with _pool(workers) as pool:
        try:
            run_by(pool, left, watch)
            return
        except BrokenExecutor:
            left = [batch for batch in left if batch.missing]
    for batch in left:
        while batch.missing:
            with _pool(1) as pool:
                try:
                    run_by(pool, [batch], watch)
                except BrokenExecutor:
                    _give_up(batch)


def run_by(executor: Any, batches: Sequence[Batch], watch: Watch) -> None:
    """Do all batches by an executor.

    Raises:
        InputError: what runs cannot be sent to another process.
    """
    waiting = list(batches)
    while waiting:
        futures = [(executor.submit(work, batch), batch) for batch in waiting]
        while not all(future.done() for future, _ in futures):
            watch()
            time.sleep(POLL)
        waiting = [batch for future, batch in futures if not _result(future)]
        watch()
        for batch in waiting:  # another process is at it
            queue = Waiting(batch.lock, POLL)
            while batch.missing and held(batch.lock):
                watch()
                queue.wait()
        waiting = [batch for batch in waiting if batch.missing]


def _result(future: Any) -> bool:
    try:
        return bool(future.result())
    except (AttributeError, TypeError, ImportError) as error:
        if "pickle" not in str(error).lower() and "get attribute" not in str(error).lower():
            raise
        raise InputError(
            f"what the study runs cannot be sent to another process ({error}): define the function "
            "at the top of a module or script, or run with workers=0"
        ) from error
    except Exception as error:
        if type(error).__name__ != "PicklingError":
            raise
        raise InputError(
            f"what the study runs cannot be sent to another process ({error}): define the function "
            "at the top of a module or script, or run with workers=0"
        ) from error


def _until_done(batches: Sequence[Batch], do: Callable[[Batch], bool], watch: Watch) -> None:
    for batch in batches:
        queue = Waiting(batch.lock, POLL)
        while not do(batch):
            watch()
            queue.wait()
            if not batch.missing:
                break
        watch()


def _give_up(batch: Batch) -> None:
    """The run that a process was at when it died has failed."""
    rank = batch.missing[0]
    outcome = Outcome(
        error="the process that ran it died twice: it was killed, perhaps for want of memory, or "
        f"the script calls the study outside of {GUARD!r}"
    )
    row_of(batch, rank, outcome, {}).write(Path(batch.folder) / RUNS)


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes with one thread each."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))  # libraries read it when they are loaded
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=start_worker)
    try:
        yield pool
    except BaseException:
        processes = list((pool._processes or {}).values())  # shutdown forgets them
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:  # nobody waits for their runs
            process.terminate()
        raise
    else:
        pool.shutdown()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
