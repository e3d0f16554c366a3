"""A page in one file: sections between a heading and a foot, with its own style and script."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from anosim.report.templates import render

_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
    "style-src 'unsafe-inline'; script-src "
)
"""What a browser may do with the page: nothing is fetched, whatever stands in it."""


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        title: as plain text, different from the other sections'.
        body: what a template made; plain text would be shown as it stands.
    """

    title: str
    body: Markup

    @property
    def anchor(self) -> str:
        """What links to the section name."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower())


def page(title: str, about: str, sections: Sequence[Section], scripts: Sequence[str] = ()) -> str:
    """A whole page that needs no network and no other file.

    Browsers run the page's own script and those of its scenes, each by its digest, and no others.

    Args:
        title: of the page, plain text.
        about: a line below it, plain text.
        sections: what it holds; empty ones are left out.
        scripts: texts of the scripts of 3D scenes.
    """
    script = _file("page.js")
    return render(
        "page.html",
        title=title,
        about=about,
        sections=[section for section in sections if section.body],
        policy=_policy([script, *scripts]),
        style=_file("page.css"),
        script=script,
    )


def paragraphs(sentences: Sequence[str]) -> Markup:
    """Plain texts as one paragraph each."""
    return render("paragraphs.html", sentences=sentences, warn=False)


def warnings(sentences: Sequence[str]) -> Markup:
    """Plain texts that must not be overlooked."""
    return render("paragraphs.html", sentences=sentences, warn=True)


def code(text: str) -> Markup:
    """A text as it stands; a keyboard can scroll it."""
    return render("code.html", text=text)


def _policy(scripts: Sequence[str]) -> str:
    """The page's policy: its own script first, then those of scenes."""
    digests = (sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    scenes = "; connect-src blob: data:" if len(scripts) > 1 else ""
    return f"{_POLICY}{allowed}{scenes}"


def _file(name: str) -> Markup:
    """A file of the package, which needs no escaping."""
    return Markup((files("anosim.report") / name).read_text(encoding="utf-8"))
