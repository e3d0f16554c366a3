"""What lies under a picture: the image's phases, or the mesh's."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, PathPatch
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.figures.outline import outline, small_triangles
from anosim.figures.sheet import Window
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.voxel_grid import VoxelGrid

_COMPLEX = 5000
"""Corners from which on a shape goes into a vector file as pixels, so that it stays small."""

Colours = Mapping[str, Any]
"""A matplotlib colour per phase."""


def window_of(mesh: Mesh) -> Window:
    """The mesh's bounding box."""
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    return Window(float(low[0]), float(low[1]), *(float(size) for size in high - low))


def check_under(image: Microstructure, mesh: Mesh) -> None:
    """Refuse an image that a mesh was not made of.

    Raises:
        InputError: a volume for a mesh in the plane or the other way round, or an image more than
            a voxel smaller or larger than the mesh.
    """
    if mesh.dimension == 2:
        plane(image)
    elif image.labels.ndim != 3:
        raise InputError(
            f"the image has shape {image.labels.shape}: pictures of tetrahedra need the volume "
            "that they were made of"
        )
    VoxelGrid(image.labels.shape, image.voxel).check_covers(mesh.points)


def plane(image: Microstructure) -> NDArray[Any]:
    """The image's labels, shape (y, x).

    Raises:
        InputError: the image is a volume.
    """
    if image.labels.ndim != 2:
        raise InputError(
            f"the image has shape {image.labels.shape}: pictures of a mesh need a single slice"
        )
    return np.asarray(image.labels)


def draw_image(
    panel: Axes, labels: NDArray[Any], extent: Window, phases: Mapping[str, int], colours: Colours
) -> None:
    """Labels as flat colours; the picture of voxel (0, 0) is in the upper left corner."""
    pixels = painted(labels, phases, colours)
    right, bottom = extent.left + extent.width, extent.top + extent.height
    view = panel.get_xlim(), panel.get_ylim()
    panel.imshow(pixels, extent=(extent.left, right, bottom, extent.top), aspect="auto", zorder=0)
    panel.set(xlim=view[0], ylim=view[1])


def painted(labels: NDArray[Any], phases: Mapping[str, int], colours: Colours) -> NDArray[np.uint8]:
    """Red, green and blue of every pixel, shape (rows, columns, 3); white where no phase is."""
    pixels = np.full((*labels.shape, 3), 255, dtype=np.uint8)
    for phase, label in phases.items():
        pixels[labels == label] = np.round(255 * np.array(to_rgb(colours[phase])))
    return pixels


def draw_ground(
    panels: Sequence[Axes], mesh: Mesh, over: Microstructure | None, colours: Colours
) -> None:
    """The image under the mesh, or without one the phases as they are in the mesh."""
    if over is not None:
        box = Window(0.0, 0.0, *over.extent)
        for panel in panels:
            draw_image(panel, plane(over), box, over.phases, colours)
        return
    for rank, phase in enumerate(mesh.phases):
        shape = outline(mesh.points, small_triangles(mesh.cells[mesh.cell_phase == rank]))
        style = {"facecolor": colours[phase], "edgecolor": colours[phase], "linewidth": 0.2}
        pixels = len(shape) > _COMPLEX
        for panel in panels:
            panel.add_patch(PathPatch(shape, zorder=0, rasterized=pixels, **style))


def swatches(colours: Colours, labels: Mapping[str, str] | None = None) -> list[Patch]:
    """Legend entries of phases."""
    return [
        Patch(facecolor=colour, edgecolor="#666666", linewidth=0.4, label=(labels or {}).get(p, p))
        for p, colour in colours.items()
    ]
