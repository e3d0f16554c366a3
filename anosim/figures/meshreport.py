"""Picture of a mesh's quality: where the worst cell is, and how good the others are."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator

from anosim.figures.ground import check_under, draw_ground, swatches, window_of
from anosim.figures.readable import length_unit, number
from anosim.figures.sheet import Window, scale_bar, sheet
from anosim.figures.style import MM, STYLE, colours
from anosim.figures.triangles import DENSE, draw_edges, edges_within
from anosim.meshes import CELLS, Floats, Mesh
from anosim.microstructure import Microstructure
from anosim.quality import over_cells
from anosim.results.mesh_report import ANGLE_BINS, SICN_BINS, worst_cell
from anosim.topology import EDGES

_MARK = "#d0021b"
_BAR = "#6d8fb3"
_PLOT = Window(0.0, 0.0, 1.0, 0.85)
_DIHEDRAL_BINS = np.linspace(0.0, 75.0, 16)
"""Of an equilateral tetrahedron it is 70.5 degrees."""
_FLATTEST, _TALLEST = 0.5, 1.2
"""Height over width of the panels."""
_LEFT, _BOTTOM = 11.0 * MM, 9.5 * MM
"""Room for the numbers and names of the histograms' axes."""
_AROUND = 14.0
"""Edge lengths of the worst triangle that the part around it is wide."""


def mesh_report(mesh: Mesh, *, over: Microstructure | None = None, columns: int = 2) -> Figure:
    """The mesh, the part around its worst triangle, and histograms of SICN and smallest angle.

    Of tetrahedra histograms of the smallest dihedral angle, SICN and the longest edge.

    Args:
        mesh: what to show.
        over: the image that it was made of, drawn under the part.
        columns: of a journal that the picture is at most as wide as, 1 or 2.

    Raises:
        InputError: an image that is not the mesh's.
    """
    if over is not None:
        check_under(over, mesh)
    if mesh.dimension == 3:
        return _of_tetrahedra(mesh, over, columns)
    phases = dict.fromkeys([*mesh.phases, *(over.phases if over else ())])
    areas = {phase: pair[0] for phase, pair in colours(phases).items()}
    worst, whole = worst_cell(mesh, over), _padded(window_of(mesh))
    part = _around(mesh, int(worst["triangle"]), whole)
    titles = ["whole mesh", f"worst triangle, in {worst['phase']}", "", ""]
    with matplotlib.rc_context(STYLE):
        page = sheet(
            [whole, part, whole, whole],
            titles=titles,
            legend=swatches(areas),
            note=_note(mesh),
            columns=columns,
        )
        first, zoom, *plots = page.panels
        _maps(first, zoom, mesh, part, int(worst["triangle"]))
        draw_ground([first], mesh, None, areas)
        draw_ground([zoom], mesh, over, areas)
        angles = mesh.angles.min(axis=1)
        for plot, values, bins, name in (
            (plots[0], mesh.quality, SICN_BINS, "SICN"),
            (plots[1], angles, ANGLE_BINS, "smallest angle / °"),
        ):
            histogram = _histogram(plot, values, bins, name, "triangles")
            _mark(histogram, float(values.min()), "worst {}")
        scale_bar(first)
        scale_bar(zoom)
    return page.figure


def _of_tetrahedra(mesh: Mesh, over: Microstructure | None, columns: int) -> Figure:
    worst = worst_cell(mesh, over)
    x, y, z = (1e6 * worst[f"{axis}_m"] for axis in "xyz")
    place = f"x {number(x)}, y {number(y)}, z {number(z)} µm"
    note = f"{_note(mesh)}. Worst tetrahedron in {worst['phase']} at {place}."
    angles = mesh.angles.min(axis=1)
    edges = over_cells(_longest_edges, mesh.points, mesh.corners)
    size, unit = length_unit(float(edges.max()))
    edges = edges / size
    bins = np.linspace(0.0, float(edges.max()), 16)
    with matplotlib.rc_context(STYLE):
        page = sheet([_PLOT] * 3, note=note, columns=columns)
        for panel, values, classes, name, (text, mark) in zip(
            page.panels,
            (angles, mesh.quality, edges),
            (_DIHEDRAL_BINS, SICN_BINS, bins),
            ("smallest dihedral angle / °", "SICN", f"longest edge / {unit}"),
            (
                ("worst {}°", angles.min()),
                ("worst {}", mesh.quality.min()),
                (f"median {{}} {unit}", np.median(edges)),
            ),
            strict=True,
        ):
            histogram = _histogram(panel, values, classes, name, "tetrahedra")
            _mark(histogram, float(mark), text)
    return page.figure


