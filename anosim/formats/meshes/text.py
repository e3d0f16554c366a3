"""Text of mesh files."""

from pathlib import Path


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, or in Latin-1 where it is none."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
