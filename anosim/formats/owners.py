"""Names of unfinished files that tell which process works on them; those of dead ones are removed.

A process that is killed cannot tidy up: the next one that writes into the folder does.
"""

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

_OWNED = re.compile(r"\.?.+[.-]([0-9a-f]{6})-(\d+)-(\d*)-[0-9a-f]{8}(\.[^.]*)?")


def owned_name(stem: str, suffix: str = "") -> str:
    """A name that is new and tells this process: the stem, host, process, its start, a number."""
    pid = os.getpid()
    return f"{stem[:120]}{_host()}-{pid}-{process_start(pid)}-{uuid4().hex[:8]}{suffix}"


@cache
def remove_leftovers(folder: Path) -> None:
    """Remove from a folder what processes of this machine left that ended before their work did.

    A process looks once into each folder. Leftovers of other machines stay: nobody here knows
    whether they are at work.
    """
    with suppress(OSError):
        for name in os.listdir(folder):
            found = _OWNED.fullmatch(name)
            if found and found[1] == _host() and not is_alive(int(found[2]), found[3]):
                path = folder / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder of this process, removed after the block; earlier leftovers go first."""
    parent = Path(tempfile.gettempdir())
    remove_leftovers(parent)
    folder = parent / owned_name("anosim-")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_alive(pid: int, start: str) -> bool:
    """Whether a process of this machine is still there.

    Args:
        pid: its number.
        start: what ``process_start`` gave when it was there; numbers are used again.
    """
    found = process_start(pid)
    if found or start:
        return found == start
    if os.name != "posix":  # elsewhere signal 0 is no question
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def process_start(pid: int) -> str:
    """When a process of this machine started; "" where it is not there or the system is silent."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return text.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


@cache
def _host() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:6]
