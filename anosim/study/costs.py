"""How long a run or study will take, and how much memory, before it starts."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from anosim.case import Case
from anosim.errors import AnosimError
from anosim.microstructure import Microstructure
from anosim.study.caseruns import FEWEST, CaseRuns
from anosim.study.study import Study

PER_AREA = 4.0 / np.sqrt(3.0)
"""Equilateral triangles in the square of their edge length."""
FACTOR = 3.0
"""Seconds are right within this factor on most machines; memory within FACTOR_MEMORY."""
FACTOR_MEMORY = 1.5
DEGREE = 1.1
"""Power of the number of unknowns that the cost of a solution grows with."""
PER_PIXEL, PER_TRIANGLE = 2e-6, 6e-5
PER_UNKNOWN_AND_MODE = 4e-7
PER_PROBLEM = 1e-5
"""Seconds, measured on one core of a server of 2020: reading, meshing, solving, assembling."""
BYTES_PROCESS, BYTES_PIXEL, BYTES_TRIANGLE, BYTES_UNKNOWN = 2.2e8, 60.0, 900.0, 1700.0
STEPPED = 6.0
"""Times as many solves as the Krylov method's where time is stepped through."""
SNAPSHOTS = 6.0
"""Problems that a reduced model solves in full, for two or three coefficients."""
REDUCED = 0.05
"""A run by the reduced model, over a run in full."""


@dataclass(frozen=True)
class Forecast:
    """What a run or study is expected to cost.

    Attributes:
        runs: their number.
        pixels: of the largest image.
        triangles: of its mesh.
        unknowns: of the largest problem.
        seconds: of all runs on ``workers`` processors, right within a factor of FACTOR.
        memory: bytes of each process, right within a factor of FACTOR_MEMORY.
        workers: processes at the same time.
    """

    runs: int
    pixels: int
    triangles: int
    unknowns: int
    seconds: float
    memory: float
    workers: int = 1

    def __str__(self) -> str:
        low, high = self.seconds / FACTOR, self.seconds * FACTOR
        least, most = self.memory / FACTOR_MEMORY, self.memory * FACTOR_MEMORY
        what = "1 run" if self.runs == 1 else f"{self.runs} runs"
        where = "" if self.workers == 1 else f" by {self.workers} processes"
        each = " for each process" if self.workers > 1 else ""
        return (
            f"{what}{where}: {_grouped(self.pixels)} pixels, about {_grouped(self.triangles)} "
            f"triangles and {_grouped(self.unknowns)} unknowns; {_time(low)} to {_time(high)}, "
            f"{least / 1e9:.1f} to {most / 1e9:.1f} GB of memory{each}"
        )


def forecast(case: Case) -> Forecast:
    """The cost of one run of a case.

    Raises:
        CaseError: the image cannot be read.
    """
    image = case.microstructure()
    pixels, triangles = image.labels.size, _triangles(image, case.mesher)
    inside = sum(image.fractions[name] for name in case.materials)
    solvers = list(case.solvers.values())
    order = int(getattr(solvers[0], "order", 2))
    unknowns = int(triangles * inside * (2.05 if order == 2 else 0.55)) + 1
    modes = _modes(case, solvers[0])
    seconds = (
        PER_PIXEL * pixels
        + PER_TRIANGLE * triangles
        + len(solvers) * unknowns**DEGREE * (PER_PROBLEM + PER_UNKNOWN_AND_MODE * modes)
    )
    memory = (
        BYTES_PROCESS
        + BYTES_PIXEL * pixels
        + BYTES_TRIANGLE * triangles
        + unknowns * (BYTES_UNKNOWN + 2.5 * 8.0 * modes)
    )
    return Forecast(1, pixels, triangles, unknowns, seconds, memory)


def study_forecast(study: Study, workers: int | None = None) -> Forecast | None:
    """The cost of what a study still has to do; None where a function is run, whose is unknown.

    Raises:
        CaseError: a case that cannot be read.
    """
    runner = study.run_
    if not isinstance(runner, CaseRuns):
        return None
    done = {row.key for row in study.results()}
    points = [p for key, p in zip(study.keys, study.axes.points, strict=True) if key not in done]
    if not points:
        return Forecast(0, 0, 0, 0, 0.0, 0.0)
    batches = runner.batches(points)
    known: dict[str, Forecast] = {}
    costs = []
    for places in batches:
        first = points[places[0]]
        key = str({n: v for n, v in first.items() if not n.startswith(("materials", "conditions"))})
        try:
            if key not in known:
                known[key] = forecast(runner.case(first))
        except AnosimError:  # that run will fail by itself
            continue
        one = known[key].seconds
        count = len(places)
        full = min(count, SNAPSHOTS) if count >= FEWEST else count
        costs.append(one * (full + REDUCED * (count - full)))
    if not known:
        return Forecast(len(points), 0, 0, 0, 0.0, 0.0)
    most = max(known.values(), key=lambda f: f.memory)
    workers = max(1, min(workers or os.cpu_count() or 1, len(batches)))
    seconds = max(sum(costs) / workers, max(costs))
    return Forecast(
        len(points), most.pixels, most.triangles, most.unknowns, seconds, most.memory, workers
    )


def _modes(case: Case, solver: Any) -> float:
    """Solves that a transient takes, by its tolerance."""
    if case.until == float("inf"):
        return 10.0
    modes = max(15.0 * -np.log10(getattr(solver, "tolerance", 1e-6)) - 12.0, 20.0)
    stepped = getattr(solver, "integrator", "auto") not in ("auto", "krylov")
    return float(STEPPED * modes if stepped else modes)


def _triangles(image: Microstructure, mesher: Any) -> int:
    """Triangles that a mesher's sizes lead to: the area over that of a triangle at each pixel."""
    if getattr(mesher, "elements", None):
        return int(mesher.elements)
    from scipy.ndimage import distance_transform_edt

    pixel = min(image.voxel)
    size, fine = getattr(mesher, "size", None), getattr(mesher, "interface_size", None)
    bulk = size or max(4.0 * pixel, fine or 0.0)
    fine = min(fine or pixel, bulk)
    same = np.ones(image.labels.shape, dtype=np.bool_)
    for axis in range(image.labels.ndim):
        step = np.diff(image.labels, axis=axis) != 0
        here = [slice(None)] * image.labels.ndim
        here[axis] = slice(0, -1)
        same[tuple(here)] &= ~step
    way = np.full(same.shape, np.inf)
    if not same.all():
        way = distance_transform_edt(same, sampling=image.voxel)
    wanted = np.minimum(fine + getattr(mesher, "growth", 0.3) * way, bulk)
    area = float(np.prod(image.voxel[-2:]))
    return int(PER_AREA * area * np.sum(wanted**-2.0))


def _grouped(number: int) -> str:
    """Two digits, for more would be made up; thousands apart."""
    return f"{int(float(f'{number:.2g}')):,}".replace(",", " ")


def _time(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"


def large(found: Forecast) -> bool:
    """Whether the cost asks for a word before it is spent."""
    return found.seconds > 60.0 or found.memory > 2e9
