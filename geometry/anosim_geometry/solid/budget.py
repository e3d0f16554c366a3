"""How many tetrahedra: the grid and the edge length in the bulk that lead to a number."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from anosim.errors import InputError
from anosim.microstructure import Microstructure
from anosim_geometry.solid.grids import Counts, Grid, counts_for, grid_of
from anosim_geometry.triangulation import MeshSizeWarning

if TYPE_CHECKING:
    from anosim_geometry.mesher import GmshMesher

BULK = 4.0
"""Default edge length away from surfaces, in edges of the surface."""
BULK_RANGE = (0.5, BULK)
"""Between these it is changed to meet a number."""
MOST_TETRAHEDRA = 20_000_000
"""Gmsh and the checks need about 0.75 kB for each."""
PER_VOXEL = 4.0
"""Tetrahedra for each voxel of fine structures, at most about."""
FINEST = 8
"""The most parts that voxels are cut into along each axis."""
WITHIN, AIMED = 0.1, 0.92
"""Relative error at which a number counts as met; share of a limit that is aimed at."""
POWER = 2.7
"""Tetrahedra grow with this power of the voxels along an axis, about: fine structures vanish."""
TRIES = 8


@dataclass(frozen=True, eq=False)
class Plan:
    """What to mesh with.

    Attributes:
        grid: the voxels.
        bulk: edge length away from surfaces, in the smallest side of the cut voxels.
        count: tetrahedra expected, about.
    """

    grid: Grid
    bulk: float
    count: float


class Planner:
    """Plans for one image and the options of one mesher."""

    def __init__(self, mesher: "GmshMesher", image: Microstructure) -> None:
        self.mesher, self.image = mesher, image

    def as_wanted(self) -> Plan:
        """The sizes as given.

        Raises:
            InputError: they make more tetrahedra than memory holds.
        """
        interface, bulk = self._lengths()
        times = max(1, round(min(self.image.voxel) / interface))
        counts = self._counts(interface)
        check_affordable(counts, times)
        grid = self._grid(counts, times)
        return self._plan(grid, max(bulk / float(grid.sides.min()), BULK_RANGE[0]))

    def exceeds(self, most: int) -> bool:
        """Whether the sizes as given surely or probably lead to more tetrahedra than that."""
        interface, _ = self._lengths()
        times = max(1, round(min(self.image.voxel) / interface))
        voxels = float(np.prod(self._counts(interface))) * times**3
        return voxels * PER_VOXEL > 4 * MOST_TETRAHEDRA or self.as_wanted().count > most

    def near(self, aim: float) -> Plan:
        """The finest grid on which about ``aim`` tetrahedra are possible, and the bulk for it."""
        plan = self._coarsest_below(aim)
        if plan.count < aim:
            plan = self._with_bulk(plan, aim)
        return plan

    def again(self, plan: Plan, aim: float, real: float) -> Plan:
        """A plan that corrects the forecast by what one like it made."""
        right = aim * plan.count / real
        changed = self._with_bulk(plan, right)
        met = abs(changed.count / right - 1.0) < WITHIN
        return changed if met else self.near(right)

    def _coarsest_below(self, aim: float) -> Plan:
        """Coarsened or cut voxels that lead to fewer than ``aim``, but not to many fewer."""
        least = min(self.image.voxel)
        size = float(np.prod(self.image.labels.shape)) * PER_VOXEL
        start = max(1.0, (size / (4 * MOST_TETRAHEDRA)) ** (1.0 / 3.0))
        made = self._plan(self._grid(self._counts(start * least), 1), BULK)
        if made.count <= aim and start == 1.0:
            return self._cut(made, aim)
        if self.mesher.staircase:
            return made
        factor = start
        for _ in range(TRIES):
            factor *= max((made.count / aim) ** (1.0 / POWER), 1.03)
            finer, made = made, self._plan(self._grid(self._counts(factor * least), 1), BULK)
            if made.count <= aim or made.grid.labels.shape == finer.grid.labels.shape == (1, 1, 1):
                break
        return made

    def _cut(self, made: Plan, aim: float) -> Plan:
        """The voxels cut into as many parts as lead to fewer than ``aim``."""
        for times in range(2, FINEST + 1):
            if made.count * (times / made.grid.times) ** 2 > aim:
                break
            counts = self._counts(0.0)
            check_affordable(counts, times)
            finer = self._plan(self._grid(counts, times), BULK)
            if finer.count > aim:
                break
            made = finer
        return made

    def _with_bulk(self, plan: Plan, aim: float) -> Plan:
        """The same grid with another edge length in the bulk."""
        bulk = bisected(lambda b: self._plan(plan.grid, b).count, aim, BULK_RANGE)
        return self._plan(plan.grid, bulk)

    def _plan(self, grid: Grid, bulk: float) -> Plan:
        sizes = grid.sizes(bulk, self.mesher.growth, self.mesher.gap_elements)
        return Plan(grid, bulk, grid.forecast(sizes))

    def _grid(self, counts: Counts, times: int) -> Grid:
        made = grid_of(self.image.labels, counts, times, self.image.extent)
        for name, label in self.image.phases.items():
            if not np.any(made.labels == label):
                raise InputError(
                    f"on a grid of {' x '.join(map(str, counts))} voxels nothing is left of phase "
                    f"{name!r}: lower GmshMesher.interface_size or raise the number of elements"
                )
        return made

    def _counts(self, edge: float) -> Counts:
        """Voxels along z, y and x; the image's own for exact stairs."""
        z, y, x = self.image.labels.shape
        if self.mesher.staircase:
            return z, y, x
        return counts_for((z, y, x), self.image.voxel, edge)

    def _lengths(self) -> tuple[float, float]:
        """Edge lengths on surfaces and away from them, m."""
        least, longest = min(self.image.voxel), min(self.image.extent)
        bulk = None if self.mesher.size is None else float(self.mesher.size)
        given = self.mesher.interface_size
        interface = min(least, bulk or least) if given is None else float(given)
        return min(interface, longest), min(bulk or BULK * interface, longest)


