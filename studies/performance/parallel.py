"""Strong scaling: about a million unknowns in space on one process and on two.

Run with:  python studies/performance/parallel.py [BOXES PER SIDE] [steady]

Quadratic tetrahedra, conjugate gradients with multigrid, the plugin fenicsx under the environment's
mpiexec. Without "steady" it is a transient over two decades of time.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from anosim import Concentration, Diffusion, MassTransfer, Material, solve
from anosim.progress import watched_by
from anosim.testing import box

BOXES = 50
PROCESSES = (1, 2)
TOLERANCE = 1e-4
PEAK = "most memory of a process, GB"


def problem(boxes: int, until: float | str) -> Diffusion:
    """Two phases side by side in a cube of 10 um, lithium entering from one and leaving it."""
    size = 1e-5
    mesh = box((size,) * 3, (boxes,) * 3, phases=("fast", "slow"), cuts=(size / 2,))
    return Diffusion(
        mesh,
        {"fast": Material("1e-13 m^2/s"), "slow": Material("2e-14 m^2/s", capacity=2.0)},
        {"left": MassTransfer("1e-7 m/s", "1 mol/L"), "back": Concentration(0.0)},
        until=until,
    )


def run(boxes: int, until: float | str, folder: Path) -> None:
    """Solve on as many processes as there are; process 0 writes what came out and how long."""
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    given = problem(boxes, until)
    marks: list[tuple[str, float]] = []
    comm.Barrier()
    start = perf_counter()
    with watched_by(lambda stage, fraction: marks.append((stage, perf_counter()))):
        solution = solve(
            given,
            solver="fenicsx",
            linear_solver="multigrid",
            tolerance=TOLERANCE,
            earliest=None if until == "inf" else 1e-2 * float(until),
        )
    comm.Barrier()
    end = perf_counter()
    peak = comm.reduce(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, MPI.MAX)
    if comm.rank == 0:
        begun, assembled = (time for stage, time in marks if stage == "assemble")
        seconds = {
            "number, scale": begun - start,
            "assemble": assembled - begun,
            "solve": end - assembled,
            "all": end - start,
            PEAK: peak,
        }
        times = None if until == "inf" else np.array([0.01, 0.1, 1.0]) * until
        np.save(folder / "values.npy", solution.values(times))
        (folder / "told.json").write_text(json.dumps([seconds, dict(solution.record)]))


def measured(processes: int, arguments: list[str]) -> tuple[dict[str, float], np.ndarray]:
    """Seconds of each stage and the concentrations, of a run on some processes."""
    launcher = Path(sys.executable).with_name("mpiexec")
    with tempfile.TemporaryDirectory() as folder:
        command = [str(launcher), "-n", str(processes), sys.executable, "-m", "mpi4py"]
        subprocess.run([*command, __file__, "--one", folder, *arguments], check=True)
        seconds, record = json.loads((Path(folder) / "told.json").read_text())
        values = np.load(Path(folder) / "values.npy")
    kept = ("linear algebra", "integrator", "modes", "linear systems solved")
    words = ", ".join(f"{name} {record[name]}" for name in kept if name in record)
    print(f"{processes} process(es): {values.shape[1]} unknowns, {words}", flush=True)
    for stage, value in seconds.items():
        print(f"  {stage:<30} {value:8.2f}", flush=True)
    return seconds, values


def main(arguments: list[str]) -> tuple[float, float]:
    """Print seconds per stage on one and two processes; the speed-up and the largest difference."""
    (one, first), (two, second) = (measured(count, arguments) for count in PROCESSES)
    speed = one["all"] / two["all"]
    for stage in (name for name in one if name != PEAK):
        print(f"speed-up of {stage}: {one[stage] / two[stage]:.2f}")
    off = float(np.abs(first - second).max() / np.ptp(first))
    print(f"largest difference: {off:.1e} of the largest change (must be below 1e-8)")
    return speed, off


if __name__ == "__main__":
    words = sys.argv[1:]
    place = Path(words[1]) if words[:1] == ["--one"] else None
    wanted = words if place is None else words[2:]
    if place is None:
        main(wanted)
    else:
        numbers = [int(word) for word in wanted if word.isdigit()]
        run(numbers[0] if numbers else BOXES, "inf" if "steady" in wanted else 100.0, place)
