"""What the user sees while work goes on: bars on a terminal, one line per stage elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from anosim.progress import watched_by


@contextmanager
def watching(*, quiet: bool) -> Iterator[None]:
    """Show on stderr the progress of everything inside the block."""
    console = Console(stderr=True, quiet=quiet)
    if quiet:
        with nullcontext():
            yield
    elif console.is_terminal:
        columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress, watched_by(_Bars(progress)):
            yield
    else:
        with watched_by(_Lines()):
            yield


class _Stages:
    """Tells the stages of a job from the steps inside of one.

    A stage opens with a fraction below 1 and closes with its own 1; what is reported under
    another name in between is a step of it.
    """

    stage: str | None = None

    def __call__(self, name: str, fraction: float) -> None:
        if self.stage is None:
            if fraction >= 1.0:
                return
            self.stage = name
            self.open(name)
        self.step("" if name == self.stage else name, fraction)
        if name == self.stage and fraction >= 1.0:
            self.close()
            self.stage = None

    def open(self, name: str) -> None:
        """A stage begins."""

    def step(self, name: str, fraction: float) -> None:
        """The stage, or the named step in it, has come this far."""

    def close(self) -> None:
        """The stage is done."""


class _Lines(_Stages):
    start = 0.0

    def open(self, name: str) -> None:
        self.start = perf_counter()

    def close(self) -> None:
        print(f"{self.stage}: {perf_counter() - self.start:.1f} s", file=sys.stderr, flush=True)


class _Bars(_Stages):
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def open(self, name: str) -> None:
        self.task = self.progress.add_task(name, total=1.0)

    def step(self, name: str, fraction: float) -> None:
        text = f"{self.stage}: {name}" if name else self.stage
        self.progress.update(self.task, completed=fraction, description=text, refresh=True)

    def close(self) -> None:
        self.progress.update(self.task, completed=1.0, description=self.stage, refresh=True)
