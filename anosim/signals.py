"""Signals, which libraries take for themselves when they start."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def keeping_sigterm() -> Iterator[None]:
    """Give SIGTERM back to its handler here after a library has started, if it has one."""
    handler = signal.getsignal(signal.SIGTERM)
    yield
    if handler not in (None, signal.SIG_DFL) and current_thread() is main_thread():
        signal.signal(signal.SIGTERM, handler)
