"""Picture of a segmentation: grey values, phases, and both over each other."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from anosim.figures.ground import draw_image, swatches
from anosim.figures.readable import length, percent
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE, colours
from anosim.segment.methods import Segmentation

_TINT = 0.45
"""Share of the phase's colour in the overlay."""


def segmentation(found: Segmentation, *, note: str = "") -> Figure:
    """Grey values, phases, and phases over the grey values, side by side.

    Of a volume the middle slice is shown; the fractions are those of the whole volume.

    Args:
        found: the segmentation.
        note: a line below, for example that the image is synthetic.
    """
    structure, grey, where = found.microstructure, found.image.values, ""
    labels = structure.labels
    if labels.ndim == 3:
        middle = len(labels) // 2
        where = f", z = {length((middle + 0.5) * structure.voxel[0])}"
        grey, labels = grey[middle], labels[middle]
    areas = {phase: pair[0] for phase, pair in colours(structure.phases).items()}
    lines = {phase: pair[1] for phase, pair in colours(structure.phases).items()}
    window = Window(0.0, 0.0, *structure.extent[:2])
    texts = {phase: f"{phase} {percent(part)}" for phase, part in structure.fractions.items()}
    titles = [f"grey values{where}", f"phases ({found.record['method']})", "overlay"]
    with matplotlib.rc_context(STYLE):
        page = sheet([window] * 3, titles=titles, legend=swatches(areas, texts), note=note)
        _draw_grey(page.panels[0], _shown(grey), window)
        draw_image(page.panels[1], labels, window, structure.phases, areas)
        tinted = np.repeat(_shown(grey)[..., None], 3, axis=-1)
        for phase, label in structure.phases.items():
            here = labels == label
            tinted[here] = (1.0 - _TINT) * tinted[here] + _TINT * np.array(to_rgb(lines[phase]))
        _draw_grey(page.panels[2], tinted, window)
        scale_bar(page.panels[0])
    return page.figure


def _shown(grey: NDArray[np.generic]) -> NDArray[np.float64]:
    """Grey values from 0 to 1, the darkest and brightest half percent cut off."""
    values = np.asarray(grey, dtype=float)
    low, high = np.quantile(values, (0.005, 0.995))
    return np.asarray(np.clip((values - low) / (high - low if high > low else 1.0), 0.0, 1.0))


def _draw_grey(panel: Axes, pixels: NDArray[np.float64], window: Window) -> None:
    right, bottom = window.left + window.width, window.top + window.height
    view = panel.get_xlim(), panel.get_ylim()
    place = (window.left, right, bottom, window.top)
    panel.imshow(pixels, cmap="gray", vmin=0.0, vmax=1.0, extent=place, aspect="auto", zorder=0)
    panel.set(xlim=view[0], ylim=view[1])
