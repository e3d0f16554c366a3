"""What can be checked of a case only on its image or mesh."""

import math
from collections.abc import Collection, Mapping

import numpy as np

from anosim.case.entry import Entry
from anosim.case.output import MaskFile, OutputPart
from anosim.clipping import reached_weights
from anosim.conditions import Condition
from anosim.domain import Domain
from anosim.functions import Function
from anosim.locate import locate
from anosim.masks import Mask
from anosim.meshes import Boundary
from anosim.microstructure import Microstructure
from anosim.problem import Diffusion
from anosim.regions import Region

_AXES = "x runs with columns, y with rows and z with slices, from the upper left of the first"


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


def check_plane(case: Entry, periodic: str, conditions: Mapping[Boundary, Condition]) -> None:
    """Refuse what only a volume has.

    Raises:
        CaseError: the entry.
    """
    reason = "but the image has no z: it is one slice"
    if "z" in periodic:
        raise case.part("solve").part("periodic").error(f"is {periodic!r}, {reason}")
    for position, name in enumerate(conditions):
        if name in ("front", "back"):
            entry = Entry(case.source, ("conditions", position, "on"), name)
            raise entry.error(f"is {name!r}, {reason}")


def check_probes(output: OutputPart, image: Microstructure, phases: Collection[str]) -> None:
    """Refuse, before meshing, a probe that no mesh of the image can have.

    It has too few or too many coordinates, or is farther than a voxel from every phase with a
    material.

    Raises:
        CaseError: the probe.
    """
    names = {label: name for name, label in image.phases.items()}
    labels = [image.phases[name] for name in phases]
    for entry, point in output.probes.values():
        if len(point) != image.labels.ndim:
            raise entry.error(
                f"has {len(point)} coordinates, but the image has {image.labels.ndim} dimensions"
            )
        pixel = np.floor(np.array(point[::-1]) / image.voxel)
        if np.any(pixel < 0) or np.any(pixel >= image.labels.shape):
            size = " x ".join(f"{1e6 * length:g}" for length in image.extent)
            raise entry.error(f"is outside of the image, which is {size} µm large; {_AXES}")
        place = pixel.astype(int)
        around = tuple(slice(max(i - 1, 0), i + 2) for i in place)
        if not np.isin(image.labels[around], labels).any():
            raise entry.error(
                f"is in {names[int(image.labels[tuple(place)])]!r}, a phase without a material; "
                f"{_AXES}"
            )


def check_probed(output: OutputPart, domain: Domain) -> None:
    """Refuse a probe where no phase with a material is.

    Raises:
        CaseError: the probe.
    """
    corners = domain.points[domain.corners]
    for entry, point in output.probes.values():
        if len(point) != domain.dimension:
            raise entry.error(
                f"has {len(point)} coordinates, but the mesh has {domain.dimension} dimensions"
            )
        if locate(corners, np.array([point]))[0][0] < 0:
            pairs = zip("xyz", point, strict=False)
            place = ", ".join(f"{axis} = {1e6 * x:.6g} µm" for axis, x in pairs)
            raise entry.error(f"is at {place}, where no phase with a material is; {_AXES}")


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
