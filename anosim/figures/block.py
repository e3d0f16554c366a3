"""A block seen from the front, above and the right, with its nearest octant cut away.

The projection is parallel, so that every face of the block is an affine picture of a slice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from anosim.figures.readable import length
from anosim.figures.sheet import Window
from anosim.meshes import Floats

Pixels = NDArray[np.uint8]
"""Red, green and blue of every pixel of a slice, shape (rows, columns, 3)."""

_AZIMUTH, _ELEVATION = radians(32.0), radians(24.0)
RIGHT = np.array([cos(_AZIMUTH), 0.0, sin(_AZIMUTH)])
DOWN = np.array(
    [sin(_ELEVATION) * sin(_AZIMUTH), cos(_ELEVATION), -sin(_ELEVATION) * cos(_AZIMUTH)]
)
AHEAD = np.cross(RIGHT, DOWN)
"""Directions of the picture in (x, y, z); x runs to the right, y down and z into the picture."""
IN_PLANE = ((2, 1), (0, 2), (0, 1))
"""Axes that run along the columns and the rows of a slice across x, y and z."""
SHADES = (0.84, 0.93, 1.0)
"""Brightness of faces across x, y and z where their colours are no measure."""
_MARGINS = (0.12, 0.02, 0.02, 0.12)
"""Room for lengths to the left, above, to the right and below, as parts of the longer side."""

_TEXT = 6.5
"""Distance from a length's arrow to its text, points."""


@dataclass(frozen=True)
class Face:
    """A rectangle of a block's surface.

    Attributes:
        axis: that it is across, 0 (x) to 2 (z).
        level: its place on that axis, m.
        low: (x, y, z) of the corner where its picture begins, m.
        high: (x, y, z) of the corner where it ends, m.
        outer: whether it is on the outside, where the octant leaves a hole.
    """

    axis: int
    level: float
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    outer: bool


@dataclass(frozen=True)
class Block:
    """A box between two corners, m, without the part right of, above and before ``cut``."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    cut: tuple[float, float, float]

    @classmethod
    def halved(cls, low: Floats, high: Floats) -> "Block":
        """A box cut in the middle."""
        corners = (low.tolist(), high.tolist(), ((low + high) / 2.0).tolist())
        return cls(*((x, y, z) for x, y, z in corners))

    @cached_property
    def faces(self) -> list[Face]:
        """The three outer faces that are seen, then the three inner ones."""
        outside = (self.high[0], self.low[1], self.low[2])
        found = [Face(k, outside[k], self.low, self.high, outer=True) for k in range(3)]
        first, last = self.removed
        inner = [Face(k, self.cut[k], first, last, outer=False) for k in range(3)]
        return found + [f for f in inner if all(first[k] < last[k] for k in IN_PLANE[f.axis])]

    @property
    def removed(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Corners of the part that is cut away."""
        (_, top, front), (right, _, _), (x, y, z) = self.low, self.high, self.cut
        return (x, top, front), (right, y, z)

    @cached_property
    def window(self) -> Window:
        """What the block and its lengths take of the picture's plane."""
        corners = _corners(self.low, self.high)
        left, top = project(corners).min(axis=0)
        right, bottom = project(corners).max(axis=0)
        size = max(right - left, bottom - top)
        before, above, behind, below = (share * size for share in _MARGINS)
        return Window(
            float(left - before),
            float(top - above),
            float(right - left + before + behind),
            float(bottom - top + above + below),
        )


def project(points: Floats) -> Floats:
    """Places of points (x, y, z) in the picture's plane, the second downwards, shape (n, 2)."""
    return np.asarray(points @ np.stack([RIGHT, DOWN], axis=1))


def draw_block(panel: Axes, block: Block, picture: Callable[[Face], Pixels]) -> None:
    """Every visible face with its picture, and the block's edges; arguments of ``draw_faces``."""
    draw_faces(panel, block, picture)
    draw_edges(panel, block)


def draw_faces(panel: Axes, block: Block, picture: Callable[[Face], Pixels]) -> None:
    """Every visible face with its picture.

    Args:
        panel: over the block's window.
        block: what to draw.
        picture: of a face, from its low to its high corner, rows and columns along ``IN_PLANE``.
    """
    view = panel.get_xlim(), panel.get_ylim()
    for face in block.faces:
        pixels = picture(face)
        seen = np.full((*pixels.shape[:2], 4), 255, dtype=np.uint8)
        seen[..., :3] = pixels
        if face.outer:
            _cut_hole(seen, face, block)
        columns, rows = IN_PLANE[face.axis]
        panel.imshow(
            seen,
            extent=(face.low[columns], face.high[columns], face.high[rows], face.low[rows]),
            transform=_onto(face) + panel.transData,
            aspect="auto",
            zorder=0,
        )
    panel.set(xlim=view[0], ylim=view[1])


