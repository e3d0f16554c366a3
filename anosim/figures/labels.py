"""Picture of a microstructure."""

import matplotlib
from matplotlib.figure import Figure

from anosim.figures.ground import draw_image, swatches
from anosim.figures.readable import length, percent
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE, colours
from anosim.microstructure import Microstructure


def microstructure(image: Microstructure) -> Figure:
    """The phases of a segmented image with their fractions.

    Of a volume the middle slice is shown; the fractions are those of the whole volume.
    """
    areas = {phase: pair[0] for phase, pair in colours(image.phases).items()}
    labels, title = image.labels, ""
    if labels.ndim == 3:
        middle = len(labels) // 2
        depth = (middle + 0.5) * image.voxel[0]
        title = f"z = {length(depth)} of {length(image.extent[2])}"
        labels = labels[middle]
    window = Window(0.0, 0.0, *image.extent[:2])
    texts = {phase: f"{phase} {percent(part)}" for phase, part in image.fractions.items()}
    with matplotlib.rc_context(STYLE):
        page = sheet([window], titles=[title], legend=swatches(areas, texts))
        draw_image(page.panels[0], labels, window, image.phases, areas)
        scale_bar(page.panels[0])
    return page.figure
