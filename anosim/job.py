"""The main job: from a case to a folder with its pictures, numbers and fields."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.case import Case, CaseError
from anosim.errors import InputError
from anosim.forecast import Forecast, forecast
from anosim.integrate.checkpoint import StaleCheckpointError
from anosim.meshes import Floats, Mesh
from anosim.microstructure import Microstructure
from anosim.problem import Diffusion
from anosim.progress import report
from anosim.report import FRAMES, PAGE
from anosim.report import write as write_page
from anosim.results import (
    Stopwatch,
    largest_difference,
    numbers,
    provenance,
    replacing_folder,
    write_curves,
    write_particles,
    write_results,
)
from anosim.results.folder import RECORD, check_replaceable
from anosim.results.numbers import Points, plain
from anosim.results.provenance import rounded
from anosim.solution import Solution

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_MAPS = 6
"""Concentration maps in one picture; of more output times these many are drawn."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished run.

    Attributes:
        folder: where its files are.
        results: what ``results.json`` holds.
        microstructure: the image; None where the mesh came from a file.
        mesh: its mesh.
        solutions: the solution by each solver.
    """

    folder: Path
    results: Mapping[str, Any]
    microstructure: Microstructure | None
    mesh: Mesh
    solutions: Mapping[str, Solution]


def checkpoint(folder: Path, solver: str) -> Path:
    """Where a long run of a solver keeps its state, beside the folder for the results."""
    folder = folder.resolve()
    return folder.with_name(f".{folder.name}.checkpoint-{solver}")


def run(
    case: Case, folder: Path | None = None, *, expected: Callable[[Forecast], None] | None = None
) -> Outcome:
    """Do what a case describes and leave the results in a folder.

    Progress goes to the watcher of ``anosim.progress``. A long run writes its state to a folder
    beside the results; where it was killed, the same run goes on from there. Numbers and fields
    come first, all together; what ends the run while it draws does not take them away.

    Args:
        case: the case.
        folder: for the results; without it the case's own.
        expected: is told what the run will need, before anything is meshed.

    Returns:
        What was made. The folder is there only if all numbers are.

    Raises:
        CaseError: the image, the mesh or the problem contradict the case.
        InputError: the folder holds something else than earlier results.
        MissingDependencyError: a volume, and PyVista to draw it is not installed.
        AnosimError: no mesh, or no solution to the tolerance, came out; or, after the numbers were
            written, no pictures.
    """
    target = case.folder if folder is None else folder
    watch = Stopwatch()
    check_replaceable(target)
    with watch.stage("read image"):
        image = case.microstructure()
    if expected is not None:
        expected(forecast(case, image))
    if (case.mesh(image).dimension if image is None else image.labels.ndim) == 3:
        _check_renderer()
    with watch.stage("mesh"):
        mesh = case.mesh(image)
    problem = case.problem(mesh)
    about = case.about_image()
    solutions, notes = {}, list(about.get("notes", ()))
    for name in case.solvers:
        with watch.stage(f"solve by {name}"):
            solutions[name], note = _solve(case, problem, name, checkpoint(target, name))
        notes += [note] if note else []
    with replacing_folder(target) as place:
        found, arrival = _write(case, image, solutions, place, watch, target, notes, about)
    results = _illustrated(case, image, solutions, found, arrival, target, watch)
    return Outcome(target, results, image, mesh, solutions)


def _solve(case: Case, problem: Diffusion, solver: str, state: Path) -> tuple[Solution, str]:
    """The solution, and what is to be said about where it went on from."""
    note = ""
    try:
        solution = case.solve(problem, solver, state)
    except CaseError as error:
        if not (isinstance(error.__cause__, StaleCheckpointError) and state.is_dir()):
            raise
        shutil.rmtree(state)
        note = f"{solver}: an earlier run's state in {str(state)!r} does not fit and was removed"
        solution = case.solve(problem, solver, state)
    if "resumed" in solution.record:
        note = f"{solver}: went on from where an earlier run of this case had been stopped"
    return solution, note


def _write(
    case: Case,
    image: Microstructure | None,
    solutions: Mapping[str, Solution],
    place: Path,
    watch: Stopwatch,
    target: Path,
    notes: Sequence[str],
    about: Mapping[str, Any],
) -> tuple[dict[str, Any], Floats | None]:
    """Write fields, curves, the case and results.json; what it holds, and the arrival times."""
    first = next(iter(solutions.values()))
    times, probes = case.output.times, _probes(case)
    with watch.stage("evaluate"):
        arrival = _arrival(first)
        surfaces = [first.surfaces(p, times or None) for p in case.surfaces(first.problem)]
        found = numbers(image, first, times, probes, arrival, case.regions, surfaces)
        found["notes"] = list(notes)
        found["image_file"] = about or None
        found["agreement"] = _agreement(solutions, times)
        found["cleaning"] = case.cleaning(image)
    with watch.stage("write"):
        _write_fields(first, times, arrival, place)
        write_curves(first, probes, place / "curves.csv", case.regions)
        if surfaces:
            write_particles(surfaces, place / "particles.csv")
        text = case.text(target)
        (place / "case.toml").write_text(text, encoding="utf-8", newline="\n")
    records = {name: solution.record for name, solution in solutions.items()}
    found["provenance"] = provenance((case.mesher_name, case.mesher), records, watch.seconds) | {
        ("mesh_sha256" if case.mesher_name == "file" else "image_sha256"): case.digest(),
        "case_sha256": sha256(text.encode()).hexdigest(),
    }
    drawn = [f"{name}.png" for name in _pictures(case, image, first, arrival)]
    written = [file.name for file in place.iterdir()]
    found["files"] = sorted([*written, *drawn, FRAMES, RECORD, PAGE])
    results: dict[str, Any] = plain(found)
    write_results(results, place / RECORD)
    return results, arrival


def _illustrated(
    case: Case,
    image: Microstructure | None,
    solutions: Mapping[str, Solution],
    found: dict[str, Any],
    arrival: Floats | None,
    folder: Path,
    watch: Stopwatch,
) -> dict[str, Any]:
    """Draw pictures and the page into the folder of results; what results.json then holds.

    Raises:
        InputError: memory or disk do not suffice.
    """
    first = next(iter(solutions.values()))
    try:
        with watch.stage("draw"):
            _draw(_pictures(case, image, first, arrival), folder)
            _frames(image, first, case.output.times, folder)
        found["provenance"]["seconds"] = rounded(watch.seconds)
        write_results(found, folder / RECORD)
        write_page(folder)
    except (MemoryError, OSError) as error:
        why = getattr(error, "strerror", None) or "the memory does not suffice"
        raise InputError(
            f"cannot draw into {str(folder)!r}: {why}; the numbers and fields there are complete"
        ) from error
    return found


def _probes(case: Case) -> Points:
    return {name: point for name, (_, point) in case.output.probes.items()}


def _arrival(solution: Solution) -> Floats | None:
    """Time to 90 % at each node; None in a steady state and where only fluxes drive."""
    if solution.problem.steady:
        return None
    if not solution.problem.held or np.array_equal(solution.equilibrium, solution.initial):
        return None
    return solution.time_to(0.9)


def _agreement(solutions: Mapping[str, Solution], times: tuple[float, ...]) -> dict[str, float]:
    (name, first), *others = solutions.items()
    return {
        f"{name} and {other}": largest_difference(first, solution, times or None)
        for other, solution in others
    }


def _pictures(
    case: Case, image: Microstructure | None, solution: Solution, arrival: Floats | None
) -> "dict[str, Callable[[], Figure]]":
    """What draws each picture, by its name."""
    from anosim import figures

    times, probes, regions = case.output.times, _probes(case), case.regions
    shown = np.unique(np.linspace(0, len(times) - 1, min(len(times), MOST_MAPS)).astype(int))
    selected = [times[index] for index in shown] if times else None
    pictures: dict[str, Callable[[], Figure]] = {
        "mesh": lambda: figures.mesh(solution.domain.mesh, over=image),
        "concentration": lambda: figures.maps(solution, times=selected, over=image),
    }
    if image is not None:
        pictures["microstructure"] = lambda: figures.microstructure(image)
    if times:
        pictures["curves"] = lambda: figures.curves(solution, probes=probes, regions=regions)
    if arrival is not None:
        pictures["time_to_90"] = lambda: figures.arrival(solution, fraction=0.9, over=image)
    return pictures


def _draw(pictures: "Mapping[str, Callable[[], Figure]]", folder: Path) -> None:
    from anosim.figures import save

    for rank, (name, picture) in enumerate(pictures.items()):
        save(picture(), folder / f"{name}.png")
        report("draw", (rank + 1) / (len(pictures) + 1))


def _check_renderer() -> None:
    from anosim.figures.rendering import check_renderer

    check_renderer()


def _frames(
    image: Microstructure | None, solution: Solution, times: tuple[float, ...], place: Path
) -> None:
    """The concentration over time for the report's slider."""
    from anosim.figures.frames import FIRST, frames

    if image is None and len(solution.domain.mesh.phases) >= FIRST:  # a page cannot colour them
        return
    frames(solution, image, np.array(times)).write(place / FRAMES)


def _write_fields(
    solution: Solution, times: tuple[float, ...], arrival: Floats | None, place: Path
) -> None:
    from anosim.formats import vtkhdf

    vtkhdf.write_mesh(solution.domain.mesh, place / "mesh.vtkhdf")
    vtkhdf.write_solution(solution, place / "solution.vtkhdf", times or None, arrival=arrival)
