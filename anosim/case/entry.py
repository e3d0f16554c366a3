"""Entries of a case file, checked one by one; every error names the file, the line, the field."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from anosim.case.lines import Key
from anosim.errors import (
    InputError,
    MissingDependencyError,
    PluginError,
    UnsupportedError,
    listing,
)
from anosim.units import si


class CaseError(InputError):
    """A case file is wrong: the message names the file, the line and the field."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where a case comes from.

    Attributes:
        name: the file, as the user called it.
        lines: the line of each entry.
    """

    name: str
    lines: Mapping[Key, int] = field(default_factory=dict)

    def error(self, path: Key, message: str) -> CaseError:
        """The error to raise; an entry that is missing gets the line of the table it belongs in."""
        while path and path not in self.lines:
            path = path[:-1]
        line = f", line {self.lines[path]}" if path else ""
        return CaseError(f"{self.name}{line}: {message}")


@dataclass(frozen=True, eq=False)
class Entry:
    """A value of a case file and the way to it."""

    source: Source
    path: Key
    value: Any

    @property
    def name(self) -> str:
        """The entry as messages call it: ``materials.sei.diffusivity``."""
        words = (name for name in self.path if isinstance(name, str))
        return ".".join(n if re.fullmatch(r"[\w -]+", n) else repr(n) for n in words) or "the case"

    def error(self, message: str) -> CaseError:
        """The error to raise when this entry ``message``, for example "is no table"."""
        return self.source.error(self.path, f"{self.name} {message}")

    def unlike(self, expected: str) -> CaseError:
        """The error to raise when the entry is of another type than expected."""
        shown = _shown(self.value)
        return self.error(f"is {shown}: expected {expected}")

    def table(self, known: Iterable[str] | None = None) -> dict[str, "Entry"]:
        """The entries of a table; with ``known``, no others are allowed."""
        if not isinstance(self.value, dict):
            raise self.unlike("a table")
        entries = {
            key: Entry(self.source, (*self.path, key), self.value[key]) for key in self.value
        }
        if known is not None:
            for key, entry in entries.items():
                _check_known(self, entry, key, list(known))
        return entries

    def required(self, key: str, example: str) -> "Entry":
        """The entry of that name in a table."""
        entries = self.table()
        if key not in entries:
            raise self.error(f"has no {key!r}; add for example {key} = {example}")
        return entries[key]

    def part(self, key: str) -> "Entry":
        """Where an entry of this table stands, or would stand; it has no value."""
        return Entry(self.source, (*self.path, key), None)

    def known(self, word: object, names: Iterable[str], what: str) -> None:
        """Refuse a word that is none of the names."""
        names = list(names)
        if word not in names:
            guess = _guess(word, names) if isinstance(word, str) else ""
            given = "is unknown" if word == self.path[-1] else f"is {_shown(word)}"
            raise self.error(f"{given}: {guess}{what} {listing(names)}")

    def array(self, expected: str, least: int = 0, most: int | None = None) -> list["Entry"]:
        """The elements of an array of a certain length."""
        size = len(self.value) if isinstance(self.value, list) else -1
        if size < least or (most is not None and size > most):
            raise self.unlike(expected)
        return [Entry(self.source, (*self.path, i), item) for i, item in enumerate(self.value)]

    def text(self, expected: str = "text in quotes") -> str:
        """A string that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.unlike(expected)
        return self.value

    def integer(self, expected: str = "an integer") -> int:
        """An integer that an array index can be."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.unlike(expected)
        if abs(self.value) >= 2**63:
            raise self.error("is far too large")
        return self.value

    def one_of(self, names: Iterable[str], what: str) -> str:
        """One of some names."""
        self.known(self.value, names, what)
        return str(self.value)

    def positive(self, unit: str, hint: str = "") -> float:
        """A quantity above zero."""
        number = self.quantity(unit)
        if number <= 0:
            raise self.error(f"is {_shown(self.value)}: it must be greater than 0 {unit}{hint}")
        return number

    def quantity(self, unit: str, *, unbounded: bool = False) -> float:
        """A number in SI or a string with a unit; ``"inf"`` or inf where that is a value."""
        if unbounded and self.value in (math.inf, "inf"):
            return math.inf
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | str):
            raise self.unlike(
                f"a number in {unit} or text such as '1 {unit}'" if unit else "a number"
            )
        try:
            return si(self.value, unit, self.name)
        except InputError as error:
            raise self.source.error(self.path, str(error)) from error
        except ArithmeticError:
            raise self.error(f"is far too large for a number in {unit}") from None

    @contextmanager
    def blamed(self, kind: str = "") -> Iterator[None]:
        """What the library refuses inside the block is an error of this entry.

        Where the message names one of the entry's keys, it is that key's.

        Args:
            kind: how the library calls what the entry describes; replaced by the entry's name.
        """
        try:
            yield
        except (CaseError, MissingDependencyError):
            raise
        except (InputError, PluginError, UnsupportedError) as error:
            message = str(error).replace(kind, self.name) if kind else str(error)
            keys = self.value if isinstance(self.value, dict) else ()
            key = next((key for key in keys if re.search(rf"\b{re.escape(key)}\b", message)), None)
            path = self.path if key is None else (*self.path, key)
            if self.name not in message:
                message = f"{self.name}: {message}"
            raise self.source.error(path, message) from error


def _check_known(table: Entry, entry: Entry, key: str, known: list[str]) -> None:
    if key not in known:
        where = f"[{table.name}]" if table.path else "a case"
        raise entry.source.error(
            entry.path, f"{where} has no {key!r}: {_guess(key, known)}possible are {listing(known)}"
        )


def _guess(word: str, known: list[str]) -> str:
    close = get_close_matches(word.lower(), known, 1, 0.6)
    return f"did you mean {close[0]!r}? " if close else ""


def _shown(value: object) -> str:
    """A value as the file has it, its kind where it is no plain one."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list():
            return f"a list of {len(value)}"
        case str() | int() | float():
            text = repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "a number"
            return text if len(text) <= 80 else f"{text[:76]}..."
    return str(value)
