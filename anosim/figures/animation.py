"""The concentration over time as a moving picture: of the plane, or of a block of a volume."""

from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from anosim.errors import InputError, MissingDependencyError
from anosim.figures.block import IN_PLANE, Block, Face, Pixels, draw_edges, draw_faces, draw_lengths
from anosim.figures.frames import FIRST, Frames
from anosim.figures.ground import swatches
from anosim.figures.readable import durations
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE, colours, muted
from anosim.formats.atomic import replacing

_SLOWEST, _FASTEST = 2, 6
"""Frames a second."""
_LASTS, _STANDS = 4.0, 1.3
"""How long a picture moves where the frames are enough, and how long the last one stands, s."""


def animate(frames: Frames, path: str | PathLike[str]) -> None:
    """Write frames of a concentration as .gif or .mp4, with the time, colour bar and scale bar.

    Args:
        frames: ``anosim.figures.frames.frames(solution, image)``, or those that a run left in
            ``frames.png``.
        path: ends in .gif, or in .mp4 where imageio-ffmpeg is installed.

    Raises:
        InputError: another ending, or a steady state.
        MissingDependencyError: an .mp4 without imageio-ffmpeg.
    """
    path = Path(path)
    writers = {".gif": _gif, ".mp4": _mp4}
    if path.suffix.lower() not in writers:
        raise InputError(f"cannot animate to {str(path)!r}: expected .gif or .mp4")
    if len(frames.times) < 2:
        raise InputError("a steady state does not move: draw it with anosim.show")
    with replacing(path) as temporary:
        rate = min(max(_SLOWEST, round(len(frames.times) / _LASTS)), _FASTEST)
        writers[path.suffix.lower()](_drawn(frames), temporary, rate)


def _drawn(frames: Frames) -> Iterator[NDArray[np.uint8]]:
    """Each frame as a picture, shape (rows, columns, 3), rows and columns even."""
    areas = {name: muted(pair[0]) for name, pair in colours(frames.phases).items()}
    used = [frames.phases[rank] for rank in np.unique(frames.levels[frames.levels < FIRST])]
    titles = durations(frames.times)
    norm = Normalize(frames.low, frames.high)
    inks = np.zeros((256, 3))
    inks[: len(frames.phases)] = [to_rgb(areas[name]) for name in frames.phases]
    inks[FIRST:] = matplotlib.colormaps["viridis"](np.linspace(0.0, 1.0, 256 - FIRST))[:, :3]
    palette = np.round(255 * inks).astype(np.uint8)
    with matplotlib.rc_context(STYLE):
        solid = len(frames.extent) == 3
        block = Block.halved(np.zeros(3), np.array(frames.extent)) if solid else None
        window = block.window if block else Window(0.0, 0.0, frames.extent[0], frames.extent[1])
        legend = swatches({name: areas[name] for name in used})
        page = sheet([window], titles=titles[:1], legend=legend, bar=True)
        panel, canvas = page.panels[0], FigureCanvasAgg(page.figure)
        assert page.bar is not None
        page.figure.colorbar(ScalarMappable(norm, "viridis"), cax=page.bar).set_label("c / mol m⁻³")
        told = next(t for t in panel.findobj(Text) if t.get_text() == titles[0])
        draw = _on_block(panel, block) if block else _on_plane(panel, window)
        for levels, title in zip(frames.levels, titles, strict=True):
            draw(palette[levels])
            told.set_text(title)
            canvas.draw()
            picture = np.asarray(canvas.buffer_rgba())[:, :, :3]
            yield np.ascontiguousarray(
                picture[: len(picture) // 2 * 2, : picture.shape[1] // 2 * 2]
            )


def _on_plane(panel: Axes, window: Window) -> Callable[[Pixels], None]:
    """What draws colours, shape (rows, columns, 3), over a panel."""
    scale_bar(panel)
    shape = (0.0, window.width, window.height, 0.0)
    nothing = np.zeros((1, 1, 3), dtype=np.uint8)
    shown = panel.imshow(nothing, extent=shape, aspect="auto", interpolation="nearest")
    return shown.set_data


def _on_block(panel: Axes, block: Block) -> Callable[[Pixels], None]:
    """What draws colours, shape (slices, rows, columns, 3), on a block with its octant cut away."""
    draw_lengths(panel, block)

    def draw(colours: Pixels) -> None:
        for old in list(panel.images):
            old.remove()
        draw_faces(panel, block, lambda face: _slice(colours, block, face))

    draw_edges(panel, block)
    return draw


def _slice(colours: Pixels, block: Block, face: Face) -> Pixels:
    """The part of a volume's colours that lies just below a face, rows and columns as drawn."""
    counts = colours.shape[2::-1]
    low, high = (
        [round(n * at / size) for n, at, size in zip(counts, corner, block.high, strict=True)]
        for corner in (face.low, face.high)
    )
    k = face.axis
    at = round(counts[k] * face.level / block.high[k]) - (k == 0)  # below: to the left of x
    low[k] = min(max(at, 0), counts[k] - 1)
    high[k] = low[k] + 1
    part = colours[tuple(slice(*ends) for ends in zip(low[::-1], high[::-1], strict=True))]
    rows = part.squeeze(2 - k)  # axes z, y, x without the face's
    return rows if IN_PLANE[k][0] < IN_PLANE[k][1] else rows.swapaxes(0, 1)


def _gif(pictures: Iterator[NDArray[np.uint8]], path: Path, rate: int) -> None:
    first, *others = [Image.fromarray(p).quantize(256, dither=Image.Dither.NONE) for p in pictures]
    pauses = [round(1000 / rate)] * len(others) + [round(1000 * _STANDS)]
    first.save(path, save_all=True, append_images=others, duration=pauses, loop=0)


def _mp4(pictures: Iterator[NDArray[np.uint8]], path: Path, rate: int) -> None:
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise MissingDependencyError(
            "an .mp4 needs imageio-ffmpeg: pip install 'anosim[scene]', or write a .gif"
        ) from error
    last = next(pictures)
    size = (last.shape[1], last.shape[0])
    # H.264 in YUV 4:2:0 is what slide programs and phones play
    writer = write_frames(str(path), size, fps=rate, macro_block_size=2, quality=8)
    writer.send(None)
    writer.send(last)
    for last in pictures:
        writer.send(last)
    for _ in range(round(_STANDS * rate) - 1):
        writer.send(last)
    writer.close()
