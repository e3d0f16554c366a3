"""Time, memory and figures of a job in a process of its own."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from checks import area_error
from images import electrode, structure

from anosim import mesh
from anosim.progress import watched_by

STAGES = {0.05: "network", 0.15: "segments", 0.85: "Gmsh", 0.95: "quality", 1.0: "Mesh"}
"""What is done when the mesher reports these fractions."""


@dataclass
class Timing:
    """One job: wall clock and its split in s, largest memory of its process in GB."""

    triangles: int
    seconds: float
    peak: float = 0.0
    split: dict[str, float] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line."""
        parts = [f"{self.triangles:>9} triangles {self.seconds:6.1f} s {self.peak:5.2f} GB"]
        parts += [f"{name} {value:.3g}" for name, value in {**self.split, **self.figures}.items()]
        return "  ".join(parts)


def alone(job: Callable[..., Timing], *arguments: Any, limit: float | None = None) -> Timing:
    """The timing of a job in a fresh process, so that its memory is its own.

    Raises:
        TimeoutError: it took longer than ``limit`` seconds.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(sender, job, *arguments))
    process.start()
    sender.close()  # here: so that a crash there ends the wait
    if not receiver.poll(limit):
        process.kill()
        raise TimeoutError(f"not done after {limit:.0f} s")
    made: Timing = receiver.recv()
    return made


def _measured(sender: Any, job: Callable[..., Timing], *arguments: Any) -> None:
    made = job(*arguments)
    made.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    sender.send(made)


def whole_pipeline(shape: tuple[int, int], options: dict[str, Any]) -> Timing:
    """From the electrode's image to Mesh, by stage."""
    image = structure(electrode(shape))
    at: dict[str, float] = dict.fromkeys(STAGES.values(), 0.0)
    start = last = time.perf_counter()

    def heard(_: str, fraction: float) -> None:
        nonlocal last
        now = time.perf_counter()
        if fraction > 0.0:
            at[STAGES[fraction]] += now - last
        last = now

    with watched_by(heard):
        made = mesh(image, **options)
    seconds = time.perf_counter() - start
    figures = {"SICN": float(made.quality.min()), "angle": float(made.angles.min())}
    figures["area/%"] = 100.0 * area_error(made, image)
    return Timing(len(made.cells), seconds, split=at, figures=figures)


def gmsh_rectangle(extent: tuple[float, float], count: int, smoothing: int) -> Timing:
    """Gmsh alone: an empty rectangle with ``count`` triangles of one size, arrays included."""
    import gmsh

    width, height = extent
    size = (4.0 / 3.0**0.5 * width * height / count) ** 0.5
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    for option, value in (("General.Terminal", 0), ("Mesh.Smoothing", smoothing)):
        gmsh.option.setNumber(option, value)
    start = time.perf_counter()
    geo = gmsh.model.geo
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    points = [geo.addPoint(x, y, 0, size) for x, y in corners]
    lines = [geo.addLine(points[k - 1], points[k]) for k in range(4)]
    geo.addPlaneSurface([geo.addCurveLoop(lines)])
    geo.synchronize()
    gmsh.model.mesh.generate(2)
    gmsh.model.mesh.getNodes()
    triangles = len(gmsh.model.mesh.getElementsByType(2)[1]) // 3
    return Timing(triangles, time.perf_counter() - start)
