"""Pictures of measures: profiles over depth, distributions, and the map of tortuosity."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from anosim.figures.ground import draw_image
from anosim.figures.picture import Figure
from anosim.figures.readable import length, log_ticks, number
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import DPI, GREY, MM, STYLE, WIDTH, colours
from anosim.measure.geodesic import Geodesic
from anosim.measure.overview import Overview

_HEIGHT = 125.0 * MM
_UM = 1e6
_ABOVE: dict[str, Any] = {"frameon": False, "loc": "lower left", "bbox_to_anchor": (0.0, 1.0)}
"""A legend above its panel, where no line can be behind it."""


def measures(found: Overview) -> Figure:
    """Fractions, tortuosity and channels over depth; distributions of proximity and size.

    The two distributions are there if the image has particles.
    """
    rows = 2 if found.particles is not None else 1
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, _HEIGHT * rows / 2), dpi=DPI, layout="constrained")
        axes = figure.subplots(rows, 2, squeeze=False)
        lines = {name: pair[1] for name, pair in colours(found.image.phases).items()}
        _fractions(axes[0, 0], found, lines)
        _tortuosity(axes[0, 1], found.geodesic, lines)
        if found.particles is not None:
            _proximity(axes[1, 0], found, lines)
            _sizes(axes[1, 1], found, lines)
        for panel in axes.flat:
            panel.spines["top"].set_visible(False)
    return figure


def tortuosity_map(way: Geodesic) -> Figure:
    """Geodesic tortuosity per voxel, in the middle slice of a volume.

    The slice is one that holds the direction of the ways, so that the depth is seen.
    """
    image, values, title, window = _slice(way)
    areas = {name: pair[0] for name, pair in colours(way.image.phases).items()}
    others = {name: colour for name, colour in areas.items() if name != way.phase}
    finite = values[np.isfinite(values)]
    high = float(np.quantile(finite, 0.99)) if finite.size else 2.0
    norm, name = Normalize(1.0, max(high, 1.01)), "viridis"
    legend = [Patch(facecolor=colour, label=phase) for phase, colour in others.items()]
    closed = (image == way.image.phases[way.phase]) & ~np.isfinite(values)
    if closed.any():
        legend.append(Patch(facecolor=GREY, label=f"{way.phase} without a way"))
    with matplotlib.rc_context(STYLE):
        page = sheet([window], titles=[title], legend=legend, bar=True)
        panel = page.panels[0]
        draw_image(panel, image, window, way.image.phases, {**areas, way.phase: GREY})
        colour = matplotlib.colormaps[name](norm(np.where(np.isfinite(values), values, 1.0)))
        colour[~np.isfinite(values), 3] = 0.0
        extent = (0.0, window.width, window.height, 0.0)
        panel.imshow(colour, extent=extent, aspect="auto", interpolation="nearest", zorder=1)
        scale_bar(panel)
        assert page.bar is not None
        bar = page.figure.colorbar(ScalarMappable(norm, name), cax=page.bar, extend="max")
        bar.set_label(f"geodesic tortuosity from the {way.side}")
    return page.figure


def _slice(way: Geodesic) -> tuple[Any, Any, str, Window]:
    labels, values, voxel = way.image.labels, way.tortuosity, way.image.voxel
    if labels.ndim == 2:
        return labels, values, "", Window(0.0, 0.0, voxel[1] * labels.shape[1], way.image.extent[1])
    axis = 0 if way.side not in ("front", "back") else 1
    middle = labels.shape[axis] // 2
    place = length((middle + 0.5) * voxel[axis])
    rows, columns = (k for k in range(3) if k != axis)
    window = Window(
        0.0, 0.0, voxel[columns] * labels.shape[columns], voxel[rows] * labels.shape[rows]
    )
    title = f"{'zyx'[axis]} = {place}; {'zyx'[rows]} downwards, {'zyx'[columns]} to the right"
    return np.take(labels, middle, axis), np.take(values, middle, axis), title, window


def _fractions(panel: Axes, found: Overview, lines: dict[str, str]) -> None:
    position = found.profile.position * _UM
    for name, values in found.profile.fractions.items():
        panel.plot(position, 100.0 * values, color=lines[name], label=name, lw=1.0)
        panel.axhline(100.0 * values.mean(), color=lines[name], lw=0.6, ls=":")
    panel.set(xlabel=f"{found.profile.axis} / µm", ylabel="fraction of the slice / %")
    panel.set(xlim=(0.0, position[-1]), ylim=(0.0, None))
    panel.legend(ncols=3, **_ABOVE)


def _tortuosity(panel: Axes, way: Geodesic, lines: dict[str, str]) -> None:
    depth, table, colour = way.depth * _UM, way.by_depth, lines[way.phase]
    low, high = np.maximum(table["mean"] - table["std"], 1.0), table["mean"] + table["std"]
    panel.fill_between(depth, low, high, color=colour, alpha=0.2, lw=0.0, label="± deviation")
    panel.plot(depth, table["mean"], color=colour, lw=1.0, label="mean")
    panel.set(
        xlabel=f"depth from the {way.side} / µm", ylabel=f"geodesic tortuosity of {way.phase}"
    )
    inside = high[np.isfinite(high)]
    top = max(float(np.quantile(inside, 0.95)) if inside.size else 1.0, 1.01)
    panel.set(xlim=(0.0, depth[-1]), ylim=(1.0, 1.0 + 1.05 * (top - 1.0)))
    right = panel.twinx()
    right.plot(depth, way.channels, color="#444444", lw=0.7, ls="--", label="channels (right)")
    right.set(ylabel="connected channels", ylim=(0.0, None))
    right.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    right.spines["top"].set_visible(False)
    handles = [*panel.get_legend_handles_labels()[0], *right.get_legend_handles_labels()[0]]
    panel.legend(handles=handles, ncols=3, **_ABOVE)


def _proximity(panel: Axes, found: Overview, lines: dict[str, str]) -> None:
    for near in found.proximity or ():
        # classes narrower than a voxel would be empty in turn
        bounds, share = near.histogram(min(40, int(near.maximum / min(found.image.voxel)) or 1))
        label = f"{near.of} to {near.to}: mean {length(near.mean)}"
        panel.stairs(100.0 * share, bounds * _UM, color=lines[near.of], lw=1.0, label=label)
    panel.set(xlabel="distance from the surface / µm", ylabel="surface in the class / %")
    panel.set(xlim=(0.0, None), ylim=(0.0, None))
    panel.spines["right"].set_visible(False)
    panel.legend(**_ABOVE)


def _sizes(panel: Axes, found: Overview, lines: dict[str, str]) -> None:
    assert found.particles is not None
    table = found.particles.table
    order = np.argsort(table["equivalent_diameter"])
    size = table["equivalent_diameter"][order] * _UM
    weights = table["volume"][order]
    colour = lines[found.particles.phase]
    share = np.arange(1, len(size) + 1) / len(size)
    for part, style, label in (
        (share, "-", "by number"),
        (np.cumsum(weights) / weights.sum(), "--", "by volume"),
    ):
        panel.step(size, 100.0 * part, style, where="post", color=colour, lw=1.0, label=label)
    panel.set(xlabel=f"equivalent diameter of {found.particles.phase} / µm")
    panel.set(ylabel="not larger / %", ylim=(0.0, 102.0), xscale="log")
    ticks = log_ticks(*panel.get_xlim())
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: number(tick)))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.spines["right"].set_visible(False)
    panel.legend(frameon=False, loc="upper left")
