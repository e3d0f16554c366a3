"""In which line of a TOML text each entry stands.

The standard library's ``tomllib`` gives values without their place. This walks a text that
``tomllib`` has already accepted, so it only has to tell keys, brackets and strings apart.
"""

import re
import tomllib
from collections.abc import Mapping

Key = tuple[str | int, ...]
"""Way to an entry: keys of tables, positions in arrays."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> Mapping[Key, int]:
    """The line, counted from 1, of the key of every entry and of every element of an array.

    Args:
        text: TOML that ``tomllib.loads`` accepts.
    """
    return _Walk(text).document()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Key, int] = {}
        self.count: dict[Key, int] = {}
        """Number of elements that each array of tables has so far."""
        self._counted, self._line = 0, 1

    def document(self) -> Mapping[Key, int]:
        table: Key = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> Key:
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        names = self._key()
        table: Key = ()
        for name in names[:-1]:
            table = self._enter((*table, name))
        table = (*table, names[-1])
        if array:
            self._note(table)
            self.count[table] = self.count.get(table, 0) + 1
        table = self._enter(table)
        self._note(table)
        self.at += 2 if array else 1
        return table

    def _enter(self, table: Key) -> Key:
        """The table of that name, which is the last one where there is an array of them."""
        self._note(table)
        return (*table, self.count[table] - 1) if table in self.count else table

    def _pair(self, table: Key) -> None:
        for name in self._key():
            table = (*table, name)
            self._note(table)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(table)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip(_SPACE)
            quoted = self.text[self.at] in "\"'"
            word = self._take(_STRING if quoted else _BARE_KEY)
            names.append(tomllib.loads(f"x = {word}")["x"] if quoted else word)
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _value(self, path: Key) -> None:
        self._note(path)
        match self.text[self.at]:
            case "[":
                self._array(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._take(_STRING)
            case _:
                self._take(_SCALAR)

    def _array(self, path: Key) -> None:
        position = 0
        self.at += 1
        while not self._closed("]"):
            self._value((*path, position))
            position += 1

    def _inline(self, path: Key) -> None:
        self.at += 1
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, bracket: str) -> bool:
        """Step over blanks, a comma and the closing bracket; whether it was there."""
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)
        closed = self.text.startswith(bracket, self.at)
        self.at += closed
        return closed

    def _note(self, path: Key) -> None:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        self.lines.setdefault(path, self._line)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._take(pattern)
        return self.at

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        word = found.group() if found else ""
        self.at += len(word)
        return word
