"""One self-contained page of HTML for a run, a study or a folder of measures."""

import json
from os import PathLike
from pathlib import Path
from typing import Any

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.formats.damage import reading
from anosim.report.names import FRAMES, PAGE
from anosim.results.folder import RECORD

__all__ = ["FRAMES", "PAGE", "html", "write"]


def write(
    folder: str | PathLike[str],
    path: str | PathLike[str] | None = None,
    *,
    name: str | None = None,
) -> Path:
    """Write the page about a folder of results.

    Args:
        folder: what ``anosim run``, ``anosim measure`` or ``anosim study`` made.
        path: the page; ``report.html`` in the folder without it.
        name: what the page calls the results; the folder's name without it.

    Returns:
        Where the page is.

    Raises:
        InputError: the folder holds no results that a page could be about.
    """
    folder = Path(folder)
    target = folder / PAGE if path is None else Path(path)
    text = html(folder, name)
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return target


def html(folder: str | PathLike[str], name: str | None = None) -> str:
    """The page about a folder of results: one file that opens without a network.

    Args:
        folder: what ``anosim run``, ``anosim measure`` or ``anosim study`` made.
        name: what the page calls a run; the folder's name without it.

    Raises:
        InputError: the folder holds no results that a page could be about, or a file in it is
            damaged: the error names it.
    """
    folder = Path(folder)
    if (folder / "runs").is_dir():
        from anosim.report.studies import study_page

        return study_page(folder)
    found = _record(folder)
    if "average_mol_per_m3" in found:
        from anosim.report.runs import run_page

        with reading(folder / RECORD):
            return run_page(folder, found, name)
    from anosim.report.measures import measure_page

    with reading(folder / RECORD):
        return measure_page(folder, found)


def _record(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            f"{str(folder)!r} holds no {RECORD} and no runs: name a folder that anosim run, "
            "anosim measure or anosim study made"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(f"{str(folder / RECORD)!r} cannot be read as JSON") from None
    if not isinstance(found, dict):
        raise InputError(f"{str(folder / RECORD)!r} holds no record of results")
    return found
