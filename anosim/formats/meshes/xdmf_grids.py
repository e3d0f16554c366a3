"""The grids of an XDMF document: which there are, and where their points, cells and values are."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, MeshError, UnsupportedError
from anosim.formats.beside import file_beside
from anosim.formats.images.hdf5_links import opened
from anosim.formats.meshes.hdf5 import dataset
from anosim.formats.meshes.shapes import refused
from anosim.formats.meshes.vtk_cells import dimensions
from anosim.formats.xml import parsed
from anosim.meshes import Floats, Ints

_NUMBERS = {"float": "f", "int": "i", "uint": "u", "char": "i", "uchar": "u"}
_NAMED = re.compile(r"""@Name\s*=\s*["']([^"']+)["']""")


TYPES = {
    "polyline": (3, 2),
    "edge_3": (21, 3),
    **{"triangle": (5, 3), "triangle_6": (22, 6), "tri_6": (22, 6)},
    **{"quadrilateral": (9, 4), "quadrilateral_8": (23, 8), "quadrilateral_9": (28, 9)},
    **{"tetrahedron": (10, 4), "tetrahedron_10": (24, 10), "tet_10": (24, 10)},
    **{"pyramid": (14, 5), "pyramid_13": (27, 13), "wedge": (13, 6), "wedge_15": (26, 15)},
    **{"wedge_18": (32, 18), "hexahedron": (12, 8), "hexahedron_20": (25, 20)},
    **{"hexahedron_27": (29, 27), "hex_20": (25, 20), "hex_27": (29, 27)},
}
"""VTK's type and the number of nodes by XDMF's name of a type."""
_MIXED: dict[int, tuple[int, int | None]] = {
    **{1: (1, None), 2: (3, None), 34: (21, 3), 4: (5, 3), 36: (22, 6)},
    **{5: (9, 4), 37: (23, 8), 35: (28, 9), 6: (10, 4), 38: (24, 10), 7: (14, 5), 39: (27, 13)},
    **{8: (13, 6), 40: (26, 15), 41: (32, 18), 9: (12, 8), 48: (25, 20), 50: (29, 27)},
}
"""The same by XDMF's number of a type; None where the file tells the number of nodes."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of a grid: their points, where those of each end, and VTK's types."""

    connectivity: Ints
    offsets: Ints
    types: Ints

    @property
    def dimension(self) -> int:
        """That of the cells of highest dimension."""
        return int(dimensions(self.types).max(initial=0))


@dataclass(frozen=True, eq=False)
class Uniform:
    """A uniform grid: its elements in the document, included ones resolved.

    Attributes:
        name: of the grid.
        topology: where the cells are.
        geometry: where the points are.
        attributes: data on the cells by name.
        held: the grid's element.
    """

    name: str
    topology: Element
    geometry: Element
    attributes: dict[str, Element]
    held: Element


def document(path: Path) -> Element:
    """The root element.

    Raises:
        InputError: no XDMF.
    """
    root = parsed(path.read_bytes())
    if root.tag != "Xdmf":
        raise InputError(f"it is XML, but its root is {root.tag!r}, not 'Xdmf'")
    return root


def uniform_grids(root: Element) -> list[Uniform]:
    """The uniform grids of a document; of those over time the last.

    Raises:
        UnsupportedError: grids in pieces, or parts of other documents.
    """
    return [_uniform(root, grid) for grid in _chosen(root.findall("Domain/Grid"))]


def _chosen(grids: list[Element]) -> Iterator[Element]:
    for grid in grids:
        kind = grid.get("GridType", "Uniform")
        inner = grid.findall("Grid")
        match kind, grid.get("CollectionType", "Spatial"):
            case "Uniform", _:
                yield grid
            case "Collection", "Temporal":
                yield from _chosen(inner[-1:])
            case "Tree", _:
                yield from _chosen(inner)
            case _:
                raise UnsupportedError(
                    f"its grid {grid.get('Name', '')!r} is a {kind} of {len(inner)} pieces: save "
                    "the mesh as one grid"
                )


def _uniform(root: Element, grid: Element) -> Uniform:
    topology, geometry = (_element(root, grid, tag) for tag in ("Topology", "Geometry"))
    if topology is None or geometry is None:
        raise InputError(f"its grid {grid.get('Name', '')!r} has no topology or no geometry")
    attributes = {
        found.get("Name", ""): found
        for found in grid.findall("Attribute")
        if found.get("Center") == "Cell"
        and found.get("AttributeType", found.get("Type", "Scalar")) == "Scalar"
    }
    return Uniform(grid.get("Name", ""), topology, geometry, attributes, grid)


def _element(root: Element, grid: Element, tag: str) -> Element | None:
    """The topology or geometry of a grid, its own or another grid's that it includes."""
    own = grid.find(tag)
    if own is not None:
        if own.get("Reference"):
            raise UnsupportedError(f"a {tag} refers to another: save the mesh as one grid")
        return own
    for held in grid:
        pointer = held.get("xpointer", "")
        if held.tag.rpartition(":")[2] == "include" and (tag in pointer or "*" in pointer):
            if held.get("href"):
                raise UnsupportedError(f"it includes the document {held.get('href')!r}: save one")
            named = _NAMED.search(pointer)
            found = (
                other.find(tag)
                for other in root.iter("Grid")
                if named is None or other.get("Name") == named[1]
                for other in (other, *other.findall("Grid"))
            )
            return next((element for element in found if element is not None), None)
    return None


