"""Pictures of studies: curves over an axis, maps over two, convergence, tornado."""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from anosim.errors import InputError, listing
from anosim.figures.picture import Figure
from anosim.figures.readable import duration
from anosim.figures.style import DPI, GREY, MM, OTHERS, STYLE, WIDTH
from anosim.meshes import Floats
from anosim.study.results import Results
from anosim.study.selected import Selected, relative_spread, select
from anosim.study.sensitivity import Tornado
from anosim.study.sequences import Convergence
from anosim.study.values import in_si

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEIGHT = 80.0 * MM
_MOST = 6
"""Lines in one picture."""
_UNITS = {
    "average.": "mol/m³",
    "region.": "mol/m³",
    "probe.": "mol/m³",
    "flux.": "mol/m/s",
    "uptake.": "mol/m",
    "mean_reaches_90.": "s",
}
"""Of a case's numbers, by their first word; flux and uptake are per metre of depth in 2D."""
_POWERS = {1: "", 2: "²", 3: "³"}
_WIDE = 8.0
"""Ratio of the largest to the smallest value from which on an axis is logarithmic."""


def sweep(
    results: Results, quantity: str, axis: str | None = None, at: float | None = None
) -> Figure:
    """A number over one axis of a study, one line for each value of the others.

    Runs that failed, have not ended or lack the number are left out. An axis without numbers has
    a place for each of its values.

    Args:
        results: the runs.
        quantity: the number.
        axis: along x; without it the one with the most values, of those with numbers if any.
        at: time at which curves are taken, s; without it that at which runs differ most.

    Raises:
        InputError: no such number, axis or time.
    """
    selected = select(results, quantity, at)
    rows, found = selected.rows, selected.values
    axes = {n: [in_si(r.inputs[n])[0] for r in rows] for n in results.names}
    numeric = [n for n, v in axes.items() if all(isinstance(x, int | float) for x in v)]
    axis = axis or max(numeric or axes, key=lambda n: len({str(x) for x in axes[n]}))
    if axis not in axes:
        raise InputError(f"the study has no axis {axis!r}: there are {listing(axes)}")
    names = [] if axis in numeric else list(dict.fromkeys(str(x) for x in axes[axis]))
    others = [n for n in results.names if n != axis and len({str(v) for v in axes[n]}) > 1]
    groups: dict[tuple[str, ...], list[int]] = {}
    for rank, row in enumerate(rows):
        groups.setdefault(tuple(_shown(row.inputs[n]) for n in others), []).append(rank)
    x = np.array([names.index(str(v)) if names else v for v in axes[axis]], dtype=float)
    with matplotlib.rc_context(STYLE):
        figure, place = _sheet()
        scattered = len(groups) > max(_MOST, len(rows) // 2)
        chosen = list(groups) if not scattered else []
        for rank, key in enumerate(_some(chosen)):
            ranks = np.array(groups[key])[np.argsort(x[groups[key]])]
            label = ", ".join(f"{_short(n)} = {v}" for n, v in zip(others, key, strict=True))
            colour = OTHERS[rank % len(OTHERS)][1]
            size = 0.8 * rank  # lines that lie on each other stay visible
            place.plot(
                x[ranks],
                found[ranks],
                "o-",
                ms=6 - size,
                lw=3 - size / 2,
                color=colour,
                label=label or None,
            )
        if scattered:
            place.plot(x, found, "o", ms=3, color=OTHERS[0][1])
        _scale(place, np.array([]) if names else x, found)
        place.set_xlabel(_label(axis, rows[0].inputs[axis]))
        if names:
            place.set_xticks(range(len(names)), names)
        if place.get_yscale() == "linear":
            place.ticklabel_format(axis="y", useOffset=False)
        place.set_ylabel(_named(selected, quantity))
        if others and chosen:
            place.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return figure


def spread(results: Results, quantity: str) -> float:
    """How far runs differ in a number, over its largest size; of a curve where they do most."""
    try:
        return relative_spread(select(results, quantity).values)
    except InputError:  # text
        return 0.0


def convergence(found: Convergence) -> Figure:
    """Estimated error of every quantity over the mesh size, with the slopes of the orders."""
    names = list(found.estimates)
    with matplotlib.rc_context(STYLE):
        figure, place = _sheet()
        for rank, name in enumerate(_some(names)):
            e = found.estimates[name]
            scale = float(np.abs(e.finest).max()) or 1.0
            off = np.abs(e.values - e.extrapolated).max(axis=1) / scale
            order = "no order" if np.isnan(e.observed) else f"order {e.observed:.2f}"
            colour = OTHERS[rank % len(OTHERS)][1]
            place.plot(e.sizes, off, "o-", ms=3, lw=1, color=colour, label=f"{name}: {order}")
        h = found.estimates[names[0]].sizes
        unit, symbol = _length_unit(float(h[0]))
        top = 0.3 * max(
            float(np.abs(e.values[0] - e.extrapolated).max() / (np.abs(e.finest).max() or 1.0))
            for e in found.estimates.values()
        )
        for power, style in ((1, ":"), (2, "--"), (3, "-.")):
            place.plot(
                h, top * (h / h[0]) ** power, style, color=GREY, lw=0.8, label=f"h{_POWERS[power]}"
            )
        place.set_xscale("log")
        place.set_yscale("log")
        place.xaxis.set_major_locator(FixedLocator(h.tolist()))
        place.xaxis.set_minor_locator(NullLocator())
        place.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick / unit:.3g}"))
        place.set_xlabel(f"mesh size h / {symbol}" if symbol else "mesh size h")
        place.set_ylabel("difference from the extrapolated value, relative")
        place.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return figure


