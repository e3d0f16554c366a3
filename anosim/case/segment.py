"""Table [segment] of a case: how a grey image becomes phases."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from anosim.case.entry import Entry
from anosim.image import Image

_OWN = ("phases", "method", "prepare", "strokes", "stroke_values", "majority", "islands", "feature")


@dataclass(frozen=True, eq=False)
class SegmentPart:
    """How to segment, checked; nothing of it has been done yet.

    Attributes:
        entry: the table.
        phases: names from dark to bright.
        method: a name from ``anosim.segment.METHODS``.
        options: of the method.
        prepare: names from ``anosim.prepare.STEPS``.
        strokes: a file, a list of lines, or None.
        values: painted value of each phase, or None.
        cleaning: fields of ``anosim.segment.Cleaning``.
    """

    entry: Entry
    phases: tuple[str, ...]
    method: str
    options: Mapping[str, Any]
    prepare: tuple[str, ...]
    strokes: Path | list[dict[str, Any]] | None
    values: Mapping[str, int] | None
    cleaning: Mapping[str, Any]

    @property
    def labels(self) -> dict[str, int]:
        """The label that each phase will have."""
        return {name: rank for rank, name in enumerate(self.phases)}

    def run(self, image: Image) -> Any:
        """The ``anosim.segment.Segmentation`` of an image.

        Raises:
            CaseError: the image, strokes and options do not fit.
            MissingDependencyError: the library that the method uses is not installed.
        """
        from anosim import prepare, segment

        with self.entry.blamed():
            ready = prepare.apply(image, self.prepare)
            strokes = None
            if isinstance(self.strokes, Path):
                strokes = segment.read_strokes(self.strokes, self.phases, ready, self.values)
            elif self.strokes is not None:
                strokes = segment.strokes_from_lines(self.strokes, self.phases, ready)
            cleaning = segment.Cleaning(**self.cleaning) if self.cleaning else None
            return segment.segment(
                ready,
                self.phases,
                method=self.method,
                strokes=strokes,
                cleaning=cleaning,
                **self.options,
            )


def read_segment(entry: Entry, folder: Path) -> SegmentPart:
    """Table [segment].

    Args:
        entry: the table.
        folder: where the path of the strokes starts.

    Raises:
        CaseError: what is wrong, with its line.
    """
    from anosim.prepare import STEPS
    from anosim.segment.methods import METHODS, check_phases, create, usual_method

    method = usual_method(entry.table())
    if "method" in entry.table():
        method = entry.table()["method"].one_of(METHODS, "methods are")
    known = [field.name for field in fields(METHODS[method])]
    table = entry.table((*_OWN, *known))
    listed = entry.required("phases", '["pore", "sei", "particle"], from dark to bright')
    phases = tuple(item.text("a name") for item in listed.array("a list of names", 2))
    with listed.blamed():
        check_phases(phases)
    steps = table["prepare"].array("a list of steps") if "prepare" in table else []
    options = {key: _list_to_tuple(item.value) for key, item in table.items() if key in known}
    strokes = _strokes(table, folder)
    with entry.blamed():
        create(method, options, phases, strokes=strokes is not None)
    return SegmentPart(
        entry,
        phases,
        method,
        options,
        tuple(step.one_of(STEPS, "steps are") for step in steps),
        strokes,
        _values(table, phases),
        _cleaning(entry, table),
    )


def _strokes(table: Mapping[str, Entry], folder: Path) -> Path | list[dict[str, Any]] | None:
    if "strokes" not in table:
        return None
    entry = table["strokes"]
    if isinstance(entry.value, str):
        path = folder / entry.text("a file's name")
        if not path.exists():
            raise entry.error(f"is {entry.value!r}: there is no file of that name")
        return path
    return [item.value for item in entry.array("a file's name or tables", 1) if item.table()]


def _values(table: Mapping[str, Entry], phases: tuple[str, ...]) -> dict[str, int] | None:
    if "stroke_values" not in table:
        return None
    entries = table["stroke_values"].table(phases)
    return {name: item.integer() for name, item in entries.items()}


def _cleaning(entry: Entry, table: Mapping[str, Entry]) -> dict[str, Any]:
    from anosim.segment.cleaning import Cleaning

    found: dict[str, Any] = {
        key: table[key].integer() for key in ("majority", "islands") if key in table
    }
    if "feature" in table:
        found["feature"] = table["feature"].quantity("m")
    with entry.blamed("Cleaning"):
        Cleaning(**found)
    return found


def _list_to_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