def _longest_edges(p: Floats) -> Floats:
    start, stop = np.array(EDGES[3]).T
    return np.asarray(np.linalg.norm(p[:, stop] - p[:, start], axis=2).max(axis=1))


def _maps(first: Axes, zoom: Axes, mesh: Mesh, part: Window, worst: int) -> None:
    """Edges, and where the part and the worst triangle are."""
    if len(mesh.cells) <= DENSE:
        draw_edges(first, mesh, mesh.edges.vertices, 0.2)
    else:
        for pairs in mesh.interfaces.values():
            draw_edges(first, mesh, pairs, 0.2)
    frame = (part.left, part.top), part.width, part.height
    first.add_patch(Rectangle(*frame, fill=False, edgecolor=_MARK, linewidth=0.9, zorder=3))
    place = mesh.points[mesh.corners[worst]].mean(axis=0)
    first.plot(*place, "o", mfc="none", mec=_MARK, ms=9.0, mew=0.9, zorder=3)
    draw_edges(zoom, mesh, edges_within(mesh, mesh.edges.vertices, part), 0.35)
    for pairs in mesh.interfaces.values():
        draw_edges(zoom, mesh, edges_within(mesh, pairs, part), 1.1)
    order = [0, 3, 1, 4, 2, 5] if mesh.order == 2 else [0, 1, 2]
    shape = mesh.points[mesh.cells[worst][order]]
    zoom.add_patch(Polygon(shape, facecolor=_MARK, edgecolor=_MARK, alpha=0.75, zorder=3))


def _padded(box: Window) -> Window:
    """A window around a box that is neither so flat nor so tall that plots do not fit in."""
    width = max(box.width, box.height / _TALLEST)
    height = max(box.height, box.width * _FLATTEST)
    return Window(
        box.left - (width - box.width) / 2.0, box.top - (height - box.height) / 2.0, width, height
    )


def _around(mesh: Mesh, cell: int, whole: Window) -> Window:
    """A window of the whole's shape around a triangle, inside the whole."""
    corners = mesh.points[mesh.corners[cell]]
    size = np.array([whole.width, whole.height])
    edge = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max()
    share = min(1.0, _AROUND * edge / float(size.max()))
    low = np.array([whole.left, whole.top])
    corner = np.clip(corners.mean(axis=0) - share * size / 2, low, low + (1.0 - share) * size)
    return Window(*(float(length) for length in (*corner, *(share * size))))


def _histogram(panel: Axes, values: Floats, bins: Floats, name: str, cells: str) -> Axes:
    """How many cells are in each class, inside of a panel for maps."""
    panel.set_axis_off()
    box, dpi = panel.get_window_extent(), panel.figure.dpi
    left, bottom = _LEFT * dpi / box.width, _BOTTOM * dpi / box.height
    axes = panel.inset_axes((left, bottom, 0.99 - left, 1.0 - bottom))
    counts = np.histogram(np.clip(values, bins[0], bins[-1]), bins)[0]
    share = 100.0 * counts / counts.sum()
    axes.bar(bins[:-1], share, np.diff(bins), align="edge", color=_BAR, edgecolor="white", lw=0.4)
    axes.set_xlim(bins[0], bins[-1])
    axes.set(xlabel=name, ylabel=f"{cells} / %")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _mark(axes: Axes, value: float, text: str) -> None:
    """A value of a histogram; the text has braces where it is to stand."""
    axes.axvline(value, color=_MARK, lw=0.9)
    to_left = value > sum(axes.get_xlim()) / 2.0
    axes.annotate(
        text.format(number(value, 2)),
        (value, 0.97),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-3 if to_left else 3, 0),
        textcoords="offset points",
        ha="right" if to_left else "left",
        va="top",
        color=_MARK,
        fontsize=7.0,
    )


def _note(mesh: Mesh) -> str:
    return (
        f"{len(mesh.cells):,} {CELLS[mesh.dimension][1]} of order {mesh.order}; SICN worst "
        f"{mesh.quality.min():.2f}, mean {mesh.quality.mean():.2f}; smallest "
        f"{'angle' if mesh.dimension == 2 else 'dihedral angle'} "
        f"{mesh.angles.min():.1f}°"
    )
