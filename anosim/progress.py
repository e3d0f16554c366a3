"""How long work tells whoever is watching; the library itself never prints.

The command line sets a reporter for the duration of a run; a script may do the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Reporter = Callable[[str, float], None]
"""Called with the stage's name and the fraction done, 0 to 1."""

_reporter: ContextVar[Reporter | None] = ContextVar("anosim_progress", default=None)


def report(stage: str, fraction: float) -> None:
    """Tell the watcher, if there is one, how far a stage has come (0 to 1)."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter(stage, min(max(fraction, 0.0), 1.0))


@contextmanager
def watched_by(reporter: Reporter) -> Iterator[None]:
    """Send the progress of everything inside the block to ``reporter``."""
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)
