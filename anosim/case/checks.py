"""What can be checked of a case only on its mesh."""

import math
from collections.abc import Mapping

import numpy as np

from anosim.case.entry import Entry
from anosim.case.output import MaskFile, OutputPart
from anosim.clipping import reached_weights
from anosim.domain import Domain
from anosim.functions import Function
from anosim.locate import locate
from anosim.problem import Diffusion
from anosim.regions import Mask, Region


def check_diffusivities(materials: Entry, problem: Diffusion) -> None:
    """Refuse a diffusivity that is not positive at a concentration that there may be.

    Raises:
        CaseError: the diffusivity and the concentration.
    """
    low, high = problem.concentrations
    for phase, material in problem.materials.items():
        if isinstance(material.diffusivity, Function) and math.isfinite(high - low):
            entry = materials.part(phase).part("diffusivity")
            with entry.blamed("Material.diffusivity"):
                material.diffusivity.range(low, high)


def check_probes(output: OutputPart, domain: Domain) -> None:
    """Refuse a probe where no phase with a material is.

    Raises:
        CaseError: the probe.
    """
    corners = domain.points[domain.triangles]
    for entry, point in output.probes.values():
        if locate(corners, np.array([point]))[0][0] < 0:
            raise entry.error(
                f"is at x = {point[0]:g} m, y = {point[1]:g} m, where no phase with a "
                "material is; x runs with columns and y with rows from the upper left corner"
            )


def check_regions(output: OutputPart, regions: Mapping[str, Region], domain: Domain) -> None:
    """Refuse a region that holds no phase with a material, or a mask of another size.

    Raises:
        CaseError: the region.
    """
    everything = np.ones(len(domain.cells), dtype=np.bool_)
    for name, region in regions.items():
        entry, shape = output.regions[name]
        if isinstance(shape, MaskFile) and isinstance(region, Mask):
            shape.check_covers(region, domain.mesh)
        with entry.blamed():
            reached_weights(domain, region, everything)


def check_surfaces(output: OutputPart, domain: Domain) -> None:
    """Refuse an interface that is not there, or without a concentration along it.

    Raises:
        CaseError: the interface.
    """
    for entry, interface in output.surfaces or ():
        with entry.blamed():
            domain.mesh.boundary(interface)
        if not set(interface) & set(domain.phases):
            raise entry.error("has no concentration along it: neither phase has a material")
