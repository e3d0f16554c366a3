"""Study: one job over named values, each run once, each run kept."""

import json
import os
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from anosim.case import Case
from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.progress import report, stage
from anosim.study.axes import Design, design_of, listed
from anosim.study.executors import run_by, run_here, run_in_pool, unguarded
from anosim.study.functions import FunctionRuns, Numbers
from anosim.study.results import OVERSHOOT, RESOLVED, TIMES, Results, write_csv
from anosim.study.rows import FAILED, Row, key_of, read_row
from anosim.study.running import CACHE, CLAIMS, RUNS, Batch, Runner
from anosim.study.values import storable

NOTABLE = 0.01
"""Overshoot that a reader has to know of."""
RECORD, TABLE = "study.json", "table.csv"
_KEY = re.compile("[0-9a-f]{1,64}")
What = Callable[..., Numbers] | Case | Runner | str | os.PathLike[str]


@dataclass(frozen=True, eq=False)
class Study:
    """A function or a case over named values.

    Attributes:
        run: a function of the values by name, in SI, which returns numbers by name; or a case or
            the path of one, whose fields the names tell by dotted paths
            ("materials.sei.diffusivity", "conditions.0.coefficient").
        axes: values of each name, of which all combinations are run; or a Design.
        folder: where the runs are kept. What is there already is not run again.

    Raises:
        InputError: no runs, or a folder that is a file.
        CaseError: a case that is wrong.
    """

    run_: Runner
    axes: Design
    folder: Path

    def __init__(
        self,
        run: What,
        axes: Design | Mapping[str, Sequence[Any]],
        *,
        folder: str | os.PathLike[str],
    ) -> None:
        object.__setattr__(self, "run_", runner_of(run))
        object.__setattr__(self, "axes", design_of(axes))
        object.__setattr__(self, "folder", Path(folder))
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(f"the study's folder {str(folder)!r} is a file: choose another")

    def __repr__(self) -> str:
        return (
            f"<Study of {len(self.axes.points)} runs over {', '.join(self.axes.names)} in "
            f"{str(self.folder)!r}>"
        )

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key of each run."""
        identity, content = self.run_.identity, self.run_.content
        return tuple(key_of(f"{identity} {content(point)}", point) for point in self.axes.points)

    def run(
        self,
        *,
        workers: int | None = None,
        executor: Executor | Any = None,
        retry_failed: bool = False,
    ) -> Results:
        """Do all runs that are not in the folder yet, and give the table of all.

        A run that fails is a row with its error. After an interruption or a kill, the same call
        goes on; several processes may work on one folder at the same time. Progress goes to the
        watcher of ``anosim.progress``.

        Args:
            workers: processes; 0 for this process. By default one per processor, and this process
                in a script without ``if __name__ == "__main__":``, which fresh processes would run
                again.
            executor: any executor with ``submit``, instead of processes of its own.
            retry_failed: do those again that failed before.

        Raises:
            InputError: a value of an axis is wrong, the folder cannot be made, the function cannot
                be sent to a process, or workers are asked for in a script without that guard.
        """
        self.run_.check(self.axes.points)
        self._prepare(retry_failed)
        batches = self._batches()
        with stage("runs", self._done()):
            if executor is not None:
                run_by(executor, batches, self._watch)
            elif workers == 0 or (workers is None and unguarded()):
                run_here(batches, self._watch)
            elif batches:
                most = min(workers or os.cpu_count() or 1, len(batches))
                run_in_pool(batches, most, self._watch)
            results = self.results()
            write_csv(results.rows, self.folder / TABLE)
        return results

    def results(self) -> Results:
        """The table of the runs that have ended."""
        return _table(self.axes, self.keys, self.folder)

    def _prepare(self, retry_failed: bool) -> None:
        try:
            for name in (RUNS, CLAIMS, CACHE):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot write to {str(self.folder)!r}: {error.strerror}") from None
        record = asdict(self.axes) | {"identity": self.run_.identity, "keys": self.keys}
        with replacing(self.folder / RECORD) as temporary:
            temporary.write_text(json.dumps(storable(record), indent=1), encoding="utf-8")
        for row in self.results().failed if retry_failed else ():  # a row has a key of the study
            (self.folder / RUNS / f"{row.key}.json").unlink(missing_ok=True)

    def _batches(self) -> list[Batch]:
        """The batches that miss a run; runs that are alike are one."""
        points = dict(zip(self.keys, self.axes.points, strict=True))
        keys, inputs = list(points), list(points.values())
        batches = [
            Batch(
                self.run_,
                tuple(inputs[i] for i in places),
                tuple(keys[i] for i in places),
                str(self.folder),
            )
            for places in self.run_.batches(inputs)
        ]
        return [batch for batch in batches if batch.missing]

    def _done(self) -> float:
        """Part of the runs that have ended, below 1."""
        names = {f"{key}.json" for key in self.keys}
        done = sum(entry.name in names for entry in os.scandir(self.folder / RUNS))
        return min(done / len(names), 0.999)

    def _watch(self) -> None:
        report("runs", self._done())

    def with_points(self, points: Sequence[Mapping[str, Any]]) -> Self:
        """The same study of other runs, in the same folder."""
        return type(self)(self.run_, listed(points), folder=self.folder)


def runner_of(run: What) -> Runner:
    """What runs, as a study needs it.

    Raises:
        InputError: it is nothing that can be run.
        CaseError: a case that is wrong.
    """
    if isinstance(run, Case | str | os.PathLike):
        from anosim.study.caseruns import CaseRuns

        return CaseRuns.of(run)
    if all(hasattr(run, name) for name in ("identity", "batches", "outcomes")):
        return run  # type: ignore[return-value]
    if not callable(run):
        raise InputError(
            f"a study cannot run a {type(run).__name__}: give a function of named values, a case "
            "or the path of a case file"
        )
    return FunctionRuns(run)


def stored(folder: str | os.PathLike[str]) -> Results:
    """The table of a study that another process runs or has run.

    Raises:
        InputError: the folder is that of no study.

    Warns:
        UserWarning: the file of a run is damaged; the run counts as one that is to be done.
    """
    folder = Path(folder)
    try:
        held = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        design = Design(tuple(held["points"]), held["shape"], held["kind"])
        keys = [str(key) for key in held["keys"] if _KEY.fullmatch(key)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            f"{str(folder)!r} holds no study: there is no {RECORD} that can be read"
        ) from None
    return _table(design, keys, folder)


def _table(design: Design, keys: Sequence[str], folder: Path) -> Results:
    known = [row for key in keys if (row := _row(folder / RUNS / f"{key}.json", design.names))]
    return Results(tuple(known), design.names, design.shape, len(keys))


def _row(path: Path, names: Sequence[str]) -> Row | None:
    """The row of a run, with its inputs; None where it has none that can be read."""
    row = read_row(path, names)
    if row is None and path.exists():
        warnings.warn(f"{str(path)!r} is damaged: that run is to be done again", stacklevel=4)
    return row


def failures(results: Results) -> str:
    """How many runs failed and why, in a sentence; "" if none did."""
    failed = [row for row in results if row.status == FAILED]
    if not failed:
        return ""
    return f"{len(failed)} of {results.total} runs failed; the first: {failed[0].error}"


def doubts(results: Results) -> str:
    """How many runs a mesh was too coarse for, in a sentence; "" if none."""
    early = [row for row in results.done if _unresolved(row)]
    beyond = [row for row in results.done if _beyond(row) > NOTABLE]
    told = []
    if early:
        start = max(row.numbers[RESOLVED] for row in early)
        told.append(
            f"{len(early)} of {results.total} runs have output times before {RESOLVED}, from when "
            f"on their mesh resolves what enters (at the latest {start:.2g} s)"
        )
    if beyond:
        told.append(
            f"in {len(beyond)} of {results.total} runs concentrations leave the range they can "
            f"have by up to {max(map(_beyond, beyond)):.2g} of it ({OVERSHOOT})"
        )
    return f"{'; '.join(told)}: a finer mesh or later times are needed" if told else ""


def _unresolved(row: Row) -> bool:
    start = row.numbers.get(RESOLVED)
    return start is not None and any(0.0 < time < start for time in row.numbers.get(TIMES, ()))


def _beyond(row: Row) -> float:
    return float(np.max(row.numbers.get(OVERSHOOT, 0.0)))
