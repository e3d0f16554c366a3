"""Locks by which processes share the work in one folder, on one or several machines.

A lock is a file that names its holder. One whose holder is gone is taken over: on this machine a
process that has ended; on another machine, or where the lock cannot be read, a holder that has not
touched it for a while.
"""

import json
import os
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anosim.formats.owners import is_alive, owned_name, process_start, remove_leftovers

BEAT = 20.0
"""Seconds between two touches of a lock that is held."""
SILENT = 300.0
"""Seconds without a touch after which a holder that cannot be asked counts as gone."""
PATIENCE = 5.0
"""Seconds after which whoever waits for a lock says so."""


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Hold a lock while the block runs; False if somebody else holds it."""
    got = _take(path)
    if not got:
        yield False
        return
    done = threading.Event()
    threading.Thread(target=_beat, args=(path, done), daemon=True).start()
    try:
        yield True
    finally:
        done.set()
        path.unlink(missing_ok=True)


@contextmanager
def waiting_for(path: Path, poll: float = 0.2) -> Iterator[None]:
    """Hold a lock while the block runs, after whoever holds it now."""
    queue = Waiting(path, poll)
    while True:
        with claimed(path) as got:
            if got:
                yield
                return
        queue.wait()


class Waiting:
    """Waits for a lock, and warns once, after a while, for whom.

    Args:
        path: the lock.
        poll: seconds between two looks at it.
    """

    def __init__(self, path: Path, poll: float) -> None:
        self.path, self.poll = path, poll
        self.since, self.told = time.monotonic(), False

    def wait(self) -> None:
        """Sleep until the next look.

        Warns:
            UserWarning: who holds the lock.
        """
        if not self.told and time.monotonic() - self.since > PATIENCE:
            self.told = True
            warnings.warn(f"waiting for {_who(self.path)}", UserWarning, stacklevel=2)
        time.sleep(self.poll)


def held(path: Path) -> bool:
    """Whether a lock is there and its holder is alive."""
    return path.exists() and not _stale(path)


def _take(path: Path) -> bool:
    if _create(path):
        return True
    if not _stale(path):
        return False
    turn = path.with_suffix(".turn")  # of several that find the lock stale, one takes it over
    if not _create(turn):
        if _stale(turn):
            turn.unlink(missing_ok=True)
        return False
    try:
        if path.exists():
            if not _stale(path):
                return False
            path.unlink(missing_ok=True)
        return _create(path)
    finally:
        turn.unlink(missing_ok=True)


def _create(path: Path) -> bool:
    """Make the lock with its content at once, or leave what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent)
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": process_start(os.getpid()),
        "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    own = path.with_name(owned_name(f".{path.name}."))
    own.write_text(json.dumps(holder), encoding="utf-8")
    try:
        os.link(own, path)  # unlike a rename it fails where the lock is already there
    except FileExistsError:
        return False
    finally:
        own.unlink(missing_ok=True)
    return True


def _stale(path: Path) -> bool:
    try:
        silent = time.time() - path.stat().st_mtime > SILENT
        holder = _holder(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if holder is None or holder["host"] != socket.gethostname():
        return silent
    return not is_alive(holder["pid"], str(holder.get("started", "")))


def _holder(path: Path) -> dict[str, Any] | None:
    """Who holds a lock; None where it does not say."""
    try:
        holder = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    known = isinstance(holder, dict) and type(holder.get("pid")) is int and "host" in holder
    return holder if known else None


def _who(path: Path) -> str:
    """Who holds a lock, in words."""
    try:
        holder = _holder(path)
    except OSError:
        holder = None
    if holder is None:
        return (
            f"the lock {str(path)!r}, which cannot be read: it is taken over when it is "
            f"{SILENT:.0f} s old; if no other process works in this folder, remove it"
        )
    since = holder.get("since", "an unknown time")
    return (
        f"process {holder['pid']} on {holder['host']}, which has worked since {since}: if it is "
        f"gone, remove {str(path)!r}"
    )


def _beat(path: Path, done: threading.Event) -> None:
    while not done.wait(BEAT):
        try:
            os.utime(path)
        except OSError:
            return
