"""PNG: one grey or palette picture."""

from pathlib import Path

import numpy as np

from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.tiff import coloured


def read(path: Path, dataset: str | None, lazy: bool) -> ImageFile:
    """Open a PNG file; its resolution is that of a print and says nothing about voxels."""
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as picture:
        if len(picture.getbands()) > 1:
            raise coloured(path)
        return ImageFile(str(path), "PNG", np.array(picture), stated="PNG has no voxel size")
