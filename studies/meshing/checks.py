"""What every mesh of every image must be, as figures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from anosim import Mesh, Microstructure


@dataclass(frozen=True)
class Figures:
    """How a mesh compares with its image.

    Attributes:
        box: largest relative error of the box's area and sides.
        area: largest relative error of the phases' areas.
        angle: smallest angle, degrees.
        quality: smallest SICN; above 0 every triangle is positively oriented.
        topology: whether every phase has as many parts and holes as in the image.
        boundary: whether the interfaces are those of the image and the sides complete.
    """

    box: float
    area: float
    angle: float
    quality: float
    topology: bool
    boundary: bool


def figures(mesh: Mesh, image: Microstructure) -> Figures:
    """The figures of a mesh; that it conforms is checked when a Mesh is made."""
    same = tuple(image.phases) == mesh.phases
    return Figures(
        box=box_error(mesh, image),
        area=area_error(mesh, image),
        angle=float(mesh.angles.min()),
        quality=float(mesh.quality.min()),
        topology=same and all(of_mesh(mesh, n) == of_image(image, n) for n in mesh.phases),
        boundary=set(mesh.interfaces) == adjacent(image) and complete(mesh),
    )


def area_error(mesh: Mesh, image: Microstructure) -> float:
    """Largest relative error of a phase's area against its pixels."""
    whole = float(np.prod(image.extent))
    wanted = {name: share * whole for name, share in image.fractions.items()}
    return max(abs(mesh.phase_volumes[name] / wanted[name] - 1.0) for name in wanted)


def box_error(mesh: Mesh, image: Microstructure) -> float:
    """Largest relative error of the whole area and of the sides' places and lengths."""
    extent = np.array(image.extent)
    errors = [mesh.volumes.sum() / extent.prod() - 1.0, *(mesh.points.max(axis=0) / extent - 1.0)]
    for names, axis in ((("top", "bottom"), 0), (("left", "right"), 1)):
        ends = [mesh.points[mesh.sides[name], axis] for name in names]
        errors += [np.abs(np.diff(pair, axis=1)).sum() / extent[axis] - 1.0 for pair in ends]
    return float(np.max(np.abs([*errors, *mesh.points.min(axis=0)])))


def complete(mesh: Mesh) -> bool:
    """Whether every edge on the hull belongs to one side."""
    return sum(map(len, mesh.sides.values())) == np.count_nonzero(mesh.facets.cells[:, 1] < 0)


def adjacent(image: Microstructure) -> set[tuple[str, str]]:
    """Pairs of phases with pixels side by side, in the order of the phases."""
    names, values = tuple(image.phases), list(image.phases.values())
    order = np.argsort(values)
    phase = order[np.searchsorted(np.array(values)[order], image.labels)]
    sides = ((phase[1:], phase[:-1]), (phase[:, 1:], phase[:, :-1]))
    pairs = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in sides])
    found = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    return {(names[a], names[b]) for a, b in found.tolist()}


def of_image(image: Microstructure, name: str) -> tuple[int, int]:
    """Parts and holes of a phase: pixels joined over their sides."""
    own = image.labels == image.phases[name]
    beside, below = own[:, 1:] & own[:, :-1], own[1:] & own[:-1]
    corners = beside[1:] & beside[:-1]
    parts = int(ndimage.label(own)[1])
    return parts, parts - int(own.sum() - beside.sum() - below.sum() + corners.sum())  # Euler


def of_mesh(mesh: Mesh, name: str) -> tuple[int, int]:
    """Parts and holes of a phase: triangles joined over their edges."""
    own = mesh.cell_phase == mesh.phase_index(name)
    pairs = mesh.facets.cells[mesh.facets.cells[:, 1] >= 0]
    pairs = pairs[own[pairs].all(axis=1)]
    joined = sparse.coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(own), len(own)))
    part: NDArray[np.int32] = sparse.csgraph.connected_components(joined, directed=False)[1]
    parts = len(np.unique(part[own]))
    inside = np.zeros(len(mesh.points), dtype=bool)
    inside[mesh.cells[own]] = True
    inside[mesh.cells[~own]] = False
    inside[mesh.edges.vertices[mesh.facets.cells[:, 1] < 0]] = False
    return parts, parts - (int(own.sum()) - len(pairs) + int(inside.sum()))
