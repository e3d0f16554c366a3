"""The tortuosity factor by independent ways, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.measure.conduction import Transport, tortuosity_factor
from anosim.measure.connected import through
from anosim.measure.place import SIDES, axes_of, axis_of, mask_of
from anosim.microstructure import Microstructure
from anosim.progress import stage


@dataclass(frozen=True)
class CrossCheck:
    """D_eff / D of one phase along an axis by several ways.

    Attributes:
        voxels: finite volumes on the voxels.
        others: D_eff / D by "finite elements" on the conforming mesh, and by "TauFactor" where it
            is installed. Elements follow the smoothed boundary, voxels its steps, whose re-entrant
            corners hold up the flux: expect 0.1 to 5 %, less the more voxels a feature has.
    """

    voxels: Transport
    others: Mapping[str, float]

    @property
    def differences(self) -> dict[str, float]:
        """Each of the others over the voxels' value, minus 1."""
        return {name: value / self.voxels.effective - 1.0 for name, value in self.others.items()}


@stage("cross-check")
def cross_check(
    image: Microstructure,
    phase: str,
    axis: int | str = 0,
    *,
    solver: str = "skfem",
    staircase: bool = False,
) -> CrossCheck:
    """Compare D_eff of an image on voxels with that on its mesh, and with TauFactor's.

    A volume takes about 0.2 GB and half a minute for each 100 000 voxels.

    Args:
        image: of two or three dimensions.
        phase: the one that conducts.
        axis: along which, 0 to 2 or "z", "y" or "x".
        solver: the finite-element solver's name.
        staircase: whether the mesh has the voxels' exact shape, so that only the methods differ.

    Raises:
        InputError: no such phase or axis, or the phase does not lead through.
    """
    along = axis_of(image, axis)
    voxels = tortuosity_factor(image, phase, along, tolerance=1e-6)
    if not voxels.effective:
        raise InputError(f"phase {phase!r} does not lead through along {voxels.axis}")
    others = {"finite elements": _elements(image, phase, along, solver, staircase)}
    theirs = _taufactor(image, phase, along)
    if theirs is not None:
        others["TauFactor"] = theirs
    return CrossCheck(voxels, others)


def _elements(image: Microstructure, phase: str, along: int, solver: str, staircase: bool) -> float:
    import anosim

    joined = through(mask_of(image, phase), along)
    pair = Microstructure(np.where(joined, 1, 0), _present(joined, phase), image.voxel)
    sides = [name for name, (axis, _) in SIDES.items() if axis == axes_of(image)[along]]
    voxel = min(image.voxel)
    options: dict[str, Any] = {"staircase": True} if staircase else {}
    fine = {2: 0.5, 3: 1.0}[image.labels.ndim] * voxel
    problem = anosim.Diffusion(
        anosim.mesh(pair, size=2.0 * voxel, interface_size=fine, **options),
        materials={phase: anosim.Material(diffusivity=1.0)},
        conditions={
            side: anosim.Concentration(value) for side, value in zip(sides, (1.0, 0.0), strict=True)
        },
        until="inf",
    )
    solution = anosim.solve(problem, solver=solver, order=2)
    flux = abs(float(np.ravel(solution.flux(sides[0]))[0]))
    length = image.labels.shape[along] * image.voxel[along]
    return float(flux * length**2 / np.prod(np.multiply(image.labels.shape, image.voxel)))


def _present(joined: np.ndarray, phase: str) -> dict[str, int]:
    return {phase: 1} if joined.all() else {f"not {phase}": 0, phase: 1}


def _taufactor(image: Microstructure, phase: str, along: int) -> float | None:
    """TauFactor's value, None where it is not installed."""
    try:
        import taufactor  # type: ignore[import-not-found]
    except ImportError:
        return None
    if len(set(image.voxel)) > 1:
        return None  # its plain solver takes cubes
    mask = np.moveaxis(mask_of(image, phase), along, 0).astype(np.uint8)
    solver = taufactor.Solver(mask.reshape((*mask.shape, 1)[:3]), device="cpu")
    solver.solve(verbose=False, conv_crit=1e-3)
    return float(np.ravel(solver.D_eff)[0])
