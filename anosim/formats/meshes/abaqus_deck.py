"""What the keywords of Abaqus' input files define: nodes, elements, sets and surfaces of parts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.abaqus_elements import shape_of, table_of
from anosim.formats.meshes.abaqus_lines import Keyword, Rows
from anosim.formats.meshes.abaqus_places import MOST, Frame, frame_of, generated, nodes_of
from anosim.formats.meshes.names import unescaped
from anosim.meshes import Floats, Ints

_REFUSED: tuple[str, ...] = ("NFILL", "NCOPY", "NMAP", "IMPORT", "IMPERFECTION", "PARAMETER")
_REFUSED += ("SYMMETRIC MODEL GENERATION", "SUBSTRUCTURE PROPERTY", "CHILD NODES")
"""Keywords that make or move nodes and elements in ways that are not followed."""


@dataclass
class Deck:
    """A part, or all of a file without parts; numbers and names are its own.

    Attributes:
        numbers: of nodes, one array for each block.
        points: their coordinates, shape (n, 3).
        elements: number and nodes of each, by shape and number of nodes.
        elsets: element numbers by name.
        nsets: node numbers by name.
        surfaces: (ELSET or element number, face) pairs by name.
        sections: ELSETs that a section gives a material to, and the material.
        hidden: internal sets, which only surfaces and sections refer to.
        spelling: names by their key, on which case makes no difference without quotes.
        frame: of the coordinates of further nodes.
    """

    numbers: list[Ints] = field(default_factory=list)
    points: list[Floats] = field(default_factory=list)
    elements: dict[tuple[str, int], list[Ints]] = field(default_factory=lambda: defaultdict(list))
    elsets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    nsets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    surfaces: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    sections: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    spelling: dict[str, str] = field(default_factory=dict)
    frame: Frame | None = None

    def name(self, text: str) -> str:
        """A label as it was first spelt, without the instance before it."""
        text = text.strip()
        if text.startswith('"'):
            return unescaped(text.strip('"'))
        short = text.rpartition(".")[2]
        return self.spelling.setdefault(short.upper(), short)

    def take(self, given: Keyword) -> None:
        """Add what a keyword defines.

        Raises:
            UnsupportedError: a keyword or an element that would be wrong if it were left out.
        """
        keyword, options, rows = given
        match keyword:
            case "NODE":
                self._nodes(*nodes_of(rows, options, self.frame), options)
            case "SYSTEM":
                self.frame = frame_of(rows)
            case "NGEN":
                places = generated(rows, options, self._known_nodes())
                numbers = np.array([number for number, _ in places], dtype=np.int64)
                points = np.array([place for _, place in places]).reshape(-1, 3)
                self._nodes(numbers, points, options)
                self._to_set(options, "NSET", [int(entry) for row in rows for entry in row[:2]])
            case "ELEMENT":
                self._elements(options, rows)
            case "ELGEN":
                self._generate(options, rows)
            case "ELCOPY":
                self._copy(options)
            case "ELSET" | "NSET":
                self._add_set(keyword, options, rows)
            case "SURFACE" if options.get("TYPE", "ELEMENT").upper() == "ELEMENT":
                pairs = [(row[0], row[1].upper()) for row in rows if len(row) > 1]
                self.surfaces[self.name(options["NAME"])] += pairs
            case _ if keyword in _REFUSED:
                raise UnsupportedError(
                    f"it has *{keyword}, which is not followed: let Abaqus write the nodes and "
                    "elements themselves"
                )
            case _ if keyword.endswith(" SECTION") and "ELSET" in options:
                material = self.name(options.get("MATERIAL", options["ELSET"]))
                self.sections[self.name(options["ELSET"])] = material

    def _add_set(self, keyword: str, options: Mapping[str, str], rows: Rows) -> None:
        sets = self.elsets if keyword == "ELSET" else self.nsets
        name = self.name(options[keyword])
        if "INTERNAL" in options:
            self.hidden.add(name)
        sets[name] += members(options, rows, lambda entry: sets.get(self.name(entry), []))

    def _nodes(self, numbers: Ints, points: Floats, options: Mapping[str, str]) -> None:
        self.numbers.append(numbers)
        self.points.append(points)
        self._to_set(options, "NSET", numbers.tolist())

    def _to_set(self, options: Mapping[str, str], kind: str, numbers: Iterable[int]) -> None:
        if kind in options:
            sets = self.elsets if kind == "ELSET" else self.nsets
            sets[self.name(options[kind])] += numbers

    def _known_nodes(self) -> dict[int, Floats]:
        return {
            number: place
            for numbers, points in zip(self.numbers, self.points, strict=True)
            for number, place in zip(numbers.tolist(), points, strict=True)
        }

    def _elements(self, options: Mapping[str, str], rows: Rows) -> None:
        shape = shape_of(options.get("TYPE", "").upper())
        if shape is None:
            return
        for width, table in table_of(rows, shape[1]).items():
            self.elements[shape[0], width].append(table)
            self._to_set(options, "ELSET", table[:, 0].tolist())

    def _generate(self, options: Mapping[str, str], rows: Rows) -> None:
        """Elements of *ELGEN: rows of a master, rows of those, and layers."""
        for row in rows:
            master, *steps = (int(entry or 1) for entry in row if entry != ",")
            steps += [1, 1, 1] * 3
            counts = steps[:9:3]
            if min(counts) < 1 or np.prod(np.array(counts, dtype=np.float64)) > MOST:
                raise InputError(f"*ELGEN of element {master} has counts {counts}")
            key, element = self._element(master)
            grids = np.indices(counts).reshape(3, -1)
            nodes, numbers = (np.array(steps[k:9:3]) @ grids for k in (1, 2))
            table = element + np.column_stack([numbers, *[nodes] * (len(element) - 1)])
            self.elements[key].append(table[1:])
            self._to_set(options, "ELSET", table[:, 0].tolist())

    def _element(self, number: int) -> tuple[tuple[str, int], Ints]:
        """Kind of an element, and its number with its nodes."""
        for key, tables in self.elements.items():
            for table in tables:
                found = np.flatnonzero(table[:, 0] == number)
                if len(found):
                    return key, table[found[0]]
        raise InputError(f"*ELGEN repeats element {number}, which is not defined before it")

    def _copy(self, options: Mapping[str, str]) -> None:
        """Elements of *ELCOPY: those of a set with other numbers and nodes."""
        if "REFLECT" in options:
            raise UnsupportedError("it has *ELCOPY, REFLECT: let Abaqus write the elements")
        old = self.elsets.get(self.name(options["OLD SET"]), [])
        shift, nodes = int(options["ELEMENT SHIFT"]), int(options["SHIFT NODES"])
        for tables in self.elements.values():
            every = np.concatenate(tables)
            chosen = every[np.isin(every[:, 0], old)].copy()
            chosen[:, 0] += shift
            chosen[:, 1:] += nodes
            tables.append(chosen)
            if "NEW SET" in options:
                self.elsets[self.name(options["NEW SET"])] += chosen[:, 0].tolist()


def members(
    options: Mapping[str, str],
    rows: Rows,
    find: Callable[[str], list[int]],
    number: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> list[int]:
    """The numbers that the data lines of a set name.

    Args:
        options: parameters of the keyword.
        rows: entries of its data lines.
        find: the members of another set.
        number: what numbers stand for.
    """
    found: list[int] = []
    for row in rows:
        if "GENERATE" in options:
            start, stop, *step = (int(entry) for entry in row if entry not in ("", ","))
            if (stop - start) // (step or [1])[0] > MOST:
                raise InputError(f"a set from {start} to {stop} is too large")
            found += number(range(start, stop + 1, *step))
            continue
        found += number(int(entry) for entry in row if entry.isdigit())
        for entry in row:
            if not entry.isdigit() and entry not in ("", ","):
                found += find(entry)
    return found
