"""Progress as bars: by rich in a terminal, as HTML in a notebook."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from anosim.progress import Reporter

_LEAST = 0.1
"""Seconds between two changes of a notebook's bar, at least."""


class Stages:
    """Tells the stages of a job from the steps inside of one.

    A stage opens with a fraction below 1 and closes with its own 1; what is reported under
    another name in between is a step of it.
    """

    stage: str | None = None

    def __call__(self, name: str, fraction: float) -> None:
        """Take up what is reported."""
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


@contextmanager
def bars() -> Iterator[Reporter | None]:
    """What shows progress here: in a notebook, in a terminal, or None where there is neither."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    console = Console(stderr=True, force_jupyter=False)
    if getattr(shell, "kernel", None) is not None:
        yield _NotebookBars()
    elif console.is_terminal:
        with terminal_bars(console) as reporter:
            yield reporter
    else:
        yield None


@contextmanager
def terminal_bars(console: Console) -> Iterator[Reporter]:
    """Bars on a terminal, which stay there when they are done."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield _TerminalBars(progress)


class _TerminalBars(Stages):
    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def open(self, name: str) -> None:
        self.task = self.progress.add_task(name, total=1.0)

    def step(self, name: str, fraction: float) -> None:
        text = f"{self.stage}: {name}" if name else self.stage
        self.progress.update(self.task, completed=fraction, description=text, refresh=True)

    def close(self) -> None:
        self.progress.update(self.task, completed=1.0, description=self.stage, refresh=True)


class _NotebookBars(Stages):
    """One output per stage, which is replaced as the stage goes on; needs no widgets."""

    def open(self, name: str) -> None:
        from IPython.display import display

        self.start = self.shown = perf_counter()
        self.handle = display(self._picture(name, 0.0), raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def step(self, name: str, fraction: float) -> None:
        now = perf_counter()
        if now - self.shown >= _LEAST:
            self.shown = now
            self._update(f"{self.stage}: {name}" if name else str(self.stage), fraction)

    def close(self) -> None:
        self._update(str(self.stage), 1.0)

    def _update(self, text: str, fraction: float) -> None:
        self.handle.update(self._picture(text, fraction), raw=True)

    def _picture(self, text: str, fraction: float) -> dict[str, Any]:
        told = f"{100 * fraction:.0f} %, {perf_counter() - self.start:.1f} s"
        return {
            "text/plain": f"{text}: {told}",
            "text/html": f"<progress max='1' value='{fraction:.3f}'></progress> "
            f"{escape(text)}: {told}",
        }
