"""Which reader opens a file, and what is checked before and after."""

import errno
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from os import PathLike
from pathlib import Path

from anosim.errors import AnosimError, InputError, MissingDependencyError
from anosim.formats.images.imagefile import ImageFile
from anosim.formats.limits import available_memory, gigabytes

_READERS = {
    ".tif": "tiff",
    ".tiff": "tiff",
    ".png": "png",
    ".npy": "npy",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".hdf": "hdf5",
    ".nxs": "hdf5",
    ".nc": "hdf5",
    ".dream3d": "hdf5",
    ".zarr": "ome_zarr",
    ".nrrd": "nrrd",
    ".nhdr": "nrrd",
    ".mrc": "mrc",
    ".rec": "mrc",
    ".mha": "metaimage",
    ".mhd": "metaimage",
    ".raw": "raw",
}
"""Module with the reader of each ending."""
ENDINGS = tuple(_READERS)
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"II*\0", "a TIFF file"),
    (b"MM\0*", "a TIFF file"),
    (b"NRRD000", "an NRRD file"),
)
Reader = Callable[[Path, str | None, bool], ImageFile]


def open_image(
    path: str | PathLike[str], *, dataset: str | None = None, lazy: bool = False
) -> ImageFile:
    """Open an image file, a folder of slices, or a Zarr store.

    Args:
        path: .tif, .png, .npy, .h5, .zarr, .nrrd, .nhdr, .mrc, .rec, .mha, .mhd, .raw (with its
            shape and type in a file of the same name and .toml after it), or a folder of slices.
        dataset: which array of an HDF5 file or Zarr group; needed if there are several.
        lazy: whether to leave the values on disk until they are asked for. Compressed formats
            without blocks are read whole nevertheless.

    Raises:
        InputError: no such file, an unknown ending, or a file that is not what its ending says.
        MissingDependencyError: the library that reads this format is not installed.
    """
    path = Path(path)
    module = _reader(path)
    with _blaming(path):
        read: Reader = import_module(f"anosim.formats.images.{module}").read
        return read(path, dataset, lazy)


def _reader(path: Path) -> str:
    """The module that reads the path."""
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:  # a name too long, or with a zero byte
        raise InputError(f"there is no file {str(path)!r} ({error})") from None
    module = _READERS.get(path.suffix.lower())
    if is_folder:
        return "ome_zarr" if module == "ome_zarr" or _is_zarr(path) else "folder"
    if module is None:
        raise InputError(
            f"cannot read {str(path)!r}: expected one of {', '.join(_READERS)} or a folder of "
            "slices"
        )
    if not is_file:
        raise InputError(f"there is no file {str(path)!r}")
    if path.stat().st_size == 0:
        raise InputError(f"{str(path)!r} is empty: it has 0 bytes")
    return module


def _is_zarr(path: Path) -> bool:
    return any((path / name).exists() for name in ("zarr.json", ".zgroup", ".zarray"))


@contextmanager
def _blaming(path: Path) -> Iterator[None]:
    """Whatever a library raises or warns about is one error that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except AnosimError:
        raise
    except ImportError as error:
        raise MissingDependencyError(
            f"{str(path)!r} cannot be read without {error.name or error}: "
            "install it with: pip install 'anosim[formats]'"
        ) from None
    except Exception as error:  # a damaged file raises whatever its library meets first
        raise InputError(_damaged(path, error)) from None


def blaming(path: Path, reader: Callable[[int, int], object]) -> Callable[[int, int], object]:
    """The same for slabs that are read later."""

    def read(start: int, stop: int) -> object:
        with _blaming(path):
            return reader(start, stop)

    return read


def _damaged(path: Path, error: Exception) -> str:
    is_what = _signature(path)
    if is_what and is_what not in _own_signature(path):
        return f"{str(path)!r} is {is_what}, not a {path.suffix} file: name it as what it is"
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        free = gigabytes(available_memory())
        return f"{str(path)!r} needs more memory than the {free} that are free: crop it"
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    if "imagecodecs" in reason:
        return (
            f"{str(path)!r} is compressed in a way that needs imagecodecs: "
            "install it with: pip install 'anosim[formats]'"
        )
    return f"{str(path)!r} is damaged or not a {path.suffix} file: {reason}"


def _signature(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        return ""
    return next((name for magic, name in _SIGNATURES if start.startswith(magic)), "")


def _own_signature(path: Path) -> str:
    own = {"tiff": "a TIFF file", "png": "a PNG picture", "npy": "a NumPy file",
           "hdf5": "an HDF5 file", "nrrd": "an NRRD file"}  # fmt: skip
    return own.get(_READERS.get(path.suffix.lower(), ""), "")
