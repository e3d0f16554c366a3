"""Tables that a reader can sort, by pointer and by keyboard."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from anosim.figures.readable import number


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table whose headings are buttons that sort; empty without rows.

    Numbers are shown with four digits and sorted by their full value; None is an empty cell. The
    first cell of a row is its heading.
    """
    if not rows:
        return ""
    right = [all(_is_number(v) for v in column) for column in zip(*rows, strict=True)]
    head = "".join(
        f'<th scope="col" aria-sort="none"{_class(n)}><button type="button">{escape(text)}</button>'
        "</th>"
        for text, n in zip(headings, right, strict=True)
    )
    body = "".join(f"<tr>{_row(row, right)}</tr>\n" for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody></table></div>\n"
    )


def facts(caption: str, values: Mapping[str, Any]) -> str:
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


def _row(row: Sequence[Any], right: Sequence[bool]) -> str:
    cells = []
    for rank, (value, n) in enumerate(zip(row, right, strict=True)):
        tag, scope = ("th", ' scope="row"') if rank == 0 else ("td", "")
        exact = f' data-v="{value!r}"' if isinstance(value, float) else ""
        cells.append(f"<{tag}{scope}{_class(n)}{exact}>{escape(shown(value))}</{tag}>")
    return "".join(cells)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _class(right: bool) -> str:
    return ' class="n"' if right else ""
