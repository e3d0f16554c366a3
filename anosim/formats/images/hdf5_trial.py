"""First reading of an HDF5 file in a process of its own.

On some damaged files the HDF5 library crashes, or goes round in circles inside one call. Neither
can be caught in the process that it happens to, so a file is tried once in another one.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

from anosim.errors import InputError

_SECONDS = 8
"""Time of the processor after which a file counts as one that the library never finishes."""
_WHOLE = 1 << 26
"""Bytes up to which all values are read; of more only the first slice."""
_lock = Lock()
_workers: dict[int, subprocess.Popen[str]] = {}
"""The process that tries files, by the id of the one that asks it."""
_codes: dict[tuple[str, int, int, str | None], int] = {}
"""How the trial of a file in a state, and of a dataset, ended."""


def check_readable(path: Path, dataset: str | None) -> None:
    """Refuse a file on which the HDF5 library crashes or does not return.

    Raises:
        InputError: which of the two.
    """
    state = path.stat()
    key = (str(path.resolve()), state.st_mtime_ns, state.st_size, dataset)
    with _lock:
        if key not in _codes:
            _codes[key] = _ask(json.dumps([key[0], dataset]))
    code = _codes[key]
    if code >= 0:
        return
    endless = hasattr(signal, "SIGPROF") and code == -signal.SIGPROF
    what = "does not come to an end" if endless else f"crashes (signal {-code})"
    raise InputError(
        f"{str(path)!r} is damaged: the HDF5 library {what} on it; h5dump or h5repack may save "
        "what is left"
    )


def _ask(request: str) -> int:
    """0 if the worker has read a file, else how it ended: below zero by a signal."""
    worker = _worker()
    if worker is None or worker.stdin is None or worker.stdout is None:
        return 0
    answer = ""
    with suppress(OSError):
        worker.stdin.write(f"{request}\n")
        worker.stdin.flush()
        answer = worker.stdout.readline()
    if answer:
        return 0
    del _workers[os.getpid()]
    with suppress(OSError):
        worker.stdin.close()
    worker.stdout.close()
    return worker.wait()


def _worker() -> subprocess.Popen[str] | None:
    """The worker of this process; None where no other process can be started."""
    me = os.getpid()
    if me not in _workers:
        _workers.clear()  # those of a process that this one was forked from
        command = [sys.executable, "-P", "-m", __name__]
        try:
            _workers[me] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, encoding="utf-8", start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError):
            return None
        atexit.register(_end, me)
    return _workers[me]


def _end(me: int) -> None:
    """End the worker of a process that ends; it would end by itself, but with a warning."""
    worker = _workers.pop(me, None) if os.getpid() == me else None
    if worker is not None:
        worker.kill()
        worker.communicate()


def main() -> None:
    """Read the files that are asked for, until there is nobody to ask."""
    from anosim.formats.images.hdf5 import load

    for line in sys.stdin:
        path, dataset = json.loads(line)
        _limit(_SECONDS)
        with suppress(Exception):  # the process that asks meets it by itself
            found = load(Path(path), dataset, True)
            size = found.dtype.itemsize
            for length in found.shape:
                size *= length
            found.slab(0, found.shape[0] if size <= _WHOLE else 1)
        _limit(0)
        print("read", flush=True)


def _limit(seconds: float) -> None:
    """End this process after so much time of the processor; 0 takes the limit away."""
    if hasattr(signal, "ITIMER_PROF"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()
