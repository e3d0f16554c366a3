"""The colour scale of times."""

from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.ticker import NullLocator

from anosim.figures.readable import log_ticks, number, time_unit
from anosim.figures.style import MM
from anosim.meshes import Floats

CMAP = "plasma"
_DECADES = 1e-3
"""The colour scale spans three decades at most."""


@dataclass(frozen=True)
class TimeScale:
    """A logarithmic scale of colours.

    Attributes:
        low: the shortest time that has a colour of its own, s.
        high: the longest, s.
        pointed: whether there are shorter ones.
    """

    low: float
    high: float
    pointed: bool

    @classmethod
    def of(cls, times: Floats) -> "TimeScale":
        """The scale of some times, s, at least one and all finite."""
        high = float(times.max()) or 1.0  # all of it from the start
        positive = times[times > 0.0]
        low = max(float(np.min(positive, initial=high)), high * _DECADES)
        if low >= high:
            low = high / 10.0
        return cls(low, high, bool(np.any(times < low * 0.999)))

    @property
    def norm(self) -> LogNorm:
        """Of times in the unit that the longest reads best in."""
        size, _ = time_unit(self.high)
        return LogNorm(self.low / size, self.high / size)

    def within(self, times: Floats) -> Floats:
        """Times in s as ``norm`` takes them; what is no number is the longest."""
        size, _ = time_unit(self.high)
        return np.asarray(np.clip(np.nan_to_num(times, nan=self.high), self.low, self.high) / size)

    def colours(self, times: Floats) -> Floats:
        """Red, green, blue and opacity of times in s, shape (n, 4)."""
        return np.asarray(matplotlib.colormaps[CMAP](np.asarray(self.norm(self.within(times)))))

    def draw(self, bar: Axes) -> None:
        """The colour bar."""
        size, unit = time_unit(self.high)
        figure = bar.get_figure(root=True)
        assert figure is not None
        extend = "min" if self.pointed else "neither"
        scale = figure.colorbar(ScalarMappable(self.norm, CMAP), cax=bar, extend=extend)
        room = bar.get_window_extent().height / figure.dpi
        ticks = log_ticks(self.low / size, self.high / size, most=int(room / (4.5 * MM)))
        scale.set_ticks(ticks, labels=[number(tick, 2) for tick in ticks])
        bar.yaxis.set_minor_locator(NullLocator())
        scale.set_label(f"time / {unit}")
        scale.outline.set_linewidth(0.5)
