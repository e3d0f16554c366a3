"""Counterparts of Figs 5, 6, 7 and 8d: the micro-CT-like volumes and their measures over cycles."""

import matplotlib
import numpy as np
from desk import Desk, Numbers
from images import Found, microct
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from panels import LINES, MM, STATES, STROKE, block, letter, note, show, strong, trim
from published import DEPTH, SURFACE

from anosim.figures.style import GREY, STYLE, WIDTH
from anosim.measure import Geodesic, Proximity, geodesic, interface_area, proximity
from anosim.progress import report
from anosim.synthetic import CYCLES

ENTRY = "front"
"""The side that lithium comes from: depth runs along z."""
TOP = 3.0
"""Tortuosity at the end of the colour scale."""


def volumes(desk: Desk) -> dict[int, Found]:
    """The segmented volumes of all states."""
    found = {}
    for rank, cycles in enumerate(CYCLES):
        found[cycles] = microct(desk, cycles)
        report(f"volume after {cycles} cycles", (rank + 1) / len(CYCLES))
    return found


def figure_5(desk: Desk) -> Numbers:
    """Draw phases and tortuosity of the volumes; phase volumes, their changes, errors."""
    found = volumes(desk)
    ways = {cycles: geodesic(one.phases, "pore", ENTRY) for cycles, one in found.items()}
    desk.draw(_blocks(found, ways), "figure-5")
    first = found[0].phases.fractions
    return {
        str(cycles): {
            "mean_iou": one.mean_iou,
            "iou": one.iou,
            "fractions": dict(one.phases.fractions),
            "changes": {p: one.phases.fractions[p] / first[p] - 1.0 for p in first},
        }
        for cycles, one in found.items()
    }


def figure_6(desk: Desk) -> Numbers:
    """Draw tortuosity and channels with depth, and surface over cycles; the same as numbers."""
    found = volumes(desk)
    ways = {cycles: geodesic(one.phases, "pore", ENTRY) for cycles, one in found.items()}
    areas = {c: interface_area(one.phases).area("pore") for c, one in found.items()}
    relative = {cycles: area / areas[0] for cycles, area in areas.items()}
    desk.draw(_depth(ways, relative), "figure-6")
    depth = ways[0].depth
    deep = min(int(np.searchsorted(depth, DEPTH)), len(depth) - 1)
    return {
        "counted_at": float(depth[deep]),
        "surface": {str(c): value for c, value in relative.items()},
        "channels": {str(c): int(way.channels[deep]) for c, way in ways.items()},
        "unreached": {str(c): way.unreached for c, way in ways.items()},
        "reaches_to": {str(c): float(depth[way.channels > 0].max()) for c, way in ways.items()},
        "depth": depth.tolist(),
        "tortuosity": {str(c): _finite(way.by_depth["mean"]) for c, way in ways.items()},
    }


def figure_7(desk: Desk) -> Numbers:
    """Draw proximity maps and histograms (and of Fig. 8d the way back); the same as numbers."""
    found = volumes(desk)
    out = {c: proximity(one.phases, "pore", "particle") for c, one in found.items()}
    back = {c: proximity(one.phases, "particle", "pore") for c, one in found.items()}
    desk.draw(_proximities(found, out), "figure-7")
    desk.draw(_back(back), "figure-8d")
    return {
        name: {str(c): _numbers(near) for c, near in table.items()}
        for name, table in (("pore_to_particle", out), ("particle_to_pore", back))
    }


def _numbers(near: Proximity) -> Numbers:
    return {
        "mean": near.mean,
        "most": near.maximum,
        "deviation": float(near.distance.std(dtype=float)),
        "quartiles": near.quantiles((0.25, 0.5, 0.75)),
    }


def _finite(values: np.ndarray) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]


def _blocks(found: dict[int, Found], ways: dict[int, Geodesic]) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 118 * MM), layout="constrained")
        panels = figure.subplots(3, 4)
        for column, cycles in enumerate(CYCLES):
            image, way = found[cycles].phases, ways[cycles]
            mask = {name: np.asarray(image.labels == at) for name, at in image.phases.items()}
            size = 20e-6
            particle = (mask["particle"], strong("particle"))
            show(
                panels[0, column],
                block([particle, (mask["sei"], strong("sei"))], image.voxel, size),
            )
            show(
                panels[1, column],
                block([particle, (mask["pore"], strong("pore"))], image.voxel, size),
            )
            reached = np.isfinite(way.distance)
            values = np.where(reached, way.tortuosity, 1.0)
            look = {"values": values, "limits": (1.0, TOP), "cmap": "viridis"}
            lost = (mask["pore"] & ~reached, "#e6e6e6")
            show(panels[2, column], block([(reached, look), lost], image.voxel, size))
            panels[0, column].set_title(STATES[cycles])
            report("figure 5", (column + 1) / len(CYCLES))
        for row, name in enumerate("abc"):
            panels[row, 0].text(0.0, 1.02, f"$\\bf{{{name}}}$", transform=panels[row, 0].transAxes)
        scale = figure.colorbar(
            ScalarMappable(Normalize(1.0, TOP), "viridis"), ax=panels[2, :], extend="max",
            shrink=0.9, pad=0.01, aspect=12,
        )  # fmt: skip
        scale.set_label("geodesic tortuosity")
        note(
            figure,
            "Segmented SYNTHETIC volumes. a: particles (red), intermediate domain (green), rest "
            "empty; b: pores (blue),\nparticles; c: pores, grey where no way leads. "
            "Lithium enters at the top; depth downwards; black bars: 20 µm.",
        )
    return figure


