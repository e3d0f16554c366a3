"""Maps of the concentration at some times."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from anosim.conditions import Condition, Uptake
from anosim.domain import Domain
from anosim.errors import InputError
from anosim.figures.blocks import MOST_BLOCKS, draw_on_blocks, view_of
from anosim.figures.field import draw_field, smallest_largest, surroundings
from anosim.figures.ground import Colours, check_under, draw_ground, swatches
from anosim.figures.outline import small_triangles
from anosim.figures.readable import durations
from anosim.figures.sheet import scale_bar, sheet
from anosim.figures.style import STYLE
from anosim.meshes import Floats
from anosim.microstructure import Microstructure
from anosim.solution import Solution, Times

_PARTS = np.array([0.01, 0.05, 0.2, 1.0])
"""Times that are shown unless others are given, as parts of the whole."""
_SLACK = 1e-3
"""Share of the colour scale by which values may leave it before its ends are pointed."""


def maps(
    solution: Solution,
    *,
    times: Times = None,
    over: Microstructure | None = None,
    limits: tuple[float, float] | None = None,
    columns: int = 2,
) -> Figure:
    """Concentration at some times, side by side on one colour scale.

    Phases without a material are flat and pale. The scale goes from the initial to the sources'
    concentration. In space a block is shown without its octant at the right, above and in front.

    Args:
        solution: what to show.
        times: s or strings with a unit; four up to the end, or the steady state, without them.
        over: the image that the mesh was made of, drawn below.
        limits: of the colour scale, mol/m^3.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: a time outside of what was solved, an image that is not the mesh's, or more
            than six times in space.
    """
    if over is not None:
        check_under(over, solution.domain.mesh)
    t, domain = shown_times(solution, times), solution.domain
    values = solution.values(t)
    low, high = limits or limits_of(solution, values)
    every, outside = surroundings(domain, over)
    norm = Normalize(low, high)
    titles = ["steady state"] if solution.problem.steady else durations(t)
    with matplotlib.rc_context(STYLE):
        page = sheet(
            [view_of(domain.mesh)] * len(t),
            titles=titles,
            legend=swatches(outside),
            bar=True,
            columns=columns,
        )
        if domain.dimension == 3:
            surface = draw_on_blocks(page.panels, domain, values, norm, "viridis", over, every)
        else:
            surface = _draw(page.panels, domain, values, norm, over, every)
        bar = page.figure.colorbar(surface, cax=page.bar, extend=_pointed(values, low, high))
        bar.set_label("c / mol m⁻³")
        bar.outline.set_linewidth(0.5)
    return page.figure


def _draw(
    panels: Sequence[Axes],
    domain: Domain,
    values: Floats,
    norm: Normalize,
    over: Microstructure | None,
    every: Colours,
) -> Any:
    """Values at each time on a panel of its own, over the image; what a colour bar is of."""
    draw_ground(panels, domain.mesh, over, every)
    triangles = small_triangles(domain.connectivity)
    for panel, field in zip(panels, values, strict=True):
        surface = draw_field(panel, domain, triangles, field, norm=norm, cmap="viridis")
    scale_bar(panels[0])
    return surface


def shown_times(solution: Solution, times: Times) -> Floats:
    """The times of a picture, s: those given, or four up to the end, or the steady state's.

    Raises:
        InputError: none, one outside of what was solved, or of a volume more than six.
    """
    if times is None and not solution.problem.steady:
        times = solution.problem.until * _PARTS
    t = solution.times(times)
    if len(t) == 0:
        raise InputError("a picture needs at least one time")
    if solution.domain.dimension == 3 and len(t) > MOST_BLOCKS:
        raise InputError(f"{len(t)} times: a picture shows a volume at up to {MOST_BLOCKS}")
    return t


def limits_of(solution: Solution, values: Floats) -> tuple[float, float]:
    """What boundaries hold and what was there first; where these do not bound it, the values."""
    problem = solution.problem
    ends = [value for pair in problem.held_range.values() for value in pair]
    if not problem.steady:
        ends += [float(solution.initial.min()), float(solution.initial.max())]
    if not problem.held or problem.steady or any(map(_takes, problem.conditions.values())):
        ends += [float(values.min()), float(values.max())]
    return smallest_largest(np.array(ends))


def _takes(condition: Condition) -> bool:
    return isinstance(condition, Uptake)


def _pointed(values: Floats, low: float, high: float) -> str:
    slack = _SLACK * (high - low)
    below, above = values.min() < low - slack, values.max() > high + slack
    if below and above:
        return "both"
    return "min" if below else "max" if above else "neither"
