"""Time to a fraction of the source's concentration in space: a block, and the front over time."""

from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from anosim.figures.block import Face, Pixels, draw_block, draw_lengths
from anosim.figures.field import surroundings
from anosim.figures.fronts import draw_fronts
from anosim.figures.readable import durations, number
from anosim.figures.rendering import check_renderer
from anosim.figures.sections import Section, block_of, sections
from anosim.figures.sheet import sheet
from anosim.figures.timescale import TimeScale
from anosim.meshes import Floats
from anosim.microstructure import Microstructure
from anosim.results.numbers import QUARTILES, quantile
from anosim.solution import Solution

LATE, NEVER = "#d9d9d9", "#6e6e6e"
"""Colours of what is not reached by the end, and of what no path joins to a source."""
_NOTE = (
    "Surfaces: where the front is when it has passed a quarter, half and three quarters of what a "
    "source reaches."
)


def arrival_block(
    solution: Solution,
    times: Floats,
    *,
    legend: list[Any],
    title: str,
    over: Microstructure | None,
    columns: int,
) -> Figure:
    """The times on a block, and surfaces where a quarter, half and three quarters are reached.

    Args:
        solution: in space.
        times: that each node is reached at, s.
        legend: artists with labels.
        title: of the block.
        over: the image that the mesh was made of.
        columns: of a journal.
    """
    check_renderer()
    domain = solution.domain
    block, until = block_of(domain.mesh), solution.problem.until
    every, _ = surroundings(domain, over)
    cut = sections(domain, block, over, every)
    in_time = times[np.isfinite(times)]
    levels = _quartiles(solution, times) if len(in_time) else {}
    when = durations(list(levels.values()))
    titles = [f"{number(100 * part)} % by {t}" for part, t in zip(levels, when, strict=True)]
    page = sheet(
        [block.window] * (1 + len(levels)),
        titles=[title, *titles],
        legend=legend,
        bar=len(in_time) > 0,
        columns=columns,
        note=_NOTE if levels else "",
    )
    scale = TimeScale.of(in_time) if len(in_time) else TimeScale(until / 10.0, until, False)
    first, *others = page.panels
    draw_block(first, block, lambda face: _painted(face, cut, times, until, scale))
    draw_lengths(first, block)
    for panel, level in zip(others, levels.values(), strict=True):
        ink = scale.colours(np.array([level]))[0, :3]
        field = np.where(np.isposinf(times), 2.0 * until, times)
        draw_fronts(panel, block, domain, field, [(level, ink)])
    if page.bar is not None:
        scale.draw(page.bar)
    return page.figure


def _quartiles(solution: Solution, times: Floats) -> dict[float, float]:
    """Times by which parts of what a source reaches are reached, s, of those there by the end."""
    weights = solution.domain.weights(solution.reached)
    known = ~np.isnan(times)
    found = {part: quantile(times[known], weights[known], part) for part in QUARTILES}
    return {part: time for part, time in found.items() if np.isfinite(time) and time > 0.0}


def _painted(
    face: Face, cut: dict[Face, Section], times: Floats, until: float, scale: TimeScale
) -> Pixels:
    section = cut[face]
    never = section.values(np.isnan(times).astype(float)) > 0.5
    late = section.values(np.isposinf(times).astype(float)) > 0.5
    inks = scale.colours(section.values(np.clip(np.nan_to_num(times, nan=until), 0.0, until)))
    inks[late, :3] = to_rgb(LATE)
    inks[never, :3] = to_rgb(NEVER)
    return section.picture(inks)
