"""What both studies of robustness print: the worst figures of each kind of image, and of all."""

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any


def print_worst(rows: Sequence[Any], columns: Mapping[str, Callable[[list[Any]], object]]) -> None:
    """Print the table.

    Args:
        rows: one for each image, its kind first.
        columns: by title, what is said of the rows of one kind.
    """
    rows = sorted(rows, key=lambda row: row[0])
    widths = [max(len(title), 7) for title in columns]
    print(_line("kind", columns, widths))
    kinds = [(kind, list(own)) for kind, own in groupby(rows, key=lambda row: row[0])]
    for kind, own in [*kinds, ("all", list(rows))]:
        print(_line(kind, [tell(own) for tell in columns.values()], widths))


def _line(kind: str, cells: Any, widths: Sequence[int]) -> str:
    parts = (f"{cell!s:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return " ".join([f"{kind:13}", *parts])


def ok(good: bool) -> str:
    """A word for the table."""
    return "ok" if good else "WRONG"


def asked(count: int) -> tuple[int, dict[str, int]]:
    """The number of images, ``count`` unless given, and the mesher's options."""
    options = {key: int(value) for key, value in (a.split("=") for a in sys.argv[2:])}
    return int(sys.argv[1]) if len(sys.argv) > 1 else count, options
