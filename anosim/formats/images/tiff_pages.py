"""Pages of TIFF files: opened, compared, checked against the size of the file."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

from anosim.errors import InputError
from anosim.formats.limits import check_size


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A TIFF file whose OME metadata are left to this package: the library follows any path."""
    import tifffile

    with complaints(path), tifffile.TiffFile(path, is_ome=False) as file:
        yield file


def page(path: Path, file: Any, number: int, first: Any) -> Any:
    """A page that is like the first one."""
    if number >= len(file.pages):
        raise InputError(f"{str(path)!r} is damaged or truncated: slice {number} is missing")
    page = file.pages[number]
    for what in ("shape", "dtype", "photometric"):
        if getattr(page.keyframe, what) != getattr(first, what):
            raise InputError(
                f"{str(path)!r} holds images of different sizes, {getattr(page.keyframe, what)} "
                f"and {getattr(first, what)}: slices of one stack are alike in {what}"
            )
    return page


def check_pages(path: Path, pages: list[Any], needed: float, lazy: bool) -> None:
    """Refuse pixels that do not fit into memory, and files that end before their pixels do.

    The library pads some of them with zeros.
    """
    sizes: dict[Any, int] = {}
    for number, page in enumerate(pages):
        handle = page.parent.filehandle
        size = sizes.setdefault(handle.path, handle.size)
        if len(page.dataoffsets) != len(page.databytecounts):
            raise InputError(f"{str(path)!r} is damaged: slice {number} has more pieces than sizes")
        ends = [o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=True) if n]
        bits = 0 if page.compression != 1 else prod(page.shape) * page.keyframe.bitspersample
        if not ends or max(ends) > size or 8 * sum(page.databytecounts) < bits:
            raise InputError(
                f"{str(path)!r} is truncated: slice {number} of {len(pages)} ends beyond the "
                f"file's {size} bytes"
            )
    first = pages[0]
    piece = prod(first.chunks) * first.dtype.itemsize
    what = f"{len(pages)} pages of {' x '.join(map(str, first.shape))} pixels, {first.dtype}"
    stored = sum(sizes.values())
    check_size(path, max(piece, needed), stored, what, at_once=piece if lazy else None)


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def complaints(path: Path) -> Iterator[None]:
    """What tifffile logs about damaged pages, and then leaves out, is an error."""
    logger, listener = logging.getLogger("tifffile"), _Listener()
    propagates = logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagates
    bad = [text for text in listener.messages if _is_damage(text)]
    if bad:
        raise InputError(f"{str(path)!r} is damaged or truncated: {' '.join(bad[0].split())[:160]}")


def _is_damage(text: str) -> bool:
    words = ("invalid page offset", "corrupt", "invalid offset", "TiffPages", "invalid page")
    return any(word in text for word in words)
