"""Counterparts of Fig. 8a and b and of the dashed circle: lithium in the region over time."""

from typing import Any

import matplotlib
import numpy as np
from desk import Desk, Numbers
from images import region
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from model import (
    CURVES,
    END,
    FINE,
    RADIUS,
    STATED,
    Preset,
    arrival,
    discs_of,
    mesh_of,
    places,
)
from panels import MM, bar, letter, note, overlay, trim
from published import BULK, NEAR_90, TIMES, TRANSFER, TRIANGLES

from anosim import Disc, Mesh, Solution
from anosim.figures import maps
from anosim.figures.style import GREY, STYLE, WIDTH
from anosim.progress import report

AREAS = {"I": "#b5402c", "II": "#c77d0a", "III": "#2b8cbe", "IV": "#1b2a6b"}
TITLES = {
    "paper_stated": "stated",
    "stored_capacity": "stated, particles store",
    "paper_timescale": "fitted to the stated times",
}
SNAPSHOTS = TIMES[1:]


def presets(diffusivity: float) -> list[Preset]:
    """The three sets of parameters."""
    return [
        Preset("paper_stated", STATED, until=1e3),
        Preset("stored_capacity", STATED, stores=True, until=1e3),
        Preset("paper_timescale", diffusivity, until=1e3),
    ]


def figure_8(desk: Desk, fitted: Numbers) -> Numbers:
    """Solve all three sets; maps, curves and particle surfaces, and the same as numbers."""
    image = region(desk).phases
    fine = 6_000 if desk.quick else FINE
    mesh = mesh_of(image, fine)
    where = places(mesh, image)
    discs = discs_of(fitted)
    found, curves = {}, {}
    for rank, preset in enumerate(presets(fitted["value"])):
        report(f"solve {preset.name}", rank / 3)
        solved = preset.solve(mesh)
        found[preset.name] = _numbers(preset, solved, discs, where.points)
        early = solved.resolved_from > CURVES
        curves[preset.name] = {
            n: np.where(early, np.nan, solved.average(d, CURVES) / BULK) for n, d in discs.items()
        }
        _maps(desk, preset, solved, discs)
    surfaces = _surfaces(desk, solved)
    desk.draw(_curves(curves, presets(fitted["value"])), "figure-8b")
    return {
        "presets": found,
        "surfaces": surfaces,
        "region": _region(desk, mesh, solved, where.around),
    }


def paper_size(desk: Desk, fitted: Numbers) -> Numbers:
    """Fig. 8a at the reference's number of elements."""
    image = region(desk).phases
    mesh = mesh_of(image, 12_000 if desk.quick else TRIANGLES)
    preset = Preset("paper_timescale", fitted["value"])
    solved = preset.solve(mesh)
    desk.draw(_marked(maps(solved, times=list(TIMES), over=image), discs_of(fitted)), "figure-8a")
    return {
        "triangles": len(solved.domain.cells),
        "unknowns": len(solved.base),
        "imbalance": float(solved.imbalance()[0]),
        "mean": (solved.average("sei", list(SNAPSHOTS)) / BULK).tolist(),
    }


def _numbers(preset: Preset, solved: Solution, discs: dict[str, Disc], points: Any) -> Numbers:
    until = arrival(solved, points[::4])
    steady = {n: solved.time_to_average(d, 0.9) for n, d in discs.items()}
    return {
        "diffusivity": preset.diffusivity,
        "biot": TRANSFER * 1e-6 / preset.diffusivity,
        "mean": (solved.average("sei", list(SNAPSHOTS)) / BULK).tolist(),
        "areas": {
            n: (solved.average(d, list(SNAPSHOTS)) / BULK).tolist() for n, d in discs.items()
        },
        "t90_areas": steady,
        "t90": {str(q): float(np.nanquantile(until, q)) for q in (0.25, 0.5, 0.75, 1.0)},
        "imbalance": float(solved.imbalance()[0]),
    }


def _region(desk: Desk, mesh: Mesh, solved: Solution, around: np.ndarray) -> Numbers:
    image = region(desk)
    return {
        "iou": image.iou,
        "mean_iou": image.mean_iou,
        "fractions": dict(image.phases.fractions),
        "no_path": solved.unreachable["sei"],
        "farthest": float(np.max(around[np.isfinite(around)])),
        "triangles": int((mesh.cell_phase == mesh.phase_index("sei")).sum()),
    }


def _maps(desk: Desk, preset: Preset, solved: Solution, discs: dict[str, Disc]) -> None:
    """The maps of the sets that figure 8a itself does not show."""
    if preset.name == "paper_timescale":
        return
    over = region(desk).phases
    drawn = maps(solved, times=["2 ms", "20 ms", "100 ms", "2 s"], over=over)
    if preset.stores:
        drawn = maps(solved, times=list(TIMES), over=over, limits=(0.0, BULK))
    desk.draw(_marked(drawn, discs), f"figure-8a-{preset.name}")


