"""Meshes as Abaqus' input files (.inp): a phase is an ELSET, a side or interface a surface.

Format: the Abaqus manual, "Input syntax rules" and the keywords *NODE, *ELEMENT, *ELSET, *NSET
and *SURFACE, and its drawings of C3D4 and C3D10, whose midpoints come in the order 01, 12, 20,
03, 13, 23. Keyword lines are ASCII: what is no plain label stands in double quotes, and what
quotes cannot hold as ``%XX``. Abaqus reads labels of up to 80 characters.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.abaqus_write import FACES, write
from anosim.formats.meshes.groups import Regions, selected
from anosim.formats.meshes.names import unescaped
from anosim.formats.meshes.parts import Parts, bool_rows, dimension_of, places, stacked
from anosim.formats.meshes.shapes import refused
from anosim.formats.meshes.text import decoded
from anosim.meshes import Ints
from anosim.topology import FACETS

__all__ = ["read", "write"]

_TRIANGLE = re.compile(
    r"(CPS|CPE|CPEG|CAX|M3D|S|SFM3D|R3D|DS|DC2D|DCAX|AC2D|ACAX|STRI|WARP2D|CGAX|F3D)(3|6|65)"
)
_TETRAHEDRON = re.compile(r"(C|DC|AC|EMC|Q|F|FC)3D(4|10)")
_LINE = re.compile(r"(T2D|T3D|DC1D|B2|B3|R2D|AC1D|F2D|MAX|SAX|DSAX|RAX|PIPE2|PIPE3)([123])")
_FACES = {2: FACES[2] | {f"E{face[1]}": ends for face, ends in FACES[2].items()}, 3: FACES[3]}
_SHELL_SIDES = ("SPOS", "SNEG")
_IGNORED_POINTS = ("MASS", "ROTARYI", "SPRING", "DASHPOT", "CONN")


@dataclass
class Deck:
    """What the keywords of a file define; names in the spelling that they are defined with.

    Attributes:
        nodes: number and coordinates of each.
        elements: number and nodes of each, by dimension.
        elsets: element numbers by name.
        nsets: node numbers by name.
        surfaces: (ELSET or element number, face) pairs by name.
        sections: ELSETs that a section gives a material to.
        once: keywords seen that must not come again.
        hidden: internal ELSETs, which only surfaces refer to.
        spelling: names by their key, on which case makes no difference without quotes.
    """

    nodes: list[list[str]] = field(default_factory=list)
    elements: dict[int, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    elsets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    nsets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    surfaces: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    sections: list[str] = field(default_factory=list)
    once: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    spelling: dict[str, str] = field(default_factory=dict)

    def name(self, text: str) -> str:
        """A label as it was first spelt, without the instance before it."""
        text = text.strip()
        if text.startswith('"'):
            return unescaped(text.strip('"'))
        short = text.rpartition(".")[2]
        return self.spelling.setdefault(short.upper(), short)


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .inp file.

    Raises:
        UnsupportedError: elements of other shapes, several or moved instances, *INCLUDE.
        MeshError: an element of undefined nodes.
    """
    deck = Deck()
    for keyword, options, rows in _blocks(decoded(path)):
        _take(deck, keyword, options, rows)
    return _parts(deck, regions)


def _blocks(text: str) -> Iterator[tuple[str, dict[str, str], list[list[str]]]]:
    """Keyword, its parameters, and the entries of its data lines."""
    keyword, rows = "", list[list[str]]()
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("**")]
    for line in [*lines, "*END"]:
        if keyword.endswith(","):
            keyword += line
        elif line.startswith("*"):
            if keyword:
                yield (*_keyword(keyword), rows)
            keyword, rows = line, []
        else:
            entries = [entry.strip() for entry in line.rstrip(",").split(",")]
            rows.append([*entries, ","] if line.endswith(",") else entries)


def _keyword(line: str) -> tuple[str, dict[str, str]]:
    head, *given = re.findall(r'((?:"[^"]*"|[^,"])+)', line)
    options = {}
    for option in given:
        name, _, value = option.partition("=")
        options[name.strip().upper()] = value.strip()
    return " ".join(head[1:].upper().split()), options


def _take(deck: Deck, keyword: str, options: Mapping[str, str], rows: list[list[str]]) -> None:
    match keyword:
        case "NODE":
            deck.nodes += [row[:4] for row in rows]
            if "NSET" in options:
                deck.nsets[deck.name(options["NSET"])] += [int(row[0]) for row in rows]
        case "ELEMENT":
            _elements(deck, options, rows)
        case "ELSET" | "NSET":
            name = deck.name(options[keyword])
            if "INTERNAL" in options:
                deck.hidden.add(name)
            sets = deck.elsets if keyword == "ELSET" else deck.nsets
            sets[name] += _members(deck, sets, options, rows)
        case "SURFACE" if options.get("TYPE", "ELEMENT").upper() == "ELEMENT":
            name = deck.name(options["NAME"])
            deck.surfaces[name] += [(row[0], row[1].upper()) for row in rows if len(row) > 1]
        case "PART" | "INSTANCE" if keyword in deck.once:
            raise UnsupportedError(f"it has several of *{keyword}: save the mesh as one part")
        case "INSTANCE" if rows:
            raise UnsupportedError("the assembly moves its instance: save the mesh in its place")
        case "INCLUDE":
            raise UnsupportedError("it takes lines from other files by *INCLUDE: join them")
        case "PART" | "INSTANCE":
            deck.once.add(keyword)
        case _ if keyword.endswith(" SECTION") and "ELSET" in options:
            deck.sections.append(deck.name(options["ELSET"]))


