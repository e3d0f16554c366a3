"""A figure to a file."""

from os import PathLike
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from anosim.errors import InputError
from anosim.figures.style import DPI, STYLE
from anosim.formats.atomic import replacing

_UNDATED: dict[str, dict[str, Any]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
"""Metadata by ending: without a date the same figure is the same file."""


def save(figure: Figure, path: str | PathLike[str]) -> None:
    """Write a figure as .png, .svg or .pdf, at 200 dots per inch, whole or not at all.

    Raises:
        InputError: another ending, or no such folder.
    """
    path = Path(path)
    metadata = _UNDATED.get(path.suffix.lower())
    if metadata is None:
        raise InputError(f"cannot draw to {str(path)!r}: expected one of {', '.join(_UNDATED)}")
    with replacing(path) as temporary, matplotlib.rc_context(STYLE):
        figure.savefig(temporary, dpi=DPI, metadata=metadata)
