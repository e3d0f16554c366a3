"""``anosim study``: run, watch and draw parameter studies."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from anosim.cli.stops import Terminated, code_of
from anosim.cli.verbs import add_quiet, add_verb
from anosim.progress import watched_by
from anosim.units import si

EXAMPLE = """\
case = "roi.toml"                     # any case file
folder = "sweep"                      # for the runs; what is there is not run again

[axes]                                # fields of the case by dotted paths
"materials.sei.diffusivity" = ["1e-14 m^2/s", "1e-13 m^2/s"]
"conditions.0.coefficient" = { from = "1e-5 m/s", to = "1e-3 m/s", count = 8, scale = "log" }

# [design]                            # without it all combinations
# kind = "sobol"                      # or "zip", "latin hypercube"
# runs = 64
"""
MOST_ROWS = 20
"""Rows of the table of quantities."""


def add(verbs: Any) -> None:
    """Add the verb and its own verbs."""
    verb = add_verb(
        verbs,
        "study",
        "Run a case over named values, go on with it, look at it.",
        f"anosim study run sweep.toml\n\nwhere sweep.toml is\n\n{EXAMPLE}",
        lambda _: 2,
    )
    actions = verb.add_subparsers(title="actions", metavar="ACTION", required=True)
    run = add_verb(
        actions,
        "run",
        "Do the runs of a study file, or go on with those of a folder.",
        "anosim study run sweep.toml --workers 4",
        do_run,
    )
    run.add_argument("study", metavar="FILE|DIR", help="the study file, or a folder of runs")
    run.add_argument("--workers", type=int, metavar="N", help="processes; one per processor")
    run.add_argument("--retry", action="store_true", help="do those again that failed")
    run.add_argument("--estimate", action="store_true", help="only say what it would cost")
    add_quiet(run)
    status = add_verb(
        actions, "status", "How far a study is.", "anosim study status sweep", do_status
    )
    _add_folder(status)
    plot = add_verb(
        actions,
        "plot",
        "Draw a number of a study over an axis.",
        "anosim study plot sweep --number average.sei --output sweep.png",
        do_plot,
    )
    _add_folder(plot)
    plot.add_argument("--number", metavar="NAME", help="the number; without it the most varied")
    plot.add_argument(
        "--at", metavar="TIME", help='time of a curve, "10 s"; without it where runs differ most'
    )
    plot.add_argument("--axis", metavar="NAME", help="the axis along x")
    plot.add_argument("--output", metavar="FILE", help="picture: .png, .svg, .pdf; plot.png there")


def do_run(arguments: Namespace) -> int:
    """Run a study and print its table; 1 where runs failed."""
    from anosim.errors import InputError
    from anosim.forecast import large
    from anosim.study.costs import study_forecast
    from anosim.study.study import doubts, failures
    from anosim.study.studyfile import keep_files, read_study

    study = read_study(arguments.study)
    study.run_.check(study.axes.points)
    try:
        cost = study_forecast(study, arguments.workers)
    except InputError:  # every run will fail, each with its reason
        if arguments.estimate:
            raise
        cost = None
    if cost is not None and (arguments.estimate or (large(cost) and not arguments.quiet)):
        print(cost, file=sys.stdout if arguments.estimate else sys.stderr)
    if arguments.estimate:
        return 0
    keep_files(arguments.study, study)
    try:
        with _bar(quiet=arguments.quiet, total=len(set(study.keys))):
            results = study.run(workers=arguments.workers, retry_failed=arguments.retry)
    except (KeyboardInterrupt, Terminated) as end:
        print("interrupted: what is done is kept; the same command goes on", file=sys.stderr)
        return code_of(end)
    _print(results)
    print(f"Table in {study.folder / 'table.csv'}")
    told = failures(results)
    for warning in filter(None, (told, doubts(results))):
        print(f"warning: {warning}", file=sys.stderr)
    return 1 if told else 0


def do_status(arguments: Namespace) -> int:
    """Print how many runs are done, failed, left."""
    from anosim.study.claims import held
    from anosim.study.running import CLAIMS
    from anosim.study.study import stored

    folder = Path(arguments.folder)
    results = stored(folder)
    working = sum(held(lock) for lock in (folder / CLAIMS).glob("*.lock"))
    left = results.total - len(results)
    print(f"{'done':<12}{len(results.done)} of {results.total}")
    print(f"{'failed':<12}{len(results.failed)}")
    print(f"{'left':<12}{left}")
    print(f"{'at work':<12}{working} process{'' if working == 1 else 'es'}")
    spent = [row.seconds.get("total", 0.0) for row in results.done]
    if spent:
        print(
            f"{'seconds':<12}{sum(spent):.1f} in all, {sorted(spent)[len(spent) // 2]:.2g} median"
        )
    for row in results.failed[:3]:
        print(f"failed: {row.error}")
    return 0


def do_plot(arguments: Namespace) -> int:
    """Draw."""
    from anosim.errors import InputError
    from anosim.figures import save
    from anosim.figures.studies import spread, sweep
    from anosim.formats.damage import reading
    from anosim.study.running import RUNS
    from anosim.study.sequences import NOT_CONVERGING
    from anosim.study.study import stored

    results = stored(arguments.folder)
    numbers = [name for name in results.quantities if name not in NOT_CONVERGING]
    if not numbers:
        raise InputError(f"no run of {arguments.folder!r} is done: there is nothing to draw")
    usual = [name for name in numbers if name.startswith(("average", "value"))]
    number = arguments.number or max(usual or numbers, key=lambda name: spread(results, name))
    path = Path(arguments.output or Path(arguments.folder) / "plot.png")
    at = None if arguments.at is None else si(arguments.at, "s", "--at")
    with reading(Path(arguments.folder) / RUNS):
        figure = sweep(results, number, arguments.axis, at)
    save(figure, path)
    drawn = sum(row.numbers.get(number) is not None for row in results.done)
    print(f"{number} in {path}: {drawn} of {results.total} runs")
    return 0


def _add_folder(verb: ArgumentParser) -> None:
    verb.add_argument("folder", metavar="DIR", help="the folder of runs")


def _print(results: Any) -> None:
    """How many runs, and the spread of each number."""
    print(f"{len(results.done)} of {results.total} runs done, {len(results.failed)} failed")
    table = Table()
    table.add_column("number")
    for heading in ("smallest", "largest"):
        table.add_column(heading, justify="right")
    for name in results.quantities[:MOST_ROWS]:
        values = [
            value
            for row in results.done
            for value in _flat(row.numbers.get(name))
            if isinstance(value, int | float)
        ]
        if values:
            table.add_row(escape(name), f"{min(values):.5g}", f"{max(values):.5g}")
    Console(highlight=False).print(table)


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@contextmanager
def _bar(*, quiet: bool, total: int) -> Iterator[None]:
    """Runs done and time left: a bar on a terminal, a line at every tenth elsewhere."""
    console = Console(stderr=True, quiet=quiet)
    if quiet:
        yield
    elif console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(f"runs 0 of {total}", total=1.0, left="")
            clock = _Clock(total)

            def show(fraction: float) -> None:
                text, left = clock.told(fraction)
                progress.update(task, completed=fraction, description=text, left=left)

            with watched_by(lambda stage, part: show(part) if stage == "runs" else None):
                yield
    else:
        with watched_by(_Lines(total)):
            yield


class _Clock:
    """Time left, from the runs done since the start."""

    def __init__(self, total: int) -> None:
        self.total, self.start = total, perf_counter()
        self.before: float | None = None

    def told(self, fraction: float) -> tuple[str, str]:
        """How many runs are done, and the time left in words."""
        if self.before is None:
            self.before = fraction
        text = f"runs {round(fraction * self.total)} of {self.total}"
        gained = fraction - self.before
        if gained <= 0.0 or fraction >= 1.0:
            return text, ""
        seconds = (perf_counter() - self.start) * (1.0 - fraction) / gained
        return text, f"about {_time(seconds)} left"


class _Lines:
    """One line at every tenth of the runs."""

    def __init__(self, total: int) -> None:
        self.clock, self.last = _Clock(total), -1

    def __call__(self, stage: str, fraction: float) -> None:
        if stage != "runs":
            return
        text, left = self.clock.told(fraction)
        if int(10 * fraction) > self.last:
            self.last = int(10 * fraction)
            print(", ".join(filter(None, (text, left))), file=sys.stderr, flush=True)


def _time(seconds: float) -> str:
    if seconds < 100.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 6000.0 else f"{seconds / 3600.0:.1f} h"
