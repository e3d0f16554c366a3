"""The concentration on a raster at many times, small enough to go into a page."""

import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from anosim.errors import InputError
from anosim.figures.concentration import limits_of
from anosim.figures.ground import check_under
from anosim.figures.lattice import on_lattice
from anosim.formats.atomic import replacing
from anosim.formats.damage import reading
from anosim.locate import locate
from anosim.meshes import Floats, Ints, Mesh
from anosim.microstructure import Microstructure
from anosim.solution import Solution

FIRST = 16
"""Level of the lowest concentration; the levels below are phases. 255 is the highest."""
WIDEST = {2: 320, 3: 96}
"""Pixels of the longest side, at most, by dimension."""
COUNT, DECADES = {2: 24, 3: 6}, 4.0
"""Times between those of the output, evenly spaced in their logarithm over some decades."""
_KEY = "anosim"


@dataclass(frozen=True, eq=False)
class Frames:
    """Levels of the concentration over time.

    Attributes:
        times: s, ascending; infinite for a steady state.
        levels: shape (n_times, [slices,] rows, columns), uint8. From ``FIRST`` on the concentration
            between ``low`` and ``high``, below it the rank of a phase without a material.
        low: mol/m^3.
        high: mol/m^3.
        phases: by rank.
        extent: along x, y[, z], m.
    """

    times: Floats
    levels: NDArray[np.uint8]
    low: float
    high: float
    phases: tuple[str, ...]
    extent: tuple[float, ...]

    def write(self, path: str | PathLike[str]) -> None:
        """Write one grey PNG, the frames below each other, the rest in its text."""
        about = {
            "times_s": [float(t) if np.isfinite(t) else None for t in self.times],
            "low_mol_per_m3": self.low,
            "high_mol_per_m3": self.high,
            "phases": self.phases,
            "extent_m": self.extent,
            "shape": self.levels.shape[1:],
        }
        text = PngImagePlugin.PngInfo()
        text.add_text(_KEY, json.dumps(about))
        sheet = Image.fromarray(self.levels.reshape(-1, self.levels.shape[-1]))
        with replacing(path) as temporary:
            sheet.save(temporary, format="PNG", pnginfo=text)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> "Frames":
        """What ``write`` wrote.

        Raises:
            InputError: another picture, or a damaged one.
        """
        with reading(Path(path)), Image.open(path) as sheet:
            held: dict[str, Any] = json.loads(getattr(sheet, "text", {}).get(_KEY, "null")) or {}
            if not held:
                raise InputError(f"{str(path)!r} holds no frames of a concentration")
            levels = np.asarray(sheet)
            times = np.array([np.inf if t is None else t for t in held["times_s"]])
            return cls(
                times,
                levels.reshape(len(times), *held.get("shape", (-1, levels.shape[1]))),
                held["low_mol_per_m3"],
                held["high_mol_per_m3"],
                tuple(held["phases"]),
                tuple(held["extent_m"]),
            )


def frames(solution: Solution, image: Microstructure | None, times: Floats | None = None) -> Frames:
    """The concentration over an image on a raster, at the given times and some between.

    Args:
        solution: what to show.
        image: what its mesh was made of; None shows the mesh's own phases.
        times: s, that have to be there; of a steady state none.

    Raises:
        InputError: the image is not the mesh's, or there are more than 16 phases.
    """
    places, ranks, names, extent = (
        _mesh_under(solution.domain.mesh)
        if image is None
        else _image_under(image, solution.domain.mesh)
    )
    if len(names) > FIRST:
        raise InputError(f"{len(names)} phases: a page shows up to {FIRST}")
    t = _times(solution, times)
    c, inside = _values(solution, places, None if solution.problem.steady else t)
    low, high = limits_of(solution, c[:, inside])
    part = np.clip((c - low) / (high - low), 0.0, 1.0)
    levels = np.round(FIRST + (255 - FIRST) * part).astype(np.uint8)
    conducting = np.array([name in solution.domain.phases for name in names])[ranks]
    levels[:, ~inside] = ranks[~inside]
    levels = _filled(levels, ~inside & conducting)
    return Frames(t, levels, low, high, names, extent)


_Under = tuple[list[Floats], Ints, tuple[str, ...], tuple[float, ...]]
"""Middles of the pixels along x, y[, z], rank of the phase of each pixel, phases, extent."""


