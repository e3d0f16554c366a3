"""Pieces of figures: grey images, labels, 3D views of voxels, all with scale bars."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from anosim import Microstructure
from anosim.figures.readable import length
from anosim.figures.style import MM, PHASES

STATES = {0: "pristine", 3: "3 cycles", 100: "100 cycles", 300: "300 cycles"}
LINES = {0: "#1b2a6b", 3: "#2b8cbe", 100: "#8f8400", 300: "#d95f02"}
"""Of the states in all curves; told apart by lightness too."""
STROKE = {0: "-", 3: "-.", 100: "--", 300: "-"}
_LIGHT: dict[str, Any] = {"ambient": 0.45, "diffuse": 0.6}
_FLAT: dict[str, Any] = {"ambient": 0.75, "diffuse": 0.25}
"""Faces in the shade keep their colour, and nearly so where it stands for a value."""
NOTE = "SYNTHETIC structures and images (anosim.synthetic)"


def strong(phase: str) -> tuple[float, float, float]:
    """The saturated colour of a phase."""
    red, green, blue = to_rgb(PHASES[phase][1])
    return red, green, blue


def grey(
    axes: Axes, values: NDArray[Any], voxel: tuple[float, ...], like: NDArray[Any] | None = None
) -> None:
    """A grey slice, without ticks, in micrometres; its scale may be that of another."""
    low, high = np.quantile(values if like is None else like, (0.005, 0.995))
    _frame(
        axes, axes.imshow(values, cmap="gray", vmin=low, vmax=high, extent=_extent(values, voxel))
    )


def overlay(axes: Axes, image: Microstructure, values: NDArray[Any], share: float = 0.75) -> None:
    """The phases of a slice in their colours over its grey values."""
    low, high = np.quantile(values, (0.005, 0.995))
    pixels = np.repeat(np.clip((values - low) / (high - low), 0.0, 1.0)[..., None], 3, axis=-1)
    for phase, label in image.phases.items():
        here = image.labels == label
        pixels[here] = (1.0 - share) * pixels[here] + share * np.array(strong(phase))
    _frame(axes, axes.imshow(pixels, extent=_extent(values, image.voxel)))


def bar(axes: Axes, size: float, colour: str = "white") -> None:
    """A scale bar of a length in m inside the lower left corner of a slice."""
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    x, y, long = 0.03 * right, bottom - 0.05 * abs(right), 1e6 * size
    axes.plot([x, x + long], [y, y], color=colour, lw=2.0, solid_capstyle="butt")
    axes.text(x + long / 2, y - 0.012 * right, length(size), color=colour, ha="center", va="bottom",
              fontsize=7.0, path_effects=_outline(colour))  # fmt: skip


def letter(axes: Axes, text: str, title: str = "") -> None:
    """The letter of a panel and what it shows, above it."""
    axes.set_title(f"$\\bf{{{text}}}$  {title}", loc="left", fontsize=8.0)


def trim(axes: Axes) -> None:
    """Leave out the frame above and to the right."""
    axes.spines[["top", "right"]].set_visible(False)


def note(figure: Any, text: str = NOTE) -> None:
    """A line at the bottom of a figure."""
    figure.supxlabel(text, fontsize=7.0, x=0.01, ha="left")


def block(
    parts: list[tuple[NDArray[np.bool_], Any]], voxel: tuple[float, ...], scale: float
) -> NDArray[np.uint8]:
    """A picture of voxels seen from above and the side, depth downwards.

    Args:
        parts: masks (z, y, x), each with a colour, or with values, their limits and a colour map.
        voxel: size per axis, m.
        scale: length of the black bar along x below the block, m.
    """
    import pyvista

    shape = np.array(parts[0][0].shape)
    size = np.array(voxel) * 1e6
    plotter = pyvista.Plotter(off_screen=True, window_size=[900, 620])
    plotter.set_background("white")
    for mask, look in parts:
        if mask.any():
            _add(plotter, mask, look, size)
    x, y, z = (shape * size)[::-1]
    plotter.add_mesh(pyvista.Box((0, x, 0, y, 0, z)).outline(), color="#555555", line_width=2)
    start, end = np.array([0.0, y * 1.03, z * 1.06]), np.array([1e6 * scale, y * 1.03, z * 1.06])
    plotter.add_mesh(pyvista.Line(start, end), color="black", line_width=9)
    middle = np.array([x, y, z]) / 2.0
    plotter.camera.position = middle + np.array([0.45, 1.0, -0.72]) * 300.0
    plotter.camera.focal_point = middle
    plotter.camera.up = (0.0, 0.0, -1.0)
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    plotter.camera.zoom(1.1)
    picture = plotter.screenshot(return_img=True)
    plotter.close()
    return _cropped(np.asarray(picture))


def show(axes: Axes, picture: NDArray[np.uint8]) -> None:
    """A rendered picture without axes."""
    axes.imshow(picture, interpolation="antialiased")
    axes.set_axis_off()


def _add(plotter: Any, mask: NDArray[np.bool_], look: Any, size: NDArray[np.float64]) -> None:
    import pyvista

    grid = pyvista.ImageData(dimensions=np.array(mask.shape[::-1]) + 1, spacing=size[::-1])
    flat = mask.ravel()
    if isinstance(look, dict):
        grid.cell_data["value"] = np.where(mask, look["values"], 0.0).ravel()
    surface = grid.extract_cells(np.flatnonzero(flat)).extract_surface(algorithm="dataset_surface")
    if isinstance(look, dict):
        plotter.add_mesh(
            surface, scalars="value", clim=look["limits"], cmap=look["cmap"],
            show_scalar_bar=False, **_FLAT,
        )  # fmt: skip
    else:
        plotter.add_mesh(surface, color=look, **_LIGHT)


def _cropped(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without the white around it."""
    seen = (picture < 250).any(axis=-1)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _extent(values: NDArray[Any], voxel: tuple[float, ...]) -> tuple[float, float, float, float]:
    rows, columns = values.shape
    return (0.0, 1e6 * voxel[1] * columns, 1e6 * voxel[0] * rows, 0.0)


def _frame(axes: Axes, _: Any) -> None:
    axes.set(xticks=[], yticks=[])
    axes.autoscale(False)


def _outline(colour: str) -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=1.2, foreground="black" if colour == "white" else "white")]


__all__ = [
    "LINES", "MM", "NOTE", "STATES", "STROKE", "bar", "block", "grey", "letter", "note", "overlay",
    "show", "strong", "trim",
]  # fmt: skip
