"""The command in a process of its own, so that its end is told whatever ends it.

Libraries in C end a process without a word that Python could catch: an allocation that fails
aborts it or calls exit, a full disk under a mapped file is a bus error, the system kills what takes
too much memory. The process that was started waits for the one that works, and says so.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from anosim.cli.processes import launched
from anosim.cli.stops import STOPPING
from anosim.formats.limits import available_memory, gigabytes

_QUIET = {signal.SIGINT, *STOPPING} | ({signal.SIGPIPE} if hasattr(signal, "SIGPIPE") else set())
_TOLD = (1, 2, 129, 130, 143)
"""Exit codes of MPI's launcher that its processes have given it with a sentence."""
_DEATHSIG = 1
"""PR_SET_PDEATHSIG of Linux."""


def supervised(do: Callable[[], int]) -> int:
    """Do it in a child, and say what ended it if it could not do so itself.

    Returns:
        The child's exit code, 128 and a signal's number where one ended it.
    """
    _fill_streams()
    if not hasattr(os, "fork") or launched() > 1:
        return do()
    read, write = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(read)
        _end_with(parent)
        code = _code(do)
        os.write(write, b"e")
        return code
    os.close(write)
    for number in (signal.SIGINT, *STOPPING):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _forward(child))
    _, status = os.waitpid(child, 0)
    ended = bool(os.read(read, 1))
    return _told(os.waitstatus_to_exitcode(status), ended=ended)


def _code(do: Callable[[], int]) -> int:
    try:
        return do()
    except SystemExit as leaving:  # argparse
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
            return 1
        return int(leaving.code or 0)
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:  # nobody reads any more
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _told(code: int, *, ended: bool) -> int:
    """Say what ended the child, unless it has said so itself."""
    if code < 0 and -code in _QUIET:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    launcher = any(word.startswith("--mpi") for word in sys.argv)  # it took the child's place
    if code == 0 or (code > 0 and (ended or (launcher and code in _TOLD))):
        return code
    free = gigabytes(available_memory())
    if code < 0:
        name = signal.Signals(-code).name
        why = "the system killed it" if -code == signal.SIGKILL else f"a library ended it ({name})"
        code = 128 - code
    else:
        why = "a library ended it without a word"
    if launcher:
        why = f"one of its processes of MPI was ended (code {code})"
    print(
        f"error: the command did not end by itself: {why}, mostly for want of memory ({free} are "
        "free now) or of disk space; results that were complete are kept, a coarser mesh or a "
        "crop needs less",
        file=sys.stderr,
    )
    return code


def _forward(child: int) -> Callable[[int, FrameType | None], None]:
    def forward(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    return forward


def _end_with(parent: int) -> None:
    """End this process when the one that started it is killed; where the system can do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _fill_streams() -> None:
    """Open what is closed of stdin, stdout and stderr, or the next file would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))
