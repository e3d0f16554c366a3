"""Counterparts of Fig. 4b to e: slices, particles per area, pore fraction per slice."""

import matplotlib
import numpy as np
from desk import Desk, Numbers
from images import Found, fibsem, stack
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from panels import LINES, MM, STATES, bar, grey, letter, note, overlay, trim
from published import POROSITY

from anosim.figures.style import STYLE, WIDTH
from anosim.measure import Particles, particles, profile
from anosim.synthetic import CYCLES

LEAST = 10
"""Pixels of the smallest particle that is counted; less is noise of the segmentation."""
ZOOM = 4e-6
"""Side of the enlarged part, m."""
BLOCK = 5e-6
"""Side of the squares in which particles are counted, m."""


def figure_4(desk: Desk) -> Numbers:
    """Draw both figures; particles and errors of all states, pore fractions of the stack."""
    slices = {cycles: fibsem(desk, cycles) for cycles in CYCLES}
    counted = {c: particles(s.phases, "particle", least_voxels=LEAST) for c, s in slices.items()}
    desk.draw(_slices(slices, counted), "figure-4bc")
    pore = profile(stack(desk)).fractions["pore"]
    desk.draw(_statistics(counted, pore), "figure-4de")
    return {
        "pore_per_slice": {
            "mean": float(pore.mean()), "least": float(pore.min()), "most": float(pore.max())
        },
        "slices": {str(c): _numbers(slices[c], counted[c]) for c in CYCLES},
    }  # fmt: skip


def _numbers(found: Found, counted: Particles) -> Numbers:
    return {
        "mean_iou": found.mean_iou,
        "iou": found.iou,
        "fractions": dict(found.phases.fractions),
        "particles": counted.number,
        "per_area": counted.number_per_area,
        "extension_mean": float(counted.table["extension"].mean()),
        "extension_most": float(counted.table["extension"].max()),
        "most_per_area_in_a_square": float(_per_square(counted).max()),
    }


def _per_square(counted: Particles) -> np.ndarray:
    """Particles per area in each square of the slice, 1/m^2."""
    width, height = counted.image.extent
    columns, rows = max(int(width / BLOCK), 1), max(int(height / BLOCK), 1)
    inside, _, _ = np.histogram2d(
        counted.table["x"], counted.table["y"], (columns, rows), ((0.0, width), (0.0, height))
    )
    return np.asarray(inside * columns * rows / (width * height)).ravel()


def _slices(slices: dict[int, Found], counted: dict[int, Particles]) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 125 * MM), layout="constrained")
        panels = figure.subplots(2, 2)
        for column, (cycles, name) in enumerate(((0, "b"), (100, "c"))):
            found, top, low = slices[cycles], panels[0, column], panels[1, column]
            grey(top, found.grey, found.phases.voxel)
            letter(top, name, f"{STATES[cycles]}: grey values")
            overlay(low, found.phases, found.grey)
            low.set_title(f"segmented, mean IoU with the truth {found.mean_iou:.3f}", loc="left")
            bar(top, 5e-6 if found.phases.extent[0] > 2e-5 else 1e-6)
            where = _largest(counted[cycles])
            _zoom(top, found, where, segmented=False)
            _zoom(low, found, where, segmented=True)
        figure.legend(handles=_legend(), loc="outside upper center", ncols=4, frameon=False)
        note(figure)
    return figure


def _legend() -> list[matplotlib.patches.Patch]:
    from matplotlib.patches import Patch
    from panels import strong

    names = {"pore": "pore", "particle": "a-Si/c-FeSi₂ particle", "sei": "SEI, carbon, binder",
             "graphite": "graphite"}  # fmt: skip
    return [Patch(facecolor=strong(phase), label=name) for phase, name in names.items()]


def _largest(counted: Particles) -> tuple[float, float]:
    """The middle of the largest particle away from the image's edge, m."""
    table = counted.table
    width, height = counted.image.extent
    inner = np.abs(table["x"] - width / 2) < width / 2 - ZOOM / 2
    inner &= np.abs(table["y"] - height / 2) < height / 2 - ZOOM / 2
    best = int(np.argmax(np.where(inner, table["volume"], 0.0)))
    return float(table["x"][best]), float(table["y"][best])


def _zoom(axes: Axes, found: Found, where: tuple[float, float], *, segmented: bool) -> None:
    """A part four micrometres wide in the upper right corner, and its frame in the slice."""
    from matplotlib.patches import Rectangle

    x, y = where
    voxel, half = found.phases.voxel, ZOOM / 2
    rows, columns = (
        slice(max(int((v - half) / h), 0), int((v + half) / h))
        for v, h in zip((y, x), voxel, strict=True)
    )
    inset = axes.inset_axes((0.66, 0.42, 0.33, 0.56))
    part = found.grey[rows, columns]
    if segmented:
        bounds = [
            (s.start, min(s.stop, n))
            for s, n in zip((rows, columns), found.grey.shape, strict=True)
        ]
        overlay(inset, found.phases.crop(*bounds), part)
    else:
        grey(inset, part, voxel, found.grey)
        bar(inset, 1e-6)
    for spine in inset.spines.values():
        spine.set(edgecolor="#ffd400", linewidth=1.2)
    corner = (1e6 * (x - half), 1e6 * (y - half))
    axes.add_patch(Rectangle(corner, 1e6 * ZOOM, 1e6 * ZOOM, fill=False, ec="#ffd400", lw=0.8))


def _statistics(counted: dict[int, Particles], pore: np.ndarray) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 90 * MM), layout="constrained")
        left, right = figure.subfigures(1, 2)
        panels = left.subplots(2, 1, sharex=True)
        bounds = np.arange(0.0, 6.6, 0.2)
        for axes, cycles in zip(panels, (0, 100), strict=True):
            sizes, area = counted[cycles].table["extension"], counted[cycles].image.extent
            number, _ = np.histogram(1e6 * sizes, bounds)
            per_area = number / (1e12 * area[0] * area[1]) * 100.0
            axes.bar(bounds[:-1], per_area, 0.2, align="edge", color=LINES[cycles], lw=0)
            text = f"{STATES[cycles]}: mean {1e6 * sizes.mean():.2f} µm, {len(sizes)} particles"
            axes.text(0.98, 0.9, text, transform=axes.transAxes, ha="right", va="top")
            axes.set_ylabel("particles per\n100 µm² in the class")
            trim(axes)
        letter(panels[0], "d", "segmented slices")
        panels[1].set(xlabel="greatest extension / µm", xlim=(0.0, 6.4))
        _pores(right.subplots(), pore)
        note(figure)
    return figure


def _pores(axes: Axes, pore: np.ndarray) -> None:
    position = np.arange(len(pore))
    axes.plot(position, 100.0 * pore, color="#1f6fb2", lw=0.9)
    axes.axhline(100.0 * pore.mean(), color="#1f6fb2", ls="--", lw=0.8)
    axes.axhspan(100.0 * POROSITY["least"], 100.0 * POROSITY["most"], color="#cccccc", alpha=0.4,
                 lw=0, label="range in the reference")  # fmt: skip
    axes.set(xlabel="slice (40 nm each, along z)", ylabel="pores / % of the slice",
             xlim=(0, len(pore)), ylim=(20.0, 55.0))  # fmt: skip
    axes.legend(frameon=False, loc="upper right")
    text = f"mean {pore.mean():.2%}, {pore.min():.2%} to {pore.max():.2%}"
    axes.text(0.02, 0.04, text, transform=axes.transAxes)
    letter(axes, "e", "pristine, labels of 500 slices")
    trim(axes)