def _image_under(image: Microstructure, mesh: Mesh) -> _Under:
    check_under(image, mesh)
    places = _raster(image.extent, max(image.labels.shape))
    ranks = np.searchsorted(np.sort(list(image.phases.values())), _labels(image, places))
    names = sorted(image.phases, key=lambda name: image.phases[name])
    return places, ranks, tuple(names), image.extent


def _mesh_under(mesh: Mesh) -> _Under:
    """What the mesh does not cover in its bounding box is called so."""
    low = mesh.points.min(axis=0)
    extent = tuple(np.ptp(mesh.points, axis=0).tolist())
    places = [x + a for x, a in zip(_raster(extent, WIDEST[2]), low, strict=True)]
    if mesh.dimension == 2:
        points = np.stack(np.meshgrid(*places), axis=-1)
        cell = locate(mesh.points[mesh.corners], points.reshape(-1, 2))[0]
        ranks = np.where(cell < 0, -1, mesh.cell_phase[cell]).reshape(points.shape[:2])
    else:
        ranks = np.full([len(x) for x in reversed(places)], -1)
        for rank in range(len(mesh.phases)):
            nodes, _ = on_lattice(mesh.points, mesh.cells[mesh.cell_phase == rank], places)
            ranks[nodes[..., 0] >= 0] = rank
    names = (*mesh.phases, *(("no mesh",) if (ranks < 0).any() else ()))
    return places, np.where(ranks < 0, len(mesh.phases), ranks), names, extent


def _raster(extent: tuple[float, ...], finest: int) -> list[Floats]:
    """Middles of the pixels along x, y[, z], m; in the plane at most ``finest`` on a side."""
    most = WIDEST[len(extent)]
    size = max(extent) / (most if len(extent) == 3 else min(most, finest))
    counts = [max(1, round(length / size)) for length in extent]
    return [(np.arange(n) + 0.5) * d / n for n, d in zip(counts, extent, strict=True)]


def _values(
    solution: Solution, places: list[Floats], times: Floats | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Concentration at the pixels, shape (n_times, [slices,] rows, columns), and which have one."""
    if len(places) == 2:
        points = np.stack(np.meshgrid(*places), axis=-1)
        c = solution.at(points.reshape(-1, 2), times).reshape(-1, *points.shape[:2])
        inside: NDArray[np.bool_] = np.isfinite(c[0])
        return np.nan_to_num(c, nan=0.0), inside
    domain = solution.domain
    nodes, weights = on_lattice(domain.points, domain.connectivity, places)
    inside = nodes[..., 0] >= 0
    fields = solution.values(times).astype(np.float32)
    c = np.zeros((len(fields), *inside.shape), dtype=np.float32)
    for found, field in zip(c, fields, strict=True):
        found[inside] = np.einsum("ij,ij->i", field[nodes[inside]], weights[inside])
    return c, inside


def _times(solution: Solution, wanted: Floats | None) -> Floats:
    if solution.problem.steady:
        return np.array([np.inf])
    until = solution.problem.until
    first = max(min(solution.resolved_from, until / 10.0), until * 10.0**-DECADES)
    between = np.geomspace(first, until, COUNT[solution.domain.dimension])
    given = np.array([] if wanted is None else wanted, dtype=float)
    near = np.abs(np.log(between[:, None] / np.maximum(given, first * 1e-3))) < 0.1
    return np.unique(np.concatenate([[0.0], given, between[~near.any(axis=1)], [until]]))


def _labels(image: Microstructure, places: list[Floats]) -> NDArray[Any]:
    index = [
        np.minimum((x / h).astype(int), n - 1)
        for x, h, n in zip(places[::-1], image.voxel, image.labels.shape, strict=True)
    ]
    return np.asarray(image.labels[np.ix_(*index)])


def _filled(levels: NDArray[np.uint8], gaps: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Gaps as their nearest neighbour.

    Smoothed boundaries leave pixels out that the image counts to a phase with a material.
    """
    if gaps.any() and not gaps.all():
        from scipy.ndimage import distance_transform_edt

        _, nearest = distance_transform_edt(gaps, return_indices=True)
        levels = levels[:, *nearest]
    return levels
