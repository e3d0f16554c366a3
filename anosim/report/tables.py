"""Tables that a reader can sort, by pointer and by keyboard."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from anosim.figures.readable import number
from anosim.report.templates import render


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Markup:
    """A table whose headings are buttons that sort; empty without rows.

    Numbers are shown with four digits and sorted by their full value; None is an empty cell. The
    first cell of a row is its heading.
    """
    if not rows:
        return Markup("")
    right = [all(_is_number(v) for v in column) for column in zip(*rows, strict=True)]
    cells = [[_cell(value, n) for value, n in zip(row, right, strict=True)] for row in rows]
    heads = list(zip(headings, right, strict=True))
    return render("table.html", caption=caption, headings=heads, rows=cells)


def facts(caption: str, values: Mapping[str, Any]) -> Markup:
    """Names and values below each other, of those that have a value."""
    rows = [(name, value) for name, value in values.items() if value not in (None, "")]
    return table(caption, ("name", "value"), rows)


def shown(value: Any) -> str:
    """A value as a reader wants it: numbers with four digits, None as nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return number(value, 4)
        case list() | tuple():
            return ", ".join(shown(item) for item in value)
        case Mapping():
            return ", ".join(f"{name}: {shown(item)}" for name, item in value.items())
    return str(value)


def _cell(value: Any, right: bool) -> dict[str, Any]:
    exact = repr(value) if isinstance(value, float) else None
    return {"text": shown(value), "exact": exact, "right": right}


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