def tornado(found: Tornado) -> Figure:
    """How far each input moves a number, the strongest on top."""
    names = list(found.low)
    with matplotlib.rc_context(STYLE):
        tall = 18.0 + 9.0 * len(names)
        figure = Figure(figsize=(WIDTH, tall * MM), dpi=DPI)
        place = figure.add_axes((0.25, 13.0 / tall, 0.65, (tall - 16.0) / tall))
        for rank, name in enumerate(names):
            for value, end, colour in (
                (found.low[name], found.ranges[name].low, OTHERS[4][1]),
                (found.high[name], found.ranges[name].high, OTHERS[0][1]),
            ):
                place.barh(rank, value - found.base, left=found.base, height=0.6, color=colour)
                side = "left" if value >= found.base else "right"
                place.annotate(
                    _shown(end),
                    (value, rank),
                    xytext=(3 if side == "left" else -3, 0),
                    textcoords="offset points",
                    ha=side,
                    va="center",
                    fontsize=6.5,
                )
        place.axvline(found.base, color=GREY, lw=0.8)
        place.set_yticks(range(len(names)), [_short(name) for name in names])
        place.invert_yaxis()
        place.margins(x=0.25)
        place.set_xlabel(found.quantity)
        place.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _length_unit(size: float) -> tuple[float, str]:
    """Lengths below a millimetre in nm or um; others may be no lengths."""
    return (1e-9, "nm") if size < 1e-6 else (1e-6, "µm") if size < 1e-3 else (1.0, "")


def _sheet() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, _HEIGHT), dpi=DPI)
    place = figure.add_axes((0.1, 0.16, 0.56, 0.79))
    place.spines[["top", "right"]].set_visible(False)
    return figure, place


def _some[T](items: "Sequence[T]") -> "list[T]":
    """Not more than a picture can hold, spread over all."""
    if len(items) <= _MOST:
        return list(items)
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, _MOST).astype(int))]


def _scale(place: Axes, x: Floats, y: Floats) -> None:
    """Logarithmic axes where values are above zero and far apart."""
    for values, axis, set_scale in (
        (x, place.xaxis, place.set_xscale),
        (y, place.yaxis, place.set_yscale),
    ):
        known = values[np.isfinite(values)]
        if len(known) and known.min() > 0 and known.max() / known.min() > _WIDE:
            set_scale("log")
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=9))
            axis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:.3g}"))
            axis.set_minor_formatter(NullFormatter())


def _label(axis: str, value: object) -> str:
    unit = in_si(value)[1]
    return f"{axis} / {_raised(unit)}" if unit else axis


def _short(name: str) -> str:
    """The last words of a dotted path: with the phase where it is a material's."""
    words = name.split(".")
    return " ".join(words[-2:]) if words[0] == "materials" else words[-1]


def _shown(value: object) -> str:
    number, unit = in_si(value)
    if isinstance(number, float):
        return f"{number:.3g} {_raised(unit)}".strip()
    return str(value)


def _raised(unit: str) -> str:
    return unit.replace("^2", "²").replace("^3", "³")


def _named(selected: Selected, quantity: str) -> str:
    """A number's name with its unit and, of a curve, the time."""
    unit = next((u for start, u in _UNITS.items() if quantity.startswith(start)), "")
    when = "" if selected.place is None else f" [{selected.place}]"
    if selected.time is not None:
        when = f" at {duration(selected.time)}"
    if unit.startswith("mol/m") and unit != "mol/m³" and "tetrahedra" in selected.rows[0].numbers:
        unit = unit.replace("mol/m", "mol")
    return f"{quantity}{when}" + (f" / {unit}" if unit else "")
