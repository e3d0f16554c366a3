"""Surfaces in space as pixels, in the projection of ``anosim.figures.block``, by PyVista."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from anosim.errors import MissingDependencyError
from anosim.figures.block import AHEAD, DOWN, RIGHT
from anosim.meshes import Floats, Ints

_DPI = 300
"""Dots per inch of what is rendered."""
_FINER = 2
"""Each dot is the mean of this many pixels each way."""
_LIGHT = (-0.35, 0.55, 1.0)
"""Where the light comes from: right, up and towards the viewer."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles in space.

    Attributes:
        points: (x, y, z), m, shape (n_points, 3).
        triangles: indices of points, shape (n, 3).
        colours: red, green and blue of each triangle, or of each point, 0 to 255.
        lit: whether light falls on it; otherwise it has its colours as they are.
        edges: width of the triangles' edges, points; 0 for none.
    """

    points: Floats
    triangles: Ints
    colours: NDArray[np.uint8]
    lit: bool = True
    edges: float = 0.0


def check_renderer() -> None:
    """Say what to install before any work is done.

    Raises:
        MissingDependencyError: PyVista is not installed.
    """
    try:
        import pyvista  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "pictures of meshes and surfaces in space need PyVista: pip install 'anosim[scene]'"
        ) from error


def draw_surfaces(panel: Axes, surfaces: Sequence[Surface], *, zorder: float = 1.0) -> None:
    """Render surfaces into a panel over a window of the picture's plane."""
    left, right = panel.get_xlim()
    bottom, top = panel.get_ylim()
    figure = panel.get_figure(root=True)
    assert figure is not None
    box, dpi = panel.get_window_extent(), figure.dpi
    size = [max(2, round(length / dpi * _DPI)) for length in (box.width, box.height)]
    pixels = _rendered(surfaces, (left, top, right, bottom), size)
    panel.imshow(
        pixels, extent=(left, right, bottom, top), aspect="auto", zorder=zorder,
        interpolation="antialiased",
    )  # fmt: skip
    panel.set(xlim=(left, right), ylim=(bottom, top))


def _rendered(
    surfaces: Sequence[Surface], window: tuple[float, float, float, float], size: Sequence[int]
) -> NDArray[np.uint8]:
    """Red, green, blue and opacity, shape (rows, columns, 4)."""
    with quiet():
        return _smaller(_screenshot(surfaces, window, [_FINER * n for n in size]))


def _screenshot(
    surfaces: Sequence[Surface], window: tuple[float, float, float, float], shape: Sequence[int]
) -> NDArray[np.uint8]:
    import pyvista

    left, top, right, bottom = window
    scale = 1.0 / max(right - left, bottom - top)  # what is drawn is about 1 large: see float32
    plotter: Any = pyvista.Plotter(off_screen=True, window_size=list(shape), lighting="none")
    plotter.add_light(pyvista.Light(position=_LIGHT, light_type="camera light"))
    for surface in surfaces:
        if len(surface.triangles) == 0:
            continue
        mesh = pyvista.PolyData.from_regular_faces(
            scale * surface.points, surface.triangles.astype(int)
        )
        mesh["colour"] = surface.colours
        plotter.add_mesh(
            mesh,
            scalars="colour",
            rgb=True,
            lighting=surface.lit,
            ambient=0.45 if surface.lit else 1.0,
            diffuse=0.65 if surface.lit else 0.0,
            specular=0.0,
            show_edges=surface.edges > 0.0,
            edge_color="#1a1a1a",
            line_width=surface.edges / 72.0 * _DPI * _FINER,
            show_scalar_bar=False,
        )
    middle = scale * (RIGHT * (left + right) + DOWN * (top + bottom)) / 2.0
    camera = plotter.camera
    camera.focal_point = tuple(middle)
    camera.position = tuple(middle - 10.0 * AHEAD)
    camera.up = tuple(-DOWN)
    camera.parallel_projection = True
    camera.parallel_scale = scale * (bottom - top) / 2.0
    camera.clipping_range = (1.0, 20.0)
    pixels = plotter.screenshot(None, return_img=True, transparent_background=True)
    plotter.close()
    return np.asarray(pixels)


@contextmanager
def quiet() -> Iterator[None]:
    """No word from VTK about a missing display, which it can do without."""
    from vtkmodules.vtkCommonCore import vtkLogger

    before = vtkLogger.GetCurrentVerbosityCutoff()
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
    try:
        yield
    finally:
        vtkLogger.SetStderrVerbosity(before)


def _smaller(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Means of squares of pixels, of colours by their opacity."""
    rows, columns = (n // _FINER for n in pixels.shape[:2])
    squares = pixels.reshape(rows, _FINER, columns, _FINER, 4).astype(np.float32)
    opacity = squares[..., 3:].sum(axis=(1, 3))
    colours = (squares[..., :3] * squares[..., 3:]).sum(axis=(1, 3)) / np.maximum(opacity, 1.0)
    return np.concatenate([colours, opacity / _FINER**2], axis=2).round().astype(np.uint8)
