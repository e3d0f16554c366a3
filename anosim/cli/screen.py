"""What the user sees while work goes on: bars on a terminal, one line per stage elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console

from anosim.progress import watched_by
from anosim.progress_bars import Stages, terminal_bars


@contextmanager
def watching(*, quiet: bool) -> Iterator[None]:
    """Show on stderr the progress of everything inside the block."""
    console = Console(stderr=True)
    if quiet:
        yield
    elif console.is_terminal:
        with terminal_bars(console) as reporter, watched_by(reporter):
            yield
    else:
        with watched_by(_Lines()):
            yield


class _Lines(Stages):
    start = 0.0

    def open(self, name: str) -> None:
        self.start = perf_counter()

    def close(self) -> None:
        print(f"{self.stage}: {perf_counter() - self.start:.1f} s", file=sys.stderr, flush=True)
