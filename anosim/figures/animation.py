"""The concentration over time as a moving picture."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from anosim.errors import InputError, MissingDependencyError
from anosim.figures.frames import FIRST, Frames
from anosim.figures.ground import swatches
from anosim.figures.readable import durations
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE, colours, muted
from anosim.formats.atomic import replacing

_PER_SECOND, _PAUSE = 6, 8
"""Frames a second, and for how many of them the last one stands."""


def animate(frames: Frames, path: str | PathLike[str]) -> None:
    """Write frames of a concentration as .gif or .mp4, with the time, colour bar and scale bar.

    Args:
        frames: ``anosim.figures.frames.frames(solution, image)``, or those that a run left in
            ``frames.png``.
        path: ends in .gif, or in .mp4 where imageio-ffmpeg is installed.

    Raises:
        InputError: another ending, a volume, or a steady state.
        MissingDependencyError: an .mp4 without imageio-ffmpeg.
    """
    path = Path(path)
    writers = {".gif": _gif, ".mp4": _mp4}
    if path.suffix.lower() not in writers:
        raise InputError(f"cannot animate to {str(path)!r}: expected .gif or .mp4")
    if len(frames.extent) == 3:
        raise InputError("animations are of the plane: a volume's report has a slider over time")
    if len(frames.times) < 2:
        raise InputError("a steady state does not move: draw it with anosim.show")
    with replacing(path) as temporary:
        writers[path.suffix.lower()](_drawn(frames), temporary)


def _drawn(frames: Frames) -> Iterator[NDArray[np.uint8]]:
    """Each frame as a picture, shape (rows, columns, 3), rows and columns even."""
    areas = {name: muted(pair[0]) for name, pair in colours(frames.phases).items()}
    used = [frames.phases[rank] for rank in np.unique(frames.levels[frames.levels < FIRST])]
    titles = durations(frames.times)
    norm = Normalize(frames.low, frames.high)
    palette = np.zeros((256, 3))
    palette[: len(frames.phases)] = [to_rgb(areas[name]) for name in frames.phases]
    palette[FIRST:] = matplotlib.colormaps["viridis"](np.linspace(0.0, 1.0, 256 - FIRST))[:, :3]
    with matplotlib.rc_context(STYLE):
        window = Window(0.0, 0.0, frames.extent[0], frames.extent[1])
        legend = swatches({name: areas[name] for name in used})
        page = sheet([window], titles=titles[:1], legend=legend, bar=True)
        panel, canvas = page.panels[0], FigureCanvasAgg(page.figure)
        scale_bar(panel)
        assert page.bar is not None
        page.figure.colorbar(ScalarMappable(norm, "viridis"), cax=page.bar).set_label("c / mol m⁻³")
        told = next(t for t in panel.findobj(Text) if t.get_text() == titles[0])
        shape = (0.0, window.width, window.height, 0.0)
        options: dict[str, Any] = {"extent": shape, "aspect": "auto", "interpolation": "nearest"}
        shown = panel.imshow(palette[frames.levels[0]], **options)
        for levels, title in zip(frames.levels, titles, strict=True):
            shown.set_data(palette[levels])
            told.set_text(title)
            canvas.draw()
            picture = np.asarray(canvas.buffer_rgba())[:, :, :3]
            yield np.ascontiguousarray(
                picture[: len(picture) // 2 * 2, : picture.shape[1] // 2 * 2]
            )


def _gif(pictures: Iterator[NDArray[np.uint8]], path: Path) -> None:
    first, *others = [Image.fromarray(p).quantize(256, dither=Image.Dither.NONE) for p in pictures]
    each = round(1000 / _PER_SECOND)
    pauses = [each] * len(others) + [each * _PAUSE]
    first.save(path, save_all=True, append_images=others, duration=pauses, loop=0)


def _mp4(pictures: Iterator[NDArray[np.uint8]], path: Path) -> None:
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise MissingDependencyError(
            "an .mp4 needs imageio-ffmpeg: pip install 'anosim[scene]', or write a .gif"
        ) from error
    last = next(pictures)
    size = (last.shape[1], last.shape[0])
    # H.264 in YUV 4:2:0 is what slide programs and phones play
    writer = write_frames(str(path), size, fps=_PER_SECOND, macro_block_size=2, quality=8)
    writer.send(None)
    writer.send(last)
    for last in pictures:
        writer.send(last)
    for _ in range(_PAUSE - 1):
        writer.send(last)
    writer.close()
