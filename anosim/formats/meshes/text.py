"""Text of mesh files."""

from pathlib import Path

from anosim.formats.limits import check_size

MEMORY = 15
"""Bytes of memory that a byte of text takes at most while its numbers are read."""


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, or in Latin-1 where it is none.

    Raises:
        InputError: a file that is too large for the memory that is free.
    """
    size = path.stat().st_size
    check_size(path, MEMORY * size, size, f"{size} bytes of text")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