def _marked(figure: Figure, discs: dict[str, Disc]) -> Figure:
    """The areas I to IV on every map."""
    with matplotlib.rc_context(STYLE):
        for panel in figure.axes[:4]:
            for name, disc in discs.items():
                x, y = disc.centre
                panel.add_patch(Circle((x, y), RADIUS, fill=False, ec="black", lw=1.6))
                panel.add_patch(Circle((x, y), RADIUS, fill=False, ec="white", lw=0.7))
                left = x > 0.9 * panel.get_xlim()[1]
                panel.annotate(
                    name, (x, y), xytext=(-6 if left else 6, 0), textcoords="offset points",
                    ha="right" if left else "left", va="center", color="white", fontsize=8,
                    fontweight="bold", path_effects=_rim(), annotation_clip=True,
                )  # fmt: skip
    return figure


def _rim() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=1.8, foreground="black")]


def _curves(curves: dict[str, dict[str, np.ndarray]], sets: list[Preset]) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 68 * MM), layout="constrained")
        panels = figure.subplots(1, 3, sharey=True)
        for axes, preset in zip(panels, sets, strict=True):
            for name, values in curves[preset.name].items():
                axes.plot(CURVES, values, color=AREAS[name], lw=1.2, label=name)
            for time in SNAPSHOTS:
                axes.axvline(time, color=GREY, lw=0.5, ls=":")
            axes.axhline(0.9, color=GREY, lw=0.5)
            axes.plot([NEAR_90], [0.9], "v", color="black", ms=4, clip_on=False)
            axes.plot([END], [0.5], "v", color="black", ms=4, mfc="none", clip_on=False)
            axes.set(
                xscale="log", xlim=(CURVES[0], CURVES[-1]), ylim=(0.0, 1.02), xlabel="time / s"
            )
            axes.set_title(f"{TITLES[preset.name]}:\nD = {preset.diffusivity:.2g} m²/s", loc="left")
            axes.set_xticks([1e-3, 1e-1, 1e1, 1e3], labels=["0.001", "0.1", "10", "1000"])
            trim(axes)
        panels[0].set_ylabel("mean of the area / bulk concentration")
        panels[2].legend(title="area", frameon=False, loc="upper left")
        note(
            figure,
            "Segmented SYNTHETIC region. ▼ I must be left of it, ▽ IV right of it to meet the "
            "reference's statements; dotted: 2, 10 and 100 s.",
        )
    return figure


def _surfaces(desk: Desk, solved: Solution) -> Numbers:
    """How unevenly lithium reaches the surface of one particle: a map and all particles."""
    found = solved.surfaces(("particle", "sei"), list(SNAPSHOTS))
    kept = found.reached > 0.5
    spans = (found.highest - found.lowest)[:, kept] / BULK
    largest = int(np.argmax(np.where(kept, found.volume, 0.0)))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 78 * MM), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.35, 1.0))
        lines = _outline(left, desk, solved, found, largest)
        scale = figure.colorbar(lines, ax=left, location="bottom", shrink=0.7, aspect=30, pad=0.02)
        scale.set_label("c / bulk on the particles' surfaces at 10 s")
        size = 2e6 * np.sqrt(found.volume[kept] / np.pi)
        for at, colour, mark in zip(
            range(3), ("#2b8cbe", "#8f8400", "#d95f02"), "os^", strict=True
        ):
            label = f"{SNAPSHOTS[at]:g} s"
            right.plot(size, spans[at], mark, color=colour, ms=3, label=label, alpha=0.8, mew=0)
        right.set(xlabel="equivalent diameter of the particle / µm", ylim=(0.0, 1.02), xscale="log",
                  ylabel="range of c / bulk on its surface")  # fmt: skip
        right.set_xticks([0.1, 0.2, 0.5, 1, 2], labels=["0.1", "0.2", "0.5", "1", "2"])
        right.minorticks_off()
        right.legend(frameon=False, loc="upper left")
        trim(right)
        letter(right, "b", f"{int(kept.sum())} particles")
        note(figure, "Segmented SYNTHETIC region, D fitted to the stated times")
    desk.draw(figure, "figure-8-surfaces")
    return {
        "particles": int(kept.sum()),
        "span_mean": np.nanmean(spans, axis=1).tolist(),
        "span_most": np.nanmax(spans, axis=1).tolist(),
        "uneven": np.mean(spans > 0.1, axis=1).tolist(),
        "largest": {
            "lowest": (found.lowest[:, largest] / BULK).tolist(),
            "highest": (found.highest[:, largest] / BULK).tolist(),
        },
    }


def _outline(axes: Axes, desk: Desk, solved: Solution, found: Any, largest: int) -> LineCollection:
    """The particles' surfaces coloured by the concentration along them at 10 s."""
    image, domain = region(desk), solved.domain
    overlay(axes, image.phases, image.grey, share=0.25)
    facets = domain.boundary_facets(("particle", "sei"), "sei")
    values = solved.values(NEAR_90)[0] / BULK
    segments = 1e6 * domain.points[facets]
    lines = LineCollection(list(segments), array=values[facets].mean(axis=1), cmap="viridis",
                           lw=1.8, clim=(0.0, 1.0), rasterized=True)  # fmt: skip
    axes.add_collection(lines)
    x, y = 1e6 * found.centroid[largest]
    radius = 1.35e6 * np.sqrt(found.volume[largest] / np.pi)
    axes.add_patch(Circle((x, y), radius, fill=False, ec="white", ls="--", lw=1.2))
    bar(axes, 1e-6)
    letter(axes, "a", "segmented region, the largest particle circled")
    return lines
