"""Synthetic composite anodes, 2D and 3D, from pristine to 300 cycles."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.microstructure import Microstructure
from anosim.synthetic.ageing import REGION, RESOLVED, STATES, State
from anosim.synthetic.bodies import Mask
from anosim.synthetic.fields import Floats, top
from anosim.synthetic.pores import channels, random_pores
from anosim.synthetic.solids import graphite, particles
from anosim.units import si

PHASES: Mapping[str, int] = MappingProxyType({"pore": 0, "particle": 1, "sei": 2, "graphite": 3})
MOST_VOXELS = 2**28


@dataclass(frozen=True, eq=False)
class Synthetic:
    """A synthetic anode; it is no measured one.

    Attributes:
        microstructure: its phases: pore, particle (a-Si/c-FeSi2), sei (SEI, carbon and binder) and
            graphite where there is some.
        record: how it was made, and ``"synthetic": True``.
    """

    microstructure: Microstructure
    record: Mapping[str, Any]


def anode(
    cycles: int = 0,
    *,
    shape: tuple[int, ...] = (1000, 1700),
    voxel: str | float | tuple[str | float, ...] = "20 nm",
    seed: int = 0,
) -> Synthetic:
    """A synthetic a-Si/c-FeSi2/graphite anode after some cycles.

    Volume fractions are exact, sizes and counts of particles hold in the mean; the numbers and
    where they come from, and which are inferred, are in ``anosim.synthetic.ageing``. States of one
    seed show the same place: graphite and pores stay where they are, particles break where they
    were.

    In 3D sizes are those of the bodies, and counts per area those of sections. Particles that the
    voxels do not resolve are left out; larger ones then make up their volume.

    Args:
        cycles: 0, 3, 100 or 300.
        shape: of the image, (y, x) or (z, y, x).
        voxel: its size, one for all axes or one per axis.
        seed: a different one gives a different anode of the same statistics.

    Raises:
        InputError: no such number of cycles, or a shape that is too small or too large.
    """
    return _by_sections(_state(STATES, cycles), cycles, shape, voxel, seed)


def volume_of_interest(
    cycles: int = 0, *, shape: tuple[int, int, int] = (50, 150, 150), seed: int = 0
) -> Synthetic:
    """A synthetic anode as micro-CT resolves it, in voxels of 0.65 um.

    Pores and particles are those that such voxels show; smaller ones are in the phase ``sei``,
    which is then the reference's intermediate domain. The pores are channels between grains:
    narrow ones fill first, and a net of wide ones still leads through after 300 cycles. The
    numbers are in ``anosim.synthetic.ageing``; states of one seed show the same place.

    Args:
        cycles: 0, 3, 100 or 300.
        shape: of the volume, (z, y, x); by default 32.5 x 97.5 x 97.5 um.
        seed: a different one gives a different anode of the same statistics.

    Raises:
        InputError: no such number of cycles, or a shape that is too small or too large.
    """
    state, voxel = _state(RESOLVED, cycles), _voxel("0.65 um", shape)
    field = channels(shape, voxel, seed)
    last = min(one.pore for one in RESOLVED.values())
    free = ~top(field, np.ones(shape, dtype=bool), round(last * np.prod(shape)))
    flakes = graphite(shape, voxel, state, seed, free)
    bodies, placed = particles(shape, voxel, RESOLVED[0], state, seed, free & ~flakes)
    return _synthetic(state, cycles, seed, voxel, flakes, bodies, placed, field)


def region_of_interest(seed: int = 0) -> Synthetic:
    """A synthetic region of 5 x 8 um after 100 cycles: 250 x 400 pixels of 20 nm.

    As in the region that the reference models there is no graphite: pores 10 %, particles 26 %,
    SEI, carbon and binder 64 %.
    """
    return _by_sections(REGION, 100, (250, 400), "20 nm", seed)


def _state(states: Mapping[int, State], cycles: int) -> State:
    if cycles not in states:
        raise InputError(f"cycles is {cycles!r}: there are synthetic anodes of {listing(states)}")
    return states[cycles]


def _by_sections(
    state: State, cycles: int, shape: tuple[int, ...], voxel: Any, seed: int
) -> Synthetic:
    """As sections at high resolution show it: nothing is too small to be seen."""
    sizes_m = _voxel(voxel, shape)
    flakes = graphite(shape, sizes_m, state, seed, np.ones(shape, dtype=bool))
    bodies, placed = particles(shape, sizes_m, STATES[0], state, seed, ~flakes)
    field = random_pores(shape, sizes_m, state, seed, flakes | bodies)
    return _synthetic(state, cycles, seed, sizes_m, flakes, bodies, placed, field)


def _synthetic(
    state: State,
    cycles: int,
    seed: int,
    voxel: tuple[float, ...],
    flakes: Mask,
    bodies: Mask,
    placed: int,
    field: Floats,
) -> Synthetic:
    """Solids, pores of exactly their fraction where a field is highest, SEI everywhere else."""
    labels = np.full(field.shape, PHASES["sei"], dtype=np.uint8)
    labels[flakes] = PHASES["graphite"]
    labels[bodies] = PHASES["particle"]
    labels[top(field, ~(flakes | bodies), round(state.pore * field.size))] = PHASES["pore"]
    present = {name: label for name, label in PHASES.items() if (labels == label).any()}
    record = {
        "synthetic": True,
        "generator": "anosim.synthetic",
        "cycles": cycles,
        "seed": seed,
        "particles_placed": placed,
    }
    return Synthetic(Microstructure(labels, present, voxel), MappingProxyType(record))


def _voxel(voxel: Any, shape: tuple[int, ...]) -> tuple[float, ...]:
    given = voxel if isinstance(voxel, tuple | list) else (voxel,) * len(shape)
    if len(shape) not in (2, 3) or min(shape) < 8 or len(given) != len(shape):
        raise InputError(
            f"shape is {shape} and voxel {voxel!r}: give 2 or 3 axes of at least 8 voxels, and one "
            "voxel size or one per axis"
        )
    if int(np.prod(shape, dtype=object)) > MOST_VOXELS:
        raise InputError(f"shape is {shape}: more than {MOST_VOXELS:.2e} voxels do not fit")
    found = tuple(si(size, "m", "voxel") for size in given)
    if min(found) <= 0:
        raise InputError(f"voxel is {voxel!r}: every size must be greater than 0 m")
    return found
