"""Outlook: the same diffusion in three dimensions, in a part of the micro-CT-like volume."""

import time
from typing import Any

import matplotlib
import numpy as np
from desk import Desk, Numbers
from images import microct
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from panels import MM, block, note, show
from published import BULK, TRANSFER

import anosim
from anosim import Diffusion, MassTransfer, Material, Solution
from anosim.figures.style import STYLE, WIDTH

PART = ((0, 20), (60, 90), (60, 90))
"""Voxels: 13 x 19.5 x 19.5 um."""
QUICK = ((0, 10), (10, 22), (10, 22))
CYCLES = 100
TIMES = (2.0, 10.0, 100.0)


def outlook(desk: Desk, fitted: Numbers) -> Numbers:
    """Lithium in the SEI, carbon and binder of a part of the volume after 100 cycles."""
    image = microct(desk, CYCLES).phases.crop(*(QUICK if desk.quick else PART))
    start = time.process_time()
    mesh = anosim.mesh(image, least_pixels=4)
    problem = Diffusion(
        mesh,
        {"sei": Material(fitted["value"])},
        {("pore", "sei"): MassTransfer(TRANSFER, BULK)},
        until=TIMES[-1],
    )
    solved = anosim.solve(problem, solver="skfem", order=1, tolerance=1e-4)
    desk.draw(_picture(solved, image), "outlook-3d")
    return {
        "tetrahedra": len(mesh.cells),
        "unknowns": len(solved.base),
        "mean": (solved.average("sei", list(TIMES)) / BULK).tolist(),
        "no_path": solved.unreachable["sei"],
        "imbalance": float(solved.imbalance()[0]),
        "cpu": time.process_time() - start,
    }


def _picture(solved: Solution, image: Any) -> Figure:
    """The concentration in the voxels of the SEI/C/B on the block's sides."""
    inside = image.labels == image.phases["sei"]
    z, y, x = np.nonzero(inside)
    points = (np.stack([x, y, z], axis=1) + 0.5) * np.array(image.voxel[::-1])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 58 * MM), layout="constrained")
        panels = figure.subplots(1, len(TIMES))
        for axes, at in zip(panels, TIMES, strict=True):
            values = np.zeros(inside.shape)
            found = np.asarray(solved.at(points, at))[0] / BULK
            known = np.isfinite(found)
            values[z[known], y[known], x[known]] = found[known]
            seen = inside.copy()
            seen[z[~known], y[~known], x[~known]] = False
            look = {"values": values, "limits": (0.0, 1.0), "cmap": "viridis"}
            rest = (image.labels == image.phases["particle"], "#d8b0a8")
            show(axes, block([(seen, look), rest], image.voxel, 10e-6))
            axes.set_title(f"{at:g} s")
        scale = figure.colorbar(
            ScalarMappable(Normalize(0.0, 1.0), "viridis"), ax=panels, shrink=0.8
        )
        scale.set_label("c / bulk")
        note(figure, "Segmented SYNTHETIC volume, 100 cycles; SEI/C/B, particles pale, pores and "
                     "graphite empty; black bars: 10 µm.")  # fmt: skip
    return figure
