"""NumPy: one array."""

from pathlib import Path

import numpy as np

from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.phase_names import phases_beside
from anosim.formats.limits import check_size


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a .npy file."""
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    what = f"an array of shape {mapped.shape}, {mapped.dtype}"
    check_size(path, mapped.nbytes, path.stat().st_size, what, at_once=0 if lazy else None)
    values = np.asarray(mapped) if lazy else np.array(mapped)
    return ImageFile(
        str(path), "NumPy", values, stated="NumPy files have no voxel size",
        phases=phases_beside(path),
    )  # fmt: skip
