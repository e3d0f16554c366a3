"""PNG: one grey or palette picture."""

from pathlib import Path

import numpy as np

from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.tiff import coloured
from anosim.formats.limits import check_size

_COPIES = 3
"""Of the picture in memory while the library unpacks it."""


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a PNG file; its resolution is that of a print and says nothing about voxels."""
    from PIL.PngImagePlugin import PngImageFile  # Image.open refuses honest pictures of 14000^2

    with PngImageFile(path) as picture:
        if len(picture.getbands()) > 1:
            raise coloured(path)
        width, height = picture.size
        size = width * height * (2 if "16" in picture.mode else 1)
        stored = path.stat().st_size * (8 if picture.mode == "1" else 1)  # eight pixels a byte
        what = f"a picture of {width} x {height} pixels"
        check_size(path, size, stored, what, at_once=_COPIES * size)
        return ImageFile(str(path), "PNG", np.array(picture), stated="PNG has no voxel size")
