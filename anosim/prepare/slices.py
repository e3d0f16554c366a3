"""Slice by slice, with progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim import progress
from anosim.errors import MissingDependencyError
from anosim.image import Image

Floats = NDArray[np.float32]


def each_slice(image: Image, stage: str, change: Callable[[Floats], NDArray[Any]]) -> Image:
    """The image with every slice along z changed, as 32-bit floats in the same grey scale."""
    slices = image.values[None] if image.values.ndim == 2 else image.values
    changed = np.empty(slices.shape, dtype=np.float32)
    with needing_skimage(stage), progress.stage(stage):
        for z, plane in enumerate(slices):
            changed[z] = change(plane.astype(np.float32))
            progress.report(stage, (z + 1) / len(slices))
    return Image(changed.reshape(image.values.shape), image.voxel)


@contextmanager
def needing_skimage(stage: str) -> Iterator[None]:
    """Say which extra brings a library that is not installed."""
    try:
        yield
    except ImportError as error:
        raise MissingDependencyError(
            f"{stage} needs {error.name or error}: install it with: pip install 'anosim[segment]'"
        ) from error
