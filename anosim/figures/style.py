"""What all pictures share: sizes, fonts and the colours of phases."""

from collections.abc import Iterable
from typing import Any

from matplotlib.colors import to_rgb

MM = 1.0 / 25.4
"""One millimetre in inches, matplotlib's unit."""

WIDTHS = {1: 88.0 * MM, 2: 180.0 * MM}
"""One and two columns of a journal."""

WIDTH = WIDTHS[2]

DPI = 200
"""Dots per inch of files; texts are measured at the same, for hinting changes their width."""

STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.0,
    "axes.titlesize": 8.0,
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.usetex": False,
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.4,
    "pdf.fonttype": 42,
    "svg.hashsalt": "anosim",
}
"""Settings within ``matplotlib.rc_context``; nothing global is touched."""

PHASES: dict[str, tuple[str, str]] = {
    "pore": ("#a9c9ea", "#1f6fb2"),
    "electrolyte": ("#a9c9ea", "#1f6fb2"),
    "particle": ("#e3a59b", "#b5402c"),
    "sei": ("#b5dcb0", "#2f8a3a"),
    "cbd": ("#cbdd9c", "#6b8a12"),
    "binder": ("#cbdd9c", "#6b8a12"),
    "graphite": ("#a3dcdc", "#0f8a8f"),
    "silicon": ("#d3b6e0", "#7d479b"),
}
"""Pastel for areas and saturated for lines, of phases known by name."""

OTHERS: tuple[tuple[str, str], ...] = (
    ("#f3cf9b", "#c77d0a"),
    ("#d6c3b0", "#7c5a39"),
    ("#f2bfd8", "#c2437f"),
    ("#c9c9c9", "#5c5c5c"),
    ("#b9bde8", "#474fb0"),
    ("#ece48f", "#8f8400"),
)
"""For any other phase, and for probe points, one after the other."""

GREY = "#8c8c8c"


def colours(phases: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Area and line colour of each phase, no two alike as long as there are enough."""
    names = list(phases)
    taken = {PHASES[name.lower()] for name in names if name.lower() in PHASES}
    spare = [pair for pair in (*OTHERS, *PHASES.values()) if pair not in taken]
    chosen: dict[str, tuple[str, str]] = {}
    for name in names:
        if name.lower() in PHASES:
            chosen[name] = PHASES[name.lower()]
        else:
            chosen[name] = spare[len([n for n in chosen if n.lower() not in PHASES]) % len(spare)]
    return chosen


def muted(colour: str, share: float = 0.45) -> tuple[float, float, float]:
    """The colour mixed with white, for what is not the subject of a picture."""
    red, green, blue = (share + (1.0 - share) * part for part in to_rgb(colour))
    return red, green, blue
