"""The options of the mesher "gmsh" for volumes: how fine the grid, the surface and the field."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.errors import UnsupportedError
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.progress import report
from anosim_geometry.solid.budget import (
    AIMED,
    WITHIN,
    Plan,
    Planner,
    warn_of_count,
    warn_of_limit,
)
from anosim_geometry.solid.meshing import tetrahedra_of
from anosim_geometry.solid.result import to_mesh
from anosim_geometry.solid.shape import Shape, shape_of
from anosim_geometry.solid.sizing import field_of

if TYPE_CHECKING:
    from anosim_geometry.mesher import GmshMesher

Floats = NDArray[np.float64]

TRIES = 3
"""The most meshes made to meet a number."""


def meshed_volume(
    mesher: "GmshMesher", microstructure: Microstructure, edge_lengths: Floats | None
) -> Mesh:
    """What ``GmshMesher.mesh`` says, for a volume.

    Raises:
        InputError: sizes that are far too small.
        UnsupportedError: an option that volumes do not have.
    """
    check_options(mesher)
    planner = Planner(mesher, microstructure)
    aim, plan = _first_plan(mesher, planner)
    shape = _shape(mesher, microstructure, plan)
    for attempt in range(TRIES):
        report("mesh", 0.25)
        made = tetrahedra_of(shape, _field(mesher, plan, edge_lengths), mesher.periodic)
        count = len(made.cells)
        if _met(mesher, count) or attempt + 1 == TRIES:
            break
        aim = aim or AIMED * (mesher.max_elements or count)  # the forecast was too low
        before, plan = plan, planner.again(plan, aim, count)
        if plan.grid is not before.grid:
            shape = _shape(mesher, microstructure, plan)
    if mesher.max_elements is not None and aim is not None:
        warn_of_limit(plan, mesher.max_elements, microstructure.voxel)
    if not _met(mesher, count):
        name = "elements" if mesher.elements is not None else "max_elements"
        warn_of_count(count, name, getattr(mesher, name))
    report("mesh", 0.9)
    mesh = to_mesh(microstructure, shape.surface.region_label, made, shape.box, mesher.order)
    report("mesh", 1.0)
    return mesh


def expected_tetrahedra(mesher: "GmshMesher", microstructure: Microstructure) -> dict[str, float]:
    """Number of tetrahedra of each phase, as ``GmshMesher.expected_cells``.

    Raises:
        InputError: sizes that are far too small.
        UnsupportedError: an option that volumes do not have.
    """
    check_options(mesher)
    count: float | None = mesher.elements
    if count is None:
        planner, most = Planner(mesher, microstructure), mesher.max_elements
        count = most if most and planner.exceeds(most) else planner.as_wanted().count
    return {name: count * share for name, share in microstructure.fractions.items()}


def check_options(mesher: "GmshMesher") -> None:
    """Refuse options that volumes do not have.

    Raises:
        UnsupportedError: one is set.
    """
    if mesher.interface_sizes:
        raise UnsupportedError(
            "GmshMesher.interface_sizes is set: in volumes all interfaces have one edge length; "
            "use interface_size"
        )


def _shape(mesher: "GmshMesher", microstructure: Microstructure, plan: Plan) -> Shape:
    return shape_of(microstructure.labels, plan.grid, mesher.periodic, straight=mesher.staircase)


def _first_plan(mesher: "GmshMesher", planner: Planner) -> tuple[float | None, Plan]:
    """The number of tetrahedra to aim at, if any, and the plan for it."""
    aim: float | None = mesher.elements
    if mesher.max_elements is not None and planner.exceeds(mesher.max_elements):
        aim = AIMED * mesher.max_elements
    return aim, planner.as_wanted() if aim is None else planner.near(aim)


def _field(mesher: "GmshMesher", plan: Plan, edge_lengths: Floats | None) -> Floats:
    """The field of edge lengths in units of the smallest side of the cut voxels."""
    grid, wanted = plan.grid, None
    if edge_lengths is not None:
        shapes = zip(grid.surface.regions.shape, edge_lengths.shape, strict=True)
        at = np.ix_(*(np.arange(n) * given // n for n, given in shapes))
        wanted = edge_lengths[at] / float(grid.sides.min())
    sizes = grid.sizes(plan.bulk, mesher.growth, mesher.gap_elements)
    return field_of(grid.surface, sizes, wanted)


def _met(mesher: "GmshMesher", count: int) -> bool:
    """Whether a number of tetrahedra is what was asked for."""
    if mesher.elements is not None:
        return abs(count / mesher.elements - 1.0) <= WITHIN
    return mesher.max_elements is None or count <= mesher.max_elements
