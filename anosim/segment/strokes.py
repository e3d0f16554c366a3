"""Strokes: examples of phases, painted over an image or listed as lines."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.images import read_labels
from anosim.image import Image
from anosim.units import si

UNPAINTED = -1
_MOST = 127


@dataclass(frozen=True, eq=False)
class Strokes:
    """Examples of phases.

    Attributes:
        marks: position in the phases, or -1 where nothing is painted, shape of the image.
    """

    marks: NDArray[np.int8]

    def check(self, image: Image, phases: Sequence[str]) -> None:
        """Refuse strokes that are not this image's, or leave a phase without an example.

        Raises:
            InputError: another shape, or phases without strokes.
        """
        if self.marks.shape != image.values.shape:
            raise InputError(
                f"strokes have shape {self.marks.shape}, the image {image.values.shape}: paint "
                "them over the same image"
            )
        painted = set(np.unique(self.marks).tolist())
        bare = [name for rank, name in enumerate(phases) if rank not in painted]
        if bare:
            raise InputError(f"no stroke shows {listing(bare)}: paint at least one for each phase")

    @property
    def painted(self) -> NDArray[np.bool_]:
        """Where something is painted."""
        return np.asarray(self.marks != UNPAINTED)


def strokes_from_image(
    labels: NDArray[Any], phases: Sequence[str], values: Mapping[str, int] | None = None
) -> Strokes:
    """Strokes from an image of the same shape in which each phase is painted in its own value.

    Args:
        labels: 0 where nothing is painted.
        phases: names of the phases from dark to bright.
        values: painted value of each phase; without it 1, 2, ... in the order of the phases.

    Raises:
        InputError: a value that belongs to no phase, or a phase without a value.
    """
    given = dict(values) if values is not None else {n: k + 1 for k, n in enumerate(phases)}
    missing = [name for name in phases if name not in given]
    if missing:
        raise InputError(f"no painted value is given for {listing(missing)}")
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biu":
        raise InputError(f"strokes hold {labels.dtype} values: they are integers, 0 is unpainted")
    marks = np.full(labels.shape, UNPAINTED, dtype=np.int8)
    for rank, name in enumerate(phases):
        marks[labels == given[name]] = rank
    strange = np.unique(labels[(labels != 0) & (marks == UNPAINTED)])
    if strange.size:
        raise InputError(
            f"strokes hold the value {strange[0]}, which is no phase's: values are {given}"
        )
    return Strokes(marks)


def strokes_from_lines(
    lines: Sequence[Mapping[str, Any]], phases: Sequence[str], image: Image
) -> Strokes:
    """Strokes from lines along points.

    Args:
        lines: each with ``phase``, ``points``, a list of (x, y[, z]) in m or text with units, and
            ``width``, by default three pixels.
        phases: names of the phases from dark to bright.
        image: the image that they lie on.

    Raises:
        InputError: an unknown phase or key, or a line outside of the image.
    """
    marks = np.full(image.values.shape, UNPAINTED, dtype=np.int8)
    for number, line in enumerate(lines):
        unknown = [key for key in line if key not in ("phase", "points", "width")]
        if unknown or "phase" not in line or "points" not in line:
            raise InputError(
                f"stroke {number} has {listing(line)}: expected phase, points and, if wanted, width"
            )
        if line["phase"] not in phases:
            raise InputError(
                f"stroke {number} is of {line['phase']!r}: phases are {listing(phases)}"
            )
        plane, path, radius = _path(line, number, image)
        view = marks if marks.ndim == 2 else marks[plane]
        if not _draw(view, path, radius, list(phases).index(line["phase"])):
            raise InputError(
                f"stroke {number} lies outside of the image: x runs with columns and y with rows "
                "from the upper left corner"
            )
    return Strokes(marks)


def _path(
    line: Mapping[str, Any], number: int, image: Image
) -> tuple[int, NDArray[np.float64], float]:
    """Slice, corners as (row, column) and half width in pixels of a line."""
    voxel, axes = image.voxel, image.values.ndim
    points = line["points"]
    if not isinstance(points, Sequence) or not points or any(
        not isinstance(p, Sequence) or isinstance(p, str) or len(p) != axes for p in points
    ):  # fmt: skip
        raise InputError(f"stroke {number}: points is a list of points with {axes} coordinates")
    metres = np.array([[si(value, "m", f"stroke {number}") for value in p] for p in points])
    row_column = metres[:, 1::-1] / np.array(voxel[-2:]) - 0.5
    plane = 0
    if axes == 3:
        planes = np.unique(np.floor(metres[:, 2] / voxel[0]).astype(int))
        if len(planes) != 1 or not 0 <= planes[0] < len(image.values):
            raise InputError(f"stroke {number} does not lie in one slice of the image")
        plane = int(planes[0])
    width = si(line["width"], "m", "width") if "width" in line else 3.0 * voxel[-1]
    return plane, row_column, max(width / voxel[-1] / 2.0, 0.5)


def _draw(marks: NDArray[np.int8], path: NDArray[np.float64], radius: float, rank: int) -> bool:
    """Paint within a distance of a line; whether it touches the image."""
    low = np.maximum(np.floor(path.min(axis=0) - radius), 0).astype(int)
    high = np.minimum(np.ceil(path.max(axis=0) + radius) + 1, marks.shape).astype(int)
    if np.any(high <= low):
        return False
    pixels = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij"), axis=-1)
    near = np.zeros(pixels.shape[:2], dtype=bool)
    ends = path[1:] if len(path) > 1 else path
    for start, end in zip(path, ends, strict=False):
        way = end - start
        length = float(way @ way)
        along = (
            np.clip((pixels - start) @ way / length, 0.0, 1.0) if length else np.zeros(near.shape)
        )
        near |= np.hypot(*np.moveaxis(pixels - start - along[..., None] * way, -1, 0)) <= radius
    marks[low[0] : high[0], low[1] : high[1]][near] = rank
    return bool(near.any())


def read_strokes(
    path: str | PathLike[str],
    phases: Sequence[str],
    image: Image,
    values: Mapping[str, int] | None = None,
) -> Strokes:
    """Strokes from a file: a painted image, or a TOML file with tables under [[strokes]].

    Args:
        path: .toml, or an image of the same shape.
        phases: names of the phases from dark to bright.
        image: the image that they lie on.
        values: painted value of each phase: see ``strokes_from_image``.

    Raises:
        InputError: a file that is neither, or strokes that do not fit.
    """
    path = Path(path)
    if path.suffix.lower() != ".toml":
        return strokes_from_image(read_labels(path), phases, values)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the strokes {str(path)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{str(path)!r} is not TOML: {error}") from None
    lines = found.get("strokes")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise InputError(f"{str(path)!r} has no tables under [[strokes]]")
    return strokes_from_lines(lines, phases, image)
