"""Picture of a comparison with another program."""

import matplotlib
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from anosim.figures.readable import durations
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE
from anosim.interop.comparing import Comparison

_MOST = 6


def comparison(found: Comparison) -> Figure:
    """Here minus the other program, at its places, one panel per time, up to six.

    Places in space are seen along z; the largest differences lie on top.
    """
    picked = np.unique(np.linspace(0, len(found.times) - 1, min(len(found.times), _MOST)))
    times = found.times[picked.astype(int)]
    places = found.samples.points[:, :2]
    low, high = places.min(axis=0), places.max(axis=0)
    wide = float(np.max(high - low))
    size = 1.06 * np.maximum(high - low, 1e-3 * wide if wide else 1e-6)  # of one place 1 um
    window = Window(*((low + high - size) / 2.0), *size)
    off = found.own - found.samples.values
    end = float(np.nanmax(np.abs(off))) or 1.0
    titles = durations(times) if np.isfinite(times).all() else ["steady state"]
    with matplotlib.rc_context(STYLE):
        page = sheet([window] * len(times), titles=titles, bar=True)
        for panel, time in zip(page.panels, times, strict=True):
            rows = np.flatnonzero((found.samples.times == time) & np.isfinite(off))
            rows = rows[np.argsort(np.abs(off[rows]))]
            dots = panel.scatter(
                places[rows, 0],
                places[rows, 1],
                c=off[rows],
                s=max(1.0, 400.0 / np.sqrt(max(len(rows), 1)) / len(times)),
                cmap="PuOr",
                norm=Normalize(-end, end),
                linewidths=0.0,
                rasterized=True,
            )
        scale_bar(page.panels[0])
        page.figure.colorbar(dots, cax=page.bar).set_label("difference / mol m⁻³")
    return page.figure
