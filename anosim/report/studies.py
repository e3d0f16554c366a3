"""The page of a study."""

import math
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from anosim.errors import InputError
from anosim.figures.saving import save
from anosim.figures.studies import sweep
from anosim.formats.damage import reading
from anosim.report.citing import references
from anosim.report.page import Section, code, page, paragraphs, warnings
from anosim.report.pictures import picture
from anosim.report.tables import facts, table
from anosim.report.templates import joined

if TYPE_CHECKING:
    from anosim.study.results import Results
    from anosim.study.rows import Row

_MOST_FIGURES, _MOST_COLUMNS, _MOST_ROWS = 6, 12, 500


def study_page(folder: Path) -> str:
    """The page of a folder of a study's runs.

    Raises:
        InputError: the folder holds no runs.
    """
    from anosim.study.study import doubts, failures, stored

    results = stored(folder)
    if len(results) == 0:
        raise InputError(f"{str(folder)!r} holds no finished run: there is nothing to report")
    versions = {n: v for row in results for n, v in row.versions.items()}
    texts = sorted(folder.glob("*.toml"))
    told = warnings([text for text in (failures(results), doubts(results)) if text])
    sections = [
        Section("Summary", told + paragraphs(_summary(results))),
        Section("Figures", joined(_pictures(folder, results))),
        Section("Runs", _runs(results)),
        Section("Input", joined(code(_text(path)) for path in texts)),
        Section("Provenance", facts("Versions", versions) + _records(results.rows)),
        Section(
            "How to cite", paragraphs(references(versions.get("anosim", ""), _plugins(results)))
        ),
    ]
    return page("Study", f"{folder.resolve().name}: {len(results.rows)} runs", sections)


def _text(path: Path) -> str:
    with reading(path):
        return path.read_text(encoding="utf-8")


def _summary(results: "Results") -> list[str]:
    done, failed = len(results.done), len(results.failed)
    seconds = [row.seconds.get("total", 0.0) for row in results.done]
    axes = ", ".join(
        f"{name} ({len({str(row.inputs[name]) for row in results.rows})} values)"
        for name in results.names
    )
    return [
        f"{done} of {results.total} runs are done and {failed} failed; they vary {axes}. "
        f"The runs took {sum(seconds):.3g} s in all."
    ]


def _numbers(results: "Results") -> list[str]:
    """Names of what is shown: averages first, what tells about meshes not."""
    from anosim.study.results import TIMES
    from anosim.study.sequences import ABOUT_MESHES

    names = [name for name in results.quantities if name not in (TIMES, *ABOUT_MESHES)]
    return sorted(names, key=lambda name: not name.startswith(("average", "value", "mean_reaches")))


def _pictures(folder: Path, results: "Results") -> Iterator[Markup]:
    """Each number over the axis with the most values, and pictures that lie in the folder."""
    for path in sorted(folder.glob("*.png")):
        yield picture(path)
    drawn = 0
    with TemporaryDirectory() as place:
        for name in _numbers(results):
            if not _varies(results, name):
                continue
            if drawn == _MOST_FIGURES:
                return
            path = Path(place) / "figure.svg"
            try:
                save(sweep(results, name), path)
            except (InputError, TypeError, ValueError):  # text, or no axis with numbers
                continue
            drawn += 1
            yield picture(path, f"{name}, over the axis with the most values.")


def _varies(results: "Results", name: str) -> bool:
    """Whether a number is known and not the same in all runs."""
    found = [_last(row.numbers.get(name)) for row in results.done]
    known = {v for v in found if isinstance(v, int | float) and math.isfinite(v)}
    return len(known) > 1


def _runs(results: "Results") -> Markup:
    """One row per run: axes, numbers, seconds; of curves their last point."""
    names = _numbers(results)[:_MOST_COLUMNS]
    head = [*results.names, *names, "seconds", "status", "error"]
    rows = [
        [row.inputs[n] for n in results.names]
        + [_last(row.numbers.get(n)) for n in names]
        + [row.seconds.get("total"), row.status, row.error]
        for row in results.rows[:_MOST_ROWS]
    ]
    kept = [k for k in range(len(head)) if any(row[k] not in (None, "") for row in rows)]
    table_rows = [[row[k] for k in kept] for row in rows]
    return table("Runs; of a curve its last point", [head[k] for k in kept], table_rows)


def _last(value: Any) -> Any:
    return value[-1] if isinstance(value, list) and value else value


def _records(rows: "tuple[Row, ...]") -> Markup:
    """How the first run was solved, and what differs in others is in the table file."""
    row = rows[0]
    hashes = {f"digest of {name}": value for name, value in row.hashes.items()}
    return facts("The first run; others are in table.csv", {**row.record, **hashes})


def _plugins(results: "Results") -> list[str]:
    held = {str(v) for row in results.rows for v in (*row.record.values(), *row.inputs.values())}
    return [name for name in ("skfem", "fenicsx") if name in held] + ["gmsh"]
