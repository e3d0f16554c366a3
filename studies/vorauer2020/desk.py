"""Where a reproduction keeps what it has done, so that one that was killed goes on where it was."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anosim
from anosim import figures
from anosim.formats.atomic import replacing
from anosim.progress import watched_by
from anosim.results.provenance import peak_memory

VERSION = 2
"""Raised when the study changes, so that nothing old is taken for new."""

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """An output folder and how large the job is.

    Attributes:
        folder: for images, figures, numbers and tables.
        quick: small images and coarse meshes, to see that everything runs.
    """

    folder: Path
    quick: bool = False

    def open(self) -> None:
        """Make the folder.

        Raises:
            SystemExit: it holds the results of other settings.
        """
        for name in ("images", "numbers", "figures"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        mine = {"quick": self.quick, "study": VERSION, "anosim": anosim.__version__}
        mark = self.folder / "settings.json"
        if mark.exists() and json.loads(mark.read_text()) != mine:
            raise SystemExit(
                f"{self.folder} holds results of other settings, {mark.read_text().strip()}: "
                "give another folder, or delete it"
            )
        self._write(mark, mine)

    def stage(self, name: str, make: Callable[["Desk"], Numbers]) -> Numbers:
        """The numbers of a stage: from its file, or made now, with its seconds."""
        path = self.folder / "numbers" / f"{name}.json"
        if path.exists():
            _tell(f"{name}: done before")
        else:
            start, busy = time.perf_counter(), time.process_time()
            with watched_by(_Steps(name)):
                found = make(self)
            found["seconds"] = time.perf_counter() - start
            found["cpu_seconds"] = time.process_time() - busy
            found["peak_memory_megabytes"] = peak_memory()
            self._write(path, found)
        numbers: Numbers = json.loads(path.read_text())
        _tell(f"{name}: {numbers['seconds']:.0f} s, {numbers['cpu_seconds']:.0f} s of CPU")
        return numbers

    def draw(self, figure: Any, name: str) -> None:
        """Write a figure as PNG and PDF."""
        for ending in (".png", ".pdf"):
            figures.save(figure, self.folder / "figures" / f"{name}{ending}")

    def _write(self, path: Path, numbers: Numbers) -> None:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


@dataclass
class _Steps:
    """Tells every ten seconds what a stage is at."""

    name: str
    told: float = 0.0

    def __call__(self, step: str, fraction: float) -> None:
        now = time.monotonic()
        if now - self.told > 10.0:
            self.told = now
            _tell(f"{self.name}: {step} {fraction:.0%}")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
