"""Panels of equal size on a sheet, laid out in inches so that no text is cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anosim.figures.readable import length, round_below
from anosim.figures.style import MM, WIDTH

_MARGIN, _GAP, _TITLE, _NOTE = 1.5 * MM, 4.0 * MM, 5.0 * MM, 4.5 * MM
_PAD = 1.0 * MM
"""Around the legend."""
_BAR = (3.0 * MM, 3.5 * MM, 15.5 * MM)
"""Colour bar: space before it, its width, room for its numbers and label."""
_SMALL = 7.5
"""Font size, points."""
_NARROWEST, _TALLEST, _SINGLE = 80.0 * MM, 155.0 * MM, 120.0 * MM
"""Least width of a sheet, greatest height of its panels together, greatest width of one."""


@dataclass(frozen=True)
class Window:
    """A part of the plane, m; y runs downwards."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """A figure with its panels, and axes for a colour bar if it has one."""

    figure: Figure
    panels: list[Axes]
    bar: Axes | None


def sheet(
    windows: Sequence[Window],
    *,
    titles: Sequence[str] = (),
    legend: Sequence[Any] = (),
    bar: bool = False,
    note: str = "",
) -> Sheet:
    """A panel per window, with titles above, the legend and a note below.

    Args:
        windows: what the panels show, all of the same shape.
        titles: one per panel.
        legend: matplotlib artists with labels.
        bar: whether to leave room for a colour bar.
        note: a line of text below everything.
    """
    figure = Figure(figsize=(WIDTH, WIDTH))
    beside = sum(_BAR) if bar else 0.0
    aspect = windows[0].height / windows[0].width
    columns, rows, panel = _grid(len(windows), aspect, WIDTH - 2 * _MARGIN - beside)
    wide, tall = columns * (panel + _GAP) - _GAP, panel * aspect + _TITLE
    noted = text_width(figure, note, fontsize=_SMALL) if note else 0.0
    width = 2 * _MARGIN + max(wide + beside, _NARROWEST, min(noted, WIDTH - 2 * _MARGIN))
    key, below = _legend(figure, legend, width - 2 * _MARGIN)
    under = _NOTE if note else 0.0
    height = rows * tall + max(below, _MARGIN) + under
    figure.set_size_inches(width, height)

    def axes(x: float, y: float, w: float, h: float) -> Axes:  # inches from the upper left
        return figure.add_axes((x / width, 1.0 - (y + h) / height, w / width, h / height))

    panels = []
    for rank, window in enumerate(windows):
        row, column = divmod(rank, columns)
        x, y = _MARGIN + column * (panel + _GAP), row * tall + _TITLE
        panels.append(axes(x, y, panel, panel * aspect))
        _dress(panels[-1], window, titles[rank] if titles else "")
    if key is not None:
        key.set_bbox_to_anchor(
            ((_MARGIN - _PAD) / width, under / height), transform=figure.transFigure
        )
    figure.text(_MARGIN / width, _MARGIN / height, note, va="bottom", fontsize=_SMALL)
    long = min(rows * tall - _TITLE, 90.0 * MM)
    y = (rows * tall + _TITLE - long) / 2.0
    place = (_MARGIN + wide + _BAR[0], y, _BAR[1], long)
    return Sheet(figure, panels, axes(*place) if bar else None)


def text_width(figure: Figure, text: str, **style: Any) -> float:
    """Width that a text takes in a figure, inches."""
    artist = figure.text(0, 0, text, **style)
    box = artist.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    artist.remove()
    return float(box.width / figure.dpi)


def scale_bar(panel: Axes) -> None:
    """A bar of a round length above the panel's right end."""
    left, right = panel.get_xlim()
    size = round_below((right - left) / 4.0)
    where = panel.get_xaxis_transform()
    lift = 1.0 + 1.8 * MM / _height(panel)
    panel.plot(
        [right - size, right],
        [lift, lift],
        color="black",
        lw=2.0,
        transform=where,
        clip_on=False,
        solid_capstyle="butt",
        label=f"_scale bar {size!r}",
    )
    panel.annotate(
        length(size),
        (right - size, lift),
        xycoords=where,
        xytext=(-3, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=_SMALL,
        annotation_clip=False,
    )


def _grid(count: int, aspect: float, usable: float) -> tuple[int, int, float]:
    """Columns, rows and panel width for the largest panels and the fewest empty places."""
    best = (0.0, 1, count, usable)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        tall = (_TALLEST / rows) - _TITLE
        panel = min((usable - (columns - 1) * _GAP) / columns, tall / aspect, _SINGLE)
        worth = panel * (count / (rows * columns)) ** 2
        if worth > best[0]:
            best = (worth, columns, rows, panel)
    return best[1], best[2], best[3]


def _dress(panel: Axes, window: Window, title: str) -> None:
    """Limits with y downwards, no ticks, a thin frame."""
    panel.set_xlim(window.left, window.left + window.width)
    panel.set_ylim(window.top + window.height, window.top)
    panel.set(xticks=[], yticks=[], autoscale_on=False)
    panel.set_title(title, loc="left", pad=3.0)
    for spine in panel.spines.values():
        spine.set(linewidth=0.5, edgecolor="#444444")


def _legend(figure: Figure, handles: Sequence[Any], width: float) -> tuple[Any, float]:
    """The legend in as many columns as fit, and the height it takes, inches."""
    if not handles:
        return None, 0.0
    renderer = FigureCanvasAgg(figure).get_renderer()
    for columns in range(len(handles), 0, -1):
        legend = figure.legend(
            handles=list(handles),
            ncols=columns,
            loc="lower left",
            frameon=False,
            borderaxespad=0.0,
            borderpad=_PAD * 72.0 / _SMALL,
            columnspacing=1.4,
            handlelength=1.4,
            handleheight=1.0,
        )
        box = legend.get_window_extent(renderer)
        if box.width / figure.dpi <= width or columns == 1:
            break
        legend.remove()
    return legend, float(box.height / figure.dpi)


def _height(panel: Axes) -> float:
    return float(panel.get_window_extent().height / panel.figure.dpi)
