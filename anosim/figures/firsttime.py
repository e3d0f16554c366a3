"""Map of the time at which the concentration first reaches a fraction of the source's."""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from anosim.domain import Domain
from anosim.figures.field import draw_field, surroundings
from anosim.figures.ground import check_under, draw_ground, swatches, window_of
from anosim.figures.outline import outline, small_triangles
from anosim.figures.readable import duration, log_ticks, number, percent, time_unit
from anosim.figures.sheet import scale_bar, sheet
from anosim.figures.style import MM, STYLE
from anosim.meshes import Floats, Ints
from anosim.microstructure import Microstructure
from anosim.solution import Solution

_LATE: dict[str, Any] = {
    "facecolor": "#d9d9d9",
    "edgecolor": "#808080",
    "hatch": "//////",
    "linewidth": 0.0,
}
_NEVER: dict[str, Any] = {
    "facecolor": "#6e6e6e",
    "edgecolor": "#3c3c3c",
    "hatch": "xxxxxx",
    "linewidth": 0.0,
}
_DECADES = 1e-3
"""The colour scale spans three decades at most."""


def arrival(
    solution: Solution,
    *,
    fraction: float = 0.9,
    over: Microstructure | None = None,
    columns: int = 2,
) -> Figure:
    """When each place first has a fraction of the source's concentration.

    Grey is what does not get there by the end, and what no path joins to a source; the legend has
    their shares of the domain's area.

    Args:
        solution: a transient solution.
        fraction: of the way from the initial to the sources' concentration.
        over: the image that the mesh was made of, drawn below.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: a steady state, no source concentration, or an image that is not the mesh's.
    """
    domain = solution.domain
    if over is not None:
        check_under(over, domain.mesh)
    times = solution.time_to(fraction)
    shown, late, never = _parts(small_triangles(domain.connectivity), times)
    every, outside = surroundings(domain, over)
    until = solution.problem.until
    with matplotlib.rc_context(STYLE):
        legend = [*swatches(outside), *_grey(shares(domain, times), until)]
        page = sheet(
            [window_of(domain.mesh)],
            legend=legend,
            bar=len(shown) > 0,
            columns=columns,
            note=f"time to {number(100 * fraction)} % of the way to the source's concentration",
        )
        panel = page.panels[0]
        draw_ground([panel], domain.mesh, over, every)
        for triangles, style in ((late, _LATE), (never, _NEVER)):
            if len(triangles):
                panel.add_patch(PathPatch(outline(domain.points, triangles), zorder=1.5, **style))
        if page.bar is not None:
            _surface(panel, page.bar, domain, shown, np.minimum(times, until))
        scale_bar(panel)
    return page.figure


def shares(domain: Domain, times: Floats) -> dict[str, float]:
    """Share of the domain's area that is reached "late" (not by the end) and "never"."""
    weights = domain.weights()
    whole = weights.sum()
    return {
        "late": float(weights[np.isposinf(times)].sum() / whole),
        "never": float(weights[np.isnan(times)].sum() / whole),
    }


def _parts(triangles: Ints, times: Floats) -> tuple[Ints, Ints, Ints]:
    """Triangles in time, late and without a path; on the border most of the corners decide."""
    at_corners = times[triangles]
    never = np.isnan(at_corners).any(axis=1)
    late = ~never & (np.isposinf(at_corners).sum(axis=1) >= 2)
    return triangles[~never & ~late], triangles[late], triangles[never]


def _grey(parts: Mapping[str, float], until: float) -> list[Patch]:
    texts = {
        "late": (_LATE, f"not reached by {duration(until)}"),
        "never": (_NEVER, "no path to a source"),
    }
    return [
        Patch(**style, label=f"{text}: {percent(parts[name])} of the domain")
        for name, (style, text) in texts.items()
        if parts[name] > 0.0
    ]


def _surface(panel: Axes, bar: Axes, domain: Domain, triangles: Ints, times: Floats) -> None:
    in_time = times[np.unique(triangles)]
    high = float(in_time.max()) or 1.0  # all of it from the start
    positive = in_time[in_time > 0.0]
    low = max(float(np.min(positive, initial=high)), high * _DECADES)
    if low >= high:
        low = high / 10.0
    size, unit = time_unit(high)
    field = np.clip(np.nan_to_num(times, nan=high), low, high) / size
    norm = LogNorm(low / size, high / size)
    surface = draw_field(panel, domain, triangles, field, norm=norm, cmap="plasma")
    pointed: NDArray[np.bool_] = in_time < low * 0.999
    scale = panel.figure.colorbar(surface, cax=bar, extend="min" if pointed.any() else "neither")
    room = bar.get_window_extent().height / panel.figure.dpi
    ticks = log_ticks(low / size, high / size, most=int(room / (4.5 * MM)))
    scale.set_ticks(ticks, labels=[number(tick, 2) for tick in ticks])
    bar.yaxis.set_minor_locator(NullLocator())
    scale.set_label(f"time / {unit}")
    scale.outline.set_linewidth(0.5)
