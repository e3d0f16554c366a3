"""The concentration on a raster at many times, small enough to go into a page."""

import json
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from anosim.errors import InputError
from anosim.figures.concentration import limits_of
from anosim.figures.ground import check_under
from anosim.formats.atomic import replacing
from anosim.meshes import Floats
from anosim.microstructure import Microstructure
from anosim.solution import Solution

FIRST = 16
"""Level of the lowest concentration; the levels below are phases. 255 is the highest."""
WIDEST = 320
"""Pixels of the longer side, at most."""
COUNT, DECADES = 24, 4.0
"""Times between those of the output, evenly spaced in their logarithm over some decades."""
_KEY = "anosim"


@dataclass(frozen=True, eq=False)
class Frames:
    """Levels of the concentration over time.

    Attributes:
        times: s, ascending; infinite for a steady state.
        levels: shape (n_times, rows, columns), uint8. From ``FIRST`` on the concentration between
            ``low`` and ``high``, below it the rank of a phase without a material.
        low: mol/m^3.
        high: mol/m^3.
        phases: by rank.
        extent: width and height, m.
    """

    times: Floats
    levels: NDArray[np.uint8]
    low: float
    high: float
    phases: tuple[str, ...]
    extent: tuple[float, float]

    def write(self, path: str | PathLike[str]) -> None:
        """Write one grey PNG, the frames below each other, the rest in its text."""
        about = {
            "times_s": [float(t) if np.isfinite(t) else None for t in self.times],
            "low_mol_per_m3": self.low,
            "high_mol_per_m3": self.high,
            "phases": self.phases,
            "extent_m": self.extent,
        }
        text = PngImagePlugin.PngInfo()
        text.add_text(_KEY, json.dumps(about))
        sheet = Image.fromarray(self.levels.reshape(-1, self.levels.shape[2]))
        with replacing(path) as temporary:
            sheet.save(temporary, format="PNG", pnginfo=text)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> "Frames":
        """What ``write`` wrote.

        Raises:
            InputError: another picture.
        """
        with Image.open(path) as sheet:
            held: dict[str, Any] = json.loads(getattr(sheet, "text", {}).get(_KEY, "null")) or {}
            if not held:
                raise InputError(f"{str(path)!r} holds no frames of a concentration")
            levels = np.asarray(sheet)
        times = np.array([np.inf if t is None else t for t in held["times_s"]])
        return cls(
            times,
            levels.reshape(len(times), -1, levels.shape[1]),
            held["low_mol_per_m3"],
            held["high_mol_per_m3"],
            tuple(held["phases"]),
            (held["extent_m"][0], held["extent_m"][1]),
        )


def frames(solution: Solution, image: Microstructure, times: Floats | None = None) -> Frames:
    """The concentration over an image on a raster, at the given times and some between.

    Args:
        solution: in two dimensions.
        image: what its mesh was made of.
        times: s, that have to be there; of a steady state none.

    Raises:
        InputError: the image is a volume or not the mesh's, or there are more than 16 phases.
    """
    check_under(image, solution.domain.mesh)
    if len(image.phases) > FIRST:
        raise InputError(f"{len(image.phases)} phases: a page shows up to {FIRST}")
    rows, columns = _raster(image)
    y = (np.arange(rows) + 0.5) * image.extent[1] / rows
    x = (np.arange(columns) + 0.5) * image.extent[0] / columns
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    t = _times(solution, times)
    c = solution.at(points, None if solution.problem.steady else t).reshape(-1, rows, columns)
    low, high = limits_of(solution, c[np.isfinite(c)])
    part = np.clip((np.nan_to_num(c, nan=low) - low) / (high - low), 0.0, 1.0)
    levels = np.round(FIRST + (255 - FIRST) * part).astype(np.uint8)
    ranks = np.searchsorted(np.sort(list(image.phases.values())), _labels(image, y, x))
    names = sorted(image.phases, key=lambda name: image.phases[name])
    inside = np.isfinite(c[0])
    conducting = np.array([name in solution.domain.phases for name in names])[ranks]
    levels[:, ~inside] = ranks[~inside]
    levels = _filled(levels, ~inside & conducting)
    extent = (image.extent[0], image.extent[1])
    return Frames(t, levels, low, high, tuple(names), extent)


def _raster(image: Microstructure) -> tuple[int, int]:
    rows, columns = image.labels.shape
    width, height = image.extent[:2]
    size = max(width, height) / min(WIDEST, max(rows, columns))
    return max(1, round(height / size)), max(1, round(width / size))


def _times(solution: Solution, wanted: Floats | None) -> Floats:
    if solution.problem.steady:
        return np.array([np.inf])
    until = solution.problem.until
    first = max(min(solution.resolved_from, until / 10.0), until * 10.0**-DECADES)
    between = np.geomspace(first, until, COUNT)
    given = np.array([] if wanted is None else wanted, dtype=float)
    near = np.abs(np.log(between[:, None] / np.maximum(given, first * 1e-3))) < 0.1
    return np.unique(np.concatenate([[0.0], given, between[~near.any(axis=1)], [until]]))


def _labels(image: Microstructure, y: Floats, x: Floats) -> NDArray[Any]:
    i = np.minimum((y / image.voxel[0]).astype(int), image.labels.shape[0] - 1)
    j = np.minimum((x / image.voxel[1]).astype(int), image.labels.shape[1] - 1)
    return np.asarray(image.labels[np.ix_(i, j)])


def _filled(levels: NDArray[np.uint8], gaps: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Gaps as their nearest neighbour.

    Smoothed boundaries leave pixels out that the image counts to a phase with a material.
    """
    if gaps.any() and not gaps.all():
        from scipy.ndimage import distance_transform_edt

        _, (i, j) = distance_transform_edt(gaps, return_indices=True)
        levels = levels[:, i, j]
    return levels
