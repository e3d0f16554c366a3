"""What the keywords of Abaqus' input files define: nodes, elements, sets and surfaces of parts."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.abaqus_count import Count
from anosim.formats.meshes.abaqus_elements import shape_of, table_of
from anosim.formats.meshes.abaqus_lines import Keyword, Rows
from anosim.formats.meshes.abaqus_places import Frame, frame_of, generated, nodes_of
from anosim.formats.meshes.names import unescaped
from anosim.meshes import Floats, Ints

_REFUSED: tuple[str, ...] = ("NFILL", "NCOPY", "NMAP", "IMPORT", "IMPERFECTION", "PARAMETER")
_REFUSED += ("SYMMETRIC MODEL GENERATION", "SUBSTRUCTURE PROPERTY", "CHILD NODES")
"""Keywords that make or move nodes and elements in ways that are not followed."""
_NONE = np.empty((0, 3))


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
        count: of what is generated, that of the whole file.
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
    count: Count = field(default_factory=Count)

    def name(self, text: str) -> str:
        """A label as it was first spelt."""
        text = text.strip()
        if text.startswith('"'):
            return unescaped(text.strip('"'))
        return self.spelling.setdefault(text.upper(), text)

    @property
    def size(self) -> int:
        """Numbers of nodes, elements and members of sets."""
        tables = [table.size for tables in self.elements.values() for table in tables]
        sets = [*self.elsets.values(), *self.nsets.values()]
        return sum(map(len, self.numbers)) + sum(tables) + sum(map(len, sets))

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
                known = np.concatenate([*self.numbers, []]), np.concatenate([*self.points, _NONE])
                self._nodes(*generated(rows, options, known, self.count), options)
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
                pairs = [(row[0], _face_of(row)) for row in rows if row[0] not in ("", ",")]
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
        sets[name] += members(
            options, rows, lambda entry: sets.get(self.name(entry), []), self.count
        )
        if keyword == "NSET" and "ELSET" in options:
            sets[name] += self._nodes_of(self.elsets.get(self.name(options["ELSET"]), []))

    def _nodes(self, numbers: Ints, points: Floats, options: Mapping[str, str]) -> None:
        self.numbers.append(numbers)
        self.points.append(points)
        self._to_set(options, "NSET", numbers.tolist())

    def _to_set(self, options: Mapping[str, str], kind: str, numbers: Iterable[int]) -> None:
        if kind in options:
            sets = self.elsets if kind == "ELSET" else self.nsets
            sets[self.name(options[kind])] += numbers

    def _nodes_of(self, elements: list[int]) -> list[int]:
        """Numbers of the nodes of elements."""
        tables = [table for tables in self.elements.values() for table in tables]
        found = [table[np.isin(table[:, 0], elements), 1:].ravel() for table in tables]
        nodes: list[int] = np.unique(np.concatenate([*found, np.empty(0, np.int64)])).tolist()
        self.count.add(len(nodes))
        return nodes

    def _elements(self, options: Mapping[str, str], rows: Rows) -> None:
        shape = shape_of(options.get("TYPE", "").upper())
        if shape is None:
            return
        for width, table in table_of(rows, *shape[1:]).items():
            self.elements[shape[0], width].append(table)
            self._to_set(options, "ELSET", table[:, 0].tolist())

    def _generate(self, options: Mapping[str, str], rows: Rows) -> None:
        """Elements of *ELGEN: rows of a master, rows of those, and layers."""
        for row in rows:
            master, *steps = (int(entry or 1) for entry in row if entry != ",")
            steps += [1, 1, 1] * 3
            counts = steps[:9:3]
            if min(counts) < 1:
                raise InputError(f"*ELGEN of element {master} has counts {counts}")
            key, element = self._element(master)
            self.count.add(math.prod(counts) * len(element))
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
            self.count.add(chosen.size)
            chosen[:, 0] += shift
            chosen[:, 1:] += nodes
            tables.append(chosen)
            if "NEW SET" in options:
                self.elsets[self.name(options["NEW SET"])] += chosen[:, 0].tolist()


def members(
    options: Mapping[str, str],
    rows: Rows,
    find: Callable[[str], list[int]],
    count: Count,
    number: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> list[int]:
    """The numbers that the data lines of a set name.

    Args:
        options: parameters of the keyword.
        rows: entries of its data lines.
        find: the members of another set.
        count: of what is generated.
        number: what numbers stand for.
    """
    found: list[int] = []
    for row in rows:
        if "GENERATE" in options:
            start, stop, *step = (int(entry) for entry in row if entry not in ("", ","))
            run = range(start, stop + 1, *step)
            count.add(len(run))
            found += number(run)
            continue
        found += number(int(entry) for entry in row if entry.isdigit())
        for entry in row:
            if not entry.isdigit() and entry not in ("", ","):
                more = find(entry)
                count.add(len(more))
                found += more
    return found


def _face_of(row: Sequence[str]) -> str:
    """The face that a data line of *SURFACE names, or nothing for all faces."""
    return row[1].upper() if len(row) > 1 and row[1] != "," else ""
