"""The concentration in a volume over time as a block that is cut open by sliders."""

import json
import zlib
from base64 import b64encode
from html import escape
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb

from anosim.figures.block import DOWN, RIGHT, SHADES, Block
from anosim.figures.frames import FIRST, Frames
from anosim.figures.readable import durations, length, number
from anosim.figures.style import colours, muted

_AXES = {
    "x": "Cut across x: what lies to the right is taken off",
    "y": "Cut across y: what lies above is taken off",
    "z": "Cut across z: what lies in front is taken off",
}


def block_viewer(found: Frames) -> str:
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
    ramp = ", ".join(f"rgb({r} {g} {b})" for r, g, b in scale[:: len(scale) // 12])
    return f"""<figure class="viewer block" data-about="{escape(json.dumps(about))}"
 data-levels="{packed}">
<canvas width="900" height="{round(900 * window.height / window.width)}" role="img"
 aria-label="Block of the volume without its nearest corner, at the time that the slider shows">
</canvas>
{_time_row(len(found.times))}
{"".join(_cut_row(axis, told) for axis, told in _AXES.items())}
<div class="row"><span>{escape(number(found.low))}</span>
<span class="bar" style="background: linear-gradient(to right, {ramp})"></span>
<span>{escape(number(found.high))} mol/m³</span>{_keys(found, inks)}</div>
<figcaption>Concentration on a block of the volume, seen from the front (the first slice), from
above and from the right; values are to 0.4 % of the scale, in
{" x ".join(map(str, found.levels.shape[:0:-1]))} places along x, y and z.</figcaption></figure>
"""


def _time_row(count: int) -> str:
    hidden = " hidden" if count == 1 else ""
    return (
        f'<div class="row"{hidden}><input type="range" class="when" min="0" max="{count - 1}" '
        f'value="{count // 2}" step="1" aria-label="Time"><output class="time"></output></div>'
    )


def _cut_row(axis: str, told: str) -> str:
    return (
        f'<div class="row"><span>{axis}</span><input type="range" class="cut" '
        f'aria-label="{escape(told)}"><output class="time"></output></div>'
    )


def _keys(found: Frames, inks: list[list[int]]) -> str:
    used: Any = np.unique(found.levels[0][found.levels[0] < FIRST])
    return " ".join(
        f'<span><span class="swatch" style="background: rgb({r} {g} {b})"></span>'
        f"{escape(found.phases[rank])}</span>"
        for rank, (r, g, b) in ((rank, inks[rank]) for rank in used)
    )
