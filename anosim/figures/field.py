"""A solution's domain as a coloured surface."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation

from anosim.domain import Domain
from anosim.figures.ground import Colours
from anosim.figures.style import colours, muted
from anosim.meshes import Floats, Ints
from anosim.microstructure import Microstructure

_QUARTERS = ((0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5))


def small_triangles(domain: Domain) -> Ints:
    """The domain's triangles between its nodes; one of order 2 is split into four."""
    if domain.order == 1:
        return domain.triangles
    return domain.connectivity[:, _QUARTERS].reshape(-1, 3)


def draw_field(panel: Axes, domain: Domain, triangles: Ints, values: Floats, **style: Any) -> Any:
    """Values at the domain's nodes as a smooth surface over some of its small triangles.

    Pixels even in vector files, so that these stay small.
    """
    surface = Triangulation(*domain.points.T, triangles)
    return panel.tripcolor(surface, values, shading="gouraud", rasterized=True, zorder=1, **style)


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