def bisected(count: Callable[[float], float], aim: float, ends: tuple[float, float]) -> float:
    """The length between two ends that leads to a number; the nearer end where none does."""
    low, high = ends
    if count(high) >= aim:
        return high
    if count(low) <= aim:
        return low
    for _ in range(TRIES):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if count(middle) > aim else (low, middle)
    return float((low * high) ** 0.5)


def check_affordable(counts: Counts, times: int) -> None:
    """Refuse grids that lead to more tetrahedra than memory holds.

    Raises:
        InputError: this one does.
    """
    count = PER_VOXEL * float(np.prod(counts)) * times**3
    if times > FINEST or count > 4 * MOST_TETRAHEDRA:
        raise InputError(
            f"a surface of {' x '.join(map(str, counts))} voxels, each cut into {times} along "
            f"every axis, makes up to {count:.1e} tetrahedra; about {MOST_TETRAHEDRA:.0e} are "
            "possible: raise GmshMesher.interface_size, which resamples the volume, set "
            "max_elements, or crop the image"
        )


def warn_of_limit(plan: Plan, most: int, voxel: tuple[float, ...]) -> None:
    """Say that edges were made longer to keep below ``max_elements``."""
    edge = float(plan.grid.sides.min())
    warnings.warn(
        f"the sizes lead to more than max_elements = {most} tetrahedra: edges on surfaces were "
        f"made {edge:.3g} m long, {edge / min(voxel):.3g} voxels",
        MeshSizeWarning,
        stacklevel=6,
    )


def warn_of_count(count: int, name: str, wanted: int) -> None:
    """Say that a number was not met."""
    warnings.warn(
        f"the mesh has {count} tetrahedra where GmshMesher.{name} is {wanted}: grid and edge "
        "lengths do not allow it; crop the image, or give sizes instead",
        MeshSizeWarning,
        stacklevel=6,
    )
