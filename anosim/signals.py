"""Signals, which libraries take for themselves when they start."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

KEPT = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE")
    if hasattr(signal, name)
)
"""What stops a command, and what tells it that nobody reads its output."""


@contextmanager
def keeping_signals() -> Iterator[None]:
    """Give signals back to their handlers here after a library has started."""
    handlers = {number: signal.getsignal(number) for number in KEPT}
    yield
    if current_thread() is main_thread():
        for number, handler in handlers.items():
            if handler not in (None, signal.SIG_DFL):
                signal.signal(number, handler)
