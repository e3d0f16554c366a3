"""Mesh files that take lines from other files beside them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from anosim.errors import InputError
from anosim.formats.beside import file_beside
from anosim.formats.limits import check_size
from anosim.formats.meshes.text import MEMORY, decoded

_MOST, _AGAIN = 1000, 20
"""Files that a mesh is spread over at most, and times that it includes the same one."""

Named = Callable[[Sequence[str], int], tuple[str, int] | None]
"""Finds the name of a file in the line of a number, and how many lines it takes; None without."""


def all_lines(path: Path, keyword: str, named: Named) -> list[str]:
    """The lines of a file, with those of the files that it includes in their place.

    Args:
        path: the file.
        keyword: text in capital letters that a line which includes a file has in it.
        named: finds the name in such a line.

    Raises:
        InputError: a file that is missing, elsewhere than beside or below the one that names it,
            or includes itself; too many files; more text than memory.
    """
    return _Reader(keyword, named).lines(path, ())


def all_files(path: Path, keyword: str, named: Named) -> list[Path]:
    """The files that a file includes, and those that they include; as ``all_lines``."""
    reader = _Reader(keyword, named)
    reader.lines(path, ())
    return reader.files[1:]


class _Reader:
    def __init__(self, keyword: str, named: Named) -> None:
        self.keyword, self.named, self.size = keyword, named, 0
        self.files: list[Path] = []

    def lines(self, path: Path, above: tuple[Path, ...]) -> list[str]:
        self.files.append(path)
        self.size += path.stat().st_size
        if path.resolve() in above or len(self.files) > _MOST:
            raise InputError(f"{path.name!r} includes itself, or there are over {_MOST} files")
        if self.files.count(path) > _AGAIN:
            raise InputError(f"{path.name!r} is included over {_AGAIN} times: that makes no mesh")
        check_size(path, MEMORY * self.size, self.size, f"{self.size} bytes of text")
        text = decoded(path)
        lines = text.splitlines()
        if self.keyword not in text.upper():
            return lines
        found, place = list[str](), 0
        while place < len(lines):
            line = lines[place]
            there = self.named(lines, place) if self.keyword in line.upper() else None
            if there is None:
                found.append(line)
                place += 1
                continue
            name, taken = there
            inner = file_beside(path, name.replace("\\", "/"))
            found += self.lines(inner, (*above, path.resolve()))
            place += taken
        return found
