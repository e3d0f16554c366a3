"""Grey images of a structure as a FIB-SEM might show it, with its artefacts and its truth."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.image import Image
from anosim.microstructure import Microstructure
from anosim.synthetic.fields import Floats, gaussian_field
from anosim.units import Quantity


@dataclass(frozen=True)
class Look:
    """How a phase looks: mean brightness (0 to 1), texture (standard deviation), its length (m)."""

    brightness: float
    texture: float
    length: float


LOOKS: Mapping[str, Look] = {
    "pore": Look(0.12, 0.0, 1e-7),
    "sei": Look(0.38, 0.035, 3.0e-8),  # grains of carbon black
    "graphite": Look(0.53, 0.020, 6.0e-8),
    "particle": Look(0.82, 0.045, 2.0e-8),  # grains of Si and FeSi2 below 20 nm
}
"""Chosen to look like published secondary-electron images; not measured."""


@dataclass(frozen=True, eq=False)
class Rendered:
    """A synthetic grey image; it is no micrograph.

    Attributes:
        image: grey values, 8 bit.
        truth: the structure that it shows.
        shining: share of pore voxels that are brighter than the pores' own upper limit, halfway
            to the darkest solid, before noise.
        record: how it was made, and ``"synthetic": True``.
    """

    image: Image
    truth: Microstructure
    shining: float
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Artefacts:
    """What a microscope adds; brightness is measured in parts of the grey scale.

    Attributes:
        noise: standard deviation at half brightness; half of the variance grows with brightness.
        stripes: standard deviation of curtains, which run along y.
        shading: uneven brightness from one end of the image to the other, relative.
        blur: standard deviation of the point spread, m.
        shine_through: share of the pores in which what lies behind is seen.
        see_depth: depth at which what lies behind has faded to 37 %, m; of volumes only.
    """

    noise: float = 0.05
    stripes: float = 0.015
    shading: float = 0.10
    blur: Quantity = Quantity("m", 1.2e-8, minimum=0.0)  # noqa: RUF009 (a descriptor)
    shine_through: float = 0.5
    see_depth: Quantity = Quantity("m", 3e-7, positive=True)  # noqa: RUF009

    def __post_init__(self) -> None:
        for name in ("noise", "stripes", "shading", "shine_through"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise InputError(f"Artefacts.{name} is {value!r}: it must be between 0 and 1")


def render(structure: Microstructure, *, seed: int = 0, **artefacts: Any) -> Rendered:
    """A grey image of a structure, as a FIB-SEM might show it.

    Pores are not infiltrated: in part of them, bright structure behind is seen, out of focus and
    darker (shine-through). In a volume that is the structure in the slices that follow; in a
    single slice, where nothing is known about it, the slice itself turned by 180 degrees.

    Args:
        structure: phases named pore, sei, graphite, particle.
        seed: of noise, stripes and shine-through.
        **artefacts: fields of ``Artefacts``, for example ``noise=0.08``.

    Raises:
        InputError: a phase whose look is unknown, or an artefact out of bounds.
    """
    unknown = [name for name in structure.phases if name not in LOOKS]
    if unknown:
        raise InputError(f"no look for {listing(unknown)}: known are {listing(LOOKS)}")
    try:
        given = Artefacts(**artefacts)
    except TypeError:
        raise InputError(
            f"unknown artefact in {listing(artefacts)}: known are "
            f"{listing(Artefacts.__dataclass_fields__)}"
        ) from None
    rng = np.random.default_rng([seed, *b"render"])
    solid = _materials(structure, rng)
    pore = structure.labels == structure.phases.get("pore", -1)
    signal, shining = _shine(structure, solid, pore, given, rng)
    values = _microscope(signal, structure.voxel, given, rng)
    record = {"synthetic": True, "renderer": "anosim.synthetic", "seed": seed, **asdict(given)}
    return Rendered(Image(values, structure.voxel), structure, shining, MappingProxyType(record))


def _materials(structure: Microstructure, rng: np.random.Generator) -> Floats:
    """Brightness and texture of what lies in the plane of the image."""
    signal = np.zeros(structure.labels.shape)
    for name, label in structure.phases.items():
        look, here = LOOKS[name], structure.labels == label
        signal[here] = look.brightness
        if look.texture:
            grain = gaussian_field(here.shape, structure.voxel, look.length, rng)
            signal[here] += look.texture * grain[here]
    return signal


def _shine(
    structure: Microstructure,
    signal: Floats,
    pore: Any,
    given: Artefacts,
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    """Add what is seen through the pores; returns also the share of pores that it brightens."""
    if not pore.any() or not given.shine_through:
        return signal, 0.0
    dark = LOOKS["pore"].brightness
    seen = _behind(structure, signal, pore, given)
    patches = gaussian_field(pore.shape, structure.voxel, 4e-7, rng)
    bound = np.quantile(patches[pore], 1.0 - given.shine_through)
    visible = np.clip((patches - bound) / 0.5, 0.0, 1.0)
    brightened = np.where(pore, dark + visible * (seen - dark), signal)
    limit = 0.5 * (dark + min(look.brightness for n, look in LOOKS.items() if n != "pore"))
    return brightened, float(np.mean(brightened[pore] > limit))


def _behind(structure: Microstructure, signal: Floats, pore: Any, given: Artefacts) -> Floats:
    """Brightness of what lies behind each voxel, out of focus and faded."""
    from scipy.ndimage import gaussian_filter

    dark, focus = LOOKS["pore"].brightness, 6e-8
    lateral = [focus / size for size in structure.voxel[-2:]]
    if signal.ndim == 2:
        return np.asarray(0.85 * gaussian_filter(np.rot90(signal, 2), lateral))
    fade = np.exp(-structure.voxel[0] / given.see_depth)
    seen = np.full_like(signal, dark)
    for z in range(len(signal) - 2, -1, -1):
        near = np.where(pore[z + 1], seen[z + 1], signal[z + 1])
        seen[z] = dark + fade * (near - dark)
    return np.asarray(gaussian_filter(seen, [0.0, *lateral]))


def _microscope(
    signal: Floats, voxel: tuple[float, ...], given: Artefacts, rng: np.random.Generator
) -> Any:
    """Blur, uneven brightness, stripes, noise and 8 bits."""
    from scipy.ndimage import gaussian_filter, gaussian_filter1d

    sharp = [0.0] * (signal.ndim - 2) + [given.blur / size for size in voxel[-2:]]
    signal = gaussian_filter(signal, sharp)
    rows, columns = (np.linspace(-0.5, 0.5, n) for n in signal.shape[-2:])
    slope = rng.uniform(0.0, 2.0 * np.pi)
    tilt = np.cos(slope) * columns + np.sin(slope) * rows[:, None]
    signal = signal * (1.0 + given.shading * tilt)
    curtains = rng.standard_normal((*signal.shape[:-2], 1, signal.shape[-1]))
    curtains = gaussian_filter1d(curtains, 1.5, axis=-1)
    curtains *= given.stripes / max(float(curtains.std()), 1e-12)
    signal = signal + curtains
    spread = given.noise * np.sqrt(0.5 + np.clip(signal, 0.0, None))
    signal = signal + spread * rng.standard_normal(signal.shape)
    return np.clip(np.rint(255.0 * signal), 0, 255).astype(np.uint8)
