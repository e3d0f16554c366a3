"""Graphite and particles of a synthetic anode."""

import numpy as np

from anosim.synthetic.ageing import PARTICLES_PER_AREA, State
from anosim.synthetic.bodies import Grid, Mask
from anosim.synthetic.fields import Floats, gaussian_field, top
from anosim.synthetic.sizes import ASPECT, sizes

_FLAKE = (6.0e-6, 2.2e-6)
"""Mean length and thickness of a graphite flake, m."""
_RESOLVED = 3.0
"""Voxels that the smallest particle extends over."""
_GAP, _GAP_VOXELS = 40e-9, 2.0
"""Between particles, m, and the most voxels that it is: the micrometre that two voxels of a coarse
volume are would leave no room for the fraction."""
_TRIES = 400
"""Places that are tried for one particle before it is left out."""
_ROUNDS, _NEAR, _DAMPED = 4, 0.02, 0.8
"""Rounds of placing particles, how near their fraction has to come, and damping of the rounds."""


def stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers of one kind of thing in the anode of a seed."""
    return np.random.default_rng([seed, *name.encode()])


def graphite(
    shape: tuple[int, ...], voxel: tuple[float, ...], state: State, seed: int, free: Mask
) -> Mask:
    """Flakes where it is free, thrown until they cover the fraction, then trimmed to it exactly."""
    wanted = round(state.graphite * np.prod(shape))
    field = np.full(shape, -np.inf)
    if not wanted:
        return field > 0
    rng = stream(seed, "graphite")
    noise = gaussian_field(shape, voxel, 0.4e-6, rng)
    extent = np.array(shape)
    grid = Grid(voxel, np.ones(shape, dtype=bool), noise)
    while np.count_nonzero((field > 0) & free) < wanted:
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
    return top(field, (field > 0) & free, wanted)


def particles(
    shape: tuple[int, ...],
    voxel: tuple[float, ...],
    pristine: State,
    state: State,
    seed: int,
    free: Mask,
) -> tuple[Mask, int]:
    """Particles where it is free, fragments around where their particle was, and their number.

    The image's edge cuts some; the content is raised until what is left has its fraction.
    """
    content, best = state.particle, np.inf
    taken, placed = np.zeros(shape, dtype=bool), 0
    for _ in range(_ROUNDS):
        thrown, number = _thrown(shape, voxel, pristine, state, seed, free, content)
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
    pristine: State,
    state: State,
    seed: int,
    free: Mask,
    content: float,
) -> tuple[Mask, int]:
    """Particles of a content, before the image's edge cuts it, and their number."""
    before = _extensions(pristine, pristine.particle, shape, voxel)
    wanted = _extensions(state, content, shape, voxel)
    rng = stream(seed, "particles")
    grid = Grid(voxel, free, gaussian_field(shape, voxel, 0.08e-6, rng))
    parents = _parents(before, shape, rng)
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
