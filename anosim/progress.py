"""Progress of long work: reported by the library, which itself never prints, to whoever watches.

``with anosim.progress.bar():`` shows bars for the work inside, ``anosim.progress.enable()`` for
everything from then on: in a terminal, or in a notebook.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

Reporter = Callable[[str, float], None]
"""Called with the stage's name and the fraction done, 0 to 1."""

_reporter: ContextVar[Reporter | None] = ContextVar("anosim_progress", default=None)
_enabled = False


@contextmanager
def bar() -> Iterator[None]:
    """Show a bar for each stage of the work inside the block, in a terminal or in a notebook.

    Silent where there is neither, in a process of a study's own, and where ``watched_by`` has a
    reporter already.
    """
    from anosim.progress_bars import bars

    if _reporter.get() is not None or multiprocessing.parent_process() is not None:
        yield
        return
    with bars() as reporter:
        if reporter is None:
            yield
            return
        with watched_by(reporter):
            yield


def enable() -> None:
    """Show a bar for everything that takes long from now on, as ``bar`` does."""
    global _enabled
    _enabled = True


def disable() -> None:
    """Undo ``enable``."""
    global _enabled
    _enabled = False


def report(stage: str, fraction: float) -> None:
    """Tell the watcher, if there is one, how far a stage has come (0 to 1)."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter(stage, min(max(fraction, 0.0), 1.0))


@contextmanager
def stage(name: str, done: float = 0.0) -> Iterator[None]:
    """Report the start and the end of a stage; a block, or a decorator of a function.

    Args:
        name: of the stage.
        done: part of it that was done before.
    """
    with bar() if _enabled else nullcontext():
        report(name, done)
        yield
        report(name, 1.0)


@contextmanager
def watched_by(reporter: Reporter) -> Iterator[None]:
    """Send the progress of everything inside the block to ``reporter``."""
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)
