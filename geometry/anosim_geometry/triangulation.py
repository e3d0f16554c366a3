"""Triangles of the wanted sizes or number between the smooth arcs."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anosim.progress import report
from anosim_geometry.budget import Plan, asking_most, plan, plan_for
from anosim_geometry.curves import Curves
from anosim_geometry.faces import faces_of
from anosim_geometry.gmsh_fill import Triangles, filled
from anosim_geometry.mending import mended
from anosim_geometry.network import Network
from anosim_geometry.quality import rounded
from anosim_geometry.sizing import Wishes, expected

WITHIN = 0.1
"""Relative error at which a number of triangles still counts as met."""
AIMED = 0.93
"""The share of a limit that is aimed at: the real number is a few per cent off the expected."""
TRIES = 2


class MeshSizeWarning(UserWarning):
    """The mesh has longer edges, or another number of triangles, than asked for."""


@dataclass(frozen=True)
class Limits:
    """How many triangles there may be.

    Attributes:
        elements: the wanted number, if any.
        most: the most, if any; not both.
        names: the phase of each label, for messages.
    """

    elements: int | None
    most: int | None
    names: Mapping[int, str]

    @cached_property
    def aim(self) -> float | None:
        """The number to aim at."""
        return self.elements if self.most is None else AIMED * self.most

    def allows(self, count: float) -> bool:
        """Whether a number of triangles is what was asked for."""
        if self.elements is not None:
            return abs(count / self.elements - 1.0) <= WITHIN
        return self.most is None or count <= self.most


def triangulated(
    network: Network, smooth: Curves, wishes: Wishes, limits: Limits
) -> tuple[Curves, Triangles]:
    """The segments on the boundaries and the triangles between them.

    The number of triangles is known to a few per cent beforehand. Where that is not enough they
    are made once more.

    Args:
        network: the regions and arcs.
        smooth: the arcs without stairs, in the unit of the sizes.
        wishes: what interfaces and thin phases ask for.
        limits: on the number of triangles.

    Warns:
        MeshSizeWarning: a limit had an effect, or a wanted number could not be met.
    """
    aim = limits.aim
    made = _first_plan(network, smooth, wishes, limits)
    for attempt in range(TRIES):
        report("mesh", 0.15)
        curves = made.cut.curves
        triangles = filled(curves, faces_of(network), made.field, wishes.sizes.pixel)
        count = len(triangles.cells)
        if aim is None or limits.allows(count) or attempt + 1 == TRIES:
            break
        aim *= aim / count
        made = plan_for(network, smooth, wishes, aim)
    report("mesh", 0.85)
    free = np.arange(len(triangles.points)) >= len(curves.points)
    points = rounded(triangles.points, triangles.cells, free)
    triangles = Triangles(*mended(points, triangles.cells, triangles.region, free))
    report("mesh", 0.95)
    _warn(network, wishes, limits, made, len(triangles.cells))
    return curves, triangles


def _first_plan(network: Network, smooth: Curves, wishes: Wishes, limits: Limits) -> Plan:
    """The segments and the field as wanted, or scaled to the number that is aimed at."""
    if limits.aim is None:
        return plan(network, smooth, wishes)
    if limits.most is not None and limits.allows(expected(wishes.field(), wishes.sizes)):
        made = plan(network, smooth, wishes)
        if limits.allows(made.count):
            return made
    return plan_for(network, smooth, wishes, limits.aim)


def _warn(network: Network, wishes: Wishes, limits: Limits, made: Plan, count: int) -> None:
    if limits.most is not None and made.scale != 1.0:
        culprit = asking_most(network, wishes, limits.names)
        warnings.warn(
            f"the sizes lead to about {expected(wishes.field(), wishes.sizes):.2g} triangles, "
            f"above max_elements = {limits.most}: edges were made {made.scale:.3g} times longer; "
            f"most of the triangles are due to {culprit}",
            MeshSizeWarning,
            stacklevel=5,
        )
    if limits.allows(count):
        return
    name, wanted = "elements", limits.elements
    if limits.most is not None:
        name, wanted = "max_elements", limits.most
    segments, regions = len(made.cut.curves.segments), len(network.region_label)
    if wanted is not None and count < wanted:
        why = (
            f"edges {made.scale:.3g} times as long as usual come closest to it; give sizes instead"
        )
    else:
        why = (
            f"the boundaries of {regions} regions do not allow it: they need {segments} edges "
            "so as not to touch, with triangles on both sides of each; crop the image, take out "
            f"small regions with least_pixels, or ask for {count} or more"
        )
    warnings.warn(
        f"the mesh has {count} triangles where GmshMesher.{name} is {wanted}: {why}",
        MeshSizeWarning,
        stacklevel=5,
    )