def _elements(deck: Deck, options: Mapping[str, str], rows: list[list[str]]) -> None:
    kind = options.get("TYPE", "").upper()
    if kind.startswith(_IGNORED_POINTS):
        return
    plain = kind.rstrip("RSHTEMPDFI")
    if _TETRAHEDRON.fullmatch(plain):
        into = deck.elements[3]
    elif _TRIANGLE.fullmatch(plain):
        into = deck.elements[2]
    elif _LINE.match(kind):
        into = deck.elements[1]
    else:
        raise refused(f"elements of Abaqus' type {kind or 'none'}")
    first = len(into)
    for row in rows:
        if into and len(into) > first and into[-1][-1] == ",":
            into[-1] = [*into[-1][:-1], *row]
        else:
            into.append(row)
    if "ELSET" in options:
        deck.elsets[deck.name(options["ELSET"])] += [int(row[0]) for row in into[first:]]


def _members(
    deck: Deck, sets: Mapping[str, list[int]], options: Mapping[str, str], rows: list[list[str]]
) -> list[int]:
    found: list[int] = []
    for row in rows:
        if "GENERATE" in options:
            start, stop, *step = (int(entry) for entry in row if entry != ",")
            if (stop - start) // (step or [1])[0] > 10**8:
                raise InputError(f"a set from {start} to {stop} is too large")
            found += range(start, stop + 1, *step)
            continue
        for entry in row:
            if entry.isdigit():
                found.append(int(entry))
            elif entry not in ("", ","):
                found += sets.get(deck.name(entry), [])
    return found


def _parts(deck: Deck, regions: Regions) -> Parts:
    nodes = [row[1:4] for row in deck.nodes]
    width = max((len(row) for row in nodes), default=2)
    points = np.array([row + ["0"] * (width - len(row)) for row in nodes], dtype=np.float64)
    numbers = np.array([int(row[0]) for row in deck.nodes], dtype=np.int64)
    dimension = dimension_of(d for d, rows in deck.elements.items() if rows)
    by_width: dict[int, list[list[str]]] = defaultdict(list)
    for row in deck.elements[dimension]:
        entries = [entry for entry in row if entry != ","]
        by_width[len(entries)].append(entries)
    table = stacked([np.array(rows, dtype=np.int64) for rows in by_width.values()], dimension)
    table = table[np.argsort(table[:, 0], kind="stable")]
    cells = places(numbers, table[:, 1:], "node")
    here = {name: np.array(members, np.int64) for name, members in deck.elsets.items()}
    groups = {
        name: places(table[:, 0], np.intersect1d(members, table[:, 0]), "element")
        for name, members in here.items()
        if name not in deck.hidden and np.isin(members, table[:, 0]).any()
    }
    sections = [name for name in dict.fromkeys(deck.sections) if name in groups]
    covered = [groups[name] for name in sections]
    if regions:
        groups = selected(groups, regions)
    elif covered and len(np.unique(np.concatenate(covered))) == len(cells):
        groups = {name: groups[name] for name in sections}
    return Parts(points, cells, groups, _facets(deck, dimension, numbers, table[:, 0], cells))


def _facets(
    deck: Deck, dimension: int, numbers: Ints, elements: Ints, cells: Ints
) -> dict[str, Ints]:
    """Facets by name: of surfaces, of facet elements in ELSETs, and between the nodes of NSETs."""
    found: dict[str, Ints] = {}
    around = deck.elements[dimension - 1]
    rows = {int(row[0]): [int(node) for node in row[1 : dimension + 1]] for row in around}
    for name, members in deck.elsets.items():
        corners = [rows[member] for member in members if member in rows]
        if corners and name not in deck.hidden:
            found[name] = places(numbers, np.array(corners), "node")
    every = cells[:, np.array(FACETS[dimension])].reshape(-1, dimension)
    for name, members in deck.nsets.items():
        if name not in deck.surfaces:
            inside = bool_rows(len(numbers), np.flatnonzero(np.isin(numbers, members)))
            found.setdefault(name, every[inside[every].all(axis=1)])
    for name, faces in deck.surfaces.items():
        blocks = [np.empty((0, dimension), np.int64)]
        for where, face in faces:
            ends = list(_FACES[dimension].get(face, ()))
            members = [int(where)] if where.isdigit() else deck.elsets.get(deck.name(where), [])
            here = np.flatnonzero(np.isin(elements, members))
            blocks += [cells[here][:, ends]] if ends else []
            if face in _SHELL_SIDES:
                corners = [rows[member] for member in members if member in rows]
                blocks += [places(numbers, np.array(corners), "node")] if corners else []
        found[name] = np.concatenate(blocks)
    return found
