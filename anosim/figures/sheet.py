"""Panels of equal size on a sheet, laid out in inches so that no text is cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from anosim.errors import InputError
from anosim.figures.picture import Figure
from anosim.figures.readable import length, round_below
from anosim.figures.style import DPI, MM, WIDTHS

_MARGIN, _GAP, _TITLE, _NOTE = 1.5 * MM, 4.0 * MM, 5.0 * MM, 4.5 * MM
_PAD = 1.0 * MM
"""Around the legend."""
_BAR = (3.0 * MM, 3.5 * MM, 15.5 * MM)
"""Colour bar: space before it, its width, room for its numbers and label."""
_SMALL = 7.5
"""Font size, points."""
_NARROWEST, _TALLEST, _SINGLE = 80.0 * MM, 155.0 * MM, 120.0 * MM
"""Least width of a sheet, greatest height of its panels together, greatest width of one."""
_TIGHT = 36.0 * MM
"""Width up to which title and scale bar have a line each."""
_SHORTEST, _LONGEST = 24.0 * MM, 90.0 * MM
"""Length of the colour bar."""


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
    columns: int = 2,
) -> Sheet:
    """A panel per window, with titles above, the legend and a note below.

    Args:
        windows: what the panels show, all of the same shape.
        titles: one per panel.
        legend: matplotlib artists with labels.
        bar: whether to leave room for a colour bar.
        note: a sentence below everything.
        columns: of the journal that the sheet is at most as wide as, 1 or 2.

    Raises:
        InputError: other than 1 or 2 columns.
    """
    if columns not in WIDTHS:
        raise InputError(f"columns is {columns!r}: a picture is 1 or 2 columns wide")
    most = WIDTHS[columns]
    figure = Figure(figsize=(most, most), dpi=DPI)
    beside = sum(_BAR) if bar else 0.0
    shape = windows[0].height / windows[0].width
    grid = _Grid.of(len(windows), shape, most - 2 * _MARGIN - beside)
    noted = 1.03 * text_width(figure, note, fontsize=_SMALL) if note else 0.0
    width = 2 * _MARGIN + max(grid.width + beside, _NARROWEST, min(noted, most - 2 * _MARGIN))
    key, below = _legend(figure, legend, width - 2 * _MARGIN)
    note = _wrapped(figure, note, width - 2 * _MARGIN)
    under = _NOTE * (note.count("\n") + 1) if note else 0.0
    above = max(grid.height, (grid.strip + _SHORTEST) * bar)
    figure.set_size_inches(width, height := above + max(below, _MARGIN) + under)

    def axes(x: float, y: float, w: float, h: float) -> Axes:  # inches from the upper left
        return figure.add_axes((x / width, 1.0 - (y + h) / height, w / width, h / height))

    panels = [axes(*grid.place(rank)) for rank in range(len(windows))]
    for panel, window, title in zip(panels, windows, titles or [""] * len(windows), strict=True):
        _dress(panel, window, title, grid.strip - 4.0 * MM)
    _foot(figure, key, note, under)
    if not bar:
        return Sheet(figure, panels, None)
    long = min(above - grid.strip, _LONGEST)
    middle = (above + grid.strip) / 2.0
    scale = axes(_MARGIN + grid.width + _BAR[0], middle - long / 2.0, _BAR[1], long)
    return Sheet(figure, panels, scale)


@dataclass(frozen=True)
class _Grid:
    """Where the panels are; lengths in inches.

    Attributes:
        columns: panels side by side.
        rows: panels below each other.
        panel: width of each.
        shape: height over width of each.
        strip: room above each, for the title and the scale bar: two lines if it is narrow.
    """

    columns: int
    rows: int
    panel: float
    shape: float
    strip: float

    @classmethod
    def of(cls, count: int, shape: float, usable: float) -> "_Grid":
        """The grid of large panels, a full width and no empty places."""
        grids = []
        for columns in range(1, count + 1):
            rows = -(-count // columns)
            most = (usable - (columns - 1) * _GAP) / columns
            panel = min(most, (_TALLEST / rows - _TITLE) / shape, _SINGLE)
            strip = _TITLE if panel > _TIGHT else 2.0 * _TITLE
            grids.append(cls(columns, rows, panel, shape, strip))
        return max(grids, key=lambda g: g.panel * g.width * (count / (g.rows * g.columns)) ** 2)

    @property
    def width(self) -> float:
        return self.columns * (self.panel + _GAP) - _GAP

    @property
    def height(self) -> float:
        return self.rows * (self.panel * self.shape + self.strip)

    def place(self, rank: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a panel."""
        row, column = divmod(rank, self.columns)
        tall = self.panel * self.shape
        x, y = _MARGIN + column * (self.panel + _GAP), (row + 1) * (tall + self.strip) - tall
        return x, y, self.panel, tall


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


def _dress(panel: Axes, window: Window, title: str, lift: float) -> None:
    """Limits with y downwards, no ticks, a thin frame, the title some inches above it."""
    panel.set_xlim(window.left, window.left + window.width)
    panel.set_ylim(window.top + window.height, window.top)
    panel.set(xticks=[], yticks=[], autoscale_on=False)
    panel.set_title(title, loc="left", pad=72.0 * lift)
    for spine in panel.spines.values():
        spine.set(linewidth=0.5, edgecolor="#444444")


def _foot(figure: Figure, key: Any, note: str, under: float) -> None:
    """The note at the bottom left, the legend some inches above the bottom."""
    width, height = figure.get_size_inches()
    if key is not None:
        key.set_bbox_to_anchor(((_MARGIN - _PAD) / width, under / height), figure.transFigure)
    figure.text(_MARGIN / width, _MARGIN / height, note, va="bottom", fontsize=_SMALL)


def _wrapped(figure: Figure, text: str, width: float) -> str:
    """A text in as many lines as it takes in that many inches."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(figure, longer, fontsize=_SMALL) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


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
