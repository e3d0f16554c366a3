"""Pixel data from files: TIFF, PNG and NumPy."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError


def read(path: str | PathLike[str]) -> NDArray[Any]:
    """The pixels of a .tif, .tiff, .png or .npy file, shape (y, x) or (z, y, x).

    A palette PNG gives its palette indices: they are the labels.

    Raises:
        InputError: no such file, an unknown ending, or a file that is not what its ending says.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"cannot read {str(path)!r}: expected one of {', '.join(_READERS)}")
    if not path.is_file():
        raise InputError(f"there is no file {str(path)!r}")
    try:
        return reader(path)
    except InputError:
        raise
    except Exception as error:  # a damaged file raises whatever its library meets first
        raise InputError(f"{str(path)!r} is damaged or not a {path.suffix} file: {error}") from None


def _tiff(path: Path) -> NDArray[Any]:
    import tifffile

    with tifffile.TiffFile(path) as file:
        if file.pages[0].photometric == tifffile.PHOTOMETRIC.RGB:
            raise _coloured(path)
        return np.asarray(file.asarray())


def _png(path: Path) -> NDArray[Any]:
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        if len(image.getbands()) > 1:
            raise _coloured(path)
        return np.array(image)


def _coloured(path: Path) -> InputError:
    return InputError(
        f"{str(path)!r} is a colour picture, not labels or grey values: save one channel of "
        "integers, or an indexed (palette) PNG"
    )


def _npy(path: Path) -> NDArray[Any]:
    return np.asarray(np.load(path, allow_pickle=False))


_READERS = {".tif": _tiff, ".tiff": _tiff, ".png": _png, ".npy": _npy}
