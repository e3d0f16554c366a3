"""How a command ends that a signal stops."""

import sys
from types import FrameType

INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143
"""128 and the signal's number, as shells have it."""


class Terminated(SystemExit):
    """SIGTERM, as an exception, so that temporary folders are removed on the way out."""


def leave(number: int, frame: FrameType | None) -> None:
    """The handler of SIGTERM."""
    raise Terminated(TERMINATED)


def code_of(end: KeyboardInterrupt | Terminated) -> int:
    """The exit code."""
    return TERMINATED if isinstance(end, Terminated) else INTERRUPTED


def told(end: KeyboardInterrupt | Terminated) -> int:
    """Say that the command was stopped; the exit code."""
    if isinstance(end, Terminated):
        print("terminated: what was not finished is removed", file=sys.stderr)
    else:
        print("interrupted: nothing was left behind", file=sys.stderr)
    return code_of(end)