def _depth(ways: dict[int, Geodesic], relative: dict[int, float]) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 68 * MM), layout="constrained")
        a, b, c = figure.subplots(1, 3)
        for cycles, way in ways.items():
            look = {"color": LINES[cycles], "ls": STROKE[cycles], "label": STATES[cycles]}
            a.plot(1e6 * way.depth, way.by_depth["mean"], **look)
            b.plot(1e6 * way.depth, np.where(way.channels > 0, way.channels, np.nan), **look)
        a.set(yscale="log", ylabel="mean geodesic tortuosity", ylim=(1.0, 3.2))
        a.set_yticks([1, 1.5, 2, 3], labels=["1", "1.5", "2", "3"])
        a.minorticks_off()
        b.set(yscale="log", ylabel="channels from the entry", ylim=(1.0, 2000.0))
        b.axvline(1e6 * DEPTH, color=GREY, lw=0.6, ls=":")
        for axes in (a, b):
            axes.set(
                xlabel="depth z / µm", xlim=(0.0, 1e6 * max(w.depth[-1] for w in ways.values()))
            )
            trim(axes)
        a.legend(frameon=False, loc="upper right")
        letter(a, "a")
        letter(b, "b")
        _surfaces(c, relative)
        note(figure, "Segmented SYNTHETIC volumes")
    return figure


def _surfaces(axes: matplotlib.axes.Axes, relative: dict[int, float]) -> None:
    axes.plot(list(relative), list(relative.values()), "o-", color="#1f6fb2", label="here")
    axes.plot(list(SURFACE), list(SURFACE.values()), "s", mfc="none", mec="black",
              label="reference, about 0.6")  # fmt: skip
    axes.set(xlabel="cycles", ylabel="pore surface / pristine", ylim=(0.0, 1.08), xlim=(-10, 310))
    axes.legend(frameon=False, loc="lower left")
    letter(axes, "c")
    trim(axes)


def _proximities(found: dict[int, Found], near: dict[int, Proximity]) -> Figure:
    top = 1e6 * max(near[0].maximum, near[300].maximum)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 115 * MM), layout="constrained")
        panels = figure.subplots(2, 2, height_ratios=(1.0, 1.3))
        for column, cycles in enumerate((0, 300)):
            one, axes = near[cycles], panels[0, column]
            share, bounds = _density(one, top)
            axes.stairs(share, bounds, fill=True, color=LINES[cycles], alpha=0.8)
            axes.axvline(1e6 * one.mean, color="black", ls="--", lw=0.8)
            text = f"mean {1e6 * one.mean:.2f} µm\ngreatest {1e6 * one.maximum:.2f} µm"
            axes.text(0.98, 0.95, text, transform=axes.transAxes, ha="right", va="top")
            axes.set(xlabel="distance to the nearest particle / µm", xlim=(0.0, top),
                     ylabel="share of the pore surface / µm⁻¹")  # fmt: skip
            letter(axes, "ab"[column], STATES[cycles])
            trim(axes)
            image = found[cycles].phases
            surface = np.isfinite(one.map)
            look = {"values": np.where(surface, 1e6 * one.map, 0.0), "limits": (0.0, 0.6 * top),
                    "cmap": "viridis_r"}  # fmt: skip
            show(panels[1, column], block([(surface, look)], image.voxel, 20e-6))
        scale = figure.colorbar(
            ScalarMappable(Normalize(0.0, 0.6 * top), "viridis_r"), ax=panels[1, :], extend="max",
            shrink=0.9, pad=0.01,
        )  # fmt: skip
        scale.set_label("distance / µm")
        text = "Segmented SYNTHETIC volumes: from the pores' surface to the nearest particle; "
        note(figure, text + "black bars: 20 µm.")
    return figure


def _density(near: Proximity, top: float) -> tuple[np.ndarray, np.ndarray]:
    bounds = np.arange(0.0, top + 0.65, 0.65)
    counts, _ = np.histogram(1e6 * near.distance, bounds)
    return counts / counts.sum() / 0.65, bounds


def _back(near: dict[int, Proximity]) -> Figure:
    """How far the particles' surfaces are from pores: what Fig. 8d draws as a scheme."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH * 0.62, 70 * MM), layout="constrained")
        axes = figure.subplots()
        for cycles, one in near.items():
            values = np.sort(one.distance)
            label = f"{STATES[cycles]}: mean {1e6 * one.mean:.2f} µm"
            beyond = 1.0 - np.arange(len(values)) / len(values)
            axes.plot(
                1e6 * values, 100.0 * beyond, STROKE[cycles], color=LINES[cycles], label=label
            )
        axes.set(xlabel="distance from a particle's surface to the nearest pore / µm",
                 ylabel="surface farther away / %", xlim=(0.0, None), yscale="log",
                 ylim=(0.05, 100.0))  # fmt: skip
        axes.set_yticks([0.1, 1, 10, 100], labels=["0.1", "1", "10", "100"])
        axes.legend(frameon=False, loc="lower left")
        trim(axes)
        note(figure, "Segmented SYNTHETIC volumes")
    return figure
