"""The page of a folder of measures."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import anosim
from anosim.report.citing import references
from anosim.report.page import Section, page, paragraphs
from anosim.report.pictures import picture
from anosim.report.tables import table

_APART = ("definitions", "files")


def measure_page(folder: Path, found: Mapping[str, Any]) -> str:
    """The page of a folder that ``anosim measure`` made, or of any with a ``results.json``.

    Args:
        folder: of the results.
        found: what its ``results.json`` holds.
    """
    rows = [row for name in found if name not in _APART for row in _flat(found[name], name)]
    told = [
        (name.replace("_", " "), each["definition"], each["unit"], each["reference"])
        for name, each in found.get("definitions", {}).items()
    ]
    sections = [
        Section("Figures", "".join(picture(path) for path in sorted(folder.glob("*.png")))),
        Section("Numbers", table("All numbers, in SI units", ("number", "value"), rows)),
        Section(
            "Definitions",
            table("What is measured", ("measure", "definition", "unit", "reference"), told),
        ),
        Section("How to cite", paragraphs(references(anosim.__version__))),
    ]
    return page("Measures of a microstructure", folder.resolve().name, sections)


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every number with the names that lead to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}: {key}")
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for rank, inner in enumerate(value):
            yield from _flat(inner, f"{name} {rank + 1}")
    else:
        yield name.replace("_", " "), value
