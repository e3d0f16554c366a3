"""Ellipsoids with rough surfaces, placed on a grid without touching."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anosim.synthetic.fields import Floats

_FULL_TRIES = 30
"""Places that pass the quick test and are then looked at voxel by voxel."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Body:
    """An ellipsoid.

    Attributes:
        centre: in voxels, the array's order.
        shape: matrix A with ``|A (x - centre)| = 1`` on the surface, x in voxels.
        reach: half its extension along each axis, voxels.
    """

    centre: Floats
    shape: Floats
    reach: Floats


class Grid:
    """Voxels that bodies take, one body after the other.

    Args:
        voxel: size per axis, m.
        free: voxels that bodies may take.
        noise: what their surfaces are roughened with, variance 1.
    """

    def __init__(self, voxel: tuple[float, ...], free: Mask, noise: Floats) -> None:
        self.voxel, self.free, self.noise = np.array(voxel), free.copy(), noise
        self.taken = np.zeros_like(free)

    def body(self, centre: Floats, axes: Floats, rng: np.random.Generator) -> Body:
        """An ellipsoid of half axes (m) turned at random about a centre in voxels."""
        turn, _ = np.linalg.qr(rng.standard_normal((len(axes), len(axes))))
        matrix = (turn.T / axes[:, None]) * self.voxel
        reach = np.sqrt(((turn * axes) ** 2).sum(axis=1)) / self.voxel
        return Body(centre, matrix, reach)

    def fits(self, body: Body, roughness: float, gap: float) -> tuple[tuple[slice, ...], Mask]:
        """Where the body would be; no voxel of it if it, or the gap around it, is not free.

        Args:
            body: the ellipsoid.
            roughness: of its surface, relative to its size.
            gap: least distance to others, voxels.
        """
        shape = np.array(self.free.shape)
        low = np.maximum(np.floor(body.centre - 1.3 * body.reach - gap), 0).astype(int)
        high = np.minimum(np.ceil(body.centre + 1.3 * body.reach + gap) + 1, shape).astype(int)
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        offsets = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)),
                                       indexing="ij"), axis=-1) - body.centre  # fmt: skip
        radius = np.linalg.norm(offsets @ body.shape.T, axis=-1)
        surface = 1.0 + roughness * self.noise[box]
        inside = radius < surface
        around = radius < surface + gap / body.reach.min()
        if not self.free[box][around].all():
            inside[:] = False
        return box, inside

    def put(self, box: tuple[slice, ...], inside: Mask) -> None:
        """Take the voxels of a body."""
        self.taken[box] |= inside
        self.free[box] &= ~inside

    def place(
        self,
        axes: Floats,
        centres: Floats,
        rng: np.random.Generator,
        roughness: float,
        gap: float,
    ) -> bool:
        """Put an ellipsoid at the first of some centres (n, axes) where it fits, if there is one.

        Most places are ruled out by a few points of the surface, all places at once.
        """
        body = self.body(np.zeros(len(axes)), axes, rng)
        _, sizes, turn = np.linalg.svd(body.shape)
        ways = np.array(list(product((-1.0, 0.0, 1.0), repeat=len(axes))))
        ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1.0)
        probes = ways @ (turn / sizes[:, None])
        probes = np.vstack([np.zeros(len(axes)), probes])
        places = np.rint(centres[:, None, :] + probes).astype(int)
        inside = np.clip(places, 0, np.array(self.free.shape) - 1)
        outside = (places[:, 0] != inside[:, 0]).any(axis=-1)
        possible = self.free[tuple(np.moveaxis(inside, -1, 0))].all(axis=1) & ~outside
        for centre in centres[possible][:_FULL_TRIES]:
            box, mask = self.fits(replace(body, centre=centre), roughness, gap)
            if mask.any():
                self.put(box, mask)
                return True
        return False