def draw_edges(panel: Axes, block: Block) -> None:
    """The visible edges of the block and of the part that is cut away; no frame around."""
    panel.set_axis_off()
    (x0, y0, z0), (x1, y1, z1), (x, y, z) = block.low, block.high, block.cut
    lines = [
        [(x0, y0, z0), (x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1), (x0, y0, z1),
         (x0, y0, z0), (x, y0, z0), (x, y, z0), (x1, y, z0), (x1, y1, z0)],
        [(x, y0, z0), (x, y0, z), (x1, y0, z), (x1, y, z), (x1, y, z0)],
        [(x, y, z0), (x, y, z)],
        [(x, y0, z), (x, y, z), (x1, y, z)],
        [(x1, y0, z), (x1, y0, z1)],
    ]  # fmt: skip
    paths = [project(np.array(line)) for line in lines]
    for colour, width in (("#ffffffb0", 1.4), ("#222222", 0.6)):  # seen over dark faces, too
        drawn = LineCollection(paths, colors=colour, linewidths=width, capstyle="round", zorder=3)
        panel.add_collection(drawn, autolim=False)


def draw_lengths(panel: Axes, block: Block) -> None:
    """The block's lengths along x, y and z, with arrows in the directions that they run in."""
    (x0, y0, z0), (x1, y1, z1) = block.low, block.high
    edges = {
        "x": ((x0, y1, z0), (x1, y1, z0), (-0.3, 1.0)),
        "y": ((x0, y0, z0), (x0, y1, z0), (-1.0, 0.0)),
        "z": ((x1, y1, z0), (x1, y1, z1), (0.6, 1.0)),
    }
    gap = 0.03 * max(panel_size(panel))
    for name, (start, end, away) in edges.items():
        ends = project(np.array([start, end]))
        along = ends[1] - ends[0]
        normal = np.array([-along[1], along[0]]) / np.hypot(*along)
        normal *= np.sign(normal @ away)
        ends = ends + gap * normal
        arrow = {"arrowstyle": "-|>,head_width=0.15,head_length=0.3", "lw": 0.6, "color": "#222222",
                 "shrinkA": 0.0, "shrinkB": 0.0}  # fmt: skip
        panel.annotate("", ends[1], ends[0], arrowprops=arrow, annotation_clip=False)
        slope = -np.degrees(np.arctan2(along[1], along[0]))
        panel.annotate(
            f"{name}: {length(float(np.subtract(end, start).max()))}",
            ends.mean(axis=0),
            _TEXT * normal * [1.0, -1.0],
            textcoords="offset points",
            rotation=slope if abs(slope) < 89.0 else 90.0,
            rotation_mode="anchor",
            ha="center",
            va="center",
            fontsize=7.5,
            annotation_clip=False,
        )


def panel_size(panel: Axes) -> tuple[float, float]:
    """Width and height of what a panel shows, in its own units."""
    (left, right), (bottom, top) = panel.get_xlim(), panel.get_ylim()
    return abs(right - left), abs(bottom - top)


def shaded(pixels: Pixels, face: Face) -> Pixels:
    """A face's picture as bright as its direction makes it."""
    return np.round(pixels * SHADES[face.axis]).astype(np.uint8)


def _onto(face: Face) -> Affine2D:
    """From the face's own two axes to the picture's plane."""
    columns, rows = IN_PLANE[face.axis]
    start = np.zeros(3)
    start[face.axis] = face.level
    (u, v), across, along = (
        project(start),
        (RIGHT[columns], DOWN[columns]),
        (RIGHT[rows], DOWN[rows]),
    )
    return Affine2D(np.array([[across[0], along[0], u], [across[1], along[1], v], [0, 0, 1]]))


def _cut_hole(seen: Pixels, face: Face, block: Block) -> None:
    """Make transparent what the octant takes off an outer face."""
    first, last = block.removed
    parts: list[slice] = []
    for axis, count in zip(IN_PLANE[face.axis], seen.shape[1::-1], strict=True):
        size = face.high[axis] - face.low[axis]
        ends = [round(count * (end[axis] - face.low[axis]) / size) for end in (first, last)]
        parts.append(slice(*ends))
    seen[parts[1], parts[0], 3] = 0


def _corners(low: Sequence[float], high: Sequence[float]) -> Floats:
    grid = np.meshgrid(*zip(low, high, strict=True))
    return np.stack(grid, axis=-1).reshape(-1, 3)
