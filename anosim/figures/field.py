"""A solution's domain as a coloured surface."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.tri import Triangulation

from anosim.domain import Domain
from anosim.figures.ground import Colours
from anosim.figures.outline import small_triangles
from anosim.figures.style import colours, muted
from anosim.meshes import Floats, Ints
from anosim.microstructure import Microstructure

_STEP, _ROUNDS = 0.15, 3
"""Greatest change of colour across a triangle, as a part of the scale, and quarterings for it."""


def draw_field(
    panel: Axes, domain: Domain, triangles: Ints, values: Floats, norm: Normalize, cmap: str
) -> Any:
    """Values at the domain's nodes as a smooth surface over some of its small triangles.

    Pixels even in vector files, so that these stay small.
    """
    points, triangles, values = split(domain.points, triangles, values, norm)
    surface = Triangulation(*points.T, triangles)
    return panel.tripcolor(
        surface, values, shading="gouraud", rasterized=True, zorder=1, norm=norm, cmap=cmap
    )


def split(
    points: Floats, triangles: Ints, values: Floats, norm: Normalize
) -> tuple[Floats, Ints, Floats]:
    """Quarter the triangles across which the colour changes much; new points come last.

    Shading mixes the corners' colours, and the mean of two colours far apart on a scale (violet
    and yellow) is none of the scale's.
    """
    for _ in range(_ROUNDS):
        place = np.clip(np.asarray(norm(values)), 0.0, 1.0)
        large = np.ptp(place[triangles], axis=1) > _STEP
        corners = triangles[large]
        if len(corners) == 0:
            break
        ahead = np.roll(corners, -1, axis=1)
        new = len(points) + np.arange(corners.size).reshape(-1, 3)
        points = np.vstack([points, (points[corners] + points[ahead]).reshape(-1, 2) / 2.0])
        values = np.concatenate([values, (values[corners] + values[ahead]).ravel() / 2.0])
        parts = small_triangles(np.hstack([corners, new]))
        triangles = np.vstack([triangles[~large], parts])
    return points, triangles, values


def surroundings(domain: Domain, over: Microstructure | None) -> tuple[Colours, Colours]:
    """Muted colours of all phases, and of those outside the domain for the legend."""
    names = list(dict.fromkeys([*domain.mesh.phases, *(over.phases if over else ())]))
    quiet = {phase: muted(pair[0]) for phase, pair in colours(names).items()}
    return quiet, {phase: quiet[phase] for phase in names if phase not in domain.phases}


def smallest_largest(values: Floats) -> tuple[float, float]:
    """Limits of a colour scale, never equal."""
    low, high = float(np.min(values)), float(np.max(values))
    if high > low:
        return low, high
    return low - (abs(low) or 1.0) / 2.0, high + (abs(high) or 1.0) / 2.0
