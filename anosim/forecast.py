"""How long a run will take, and how much memory, before it starts."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from anosim.case import Case
from anosim.case.meshfile import MeshFile
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.results.terms import TERMS

FACTOR = 2.0
"""Seconds are right within this factor on most machines; memory within FACTOR_MEMORY."""
FACTOR_MEMORY = 1.5
PER_UNKNOWN_AND_MODE, PER_PROBLEM, DEGREE = 8e-8, 4e-6, 1.1
"""Seconds of a solution by factorisation in the plane, and the power of the unknowns they grow
with."""
PER_ITERATED = 2e-6
"""Seconds for each unknown and solve by iterations."""
PER_FACTOR, PER_SOLVE = 4.5e-10, 1e-6
"""Seconds of a factorisation in space by the unknowns squared, and of a solve by the unknowns."""
MOST_DIRECT = 300_000
"""Unknowns in space that the built-in solvers factorise at most, about."""
PER_PICTURE, PER_NUMBER = 1.7e-6, 3e-7
"""Seconds for each unknown and solve of numbers with pictures and files, and of numbers only."""
BYTES_MODE, BYTES_VOXEL = 60.0, 60.0
"""Bytes for each unknown and solve, and for each voxel."""
HEAVIER = {"fenicsx": (1.5, 1e8)}
"""Seconds and bytes that the libraries of a solver take besides."""
STEPPED = 12.0
"""Times as many solves as the Krylov method's where time is stepped through."""


@dataclass(frozen=True)
class _Rates:
    """Counts, seconds and bytes that differ between the plane and space.

    Attributes:
        cells: of a mesher that does not say how many it makes, for each voxel.
        nodes: for each cell that takes part, by order.
        start: seconds that importing the libraries takes.
        draw: seconds that pictures and page take, however small the mesh.
        voxel_seconds: of reading, for each voxel.
        cell_seconds: of meshing, for each cell.
        bytes: of the process with its libraries, those that draw included.
        cell_bytes: of meshing and drawing, for each cell.
        unknown_bytes: of assembly and linear algebra, for each unknown, by order.
    """

    cells: float
    nodes: tuple[float, float]
    start: float
    draw: float
    voxel_seconds: float
    cell_seconds: float
    bytes: float
    cell_bytes: float
    unknown_bytes: tuple[float, float]


RATES = {
    2: _Rates(
        cells=2.0,
        nodes=(0.55, 2.05),
        start=2.0,
        draw=3.5,
        voxel_seconds=2e-6,
        cell_seconds=3e-5,
        bytes=2.6e8,
        cell_bytes=900.0,
        unknown_bytes=(300.0, 1500.0),
    ),
    3: _Rates(
        cells=5.0,
        nodes=(0.23, 1.6),
        start=2.5,
        draw=17.0,
        voxel_seconds=2e-6,
        cell_seconds=2e-5,
        bytes=7.2e8,
        cell_bytes=700.0,
        unknown_bytes=(1500.0, 2500.0),
    ),
}
"""By dimension; measured on one core of a server of 2020."""


@dataclass(frozen=True)
class Forecast:
    """What a run or study is expected to cost.

    Attributes:
        runs: their number.
        voxels: of the largest image; 0 where the mesh comes from a file.
        cells: of its mesh.
        unknowns: of the largest problem.
        seconds: of all runs on ``workers`` processors, right within a factor of FACTOR.
        preparing: of one run's, what runs on the same mesh have in common: to import the
            libraries, to read and to mesh.
        memory: bytes of each process, right within a factor of FACTOR_MEMORY.
        workers: processes at the same time.
        dimension: of the image.
    """

    runs: int
    voxels: int
    cells: int
    unknowns: int
    seconds: float
    memory: float
    workers: int = 1
    dimension: int = 2
    preparing: float = 0.0

    def __str__(self) -> str:
        if not self.runs:
            return "nothing is left to do: every run has its row"
        low, high = self.seconds / FACTOR, self.seconds * FACTOR
        least, most = self.memory / FACTOR_MEMORY, self.memory * FACTOR_MEMORY
        what = "1 run" if self.runs == 1 else f"{self.runs} runs"
        where = "" if self.workers == 1 else f" by {self.workers} processes"
        each = " for each process" if self.workers > 1 else ""
        terms = TERMS[self.dimension]
        voxels = f"{_grouped(self.voxels)} {terms.voxels}, " if self.voxels else ""
        return (
            f"{what}{where}: {voxels}about "
            f"{_grouped(self.cells)} {terms.cells} and {_grouped(self.unknowns)} unknowns; "
            f"{_time(low)} to {_time(high)}, {_memory(least)} to {_memory(most)} of "
            f"memory{each}"
        )


