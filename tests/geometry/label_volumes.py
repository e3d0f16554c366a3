"""Label volumes that meshers find hard, and what every mesh of a volume must be."""

import numpy as np
from label_images import structure
from scipy import ndimage

from anosim.topology import facets_of

VOXEL = 1e-8


def sphere(radius=10.0, side=26):
    z, y, x = np.mgrid[:side, :side, :side] + 0.5 - side / 2
    return (x**2 + y**2 + z**2 <= radius**2).astype(int)


def grains(shape=(20, 24, 28), scale=2.5, phases=4, seed=1):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), scale)
    return np.searchsorted(np.quantile(field, np.linspace(0, 1, phases + 1)[1:-1]), field)


def noise(shape=(9, 10, 11), phases=4, seed=0):
    return np.random.default_rng(seed).integers(0, phases, shape)


def islands():
    labels = np.zeros((8, 9, 10), dtype=int)
    labels[0, 0, 0] = labels[-1, -1, -1] = labels[0, 4, 0] = labels[3, 3, 3] = labels[5, 5, 0] = 1
    labels[3, 4, 4] = labels[5, 2, 5] = labels[5, 2, 6] = 2
    return labels


def touching(*places):
    """Single voxels of one phase at these places of a box."""
    labels = np.zeros((7, 7, 7), dtype=int)
    labels[tuple(np.transpose(places))] = 1
    return labels


NASTY = {
    "two phases of noise": noise(phases=2),
    "four phases of noise": noise(phases=4),
    "six phases of noise": noise(phases=6),
    "checkerboard": np.indices((6, 7, 8)).sum(axis=0) % 2,
    "islands": islands(),
    "voxels that share an edge": touching((3, 3, 3), (3, 4, 4)),
    "voxels that share a corner": touching((3, 3, 3), (4, 4, 4)),
    "a ring closed over an edge": touching((3, 2, 2), (3, 2, 3), (3, 3, 2), (3, 4, 3)),
    "plates of one voxel": np.tile([0, 1], (8, 8, 4)),
    "diagonal plate": (np.indices((8, 8, 8)).sum(axis=0) == 9).astype(int),
    "a rod through the box": np.pad(np.ones((9, 1, 1), dtype=int), ((0, 0), (4, 4), (4, 4))),
    "two voxels": np.array([[[0, 1]]]),
    "one slice": noise((1, 8, 9), 3),
    "one phase": np.zeros((5, 6, 7), dtype=int),
    "grains": grains(),
}


def check(mesh, image, volume=1e-4):
    """The mesh conforms, fills the box, has its sides and the volumes of the image's phases."""
    facets = facets_of(mesh.corners)  # raises where a facet has three cells
    hull = np.flatnonzero(facets.cells[:, 1] < 0)
    sides = np.concatenate(list(mesh.sides.values()))
    assert np.array_equal(np.sort(facets.find(sides)), hull)
    assert mesh.volumes.min() > 0
    whole = float(np.prod(image.extent))
    assert abs(mesh.volumes.sum() / whole - 1) < 1e-12
    for axis, names in enumerate((("left", "right"), ("top", "bottom"), ("front", "back"))):
        for name, place in zip(names, (0.0, image.extent[axis]), strict=True):
            corners = mesh.points[mesh.sides[name]]
            assert np.all(corners[..., axis] == place)
            a, b, c = corners.transpose(1, 0, 2)
            area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
            assert abs(area * image.extent[axis] / whole - 1) < 1e-12
    assert mesh.phases == tuple(image.phases)
    for name, share in image.fractions.items():
        assert abs(mesh.phase_volumes[name] / whole / share - 1) < volume, name


def boxed(labels, voxel=VOXEL):
    return structure(labels, voxel)
