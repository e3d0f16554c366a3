"""Effective diffusivity of an image as a tensor: the periodic cell problem of homogenisation."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from anosim.measure.conduction import checked_diffusivities, diffusivity_field
from anosim.microstructure import Microstructure
from anosim.progress import stage

Floats = NDArray[np.float64]


@stage("conduction")
def diffusivity_tensor(
    image: Microstructure, diffusivities: Mapping[str, float | str], *, tolerance: float = 1e-4
) -> Floats:
    """D_eff of the image repeated endlessly, by finite volumes on the voxels.

    For each axis k, div(D grad(x_k + chi_k)) = 0 with periodic chi_k; D_eff,kl is the mean of
    D grad(x_k + chi_k) . grad(x_l + chi_l). Where the phases on opposite sides do not match, the
    seam lowers it. Source: Bensoussan, Lions and Papanicolaou, Asymptotic Analysis for Periodic
    Structures (1978), 1.2.

    Args:
        image: the image.
        diffusivities: D of each phase that conducts, m^2/s or a string with a unit.
        tolerance: greatest relative error of the diagonal against the exact discrete solution;
            values below 1e-6 of the mean over the volume are only accurate to 1e-6 of that.

    Returns:
        Shape (n, n), symmetric, in the order of the points' coordinates x, y[, z].

    Raises:
        InputError: no such phase, or a diffusivity that is not positive.
        ConvergenceError: the tolerance is out of reach.
    """
    from anosim.measure import grids, multigrid, stencil

    values = checked_diffusivities(image, diffusivities)
    scale = max(values.values())
    field = diffusivity_field(image, {name: value / scale for name, value in values.items()})
    n = field.ndim
    volume = field.reshape((1, *field.shape)[-3:])
    voxel = (image.voxel[0], *image.voxel)[-3:]
    axes = [k for k in range(3) if n == 3 or k > 0]
    grid = grids.periodic_cell(volume, voxel)
    drives = [(grid.faces[k].astype(float) * voxel[k], k) for k in axes]
    right = [flux - np.roll(flux, 1, axis=k) for flux, k in drives]
    constants = [float(flux.sum()) * voxel[k] for flux, k in drives]
    floor = 1e-6 * float(field.mean()) * field.size * voxel[0] ** 2
    chi = [
        multigrid.solve(grid, voxel, b, np.zeros(b.shape), c, tolerance, floor=floor).x
        for b, c in zip(right, constants, strict=True)
    ]
    made, out = np.empty((n, n)), np.empty(volume.shape)
    for k in range(n):
        stencil.apply(*grid.arrays, chi[k], out)
        for j in range(n):
            mixed = stencil.dot(out, chi[j]) - stencil.dot(right[k], chi[j])
            mixed -= stencil.dot(right[j], chi[k])
            made[k, j] = mixed + (constants[k] if k == j else 0.0)
    made *= scale / (field.size * voxel[0] ** 2)
    return ((made + made.T) / 2.0)[::-1, ::-1]
