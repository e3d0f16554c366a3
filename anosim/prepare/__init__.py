"""Grey images before segmentation: every function takes an Image and gives a new one.

Of volumes the slices along z are treated one by one, as a FIB-SEM takes them.
"""

from collections.abc import Callable, Mapping, Sequence

from anosim.errors import InputError, listing
from anosim.image import Image
from anosim.prepare.brightness import level, normalise_slices, remove_stripes
from anosim.prepare.denoise import median, noise_level, non_local_means, total_variation
from anosim.prepare.drift import align
from anosim.prepare.grid import crop, isotropic

__all__ = [
    "STEPS",
    "align",
    "apply",
    "check",
    "crop",
    "isotropic",
    "level",
    "median",
    "noise_level",
    "non_local_means",
    "normalise_slices",
    "remove_stripes",
    "total_variation",
]

STEPS: Mapping[str, Callable[[Image], Image]] = {
    "align": lambda image: align(image)[0],
    "normalise slices": normalise_slices,
    "stripes": remove_stripes,
    "brightness": level,
    "isotropic": isotropic,
    "median": median,
    "non-local means": non_local_means,
    "total variation": total_variation,
}
"""Steps by the names that the command line and case files use, with their defaults."""


def apply(image: Image, steps: Sequence[str]) -> Image:
    """The image after some steps, in their order.

    Raises:
        InputError: no such step, or one that this image cannot take.
    """
    check(steps)
    for name in steps:
        image = STEPS[name](image)
    return image


def check(steps: Sequence[str]) -> None:
    """Refuse steps that there are not.

    Raises:
        InputError: no such step.
    """
    for name in steps:
        if name not in STEPS:
            raise InputError(f"there is no preparation {name!r}: possible are {listing(STEPS)}")
