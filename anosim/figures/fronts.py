"""Surfaces of equal value in a volume, drawn in its box."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from anosim.domain import Domain
from anosim.figures.block import Block, draw_edges, project
from anosim.figures.raster import crossing, small_tetrahedra
from anosim.figures.rendering import Surface, draw_surfaces
from anosim.meshes import Floats


def draw_fronts(
    panel: Axes,
    block: Block,
    domain: Domain,
    field: Floats,
    fronts: Sequence[tuple[float, Any]],
    *,
    opened: bool = False,
) -> None:
    """Where a field, given at the domain's nodes, has some values; the box around it.

    Args:
        panel: over the block's window.
        block: that the domain's mesh fills.
        domain: of tetrahedra.
        field: shape (n_nodes,); cells with a node where it is not finite are left out.
        fronts: values, each with its matplotlib colour.
        opened: whether the octant at the right, above and in front is left out.
    """
    panel.set_axis_off()
    surfaces = [_front(domain, field, level, ink) for level, ink in fronts]
    if opened:
        draw_edges(panel, block)
        surfaces = [_opened(surface, block) for surface in surfaces]
    else:
        draw_box(panel, block)
    draw_surfaces(panel, surfaces)


def _opened(surface: Surface, block: Block) -> Surface:
    """The triangles whose middle is not in the octant."""
    middle = surface.points[surface.triangles].mean(axis=1)
    first, last = block.removed
    left = ~np.all((middle > first) & (middle < last), axis=1)
    return Surface(surface.points, surface.triangles[left], surface.colours[left])


def _front(domain: Domain, field: Floats, level: float, ink: Any) -> Surface:
    import pyvista

    finite = np.isfinite(field)
    cells = small_tetrahedra(crossing(np.where(finite, field, level), domain.connectivity, level))
    cells = crossing(field, cells[finite[cells].all(axis=1)], level)
    if len(cells) == 0:
        none: NDArray[np.int64] = np.empty((0, 3), dtype=np.int64)
        return Surface(np.empty((0, 3)), none, np.empty((0, 3), dtype=np.uint8))
    used, local = np.unique(cells, return_inverse=True)
    size = float(np.ptp(domain.points, axis=0).max())  # VTK merges points that are near in metres
    grid: Any = pyvista.UnstructuredGrid(
        {pyvista.CellType.TETRA: local.reshape(-1, 4)}, domain.points[used] / size
    )
    found = grid.contour([level], scalars=field[used].astype(float))
    triangles = np.asarray(found.regular_faces, dtype=np.int64).reshape(-1, 3)
    colour = np.round(255.0 * np.array(to_rgb(ink))).astype(np.uint8)
    points = size * np.asarray(found.points, dtype=float)
    return Surface(points, triangles, np.tile(colour, (len(triangles), 1)))


def draw_box(panel: Axes, block: Block) -> None:
    """The edges of a block, those behind it paler."""
    (x0, y0, z0), (x1, y1, z1) = block.low, block.high
    hidden = (x0, y1, z1)
    behind = [[hidden, (x1, y1, z1)], [hidden, (x0, y0, z1)], [hidden, (x0, y1, z0)]]
    front = [
        [(x1, y1, z1), (x1, y0, z1), (x0, y0, z1), (x0, y0, z0), (x0, y1, z0), (x1, y1, z0),
         (x1, y1, z1)],
        [(x1, y0, z0), (x1, y1, z0)],
        [(x1, y0, z0), (x1, y0, z1)],
        [(x1, y0, z0), (x0, y0, z0)],
    ]  # fmt: skip
    for lines, colour, zorder in ((behind, "#b0b0b0", 0.5), (front, "#222222", 3.0)):
        paths = [project(np.array(line)) for line in lines]
        panel.add_collection(
            LineCollection(paths, colors=colour, linewidths=0.5, zorder=zorder), autolim=False
        )
