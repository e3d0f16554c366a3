"""Text of the pages from templates, in which every value is escaped."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from markupsafe import Markup


def render(template: str, **values: Any) -> Markup:
    """HTML of a template in ``templates``, in which plain text stays text.

    Args:
        template: name of the file.
        **values: of its names; only what another template made is HTML.
    """
    return Markup(_environment().get_template(template).render(values))


def joined(parts: Iterable[str]) -> Markup:
    """Parts of a page, one after the other; plain text among them is escaped."""
    return Markup("").join(parts)


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("anosim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
