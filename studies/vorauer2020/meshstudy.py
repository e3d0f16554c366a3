"""Counterpart of Supplementary Fig. 6: do the curves of the areas still depend on the mesh?"""

import json
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from desk import Desk, Numbers
from images import region
from matplotlib.figure import Figure
from model import Preset, discs_of, mesh_of
from panels import MM, letter, note, trim
from published import BULK, END, TRIANGLES

from anosim.figures.style import GREY, STYLE, WIDTH
from anosim.study import Convergence, convergence

COUNTS = (27_000, 54_000, 107_000, 215_000, TRIANGLES)
QUICK = (2_000, 4_000, 8_000)
PIXELS = 30_000
"""Triangles for the comparison with the exact edges of the pixels, which take so many at least."""
TIMES = np.geomspace(1.0, END, 25)
AREAS = {"I": "#b5402c", "II": "#c77d0a", "III": "#2b8cbe", "IV": "#1b2a6b"}


def curves_on(triangles: float, staircase: float, *, folder: str, fitted: str) -> dict[str, Any]:
    """Curves of the areas on one mesh, as parts of the bulk concentration."""
    desk, known = Desk(Path(folder)), json.loads(fitted)
    image = region(desk).phases
    mesh = mesh_of(image, int(triangles), staircase=bool(staircase))
    solved = Preset("paper_timescale", known["value"]).solve(mesh)
    count = len(solved.domain.cells)
    means = {n: (solved.average(d, TIMES) / BULK).tolist() for n, d in discs_of(known).items()}
    area = float(solved.domain.volumes.sum())
    return {"mesh_size_m": (area / count) ** 0.5, "triangles_inside": count, **means}


def mesh_study(desk: Desk, fitted: Numbers) -> Numbers:
    """Errors on finer and finer meshes, and what the exact edges of the pixels change."""
    counts = QUICK if desk.quick else COUNTS
    text = json.dumps({"value": fitted["value"], "areas": fitted["areas"]})
    run = partial(curves_on, folder=str(desk.folder), fitted=text)
    folder = desk.folder / "mesh-study"
    smooth = convergence(
        run, "triangles", counts, folder=folder, quantities=list(AREAS),
        fixed={"staircase": 0.0}, workers=0,
    )  # fmt: skip
    rough, like = run(triangles=PIXELS, staircase=1.0), run(triangles=PIXELS, staircase=0.0)
    walls = {n: float(np.abs(np.array(rough[n]) - np.array(like[n])).max()) for n in AREAS}
    desk.draw(_picture(smooth, walls), "supplementary-figure-6")
    estimates = smooth.estimates
    return {
        "triangles": [int(row.numbers["triangles_inside"]) for row in smooth.results],
        "run_seconds": [row.seconds["total"] for row in smooth.results],
        "errors": {n: estimates[n].error for n in AREAS},
        "bounds": {n: estimates[n].gci for n in AREAS},
        "orders": {n: _number(estimates[n].observed) for n in AREAS},
        "change": {n: estimates[n].change for n in AREAS},
        "pixel_edges": walls,
        "verdicts": list(smooth.verdicts.values()),
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _picture(found: Convergence, walls: dict[str, float]) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 72 * MM), layout="constrained")
        left, right = figure.subplots(1, 2)
        rows = found.results.done
        counts = np.array([row.numbers["triangles_inside"] for row in rows])
        for name, colour in AREAS.items():
            for row, style in zip((rows[0], rows[-1]), ("--", "-"), strict=True):
                left.plot(TIMES, row.numbers[name], style, color=colour, lw=1.0)
            e = found.estimates[name]
            off = np.abs(e.values[:-1] - e.values[-1]).max(axis=1)
            right.plot(counts[:-1], off, "o-", ms=3, lw=1.0, color=colour, label=name)
            right.axhline(walls[name], color=colour, lw=0.7, ls=":")
        right.plot([], [], ":", color=GREY, label="pixel edges instead\nof smoothed ones")
        left.set(
            xscale="log", xlabel="time / s", ylabel="mean of the area / bulk", ylim=(0.0, 1.02)
        )
        left.set_xticks([1, 10, 100], labels=["1", "10", "100"])
        letter(left, "a", f"{counts[0]:,} (dashed) and {counts[-1]:,} triangles".replace(",", " "))
        right.set(xscale="log", yscale="log", xlabel="quadratic triangles in the SEI/C/B",
                  ylabel="greatest difference / bulk")  # fmt: skip
        right.minorticks_off()
        right.set_xticks(counts[:-1], labels=[f"{count / 1000:.0f} 000" for count in counts[:-1]])
        right.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        letter(right, "b", "to the finest mesh")
        for axes in (left, right):
            trim(axes)
        note(figure, "Segmented SYNTHETIC region, D fitted to the stated times")
    return figure
