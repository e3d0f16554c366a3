"""The page of a folder of measures."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

import anosim
from anosim.measure.summary import summary
from anosim.report.citing import references
from anosim.report.page import Section, page, paragraphs
from anosim.report.pictures import picture
from anosim.report.tables import table
from anosim.report.templates import joined

_APART = ("definitions", "files")
_HEADINGS = ("number", "value")


def measure_page(folder: Path, found: Mapping[str, Any]) -> str:
    """The page of a folder that ``anosim measure`` made, or of any with a ``results.json``.

    Args:
        folder: of the results.
        found: what its ``results.json`` holds.
    """
    told = [
        (_words(name), each["definition"], each["unit"], each["reference"])
        for name, each in found.get("definitions", {}).items()
    ]
    sections = [
        Section("Figures", joined(picture(path) for path in sorted(folder.glob("*.png")))),
        Section("Summary", _summary(found)),
        Section("Every number", joined(_groups(found))),
        Section(
            "Definitions",
            table("What is measured", ("measure", "definition", "unit", "reference"), told),
        ),
        Section("How to cite", paragraphs(references(anosim.__version__))),
    ]
    return page("Measures of a microstructure", folder.resolve().name, sections)


def _summary(found: Mapping[str, Any]) -> Markup:
    """What the terminal shows; nothing for results of another kind."""
    known = "geodesic_tortuosity" in found
    return (
        table("In usual units", ("measure", "value", "unit"), summary(found))
        if known
        else Markup("")
    )


def _groups(found: Mapping[str, Any]) -> Iterator[Markup]:
    """A table for each measure, in SI units; what is a number by itself comes first."""
    apart = {name: value for name, value in found.items() if name not in _APART}
    single = {name: value for name, value in apart.items() if not isinstance(value, Mapping | list)}
    if single:
        yield table("The image", _HEADINGS, [(_words(n), value) for n, value in single.items()])
    for name, value in apart.items():
        if name not in single:
            rows = list(_flat(value, ""))
            yield table(f"{_words(name)}, in SI units", _HEADINGS, rows)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every number with the names that lead to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}: {key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for rank, inner in enumerate(value):
            yield from _flat(inner, f"{name} {rank + 1}".strip())
    else:
        yield _words(name), value
