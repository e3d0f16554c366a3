"""Surfaces of equal concentration at some times."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from anosim.errors import InputError
from anosim.figures.block import draw_lengths
from anosim.figures.concentration import limits_of, shown_times
from anosim.figures.fronts import draw_fronts
from anosim.figures.readable import durations, number
from anosim.figures.rendering import check_renderer
from anosim.figures.sections import block_of
from anosim.figures.sheet import sheet
from anosim.figures.style import STYLE
from anosim.progress import report
from anosim.solution import Solution, Times
from anosim.units import si

_PARTS = (0.1, 0.5, 0.9)
"""Levels that are shown unless others are given, as parts of the scale."""


def isosurfaces(
    solution: Solution,
    *,
    times: Times = None,
    levels: Sequence[float | str] | None = None,
    columns: int = 2,
) -> Figure:
    """Where the concentration has some values, in a box without its nearest octant.

    Args:
        solution: in space.
        times: s or strings with a unit; four up to the end, or the steady state, without them.
        levels: mol/m^3 or strings with a unit; 10, 50 and 90 % of the scale, from the initial to
            the sources' concentration, without them.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: a solution in the plane, a time outside of what was solved, more than six times.
        MissingDependencyError: PyVista is not installed.
    """
    if solution.domain.dimension == 2:
        raise InputError("isosurfaces are of a volume: figures.maps draws a solution in the plane")
    check_renderer()
    t, block = shown_times(solution, times), block_of(solution.domain.mesh)
    values = solution.values(t)
    low, high = limits_of(solution, values)
    norm = Normalize(low, high)
    at = [low + part * (high - low) for part in _PARTS]
    if levels is not None:
        at = [si(level, "mol/m^3", "levels") for level in levels]
    inks = matplotlib.colormaps["viridis"](np.asarray(norm(np.array(at))))
    titles = ["steady state"] if solution.problem.steady else durations(t)
    with matplotlib.rc_context(STYLE):
        note = f"Surfaces at {', '.join(number(level) for level in at)} mol m⁻³."
        page = sheet([block.window] * len(t), titles=titles, bar=True, note=note, columns=columns)
        for rank, (panel, field) in enumerate(zip(page.panels, values, strict=True)):
            fronts = list(zip(at, inks[:, :3], strict=True))
            draw_fronts(panel, block, solution.domain, field, fronts, opened=True)
            report("isosurfaces", (rank + 1) / len(t))
        draw_lengths(page.panels[0], block)
        bar = page.figure.colorbar(ScalarMappable(norm, "viridis"), cax=page.bar)
        bar.set_label("c / mol m⁻³")
        bar.outline.set_linewidth(0.5)
        assert page.bar is not None
        page.bar.hlines(at, 0.0, 1.0, transform=page.bar.get_yaxis_transform(), color="white", lw=1)
    return page.figure
