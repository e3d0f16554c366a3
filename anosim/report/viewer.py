"""The concentration over time as a picture with a slider."""

import json
from base64 import b64encode
from html import escape
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb

from anosim.figures.frames import FIRST, Frames
from anosim.figures.readable import durations, length, number, round_below
from anosim.figures.style import colours, muted
from anosim.report.blockviewer import block_viewer
from anosim.report.pictures import embedded


def viewer(path: Path) -> str:
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
    ramp = ", ".join(f"rgb({r} {g} {b})" for r, g, b in scale[:: len(scale) // 12])
    bar = round_below(found.extent[0] / 4.0)
    used = np.unique(found.levels[found.levels < FIRST])
    keys = " ".join(_key(found.phases[rank], inks[rank]) for rank in used)
    last = len(found.times) - 1
    hidden = " hidden" if last == 0 else ""
    return f"""<figure class="viewer" data-about="{escape(json.dumps(about))}">
<img alt="" hidden src="{embedded(path)}">
<canvas width="{columns}" height="{rows}" role="img"
 aria-label="Map of the concentration at the time that the slider shows"></canvas>
<div class="row"{hidden}><button type="button">Play</button>
<input type="range" min="0" max="{last}" value="{last // 2}" step="1" aria-label="Time">
<output class="time" aria-live="polite"></output></div>
<div class="row"><span>{escape(number(found.low))}</span>
<span class="bar" style="background: linear-gradient(to right, {ramp})"></span>
<span>{escape(number(found.high))} mol/m³</span></div>
<div class="row"><span class="scale" style="width: {100 * bar / found.extent[0]:.3g}%"></span>
<span>{escape(length(bar))}</span>{keys}</div>
<p class="told soft" role="status">Point at the map for a value.</p>
<figcaption>Concentration over time, from time zero on, in steps even in their logarithm and at the
output times. Values are to 0.4 % of the scale.</figcaption></figure>
"""


def _key(name: str, rgb: list[int]) -> str:
    red, green, blue = rgb
    return (
        f'<span><span class="swatch" style="background: rgb({red} {green} {blue})"></span>'
        f"{escape(name)}</span>"
    )