def points_of(grid: Uniform, path: Path) -> Floats:
    """Points of a grid, shape (n, 2 or 3)."""
    kind = grid.geometry.get("GeometryType", grid.geometry.get("Type", "XYZ")).upper()
    if kind not in ("XY", "XYZ"):
        raise UnsupportedError(f"its points are of the type {kind!r}: save them as XYZ")
    return numbers(grid.geometry, path).astype(np.float64).reshape(-1, len(kind))


def cells_of(grid: Uniform, path: Path) -> Cells:
    """Cells of a grid.

    Raises:
        UnsupportedError: cells of other types.
    """
    name, given = type_of(grid), numbers(grid.topology, path).astype(np.int64)
    first = int(grid.topology.get("BaseOffset", "0"))
    if first and name == "mixed":
        raise UnsupportedError(f"its mixed cells count points from {first} on: save them from 0 on")
    given -= first
    if name == "mixed":
        return _mixed(given.ravel())
    if name not in TYPES:
        raise refused(f"cells of XDMF's type {name!r}")
    kind, nodes = TYPES[name]
    given = given.reshape(-1, nodes)
    offsets = np.arange(1, len(given) + 1) * nodes
    return Cells(given.ravel(), offsets, np.full(len(given), kind))


def type_of(grid: Uniform) -> str:
    """XDMF's name of the type of a grid's cells, in small letters."""
    return grid.topology.get("TopologyType", grid.topology.get("Type", "")).lower()


def _mixed(numbers: Ints) -> Cells:
    given, nodes, sizes, types, place = numbers.tolist(), [], [], [], 0
    while place < len(given):
        if given[place] not in _MIXED:
            raise refused(f"cells of XDMF's type {given[place]}")
        kind, count = _MIXED[given[place]]
        if count is None:
            place += 1
            count = int(given[place])
            if count < 1:
                raise MeshError(f"a cell has {count} points")
        nodes += given[place + 1 : place + 1 + count]
        sizes.append(count)
        types.append(kind)
        place += 1 + count
    return Cells(np.array(nodes), np.cumsum(sizes), np.array(types))


def numbers(element: Element, path: Path) -> NDArray[Any]:
    """The numbers of an element's DataItem, in the XML or in HDF5.

    Raises:
        InputError: none, more than fit into memory, or a file elsewhere.
        UnsupportedError: parts of other items, or another format.
    """
    item = element.find("DataItem")
    if item is None:
        raise InputError(f"an element {element.tag} has no DataItem with numbers")
    if item.get("ItemType", "Uniform") != "Uniform" or item.get("Reference"):
        raise UnsupportedError(
            f"its numbers are a {item.get('ItemType', 'reference')} of others: save them as one "
            "DataItem"
        )
    shape = [int(size) for size in item.get("Dimensions", "").split()]
    text = (item.text or "").strip()
    match item.get("Format", "XML").upper():
        case "XML":
            kind = _NUMBERS[item.get("NumberType", item.get("DataType", "Float")).lower()]
            return np.array(text.split(), dtype=kind + "8").reshape(shape)
        case "HDF":
            found = stored(text, path)
            if shape and found.size != np.prod(shape, dtype=float):
                raise InputError(
                    f"{text!r} has shape {found.shape}, but its DataItem says {tuple(shape)}"
                )
            return found
    raise UnsupportedError(f"its numbers are in the format {item.get('Format')!r}: save as HDF")


def stored(place: str, path: Path) -> NDArray[Any]:
    """A dataset by the name of the HDF5 file beside a document and the name in it.

    Raises:
        InputError: a file elsewhere, no such dataset, or one that does not fit into memory.
    """
    name, _, inside = place.rpartition(":")
    with opened(file_beside(path, name)) as file:
        return dataset(file, file.node(inside))


def stored_files(path: Path) -> list[Path]:
    """The HDF5 files that a document names and that are there."""
    try:
        root = document(path)
    except InputError:  # reading tells
        return []
    texts = [item.text or "" for item in root.iter("DataItem")]
    texts += [held.get("Value", "") for held in root.iter("Information")]
    names = {text.strip().rpartition(":")[0] for text in texts if ":" in text}
    found = set()
    for name in names:
        with suppress(InputError):
            found.add(file_beside(path, name))
    return sorted(found)
