"""The concentration over time as a picture with a slider."""

import json
from base64 import b64encode
from pathlib import Path

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.colors import to_rgb

from anosim.figures.frames import FIRST, Frames
from anosim.figures.readable import durations, length, number, round_below
from anosim.figures.style import colours, muted
from anosim.report.blockviewer import block_viewer
from anosim.report.pictures import embedded
from anosim.report.templates import render


def viewer(path: Path) -> Markup:
    """A slider over the frames in a file, with a colour bar, a scale bar and values on pointing.

    Of a volume a block that is cut open by sliders.
    """
    found = Frames.read(path)
    if len(found.extent) == 3:
        return block_viewer(found)
    _, rows, columns = found.levels.shape
    map_ = matplotlib.colormaps["viridis"](np.linspace(0.0, 1.0, 256 - FIRST))[:, :3]
    scale = np.round(255 * map_).astype(np.uint8)
    flat = {name: muted(pair[0]) for name, pair in colours(found.phases).items()}
    steady = not np.isfinite(found.times).all()
    inks = [[round(255 * part) for part in to_rgb(flat[name])] for name in found.phases]
    about = {
        "labels": ["steady state"] if steady else durations(found.times),
        "scale": b64encode(scale.tobytes()).decode(),
        "first": FIRST,
        "low": found.low,
        "high": found.high,
        "width_um": found.extent[0] * 1e6,
        "height_um": found.extent[1] * 1e6,
        "phases": [
            {"name": name, "rgb": ink} for name, ink in zip(found.phases, inks, strict=True)
        ],
    }
    bar = round_below(found.extent[0] / 4.0)
    used = np.unique(found.levels[found.levels < FIRST])
    return render(
        "viewer.html",
        about=json.dumps(about),
        frames=embedded(path),
        columns=columns,
        rows=rows,
        last=len(found.times) - 1,
        ramp=scale[:: len(scale) // 12].tolist(),
        low=number(found.low),
        high=number(found.high),
        share=f"{100 * bar / found.extent[0]:.3g}",
        length=length(bar),
        phases=[(found.phases[rank], inks[rank]) for rank in used],
    )
