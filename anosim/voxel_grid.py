"""The voxels of an image, without what is in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VoxelGrid:
    """Shape and voxel size of an image.

    Attributes:
        shape: voxels along (z,) y and x.
        voxel: their size along (z,) y and x, m.
    """

    shape: tuple[int, ...]
    voxel: tuple[float, ...]

    @property
    def extent(self) -> tuple[float, ...]:
        """Length along x, y[, z], m."""
        return tuple(n * h for n, h in zip(self.shape[::-1], self.voxel[::-1], strict=True))

    @property
    def middles(self) -> list[Floats]:
        """The voxels' middles along x, y[, z], m."""
        pairs = zip(self.shape[::-1], self.voxel[::-1], strict=True)
        return [(np.arange(n, dtype=np.float64) + 0.5) * float(h) for n, h in pairs]

    def check_covers(self, points: Floats) -> None:
        """Refuse a mesh that was not made of an image of this size.

        Args:
            points: of the mesh, m, shape (n_points, 2 or 3).

        Raises:
            InputError: another dimension, or more than a voxel smaller or larger than the mesh.
        """
        if len(self.shape) != points.shape[1]:
            raise InputError(
                f"the image has shape {self.shape}, the mesh {points.shape[1]} dimensions: give "
                "the image that the mesh was made of"
            )
        low, high = points.min(axis=0), points.max(axis=0)
        off = np.abs([low, high - low - np.array(self.extent)])
        if np.any(off > 1.001 * np.array(self.voxel[::-1])):
            covered = " by ".join(f"0 to {size:.4g} m" for size in self.extent)
            meshed = " by ".join(f"{a:.4g} to {b:.4g} m" for a, b in zip(low, high, strict=True))
            raise InputError(
                f"the image covers {covered}, the mesh {meshed}: over takes the image that the "
                "mesh was made of"
            )
