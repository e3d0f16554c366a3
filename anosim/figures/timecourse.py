"""Concentration over time: phase averages and probe points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from anosim.clipping import region_weights
from anosim.errors import InputError
from anosim.figures.picture import Figure
from anosim.figures.readable import log_ticks, number, percent, time_unit
from anosim.figures.sheet import text_width
from anosim.figures.style import DPI, GREY, MM, OTHERS, STYLE, WIDTH, colours
from anosim.functions import at
from anosim.meshes import Floats
from anosim.regions import Region
from anosim.solution import Solution, Times
from anosim.units import si

_HEIGHT, _LEFT, _BOTTOM, _TOP = 80.0 * MM, 17.0 * MM, 12.0 * MM, 3.0 * MM
_SAMPLES, _DECADES = 300, 1e-4
_LINE = 4.0 * MM
"""Height of a line of text."""

Probes = Mapping[str, Sequence[float | str]]
"""Points (x, y[, z]) by name, m or strings with a unit."""


@dataclass(frozen=True)
class _Curve:
    label: str
    values: Floats
    colour: str
    style: str


def curves(
    solution: Solution,
    *,
    regions: Mapping[str, Region] | None = None,
    probes: Probes | None = None,
    times: Times = None,
) -> Figure:
    """Mean concentration of each phase (solid) and region (dash-dotted), and points (dashed).

    Args:
        solution: a transient solution.
        regions: boxes, discs, balls, masks by name.
        probes: points (x, y[, z]) by name, in m or with a unit.
        times: at least two after 0, s or strings with a unit; without them up to four decades
            before the end, from where the mesh resolves the sources.

    Raises:
        InputError: a steady state, too few times, a probe outside of the domain.
    """
    if solution.problem.steady:
        raise InputError("a steady state has no course over time: solve with a finite until")
    default = np.geomspace(_start(solution), solution.problem.until, _SAMPLES)
    t = np.unique(solution.times(default if times is None else times))
    t = t[t > 0.0]
    if len(t) < 2:
        raise InputError("curves needs at least two times after 0: its time axis is logarithmic")
    lines = [
        *_phases(solution, t),
        *_regions(solution, regions or {}, t),
        *_probes(solution, probes or {}, t, len(regions or {})),
        *_source(solution, t),
    ]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, _HEIGHT), dpi=DPI)
        room = max(text_width(figure, line.label) for line in lines) + 7.0 * MM
        size = (WIDTH - _LEFT - room, _HEIGHT - _BOTTOM - _TOP)
        axes = figure.add_axes(
            (_LEFT / WIDTH, _BOTTOM / _HEIGHT, size[0] / WIDTH, size[1] / _HEIGHT)
        )
        _axes(axes, t, np.concatenate([line.values for line in lines]))
        unit = time_unit(float(t[-1]))[0]
        for line in lines:
            axes.plot(t / unit, line.values, line.style, color=line.colour, label=line.label)
        _label(axes, lines, size[1])
    return figure


def _start(solution: Solution) -> float:
    until = solution.problem.until
    return min(max(solution.resolved_from, _DECADES * until), 0.1 * until)


def _phases(solution: Solution, t: Floats) -> list[_Curve]:
    lines = []
    pairs = colours(solution.domain.mesh.phases)
    for phase in solution.domain.phases:
        lost = solution.unreachable[phase]
        part = f" (connected {percent(1.0 - lost)})" if lost > 0.0 else ""
        label = f"mean of {phase}{part}" if lost < 1.0 else f"{phase}: no path to a source"
        values = solution.average(phase, t)
        if lost == 1.0:
            weights = solution.domain.weights(solution.domain.in_phase(phase))
            values = np.full(len(t), solution.initial @ weights / weights.sum())
        lines.append(_Curve(label, values, pairs[phase][1], "-"))
    return lines


def _spare(solution: Solution) -> list[str]:
    """Colours that no phase has."""
    taken = colours(solution.domain.mesh.phases).values()
    return [pair[1] for pair in OTHERS if pair not in taken] or [pair[1] for pair in OTHERS]


def _regions(solution: Solution, regions: Mapping[str, Region], t: Floats) -> list[_Curve]:
    spare, lines = _spare(solution), []
    for rank, (name, region) in enumerate(regions.items()):
        values = solution.average(region, t)
        label = name
        if np.isnan(values).any():
            everything = np.ones(len(solution.domain.cells), dtype=np.bool_)
            weights = region_weights(solution.domain, region, everything)
            values = np.full(len(t), solution.initial @ weights / weights.sum())
            label = f"{name}: no path to a source"
        lines.append(_Curve(label, values, spare[rank % len(spare)], "-."))
    return lines


def _probes(solution: Solution, probes: Probes, t: Floats, first: int) -> list[_Curve]:
    spare, lines = _spare(solution), []
    for rank, (name, place) in enumerate(probes.items(), first):
        point = [si(value, "m", f"probe {name!r}") for value in place]
        values = solution.at(np.array([point]), t)[:, 0]
        if np.isnan(values).any():
            where = ", ".join(f"{x:.4g}" for x in point)
            raise InputError(
                f"probe {name!r} at ({where}) m lies in no phase with a material; "
                f"phases with one: {', '.join(solution.domain.phases)}"
            )
        lines.append(_Curve(name, values, spare[rank % len(spare)], "--"))
    return lines


def _source(solution: Solution, t: Floats) -> list[_Curve]:
    """The largest concentration that boundaries hold at each time."""
    held = list(solution.problem.held.values())
    if not held:  # only fluxes drive it
        return []
    values: Floats = np.array([max(at(value, time) for value in held) for time in t])
    steady = np.ptp(values) == 0.0
    label = f"source ({number(float(values[0]))})" if steady else "source"
    return [_Curve(label, values, GREY, ":")]


def _axes(axes: Axes, t: Floats, values: Floats) -> None:
    unit, symbol = time_unit(float(t[-1]))
    ticks = log_ticks(t[0] / unit, t[-1] / unit)
    axes.set_xscale("log")
    axes.set_xlim(t[0] / unit, t[-1] / unit)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: number(tick)))
    if len(ticks) < 4:
        axes.xaxis.set_minor_locator(NullLocator())
    low, high = float(values.min()), float(values.max())
    room = 0.04 * ((high - low) or abs(high) or 1.0)
    axes.set_ylim(low - room, high + room)
    axes.set_xlabel(f"time / {symbol}")
    axes.set_ylabel("c / mol m⁻³")
    axes.spines[["top", "right"]].set_visible(False)


def _label(axes: Axes, lines: Sequence[_Curve], tall: float) -> None:
    """Each curve's name at its right end, moved apart where two would meet."""
    low, high = axes.get_ylim()
    ends = np.array([(line.values[-1] - low) / (high - low) for line in lines])
    for line, end, place in zip(lines, ends, _apart(ends, _LINE / tall), strict=True):
        axes.annotate(
            line.label,
            (1.0, end),
            xycoords="axes fraction",
            xytext=(1.0 + 0.03, place),
            textcoords="axes fraction",
            color=line.colour,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": line.colour,
                "lw": 0.5,
                "shrinkA": 1.0,
                "shrinkB": 0.0,
                "relpos": (0.0, 0.5),
            },
        )


def _apart(places: Floats, gap: float) -> Floats:
    """Places between 0 and 1 at least a gap apart, as near to the wanted ones as is simple."""
    order = np.argsort(np.round(places, 2), kind="stable")
    moved = places[order].copy()
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    moved[-1] = min(moved[-1], 1.0)
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    apart = np.empty_like(moved)
    apart[order] = moved
    return apart
