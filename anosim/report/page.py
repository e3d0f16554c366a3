"""A page in one file: sections between a heading and a foot, with its own style and script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What a browser may do with the page: nothing is fetched, whatever stands in it."""
_SCENES = "; script-src 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src blob: data:"


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        title: as plain text, different from the other sections'.
        body: as HTML.
    """

    title: str
    body: str


def page(title: str, about: str, sections: Sequence[Section], *, scenes: bool = False) -> str:
    """A whole page that needs no network and no other file.

    Args:
        title: of the page, plain text.
        about: a line below it, plain text.
        sections: what it holds; empty ones are left out.
        scenes: whether it holds 3D scenes, whose script makes functions at run time.
    """
    shown = [section for section in sections if section.body]
    policy = _POLICY.replace("; script-src 'unsafe-inline'", _SCENES) if scenes else _POLICY
    links = "".join(f'<li><a href="#{_anchor(s)}">{escape(s.title)}</a></li>' for s in shown)
    parts = "".join(
        f'<section aria-labelledby="{_anchor(s)}"><h2 id="{_anchor(s)}">{escape(s.title)}</h2>'
        f"{s.body}</section>\n"
        for s in shown
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>
{_file("page.css")}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{escape(title)}</h1><p class="soft">{escape(about)}</p></header>
<nav aria-label="Sections"><ul>{links}</ul></nav>
<main id="content" tabindex="-1">
{parts}</main>
<footer><p>Made by anosim. This file holds all that it shows and fetches nothing.</p></footer>
<script>
{_file("page.js")}</script>
</body>
</html>
"""


def paragraphs(sentences: Sequence[str]) -> str:
    """Plain texts as one paragraph each."""
    return "".join(f"<p>{escape(text)}</p>" for text in sentences)


def warning(text: str) -> str:
    """A plain text that must not be overlooked."""
    return f'<p class="warn">{escape(text)}</p>'


def code(text: str) -> str:
    """A text as it stands; a keyboard can scroll it."""
    return f'<pre tabindex="0">{escape(text)}</pre>'


def _anchor(section: Section) -> str:
    return "".join(c if c.isalnum() else "-" for c in section.title.lower())


def _file(name: str) -> str:
    return (files("anosim.report") / name).read_text(encoding="utf-8")
