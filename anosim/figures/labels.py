"""Picture of a microstructure."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from anosim.figures.block import IN_PLANE, Block, Face, draw_block, draw_lengths, shaded
from anosim.figures.ground import Colours, draw_image, painted, swatches
from anosim.figures.readable import length, percent
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE, colours
from anosim.microstructure import Microstructure

_ROOM = 1.12
"""Width of a slice's panel over that of the slice."""
_SHARP = 1500
"""Pixels along the block's longest side from which on its voxels stay sharp."""


def microstructure(image: Microstructure, *, columns: int = 2) -> Figure:
    """The phases of a segmented image with their fractions.

    A volume is shown as a block without its octant at the right, above and in front, beside its
    three middle slices: across z as the image is seen, across y from above, across x from the left
    with z to the right.

    Args:
        image: what to show.
        columns: of a journal that the picture is at most as wide as, 1 or 2.
    """
    areas = {phase: pair[0] for phase, pair in colours(image.phases).items()}
    texts = {phase: f"{phase} {percent(part)}" for phase, part in image.fractions.items()}
    legend = swatches(areas, texts)
    with matplotlib.rc_context(STYLE):
        if image.labels.ndim == 3:
            return _volume(image, areas, legend, columns)
        window = Window(0.0, 0.0, *image.extent)
        page = sheet([window], legend=legend, columns=columns)
        draw_image(page.panels[0], image.labels, window, image.phases, areas)
        scale_bar(page.panels[0])
    return page.figure


def _volume(image: Microstructure, areas: Colours, legend: list[Any], columns: int) -> Figure:
    block = voxel_block(image)
    middles = [n // 2 for n in image.labels.shape[::-1]]
    places = [(n + 0.5) * h for n, h in zip(middles, image.voxel[::-1], strict=True)]
    titles = [f"{name} = {length(place)}" for name, place in zip("xyz", places, strict=True)]
    shape = block.window.height / block.window.width
    windows = [block.window, *(_window(image, axis, shape) for axis in (2, 1, 0))]
    page = sheet(windows, titles=["", *titles[::-1]], legend=legend, columns=columns)
    panel, *slices = page.panels
    draw_block(panel, block, lambda face: shaded(_painted(image, face, areas), face))
    draw_lengths(panel, block)
    for panel, axis in zip(slices, (2, 1, 0), strict=True):
        _slice(panel, image, axis, middles[axis], areas)
    return page.figure


def voxel_block(image: Microstructure) -> Block:
    """The block of an image, cut between its middle voxels."""
    middle = [n // 2 * h for n, h in zip(image.labels.shape[::-1], image.voxel[::-1], strict=True)]
    x, y, z = image.extent
    return Block((0.0, 0.0, 0.0), (x, y, z), (middle[0], middle[1], middle[2]))


def _painted(image: Microstructure, face: Face, areas: Colours) -> NDArray[np.uint8]:
    """The phases of the voxels behind a face."""
    size = image.voxel[::-1]
    # what is left of the block lies before a face across x, and beyond the others
    index = round(face.level / size[face.axis]) - (face.axis == 0)
    rows, columns = (
        slice(round(face.low[axis] / size[axis]), round(face.high[axis] / size[axis]))
        for axis in IN_PLANE[face.axis][::-1]
    )
    pixels = painted(across(image.labels, face.axis, index)[rows, columns], image.phases, areas)
    times = -(-_SHARP // max(image.labels.shape))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def across(labels: NDArray[Any], axis: int, index: int) -> NDArray[Any]:
    """A slice of a volume across x (0), y (1) or z (2), its rows and columns along ``IN_PLANE``."""
    found: NDArray[Any] = np.take(labels, index, axis=2 - axis)
    return found.T if axis == 0 else found


def _window(image: Microstructure, axis: int, shape: float) -> Window:
    """A window of a given height over width with a slice in its upper left, and room for names."""
    columns, rows = IN_PLANE[axis]
    width = _ROOM * max(image.extent[columns], image.extent[rows] / shape)
    return Window(0.0, 0.0, width, width * shape)


def _slice(panel: Axes, image: Microstructure, axis: int, index: int, areas: Colours) -> None:
    """A slice in the upper left of its panel, with the names of its axes."""
    columns, rows = IN_PLANE[axis]
    window = Window(0.0, 0.0, image.extent[columns], image.extent[rows])
    draw_image(panel, across(image.labels, axis, index), window, image.phases, areas)
    for spine in panel.spines.values():
        spine.set_visible(False)
    outline = [0.0, window.width, window.width, 0.0, 0.0]
    panel.plot(outline, [0.0, 0.0, window.height, window.height, 0.0], color="#444444", lw=0.5)
    scale_bar(panel)
    style: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    panel.annotate(
        f"{'xyz'[columns]} →", (0.0, window.height), (1, -3), va="top", ha="left", **style
    )
    panel.annotate(
        f"{'xyz'[rows]} →", (window.width, 0.0), (3, 0), va="top", ha="left", rotation=270, **style
    )
