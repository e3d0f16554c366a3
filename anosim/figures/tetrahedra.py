"""Picture of a mesh of tetrahedra: a block of whole cells, and a part where they are seen."""

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from anosim.figures.block import AHEAD, Block, draw_lengths, project
from anosim.figures.ground import Colours, swatches
from anosim.figures.rendering import Surface, check_renderer, draw_surfaces
from anosim.figures.sections import block_of
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE
from anosim.meshes import Floats, Ints, Mesh
from anosim.progress import report
from anosim.topology import FACETS

_VISIBLE, _DENSE = 900, 8000
"""Facets that the second panel shows at most, and up to which the first one shows edges."""
_CANDIDATES = 100
_DIM = 0.7
"""Brightness of facets that are seen edge on."""


def tetrahedra(mesh: Mesh, areas: Colours, columns: int) -> Figure:
    """The cells of a block without its nearest octant, by phase, and a part of it."""
    check_renderer()
    block = block_of(mesh)
    facets, phase, inner = _visible(mesh, block)
    report("mesh picture", 0.3)
    places = project(mesh.points)[facets]
    part = _part(places[inner], phase[inner], block.window)
    note = _note(mesh)
    report("mesh picture", 0.8)
    colours = _colours(mesh.points[facets], phase, [areas[name] for name in mesh.phases])
    with matplotlib.rc_context(STYLE):
        page = sheet(
            [block.window, part],
            titles=["whole mesh", "tetrahedra"],
            legend=swatches({name: areas[name] for name in mesh.phases}),
            note=note,
            columns=columns,
        )
        first, zoom = page.panels
        thin = 0.15 if len(facets) <= _DENSE else 0.0
        draw_surfaces(first, [Surface(mesh.points, facets, colours, lit=False, edges=thin)])
        near = _meets(places, part)
        detail = Surface(mesh.points, facets[near], colours[near], lit=False, edges=0.35)
        draw_surfaces(zoom, [detail])
        first.set_axis_off()
        draw_lengths(first, block)
        frame = (part.left, part.top), part.width, part.height
        first.add_patch(Rectangle(*frame, fill=False, edgecolor="black", linewidth=0.9, zorder=4))
        scale_bar(zoom)
        report("mesh picture", 1.0)
    return page.figure


def _visible(mesh: Mesh, block: Block) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Facets of the cells outside of the octant that face the viewer, and their cells' phases.

    The third is which of them the octant lays open.

    Facets of bent cells are those between their corners.
    """
    middle = np.zeros((len(mesh.cells), 3))
    for corner in mesh.corners.T:
        middle += mesh.points[corner] / 4.0
    first, last = block.removed
    kept = ~np.all((middle > first) & (middle < last), axis=1)
    one, other = mesh.facets.cells.T
    ends = kept[one], (other >= 0) & kept[other]
    shown = np.flatnonzero(ends[0] != ends[1])
    cell = np.where(ends[0][shown], one[shown], other[shown])
    # as their cell has them, facets turn counterclockwise as seen from outside
    local = np.argmax(mesh.facets.of_cell[cell] == shown[:, None], axis=1)
    facets = mesh.corners[cell[:, None], np.array(FACETS[3])[local]]
    towards = _normals(mesh.points[facets]) @ AHEAD < 0.0
    return facets[towards], mesh.cell_phase[cell[towards]], (other[shown] >= 0)[towards]


def _normals(corners: Floats) -> Floats:
    a, b, c = np.moveaxis(corners, 1, 0)
    normal = np.cross(b - a, c - a)
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


def _colours(corners: Floats, phase: Ints, inks: list[str]) -> NDArray[np.uint8]:
    """Each facet in its phase's colour, the brighter the more it faces the viewer."""
    light = _DIM + (1.0 - _DIM) * np.abs(_normals(corners) @ AHEAD)
    base = np.array([to_rgb(ink) for ink in inks])[phase]
    return np.round(255.0 * base * light[:, None]).astype(np.uint8)


def _part(places: Floats, phase: Ints, whole: Window) -> Window:
    """A window of the whole's shape where most phases are seen, with each facet visible."""
    middles = places.mean(axis=1)
    size = np.array([whole.width, whole.height])
    wanted = middles[:: max(1, len(middles) // _CANDIDATES)]
    share = 0.45
    while True:
        corners = np.clip(
            wanted - share * size / 2.0, middles.min(axis=0), middles.max(axis=0) - share * size
        )
        scores = [_mixture(middles, phase, corner, share * size) for corner in corners]
        best = corners[int(np.argmax(scores))]
        if share < 0.01 or _inside(middles, best, share * size).sum() <= _VISIBLE:
            break
        share *= 0.8
    return Window(*(float(length) for length in (*best, *(share * size))))


def _mixture(places: Floats, phase: Ints, corner: Floats, size: Floats) -> float:
    """How evenly the phases share a window that is full: entropy, less where it is not."""
    inside = _inside(places, corner, size)
    counts = np.bincount(phase[inside])
    share = counts[counts > 0] / max(int(inside.sum()), 1)
    # how much of the window the facets fill, by a raster of a few squares
    cell = np.clip((places[inside] - corner) / size * 5, 0, 4).astype(int)
    filled = len(np.unique(cell @ [5, 1])) / 25.0
    return filled * (1.0 - float(np.sum(share * np.log(share))))


def _inside(places: Floats, corner: Floats, size: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.all((places >= corner) & (places <= corner + size), axis=1))


def _meets(places: Floats, part: Window) -> NDArray[np.bool_]:
    """Facets whose box meets a window."""
    low = np.array([part.left, part.top])
    high = low + np.array([part.width, part.height])
    inside = (places.max(axis=1) >= low) & (places.min(axis=1) <= high)
    return np.asarray(inside.all(axis=1))


def _note(mesh: Mesh) -> str:
    return (
        f"{len(mesh.cells):,} tetrahedra, {len(mesh.points):,} points; smallest dihedral angle "
        f"{mesh.angles.min():.1f}°; SICN worst {mesh.quality.min():.2f}, "
        f"mean {mesh.quality.mean():.2f}"
    )
