"""Map of the time at which the concentration first reaches a fraction of the source's."""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch

from anosim.domain import Domain
from anosim.figures.arrivalblock import LATE, NEVER, arrival_block
from anosim.figures.field import draw_field, surroundings
from anosim.figures.ground import check_under, draw_ground, swatches, window_of
from anosim.figures.outline import outline, small_triangles
from anosim.figures.readable import duration, number, percent
from anosim.figures.sheet import scale_bar, sheet
from anosim.figures.style import STYLE
from anosim.figures.timescale import CMAP, TimeScale
from anosim.meshes import Floats, Ints
from anosim.microstructure import Microstructure
from anosim.solution import Solution

_LATE: dict[str, Any] = {
    "facecolor": LATE,
    "edgecolor": "#808080",
    "hatch": "//////",
    "linewidth": 0.0,
}
_NEVER: dict[str, Any] = {
    "facecolor": NEVER,
    "edgecolor": "#3c3c3c",
    "hatch": "xxxxxx",
    "linewidth": 0.0,
}


def arrival(
    solution: Solution,
    *,
    fraction: float = 0.9,
    over: Microstructure | None = None,
    columns: int = 2,
) -> Figure:
    """When each place first has a fraction of the source's concentration.

    Grey is what does not get there by the end, and what no path joins to a source; the legend has
    their shares of the domain's area. In space a block is shown without its octant at the right,
    above and in front, and where the front is when a quarter, half and three quarters of what a
    source reaches have that concentration.

    Args:
        solution: a transient solution.
        fraction: of the way from the initial to the sources' concentration.
        over: the image that the mesh was made of, drawn below.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: a steady state, no source concentration, or an image that is not the mesh's.
        MissingDependencyError: a solution in space without PyVista.
    """
    domain = solution.domain
    if over is not None:
        check_under(over, domain.mesh)
    times = solution.time_to(fraction)
    every, outside = surroundings(domain, over)
    until = solution.problem.until
    short = f"time to {number(100 * fraction)} %"
    with matplotlib.rc_context(STYLE):
        legend = [*swatches(outside), *_grey(shares(domain, times), until, domain.dimension == 2)]
        if domain.dimension == 3:
            return arrival_block(
                solution, times, legend=legend, title=short, over=over, columns=columns
            )
        shown, late, never = _parts(small_triangles(domain.connectivity), times)
        page = sheet(
            [window_of(domain.mesh)],
            legend=legend,
            bar=len(shown) > 0,
            columns=columns,
            note=f"{short} of the way to the source's concentration",
        )
        panel = page.panels[0]
        draw_ground([panel], domain.mesh, over, every)
        for triangles, style in ((late, _LATE), (never, _NEVER)):
            if len(triangles):
                panel.add_patch(PathPatch(outline(domain.points, triangles), zorder=1.5, **style))
        if page.bar is not None:
            until_end = np.minimum(times, until)
            scale = TimeScale.of(until_end[np.unique(shown)])
            field = scale.within(until_end)
            draw_field(panel, domain, shown, field, norm=scale.norm, cmap=CMAP)
            scale.draw(page.bar)
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


def _grey(parts: Mapping[str, float], until: float, hatched: bool) -> list[Patch]:
    texts = {
        "late": (_LATE, f"not reached by {duration(until)}"),
        "never": (_NEVER, "no path to a source"),
    }
    return [
        Patch(
            **(style if hatched else {"facecolor": style["facecolor"], "linewidth": 0.0}),
            label=f"{text}: {percent(parts[name])} of the domain",
        )
        for name, (style, text) in texts.items()
        if parts[name] > 0.0
    ]
