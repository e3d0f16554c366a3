"""A concentration at nodes and times, apart from the problem that it solves."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Self

import h5py
import numpy as np
from numpy.typing import ArrayLike

from anosim.curved import shapes
from anosim.errors import InputError
from anosim.figures.readable import durations
from anosim.locate import locate
from anosim.meshes import Floats, Ints
from anosim.solution import Solution, Times

if TYPE_CHECKING:
    import pandas as pd

_DIMENSION = {3: 2, 6: 2, 4: 3, 10: 3}
"""Of cells with so many nodes."""
_ROUNDED = 1e-4
"""How far outside of a cell, in parts of its height, a place may be: files round them."""
_SAME = 1e-6
"""Relative difference up to which two times are the same: files round them."""


@dataclass(frozen=True, eq=False)
class Fields:
    """A concentration on triangles or tetrahedra at some times.

    Attributes:
        points: nodes (x, y[, z]), m, shape (n_nodes, 2 or 3).
        cells: nodes of each cell, corners first, shape (n_cells, 3 or 6, in space 4 or 10).
        times: s, ascending, shape (n_times,); infinite for a steady state.
        values: mol/m^3, shape (n_times, n_nodes).
    """

    points: Floats
    cells: Ints
    times: Floats
    values: Floats

    @classmethod
    def of(cls, solution: Solution, times: Times = None) -> Self:
        """A solution at some times; the end without them."""
        steady = solution.problem.steady
        t = np.array([np.inf]) if steady else np.unique(solution.times(times))
        domain = solution.domain
        values = solution.values(None if steady else t)
        return cls(domain.points, domain.connectivity, t, values)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Self:
        """The fields in the ``solution.vtkhdf`` that a run left.

        Raises:
            InputError: no such file, or none of a solution.
        """
        try:
            with h5py.File(path) as file:
                root = file["VTKHDF"]
                points, flat = root["Points"][:], root["Connectivity"][:]
                nodes = int(root["Offsets"][1])
                times = root["Steps/Values"][:]
                values = root["PointData/concentration"][:].reshape(len(times), len(points))
        except (OSError, KeyError, ValueError, IndexError) as error:
            told = "it is no VTKHDF file" if isinstance(error, OSError) else str(error)
            raise InputError(
                f"{str(path)!r} holds no solution that can be read ({told}): name the folder that "
                "anosim run left, or its solution.vtkhdf"
            ) from None
        if nodes not in _DIMENSION:
            raise InputError(
                f"{str(path)!r} has cells of {nodes} nodes: triangles (3 or 6) and tetrahedra (4 "
                "or 10) are read"
            )
        return cls(points[:, : _DIMENSION[nodes]], flat.reshape(-1, nodes), times, values)

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return int(self.points.shape[1])

    def at(self, points: ArrayLike, times: ArrayLike | None = None) -> Floats:
        """Concentration at points and known times, shape (n_times, n_points); NaN outside.

        Sides bent through their midpoints count as straight here.

        Args:
            points: (x, y[, z]), m, shape (n_points, 2 or 3).
            times: s, of those there are; all without them.

        Raises:
            InputError: a time that is not there: between two, nothing is known; or points of
                another dimension.
        """
        places, dimension = np.atleast_2d(np.asarray(points, dtype=float)), self.dimension
        if places.shape[1:] != (dimension,):
            raise InputError(
                f"points have the shape {places.shape}: the fields are in {dimension} dimensions"
            )
        rows = np.arange(len(self.times)) if times is None else self.rows(times)
        cell, weights = locate(self.points[self.cells[:, : dimension + 1]], places, _ROUNDED)
        order = 1 if self.cells.shape[1] == dimension + 1 else 2
        form = shapes(order, weights[:, 1:])
        found = np.einsum("tpk,pk->tp", self.values[rows][:, self.cells[cell]], form)
        return np.where(cell >= 0, found, np.nan)

    def frame(self) -> "pd.DataFrame":
        """One row per time and node as a pandas DataFrame: see ``anosim.interop.frame``.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        from anosim.interop.tables import frame

        return frame(self)

    def rows(self, times: ArrayLike) -> Ints:
        """The place of each time among the known ones.

        Raises:
            InputError: a time that is not there.
        """
        wanted = np.atleast_1d(np.asarray(times, dtype=float))
        rows = np.array([_nearest(self.times, time) for time in wanted], dtype=np.int64)
        known = self.times[rows]
        both = np.isinf(known) & np.isinf(wanted)
        with np.errstate(invalid="ignore"):
            off = ~both & ~(np.abs(known - wanted) <= _SAME * np.abs(known).max(initial=0.0))
        if off.any():
            raise InputError(
                f"nothing is known at {_listed(wanted[off])}: the results have "
                f"{_listed(self.times)}; name the times in the case's [output] times and run again"
            )
        return rows


def _nearest(known: Floats, time: float) -> int:
    if np.isinf(time):
        return int(np.argmax(known))
    return int(np.argmin(np.abs(known - time)))


def _listed(times: Sequence[float] | Floats) -> str:
    shown = ["the steady state" if np.isinf(t) else "" for t in times[:6]]
    texts = durations([float(t) for t in times[:6] if np.isfinite(t)])
    spare = iter(texts)
    named = [text or next(spare) for text in shown]
    return ", ".join(named) + (", ..." if len(times) > 6 else "")
