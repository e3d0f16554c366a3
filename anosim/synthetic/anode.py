"""Synthetic composite anodes, 2D and 3D, from pristine to 300 cycles."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.microstructure import Microstructure
from anosim.synthetic.ageing import (
    PARTICLES_PER_AREA,
    REGION,
    STATES,
    State,
)
from anosim.synthetic.bodies import Grid, Mask
from anosim.synthetic.fields import Floats, gaussian_field, top
from anosim.synthetic.sizes import ASPECT, sizes
from anosim.units import si

PHASES: Mapping[str, int] = MappingProxyType({"pore": 0, "particle": 1, "sei": 2, "graphite": 3})
MOST_VOXELS = 2**28
_FLAKE = (6.0e-6, 2.2e-6)
"""Mean length and thickness of a graphite flake, m."""
_PORE_LENGTH, _FINE_LENGTH = 0.55e-6, 0.12e-6
"""Smoothing lengths of the pores' shapes, m."""
_RESOLVED = 3.0
"""Voxels that the smallest particle extends over."""
_GAP, _GAP_VOXELS = 40e-9, 2.0
"""Between particles, m, and the most voxels that it is: the micrometre that two voxels of a coarse
volume are would leave no room for the fraction."""
_TRIES = 400
"""Places that are tried for one particle before it is left out."""
_ROUNDS, _NEAR, _DAMPED = 4, 0.02, 0.8
"""Rounds of placing particles, how near their fraction has to come, and damping of the rounds."""


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
    if cycles not in STATES:
        raise InputError(f"cycles is {cycles!r}: there are synthetic anodes of {listing(STATES)}")
    return _make(STATES[cycles], cycles, shape, voxel, seed)


def region_of_interest(seed: int = 0) -> Synthetic:
    """A synthetic region of 5 x 8 um after 100 cycles: 250 x 400 pixels of 20 nm.

    As in the region that the reference models there is no graphite: pores 10 %, particles 26 %,
    SEI, carbon and binder 64 %.
    """
    return _make(REGION, 100, (250, 400), "20 nm", seed)


def _make(state: State, cycles: int, shape: tuple[int, ...], voxel: Any, seed: int) -> Synthetic:
    sizes_m = _voxel(voxel, shape)
    graphite = _graphite(shape, sizes_m, state, seed)
    particles, placed = _particles(shape, sizes_m, state, seed, ~graphite)
    pores = _pores(shape, sizes_m, state, seed, graphite | particles)
    labels = np.full(shape, PHASES["sei"], dtype=np.uint8)
    labels[graphite] = PHASES["graphite"]
    labels[particles] = PHASES["particle"]
    labels[pores] = PHASES["pore"]
    present = {name: label for name, label in PHASES.items() if (labels == label).any()}
    record = {
        "synthetic": True,
        "generator": "anosim.synthetic",
        "cycles": cycles,
        "seed": seed,
        "particles_placed": placed,
    }
    return Synthetic(Microstructure(labels, present, sizes_m), MappingProxyType(record))


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


def _rng(seed: int, stream: str) -> np.random.Generator:
    return np.random.default_rng([seed, *stream.encode()])


def _graphite(shape: tuple[int, ...], voxel: tuple[float, ...], state: State, seed: int) -> Mask:
    """Flakes, thrown until they cover the fraction, then trimmed to it exactly."""
    wanted = round(state.graphite * np.prod(shape))
    field = np.full(shape, -np.inf)
    if not wanted:
        return field > 0
    rng = _rng(seed, "graphite")
    noise = gaussian_field(shape, voxel, 0.4e-6, rng)
    extent = np.array(shape)
    grid = Grid(voxel, np.ones(shape, dtype=bool), noise)
    while np.count_nonzero(field > 0) < wanted:
        long, thick = np.array(_FLAKE) * np.exp(0.25 * rng.standard_normal(2)) / 2.0
        axes = np.array([thick, *[long] * (len(shape) - 1)])
        body = grid.body(rng.random(len(shape)) * extent, axes, rng)
        low = np.maximum(np.floor(body.centre - 1.2 * body.reach), 0).astype(int)
        high = np.minimum(np.ceil(body.centre + 1.2 * body.reach), extent).astype(int)
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        places = np.indices([max(b - a, 0) for a, b in zip(low, high, strict=True)])
        offsets = np.moveaxis(places, 0, -1) + low - body.centre
        depth = 1.0 + 0.06 * noise[box] - np.linalg.norm(offsets @ body.shape.T, axis=-1)
        field[box] = np.maximum(field[box], depth)
    return top(field, field > 0, wanted)


