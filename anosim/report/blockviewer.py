"""The concentration in a volume over time as a block that is cut open by sliders."""

import json
import zlib
from base64 import b64encode
from typing import Any

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.colors import to_rgb

from anosim.figures.block import DOWN, RIGHT, SHADES, Block
from anosim.figures.frames import FIRST, Frames
from anosim.figures.readable import durations, length, number
from anosim.figures.style import colours, muted
from anosim.report.templates import render

_AXES = {
    "x": "Cut across x: what lies to the right is taken off",
    "y": "Cut across y: what lies above is taken off",
    "z": "Cut across z: what lies in front is taken off",
}


def block_viewer(found: Frames) -> Markup:
    """Sliders for the time and for where the block is cut, with a colour bar.

    Args:
        found: frames of a volume.
    """
    steady = not np.isfinite(found.times).all()
    map_ = matplotlib.colormaps["viridis"](np.linspace(0.0, 1.0, 256 - FIRST))[:, :3]
    scale = np.round(255 * map_).astype(np.uint8)
    flat = {name: muted(pair[0]) for name, pair in colours(found.phases).items()}
    inks = [[round(255 * part) for part in to_rgb(flat[name])] for name in found.phases]
    size = np.array(found.extent)
    window = Block.halved(0.0 * size, size / size.max()).window
    about = {
        "labels": ["steady state"] if steady else durations(found.times),
        "shape": found.levels.shape[:0:-1],
        "sizes": (size / size.max()).tolist(),
        "lengths": [length(one) for one in found.extent],
        "longest_um": float(size.max()) * 1e6,
        "window": [window.left, window.top, window.width, window.height],
        "right": RIGHT.tolist(),
        "down": DOWN.tolist(),
        "shades": SHADES,
        "scale": b64encode(scale.tobytes()).decode(),
        "first": FIRST,
        "phases": inks,
    }
    packed = b64encode(zlib.compress(found.levels.tobytes(), 9)).decode()
    used: Any = np.unique(found.levels[0][found.levels[0] < FIRST])
    return render(
        "block.html",
        about=json.dumps(about),
        levels=packed,
        height=round(900 * window.height / window.width),
        last=len(found.times) - 1,
        cuts=list(_AXES.items()),
        ramp=scale[:: len(scale) // 12].tolist(),
        low=number(found.low),
        high=number(found.high),
        phases=[(found.phases[rank], inks[rank]) for rank in used],
        places=" x ".join(map(str, found.levels.shape[:0:-1])),
    )
