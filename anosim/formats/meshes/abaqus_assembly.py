"""The parts of Abaqus' input files put together: instances, each with its own numbers."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.abaqus_deck import Deck, members
from anosim.formats.meshes.abaqus_lines import Keyword, Rows
from anosim.formats.meshes.abaqus_places import moved
from anosim.formats.meshes.shapes import SHAPES

_IN_INSTANCE = re.compile(r'("[^"]*"|[^"]*)\.("[^"]*"|[^".]*)')
"""Label of an instance and, after a point, one in it."""
_STRIDE = 10_000_000_000
"""Between the numbers of one instance and those of the next; Abaqus' own have nine digits."""


@dataclass
class Assembly:
    """Everything that a file defines.

    Attributes:
        whole: what stands outside of parts and instances.
        parts: by name.
        instances: parts in their places, and the part's name, by the instance's name.
        open: names of the part and the instance that is being read, or none.
        rows: the data of the instance that is being read.
    """

    whole: Deck = field(default_factory=Deck)
    parts: dict[str, Deck] = field(default_factory=dict)
    instances: dict[str, tuple[Deck, str]] = field(default_factory=dict)
    part: str = ""
    instance: str = ""
    rows: Rows = field(default_factory=list)

    @classmethod
    def of(cls, given: Iterable[Keyword]) -> "Assembly":
        """The parts and instances of a file's keywords."""
        assembly = cls()
        for keyword in given:
            assembly._take(keyword)
        return assembly

    def _take(self, given: Keyword) -> None:
        keyword, options, rows = given
        self.whole.count.lines += len(rows)
        match keyword:
            case "PART":
                self.part = self.whole.name(options["NAME"])
                self.parts.setdefault(self.part, Deck(count=self.whole.count))
            case "END PART":
                self.part = ""
            case "INSTANCE":
                self._begin(options, rows)
            case "END INSTANCE":
                self._end()
            case "ELSET" | "NSET" if self.instances and not self.instance and not self.part:
                self._add_set(given)
            case _ if self.instance:
                self.instances[self.instance][0].take(given)
            case _ if self.part:
                self.parts[self.part].take(given)
            case _:
                self.whole.take(given)

    def _begin(self, options: Mapping[str, str], rows: Rows) -> None:
        if "LIBRARY" in options:
            raise UnsupportedError("it has *INSTANCE, LIBRARY=: an instance of another analysis")
        part, self.instance = (self.whole.name(options[key]) for key in ("PART", "NAME"))
        if part not in self.parts or self.instance in self.instances:
            raise InputError(f"the instance {self.instance!r} of part {part!r} is not defined once")
        self.whole.count.add(self.parts[part].size)
        self.instances[self.instance] = deepcopy(self.parts[part]), part
        self.rows = rows

    def _end(self) -> None:
        """The instance in its place, with numbers that no other has."""
        deck, _ = self.instances[self.instance]
        shift = self.shift(self.instance)
        deck.points = [moved(points, self.rows) for points in deck.points]
        deck.numbers = [numbers + shift for numbers in deck.numbers]
        for tables in deck.elements.values():
            tables[:] = [table + shift for table in tables]
        for sets in (deck.elsets, deck.nsets):
            for name, found in sets.items():
                sets[name] = [member + shift for member in found]
        self.instance = ""

    def shift(self, instance: str) -> int:
        """What an instance adds to the numbers of its part."""
        return _STRIDE * list(self.instances).index(instance)

    def _add_set(self, given: Keyword) -> None:
        """A set of the assembly: of members of one instance, or of its own nodes, left out."""
        keyword, options, rows = given
        instance = self.whole.name(options.get("INSTANCE", ""))
        if "INSTANCE" in options and instance not in self.instances:
            raise InputError(f"a set is in the instance {instance!r}, which is not defined")
        name = self.whole.name(options[keyword])
        if "INTERNAL" in options:
            self.whole.hidden.add(name)
        sets = self.whole.elsets if keyword == "ELSET" else self.whole.nsets
        sets[name] += members(
            options,
            rows,
            lambda entry: self.find(keyword, f"{instance}.{entry}" if instance else entry),
            self.whole.count,
            lambda numbers: (n + self.shift(instance) for n in numbers) if instance else (),
        )

    def find(self, kind: str, text: str) -> list[int]:
        """Members of a set or a single number, with the instance before it or without."""
        found = _IN_INSTANCE.fullmatch(text)
        name = self.whole.name(found[1]) if found else ""
        if found and name in self.instances:
            deck, label, shift = self.instances[name][0], found[2], self.shift(name)
        else:
            deck, label, shift = self.whole, text, 0
        if label.isdigit():
            return [int(label) + shift]
        sets = deck.elsets if kind == "ELSET" else deck.nsets
        return sets.get(deck.name(label), [])

    def decks(self) -> list[tuple[str, str, Deck]]:
        """(instance, part, deck) of all that has elements."""
        if self.instances:  # nodes of the assembly itself are reference points
            if any(
                SHAPES[shape].dimension > 1 for shape, _ in self.whole.elements if shape in SHAPES
            ):
                raise UnsupportedError(
                    "the assembly has elements of its own beside its instances: save them in a part"
                )
            return [(name, part, deck) for name, (deck, part) in self.instances.items()]
        return [("", "", self.whole), *((name, name, deck) for name, deck in self.parts.items())]
