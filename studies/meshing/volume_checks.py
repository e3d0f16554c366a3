"""What every mesh of every volume must be, as figures."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, sparse

from anosim import Concentration, Diffusion, Material, Mesh, Microstructure, solve
from anosim.topology import facets_of

SIDES = (("left", "right"), ("top", "bottom"), ("front", "back"))


@dataclass(frozen=True)
class Figures:
    """How a mesh compares with its volume.

    Attributes:
        box: largest relative error of the box's volume and of its sides' areas.
        volume: largest relative error of the phases' volumes.
        dihedral: smallest dihedral angle, degrees.
        thin: share of tetrahedra with a dihedral angle below 5 degrees.
        quality: smallest SICN; above 0 every tetrahedron is positively oriented.
        conforming: whether the facets of one tetrahedron are those of the sides, no facet has
            three, and the interfaces are those of the volume.
        parts: whether every phase has as many parts, joined over faces, as in the volume.
    """

    box: float
    volume: float
    dihedral: float
    thin: float
    quality: float
    conforming: bool
    parts: bool


def figures(mesh: Mesh, image: Microstructure, *, same_parts: bool = True) -> Figures:
    """The figures of a mesh."""
    smallest = mesh.angles.min(axis=1)
    return Figures(
        box=box_error(mesh, image),
        volume=volume_error(mesh, image),
        dihedral=float(smallest.min()),
        thin=float(np.mean(smallest < 5.0)),
        quality=float(mesh.quality.min()),
        conforming=conforming(mesh) and set(mesh.interfaces) == adjacent(image),
        parts=not same_parts or all(parts(mesh, image, name) for name in image.phases),
    )


def imbalance(mesh: Mesh, times: float = 10.0) -> float:
    """Relative error of what flows in and out in a steady state, all phases conducting.

    Each phase has another diffusivity than the one before, by that factor and back.
    """
    materials = {name: Material(times ** (k % 3)) for k, name in enumerate(mesh.phases)}
    ends = {"left": Concentration(1.0), "right": Concentration(0.0)}
    solution = solve(Diffusion(mesh, materials, ends, until="inf"), solver="skfem", order=1)
    into, out = (float(solution.flux(side)[0]) for side in ends)
    return abs(into + out) / abs(into)


def volume_error(mesh: Mesh, image: Microstructure) -> float:
    """Largest relative error of a phase's volume against its voxels."""
    whole = float(np.prod(image.extent))
    shares = image.fractions.items()
    return max(abs(mesh.phase_volumes[name] / (whole * share) - 1.0) for name, share in shares)


def box_error(mesh: Mesh, image: Microstructure) -> float:
    """Largest relative error of the volume, and of the places and areas of the sides."""
    extent = np.array(image.extent)
    errors = [mesh.volumes.sum() / extent.prod() - 1.0]
    for axis, names in enumerate(SIDES):
        for name, place in zip(names, (0.0, extent[axis]), strict=True):
            nodes = mesh.points[mesh.sides[name]]
            errors.append(np.abs(nodes[..., axis] - place).max() / extent[axis])
            errors.append(area(nodes) * extent[axis] / extent.prod() - 1.0)
    return float(np.max(np.abs(errors)))


def area(nodes: np.ndarray) -> float:
    """Area of triangles given by their corners, shape (n, 3, 3)."""
    a, b, c = nodes.transpose(1, 0, 2)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0)


def conforming(mesh: Mesh) -> bool:
    """Whether the facets of only one tetrahedron are those of the sides, each once."""
    facets = facets_of(mesh.corners)  # raises where a facet has three
    named = facets.find(np.concatenate(list(mesh.sides.values())))
    return np.array_equal(np.sort(named), np.flatnonzero(facets.cells[:, 1] < 0))


def adjacent(image: Microstructure) -> set[tuple[str, str]]:
    """Pairs of phases with voxels face to face, in the order of the phases."""
    names, values = tuple(image.phases), np.array(list(image.phases.values()))
    phase = np.argsort(values)[np.searchsorted(np.sort(values), image.labels)]
    found: set[tuple[str, str]] = set()
    for axis in range(3):
        along = np.moveaxis(phase, axis, 0)
        low, high = np.minimum(along[1:], along[:-1]), np.maximum(along[1:], along[:-1])
        keys = np.unique((low * len(names) + high)[low != high]).tolist()
        found |= {(names[key // len(names)], names[key % len(names)]) for key in keys}
    return found


def parts(mesh: Mesh, image: Microstructure, name: str) -> bool:
    """Whether a phase has as many parts in the mesh as in the volume."""
    own = mesh.cell_phase == mesh.phase_index(name)
    pairs = mesh.facets.cells[mesh.facets.cells[:, 1] >= 0]
    pairs = pairs[own[pairs].all(axis=1)]
    joined = sparse.coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(own), len(own)))
    part = sparse.csgraph.connected_components(joined, directed=False)[1]
    return len(np.unique(part[own])) == ndimage.label(image.labels == image.phases[name])[1]
