"""How a command ends that a signal stops."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, UNREAD = 130, 141
"""128 and the signal's number, as shells have it."""
STOPPING = tuple(getattr(signal, n) for n in ("SIGTERM", "SIGHUP") if hasattr(signal, n))
_ONCE = 1.0
"""Seconds in which a second interrupt is an echo: the terminal and the parent both send it."""


class Terminated(SystemExit):
    """SIGTERM or SIGHUP, as an exception, so that temporary folders are removed on the way out."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn signals that stop a command into exceptions; those that are ignored stay so."""
    before = {number: signal.getsignal(number) for number in (*STOPPING, signal.SIGINT)}
    for number in STOPPING:
        if before[number] is not signal.SIG_IGN:  # as nohup does with SIGHUP
            signal.signal(number, _leave)
    if before[signal.SIGINT] is signal.default_int_handler:
        signal.signal(signal.SIGINT, _Interrupt())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    for other in STOPPING:  # the way out is not interrupted
        signal.signal(other, signal.SIG_IGN)
    raise Terminated(128 + number)


class _Interrupt:
    last = -_ONCE

    def __call__(self, number: int, frame: FrameType | None) -> None:
        echo, self.last = time.monotonic() - self.last < _ONCE, time.monotonic()
        if not echo:
            raise KeyboardInterrupt


def code_of(end: KeyboardInterrupt | Terminated) -> int:
    """The exit code."""
    return int(end.code or 0) if isinstance(end, Terminated) else INTERRUPTED


def told(end: KeyboardInterrupt | Terminated) -> int:
    """Say that the command was stopped; the exit code."""
    word = "terminated" if isinstance(end, Terminated) else "interrupted"
    print(f"{word}: what was not finished is removed", file=sys.stderr)
    return code_of(end)
