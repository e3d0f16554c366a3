"""Picture of a mesh: the whole of it, and a part where the cells are seen."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from anosim.figures.ground import check_under, draw_ground, swatches, window_of
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import STYLE, colours
from anosim.figures.tetrahedra import tetrahedra
from anosim.meshes import Floats, Ints, Mesh
from anosim.microstructure import Microstructure

_VISIBLE = 900
"""Triangles that the second panel shows at most."""
DENSE = 6000
"""Triangles up to which the first panel shows every edge."""
_CANDIDATES = 100


def mesh(mesh: Mesh, *, over: Microstructure | None = None, columns: int = 2) -> Figure:
    """The mesh by phase, a part of it with its cells, and its quality in figures.

    Of tetrahedra those are shown whose middle is not in the octant at the right, above and in
    front.

    Args:
        mesh: what to show.
        over: the image that it was made of; the part then shows its pixels under the triangles.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: an image that is not the mesh's.
        MissingDependencyError: tetrahedra without PyVista.
    """
    if over is not None:
        check_under(over, mesh)
    phases = dict.fromkeys([*mesh.phases, *(over.phases if over else ())])
    areas = {phase: pair[0] for phase, pair in colours(phases).items()}
    if mesh.dimension == 3:
        return tetrahedra(mesh, areas, columns)
    whole = window_of(mesh)
    part = _part(mesh, whole)
    second = "triangles over the image's pixels" if over else "triangles"
    with matplotlib.rc_context(STYLE):
        page = sheet(
            [whole, part],
            titles=["whole mesh", second],
            legend=swatches(areas),
            note=_note(mesh),
            columns=columns,
        )
        first, zoom = page.panels
        if len(mesh.cells) <= DENSE:
            draw_edges(first, mesh, mesh.edges.vertices, 0.2)
        frame = (part.left, part.top), part.width, part.height
        first.add_patch(Rectangle(*frame, fill=False, edgecolor="black", linewidth=0.8, zorder=3))
        if over is None:
            draw_ground(page.panels, mesh, None, areas)
        else:
            draw_ground([first], mesh, None, areas)
            draw_ground([zoom], mesh, over, areas)
        draw_edges(zoom, mesh, edges_within(mesh, mesh.edges.vertices, part), 0.35)
        for pairs in mesh.interfaces.values():
            draw_edges(zoom, mesh, edges_within(mesh, pairs, part), 1.1)
        scale_bar(first)
        scale_bar(zoom)
    return page.figure


def _note(mesh: Mesh) -> str:
    return (
        f"{len(mesh.cells):,} triangles, {len(mesh.points):,} points; smallest angle "
        f"{mesh.angles.min():.1f}°; SICN worst {mesh.quality.min():.2f}, "
        f"mean {mesh.quality.mean():.2f}"
    )


def _part(mesh: Mesh, whole: Window) -> Window:
    """A window of the whole's shape where most phases meet along most edges of interfaces.

    It is as large as it can be with each triangle visible.
    """
    pairs = [*mesh.interfaces.values()] or [mesh.edges.vertices]
    kind = np.repeat(np.arange(len(pairs)), [len(part) for part in pairs])
    places = mesh.points[np.concatenate(pairs)].mean(axis=1)
    low, size = np.array([whole.left, whole.top]), np.array([whole.width, whole.height])
    middles = mesh.points[mesh.corners].mean(axis=1)
    share = 0.4
    while True:
        wanted = places[:: max(1, len(places) // _CANDIDATES)] - share * size / 2
        corners = np.clip(wanted, low, low + (1.0 - share) * size)
        scores = [_meeting(places, kind, corner, share * size) for corner in corners]
        best = corners[scores.index(max(scores))]
        if share < 0.02 or _inside(middles, best, share * size).sum() <= _VISIBLE:
            break
        share *= 0.8
    return Window(*(float(length) for length in (*best, *(share * size))))


def _meeting(places: Floats, kind: Ints, corner: Floats, size: Floats) -> tuple[int, int]:
    """How many kinds of interface a window has, and how many of their edges."""
    inside = _inside(places, corner, size)
    return len(np.unique(kind[inside])), int(inside.sum())


def _inside(places: Floats, corner: Floats, size: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.all((places >= corner) & (places <= corner + size), axis=1))


def edges_within(mesh: Mesh, pairs: Ints, part: Window) -> Ints:
    """Those of the edges whose box meets a window."""
    ends = mesh.points[pairs]
    low = np.array([part.left, part.top])
    high = low + np.array([part.width, part.height])
    return pairs[np.all((ends.max(axis=1) >= low) & (ends.min(axis=1) <= high), axis=1)]


def draw_edges(panel: Axes, mesh: Mesh, pairs: Ints, width: float) -> None:
    """Edges as lines, bent ones through their midpoints."""
    nodes = pairs
    if mesh.order == 2:
        start, end = pairs.T
        nodes = np.stack([start, mesh.midpoints[mesh.edges.find(pairs)], end], axis=1)
    lines = LineCollection(list(mesh.points[nodes]), colors="#1a1a1a", linewidths=width, zorder=2)
    panel.add_collection(lines, autolim=False)