def forecast(case: Case, image: Microstructure | None = None, *, pictures: bool = True) -> Forecast:
    """The cost of one run of a case.

    Args:
        case: the case.
        image: its image, if it is at hand.
        pictures: whether pictures and a page are made, as ``anosim run`` does and studies do not.

    Raises:
        CaseError: the image cannot be read, or the mesher cannot do it.
    """
    image = case.microstructure() if image is None else image
    if image is None or isinstance(case.mesher, MeshFile):
        dimension, voxels, cells, inside = _of_mesh(case.mesh(image), case.materials)
    else:
        dimension, voxels = image.labels.ndim, image.labels.size
        cells, inside = _of_image(case, image)
    rates = RATES[dimension]
    solvers = list(case.solvers.values())
    second = int(getattr(solvers[0], "order", 2)) == 2
    unknowns = int(cells * inside * rates.nodes[second]) + 1
    modes = _modes(case, solvers[0])
    solution = _seconds_in_plane if dimension == 2 else _seconds_in_space
    heavier = [HEAVIER.get(name, (0.0, 0.0)) for name in case.solvers]
    preparing = rates.start + sum(seconds for seconds, _ in heavier)
    preparing += rates.voxel_seconds * voxels + rates.cell_seconds * cells
    solves = modes * (STEPPED if _stepped(solvers[0]) else 1.0)
    seconds = preparing + len(solvers) * solution(unknowns, solves)
    seconds += (PER_PICTURE if pictures else PER_NUMBER) * unknowns * modes
    seconds += rates.draw if pictures else 0.0
    memory = rates.bytes + sum(size for _, size in heavier)
    memory += BYTES_VOXEL * voxels + rates.cell_bytes * cells
    memory += unknowns * (rates.unknown_bytes[second] + BYTES_MODE * modes)
    return Forecast(
        1, voxels, cells, unknowns, seconds, memory, dimension=dimension, preparing=preparing
    )


def _of_image(case: Case, image: Microstructure) -> tuple[int, float]:
    """Cells that the mesher will make, and the share of those that take part."""
    counts = case.expected_cells(image)
    if counts is None:
        guess = RATES[image.labels.ndim].cells * image.labels.size
        cells = getattr(case.mesher, "elements", None) or guess
        return int(cells), sum(image.fractions[name] for name in case.materials)
    cells = sum(counts.values())
    return round(cells), sum(counts[name] for name in case.materials) / cells


def _of_mesh(mesh: Mesh, materials: Collection[str]) -> tuple[int, int, int, float]:
    """Dimension, no voxels, cells, and the share of those that take part."""
    taking = np.isin(mesh.cell_phase, [mesh.phase_index(name) for name in materials])
    return mesh.dimension, 0, len(mesh.cells), float(taking.mean())


def _seconds_in_plane(unknowns: int, modes: float) -> float:
    return float(unknowns**DEGREE * (PER_PROBLEM + PER_UNKNOWN_AND_MODE * modes))


def _seconds_in_space(unknowns: int, modes: float) -> float:
    if unknowns > MOST_DIRECT:
        return PER_ITERATED * unknowns * modes
    return PER_FACTOR * unknowns**2 + PER_SOLVE * unknowns * modes


def _modes(case: Case, solver: Any) -> float:
    """Solves that a transient takes by the Krylov method, by its tolerance."""
    if case.until == float("inf"):
        return 10.0
    return float(max(15.0 * -np.log10(getattr(solver, "tolerance", 1e-6)) - 12.0, 20.0))


def _stepped(solver: Any) -> bool:
    """Whether time is stepped through, as far as the options tell."""
    return getattr(solver, "integrator", "auto") not in ("auto", "krylov")


def _grouped(number: int) -> str:
    """Two digits, for more would be made up; thousands apart."""
    return f"{int(float(f'{number:.2g}')):,}".replace(",", " ")


def _time(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * size:
            return f"{_rounded(seconds / size):g} {unit}"
    return f"{_rounded(max(seconds, 1.0)):g} s"


def _memory(size: float) -> str:
    return f"{_rounded(size / 1e9):g} GB"


def _rounded(number: float) -> float:
    """Two digits, for more would be made up."""
    return float(f"{number:.2g}")


def large(found: Forecast) -> bool:
    """Whether the cost asks for a word before it is spent."""
    return found.seconds > 60.0 or found.memory > 2e9
