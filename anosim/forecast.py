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

FACTOR = 3.0
"""Seconds are right within this factor on most machines; memory within FACTOR_MEMORY."""
FACTOR_MEMORY = 1.5
PER_UNKNOWN_AND_MODE, PER_PROBLEM, DEGREE = 4e-7, 1e-5, 1.1
"""Seconds of a solution by factorisation in the plane, and the power of the unknowns they grow
with."""
PER_ITERATED = 2e-6
"""Seconds for each unknown and solve by iterations."""
PER_FACTOR, PER_SOLVE = 4.5e-10, 1e-6
"""Seconds of a factorisation in space by the unknowns squared, and of a solve by the unknowns."""
MOST_DIRECT = 300_000
"""Unknowns in space that the built-in solvers factorise at most, about."""
BYTES_PROCESS = 2.2e8


@dataclass(frozen=True)
class _Rates:
    """Counts, seconds and bytes that differ between the plane and space.

    Seconds and bytes were measured on one core of a server of 2020.

    Attributes:
        per_content: cells in the square or cube of their edge length, as meshers make them.
        per_face: cells more for each face of voxels between phases.
        nodes: for each cell that takes part, by order.
        voxel_seconds: of reading, for each voxel.
        cell_seconds: of meshing, for each cell.
        voxel_bytes: for each voxel.
        cell_bytes: of meshing, for each cell.
        unknown_bytes: of assembly and linear algebra, for each unknown, by order.
    """

    per_content: float
    per_face: float
    nodes: tuple[float, float]
    voxel_seconds: float
    cell_seconds: float
    voxel_bytes: float
    cell_bytes: float
    unknown_bytes: tuple[float, float]


RATES = {
    2: _Rates(4.0 / np.sqrt(3.0), 0.0, (0.55, 2.05), 2e-6, 6e-5, 60.0, 900.0, (1700.0, 1700.0)),
    3: _Rates(5.0, 2.3, (0.21, 1.5), 2e-6, 1.6e-5, 60.0, 700.0, (1500.0, 2500.0)),
}
"""By dimension."""
STEPPED = 6.0
"""Times as many solves as the Krylov method's where time is stepped through."""


@dataclass(frozen=True)
class Forecast:
    """What a run or study is expected to cost.

    Attributes:
        runs: their number.
        voxels: of the largest image; 0 where the mesh comes from a file.
        cells: of its mesh.
        unknowns: of the largest problem.
        seconds: of all runs on ``workers`` processors, right within a factor of FACTOR.
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

    def __str__(self) -> str:
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
            f"{_time(low)} to {_time(high)}, {least / 1e9:.1f} to {most / 1e9:.1f} GB of "
            f"memory{each}"
        )


def forecast(case: Case, image: Microstructure | None = None) -> Forecast:
    """The cost of one run of a case.

    Args:
        case: the case.
        image: its image, if it is at hand.

    Raises:
        CaseError: the image cannot be read.
    """
    image = case.microstructure() if image is None else image
    if image is None or isinstance(case.mesher, MeshFile):
        dimension, voxels, cells, inside = _of_mesh(case.mesh(image), case.materials)
    else:
        dimension, voxels = image.labels.ndim, image.labels.size
        cells = _cells(image, case.mesher, RATES[dimension])
        inside = sum(image.fractions[name] for name in case.materials)
    rates = RATES[dimension]
    solvers = list(case.solvers.values())
    second = int(getattr(solvers[0], "order", 2)) == 2
    unknowns = int(cells * inside * rates.nodes[second]) + 1
    modes = _modes(case, solvers[0])
    solution = _seconds_in_plane if dimension == 2 else _seconds_in_space
    seconds = (
        rates.voxel_seconds * voxels
        + rates.cell_seconds * cells
        + len(solvers) * solution(unknowns, modes)
    )
    memory = BYTES_PROCESS + rates.voxel_bytes * voxels + rates.cell_bytes * cells
    memory += unknowns * (rates.unknown_bytes[second] + 2.5 * 8.0 * modes)
    return Forecast(1, voxels, cells, unknowns, seconds, memory, dimension=dimension)


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
    """Solves that a transient takes, by its tolerance."""
    if case.until == float("inf"):
        return 10.0
    modes = max(15.0 * -np.log10(getattr(solver, "tolerance", 1e-6)) - 12.0, 20.0)
    stepped = getattr(solver, "integrator", "auto") not in ("auto", "krylov")
    return float(STEPPED * modes if stepped else modes)


def _cells(image: Microstructure, mesher: Any, rates: _Rates) -> int:
    """Cells that a mesher's sizes lead to: the content over that of a cell, voxel by voxel."""
    if getattr(mesher, "elements", None):
        return int(mesher.elements)
    from scipy.ndimage import distance_transform_edt

    voxel = min(image.voxel)
    size, fine = getattr(mesher, "size", None), getattr(mesher, "interface_size", None)
    bulk = size or max(4.0 * voxel, fine or 0.0)
    fine = min(fine or voxel, bulk)
    same, faces = np.ones(image.labels.shape, dtype=np.bool_), 0
    for axis in range(image.labels.ndim):
        step = np.diff(image.labels, axis=axis) != 0
        here = [slice(None)] * image.labels.ndim
        here[axis] = slice(0, -1)
        same[tuple(here)] &= ~step
        faces += int(np.count_nonzero(step))
    way = np.full(same.shape, np.inf)
    if not same.all():
        way = distance_transform_edt(same, sampling=image.voxel)
    wanted = np.minimum(fine + getattr(mesher, "growth", 0.3) * way, bulk)
    dimension = image.labels.ndim
    content = float(np.prod(image.voxel[-dimension:])) * np.sum(wanted**-dimension)
    most = getattr(mesher, "max_elements", None) or np.inf
    return int(
        min(rates.per_content * content + rates.per_face * faces * (voxel / fine) ** 2, most)
    )


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