def _particles(
    shape: tuple[int, ...], voxel: tuple[float, ...], state: State, seed: int, free: Mask
) -> tuple[Mask, int]:
    """Particles where there is no graphite, fragments around where their particle was.

    The image's edge cuts some; the content is raised until what is left has its fraction.
    """
    content, best = state.particle, np.inf
    taken, placed = np.zeros(shape, dtype=bool), 0
    for _ in range(_ROUNDS):
        thrown, number = _thrown(shape, voxel, state, seed, free, content)
        found = float(thrown.mean())
        off = abs(found / state.particle - 1.0)
        if off < best:
            taken, placed, best = thrown, number, off
        if best < _NEAR or not number:
            break
        content *= (state.particle / found) ** _DAMPED
    return taken, placed


def _thrown(
    shape: tuple[int, ...],
    voxel: tuple[float, ...],
    state: State,
    seed: int,
    free: Mask,
    content: float,
) -> tuple[Mask, int]:
    """Particles of a content, before the image's edge cuts it, and their number."""
    pristine = _extensions(STATES[0], STATES[0].particle, shape, voxel)
    wanted = _extensions(state, content, shape, voxel)
    rng = _rng(seed, "particles")
    grid = Grid(voxel, free, gaussian_field(shape, voxel, 0.08e-6, rng))
    parents = _parents(pristine, shape, rng)
    placed, gap = 0, min(_GAP_VOXELS, _GAP / max(voxel))
    for extension in wanted[wanted >= _RESOLVED * max(voxel)]:
        half = np.full(len(shape), extension / 2.0)
        half[0] /= ASPECT
        around = _centres(parents, state.spread, np.array(voxel), shape, rng)
        placed += grid.place(half, around, rng, state.roughness, gap)
    return grid.taken, placed


def _extensions(
    state: State, fraction: float, shape: tuple[int, ...], voxel: tuple[float, ...]
) -> Floats:
    """Greatest extension of every particle in the image, m, falling.

    A section of area 1 cuts as many bodies as there are in a volume as thick as they are.
    """
    box = np.array(shape) * voxel
    if len(shape) == 2:
        number = state.count * PARTICLES_PER_AREA * np.prod(box)
    else:
        number = state.count * PARTICLES_PER_AREA * np.prod(box) / state.size
    count = max(round(float(number)), 1)
    bounds = (0.1e-6, min(state.largest, 0.8 * float(box.min())))
    return sizes(count, state.size, fraction * float(np.prod(box)), len(shape), bounds)


def _parents(
    pristine: Floats, shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Centres (voxels), extensions (m) and shares of the particles that fragments come from."""
    centres = rng.random((len(pristine), len(shape))) * shape
    share = pristine ** len(shape)
    return centres, pristine, share / share.sum()


def _centres(
    parents: tuple[Floats, Floats, Floats],
    spread: float,
    voxel: Floats,
    shape: tuple[int, ...],
    rng: np.random.Generator,
) -> Floats:
    """Places to try: anywhere, or ever further around the particles that were there before."""
    centres, extensions, share = parents
    if not spread:
        return rng.random((_TRIES, len(shape))) * shape
    chosen = rng.choice(len(share), size=_TRIES, p=share)
    wide = spread * (0.5 + 0.02 * np.arange(_TRIES)) * extensions[chosen]
    return centres[chosen] + rng.standard_normal((_TRIES, len(shape))) * wide[:, None] / voxel


def _pores(
    shape: tuple[int, ...], voxel: tuple[float, ...], state: State, seed: int, solid: Mask
) -> Mask:
    """Pores of exactly their fraction, where a random field and the distance to solids are high."""
    from scipy.ndimage import distance_transform_edt

    rng = _rng(seed, "pores")
    field = gaussian_field(shape, voxel, _PORE_LENGTH, rng)
    field += state.crevices * gaussian_field(shape, voxel, _FINE_LENGTH, rng)
    if solid.any():
        away = distance_transform_edt(~solid, sampling=voxel)
        field += np.minimum(away / (2.0 * _PORE_LENGTH), 1.0)
    return top(field, ~solid, round(state.pore * np.prod(shape)))
