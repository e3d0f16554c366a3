"""The flux of lithium at one time, as arrows."""

import math
from typing import Any

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from anosim.errors import InputError
from anosim.figures.block import draw_lengths
from anosim.figures.fronts import draw_box
from anosim.figures.lattice import on_lattice
from anosim.figures.readable import duration, log_ticks, number
from anosim.figures.rendering import Surface, check_renderer, draw_surfaces
from anosim.figures.sections import block_of
from anosim.figures.sheet import sheet
from anosim.figures.style import STYLE
from anosim.functions import at
from anosim.meshes import Floats
from anosim.solution import Solution

_ALONG = 18
"""Arrows along the block's longest side."""
_LEAST = 0.02
"""Arrows are drawn from this part of the largest flux on."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fluxes(solution: Solution, *, time: float | str | None = None, columns: int = 2) -> Figure:
    """Direction (arrows) and amount (colours) of the flux -D grad c at points of a regular grid.

    Where it is less than 2 % of the largest one there are no arrows.

    Args:
        solution: in space.
        time: s or a string with a unit; the end, or the steady state, without it.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: a solution in the plane, a time outside of what was solved, or no flux at all.
        MissingDependencyError: PyVista is not installed.
    """
    if solution.domain.dimension == 2:
        raise InputError("arrows of the flux are of a volume: the solution is in the plane")
    check_renderer()
    (t,) = solution.times(time)
    block = block_of(solution.domain.mesh)
    points, flux = flux_at(solution, solution.values(t)[0], _places(block.low, block.high))
    amount = np.linalg.norm(flux, axis=1)
    if not np.any(amount > 0.0):
        raise InputError(f"nothing flows at {duration(float(t))}")
    high = float(amount.max())
    large = amount >= _LEAST * high
    norm = LogNorm(_LEAST * high, high)
    inks = matplotlib.colormaps["viridis"](np.asarray(norm(amount[large])))
    size = float(np.max(np.subtract(block.high, block.low)))
    title = "steady state" if solution.problem.steady else duration(float(t))
    with matplotlib.rc_context(STYLE):
        note = f"Arrows where the flux is at least {100 * _LEAST:.0f} % of the largest one."
        page = sheet([block.window], titles=[title], bar=True, note=note, columns=columns)
        panel = page.panels[0]
        panel.set_axis_off()
        draw_box(panel, block)
        draw_surfaces(panel, [_arrows(points[large], flux[large], inks[:, :3], size)])
        draw_lengths(panel, block)
        bar = page.figure.colorbar(ScalarMappable(norm, "viridis"), cax=page.bar)
        power = math.floor(math.log10(high))
        ticks = log_ticks(_LEAST * high, high)
        bar.set_ticks(ticks, labels=[number(tick / 10.0**power, 2) for tick in ticks])
        bar.ax.yaxis.set_minor_locator(NullLocator())
        bar.set_label(f"|J| / 10{str(power).translate(_RAISED)} mol m⁻² s⁻¹")
        bar.outline.set_linewidth(0.5)
    return page.figure


def flux_at(solution: Solution, field: Floats, places: list[Floats]) -> tuple[Floats, Floats]:
    """The flux -D grad c at the points of a grid that lie in the domain.

    Bent cells and quadratic fields are taken as straight and linear between neighbouring nodes.

    Args:
        solution: in space.
        field: concentration at the nodes, mol/m^3.
        places: the grid's x, y and z, m.

    Returns:
        Points, m, and fluxes, mol/m^2/s, shape (n, 3) each.
    """
    domain = solution.domain
    grid = np.stack(np.meshgrid(*places[::-1], indexing="ij")[::-1], axis=-1)
    points, fluxes = [np.empty((0, 3))], [np.empty((0, 3))]
    for phase in domain.phases:
        cells = domain.connectivity[domain.in_phase(phase)]
        nodes, weights = on_lattice(domain.points, cells, places)
        inside = nodes[..., 0] >= 0
        corners, values = domain.points[nodes[inside]], field[nodes[inside]]
        edges = corners[:, 1:] - corners[:, :1]
        slope = np.linalg.solve(edges, (values[:, 1:] - values[:, :1])[..., None])[..., 0]
        c = np.einsum("ij,ij->i", values, weights[inside])
        D = np.array([at(solution.problem.materials[phase].diffusivity, x) for x in c.tolist()])
        points.append(grid[inside])
        fluxes.append(-D[:, None] * slope)
    return np.concatenate(points), np.concatenate(fluxes)


def _places(low: tuple[float, ...], high: tuple[float, ...]) -> list[Floats]:
    size = np.subtract(high, low)
    counts = np.maximum(1, np.round(_ALONG * size / size.max()).astype(int))
    return [a + (np.arange(n) + 0.5) * d / n for a, d, n in zip(low, size, counts, strict=True)]


def _arrows(points: Floats, directions: Floats, inks: Floats, size: float) -> Surface:
    """One arrow per point, as long as the points are apart."""
    import pyvista

    cloud: Any = pyvista.PolyData(points / size)
    cloud["direction"] = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    cloud["rank"] = np.arange(len(points))
    shape = pyvista.Arrow(
        start=(-0.5, 0.0, 0.0), tip_length=0.4, tip_radius=0.18, shaft_radius=0.07,
        tip_resolution=10, shaft_resolution=8,
    )  # fmt: skip
    found = cloud.glyph(orient="direction", scale=False, factor=0.9 / _ALONG, geom=shape)
    found = found.triangulate()
    triangles = np.asarray(found.regular_faces, dtype=np.int64)
    rank = np.asarray(found["rank"]).astype(int)[triangles[:, 0]]
    colours = np.round(255.0 * inks[rank]).astype(np.uint8)
    return Surface(size * np.asarray(found.points, dtype=float), triangles, colours)
