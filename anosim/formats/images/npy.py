"""NumPy: one array."""

from pathlib import Path

import numpy as np

from anosim.formats.images.imagefile import ImageFile


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a .npy file."""
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    values = np.asarray(mapped) if lazy else np.array(mapped)
    return ImageFile(str(path), "NumPy", values, stated="NumPy files have no voxel size")
