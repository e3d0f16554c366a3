"""Locks by which processes share the work in one folder, on one or several machines.

A lock is a file that names its holder. One whose holder is gone is taken over: on this machine a
process that has ended, on another one a holder that has not touched its lock for a while.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

BEAT = 20.0
"""Seconds between two touches of a lock that is held."""
SILENT = 300.0
"""Seconds without a touch after which a holder on another machine counts as gone."""


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
    while True:
        with claimed(path) as got:
            if got:
                yield
                return
        time.sleep(poll)


def held(path: Path) -> bool:
    """Whether a lock is there and its holder is alive."""
    return path.exists() and not _stale(path)


def process_start(pid: int) -> str:
    """When a process of this machine started; "" where it is not there or the system is silent."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return text.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


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
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": process_start(os.getpid()),
        "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    own = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
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
        holder = json.loads(path.read_text(encoding="utf-8"))
        silent = time.time() - path.stat().st_mtime > SILENT
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    if holder.get("host") != socket.gethostname():
        return silent
    started = process_start(int(holder["pid"]))
    if started or holder.get("started"):
        return bool(started != holder.get("started"))
    return not _alive(int(holder["pid"]))


def _alive(pid: int) -> bool:
    if os.name != "posix":  # elsewhere signal 0 is no question
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _beat(path: Path, done: threading.Event) -> None:
    while not done.wait(BEAT):
        try:
            os.utime(path)
        except OSError:
            return
