"""The documentation's pages as what they hold: files to write, scripts and commands to run."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page):
    """Language, file name or "" and text of every block of code of a page."""
    return [match.groups(default="") for match in BLOCK.finditer((DOCS / page).read_text())]


def write_files(page, folder):
    """Write the blocks that have a file's name."""
    for _, name, text in blocks(page):
        if name:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
