"""Meshes as XDMF: a small XML file, and its numbers in an HDF5 file of the same name beside it.

Format: https://www.xdmf.org/index.php/XDMF_Model_and_Format, version 3. Names are kept as meshio
does, in an Information element with (dimension, value); its Value tells where the edges of sides
and interfaces are, shape (n, 3): two points and the value of the name. In space it tells where the
facets are, shape (n, 4): three points and the value. Nodes come in VTK's order.
"""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import h5py
import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, MeshError, UnsupportedError
from anosim.formats.atomic import replacing
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.names import escaped, unescaped
from anosim.formats.meshes.parts import Parts
from anosim.formats.meshes.shapes import refused
from anosim.formats.meshes.vtk import BOUNDARY_TABLES, Grid, boundary_table, dimension_of_types
from anosim.formats.meshes.vtkhdf import MOST, array
from anosim.meshes import Mesh

_NAMES = {3: "Triangle", 6: "Triangle_6", 4: "Tetrahedron", 10: "Tetrahedron_10"}
_TYPES = {"triangle": (5, 3), "triangle_6": (22, 6), "tri_6": (22, 6), "tetrahedron": (10, 4)}
_TYPES |= {"tetrahedron_10": (24, 10), "tet_10": (24, 10), "polyline": (3, 2), "edge_3": (21, 3)}
"""VTK's type and the number of nodes by XDMF's name of a type."""
_MIXED = {1: (1, None), 2: (3, None), 4: (5, 3), 6: (10, 4), 34: (21, 3), 36: (22, 6), 38: (24, 10)}
"""The same by XDMF's number of a type; None where the file tells it."""
_NUMBERS = {"float": "f", "int": "i", "uint": "u", "char": "i", "uchar": "u"}


def write(mesh: Mesh, path: Path) -> None:
    """Write a .xdmf file and the .h5 file beside it.

    Raises:
        InputError: no such folder.
    """
    names, facets = boundary_table(mesh)
    table, axes = BOUNDARY_TABLES[mesh.dimension], "XYZ"[: mesh.dimension]
    arrays = {
        "topology": mesh.cells,
        "geometry": mesh.points,
        "phase": mesh.cell_phase,
        "quality": mesh.quality,
        table: facets,
    }
    beside = path.with_suffix(".h5")
    root = Xml.Element("Xdmf", Version="3.0")
    grid = Xml.SubElement(Xml.SubElement(root, "Domain"), "Grid", Name="mesh", GridType="Uniform")
    kind, count = _NAMES[mesh.cells.shape[1]], str(len(mesh.cells))
    for name, tag, given in (
        ("topology", "Topology", {"TopologyType": kind, "NumberOfElements": count}),
        ("geometry", "Geometry", {"GeometryType": axes}),
        ("phase", "Attribute", {"AttributeType": "Scalar", "Center": "Cell"}),
        ("quality", "Attribute", {"AttributeType": "Scalar", "Center": "Cell"}),
    ):
        element = Xml.SubElement(grid, tag, given | ({"Name": name} if tag == "Attribute" else {}))
        element.append(_item(arrays[name], f"{beside.name}:/{name}"))
    grid.append(_information(mesh, names, table, f"{beside.name}:/{table}"))
    with replacing(path) as text, replacing(beside) as data:
        with h5py.File(data, "w") as file:
            for name, values in arrays.items():
                file.create_dataset(name, data=values)
        Xml.indent(root)
        Xml.ElementTree(root).write(text, encoding="utf-8", xml_declaration=True)


def _item(values: NDArray[Any], place: str) -> Xml.Element:
    shape = " ".join(map(str, values.shape))
    kind = "Float" if values.dtype.kind == "f" else "Int"
    item = Xml.Element("DataItem", Dimensions=shape, NumberType=kind, Precision="8", Format="HDF")
    item.text = place
    return item


def _information(mesh: Mesh, boundaries: list[str], name: str, place: str) -> Xml.Element:
    entries = Xml.Element("main")
    for dimension, names in ((mesh.dimension, mesh.phases), (mesh.dimension - 1, boundaries)):
        for value, text in enumerate(names):
            key = escaped(text, str.isprintable)
            Xml.SubElement(entries, "map", key=key, dim=str(dimension)).text = str(value)
    held = Xml.Element("Information", Name=name, Value=place)
    held.text = Xml.tostring(entries, encoding="unicode")
    return held


def read(path: Path, regions: Regions = ()) -> Parts:
    """Read a .xdmf file with one grid; its numbers are in the XML or in HDF5.

    Raises:
        InputError: not such a file.
        UnsupportedError: several grids, or cells of other types.
    """
    root = Xml.fromstring(path.read_bytes())
    grids = root.findall("Domain/Grid")
    if len(grids) != 1 or grids[0].get("GridType", "Uniform") != "Uniform":
        raise UnsupportedError("the file has several grids: save the one mesh without times")
    grid = grids[0]
    topology, geometry = grid.find("Topology"), grid.find("Geometry")
    if topology is None or geometry is None:
        raise InputError("it has no topology or no geometry")
    points = _numbers(geometry, path).astype(np.float64)
    columns = 2 if geometry.get("GeometryType", geometry.get("Type", "XYZ")).upper() == "XY" else 3
    connectivity, offsets, types = _cells(topology, _numbers(topology, path).astype(np.int64))
    dimension, names = dimension_of_types(types), _names(root)
    held = grid.find(f"Information[@Name='{BOUNDARY_TABLES[dimension]}']")
    place = "" if held is None else held.get("Value", "")
    data = {}
    for attribute in grid.findall("Attribute"):
        if attribute.get("Center") == "Cell":
            data[attribute.get("Name", "")] = _numbers(attribute, path)
    return Grid(
        points.reshape(-1, columns),
        connectivity,
        offsets,
        types,
        data,
        names,
        (_stored(place, path) if place else np.empty(0)).astype(np.int64),
        {value: name for (d, value), name in names.items() if d == dimension - 1},
    ).parts(regions)


def named_files(path: Path) -> list[Path]:
    """The HDF5 files that an XDMF file names and that are there."""
    try:
        root = Xml.fromstring(path.read_bytes())
    except Xml.ParseError:  # reading tells
        return []
    texts = [item.text or "" for item in root.iter("DataItem")]
    texts += [held.get("Value", "") for held in root.iter("Information")]
    names = {text.strip().rpartition(":")[0] for text in texts if ":" in text}
    return sorted(file for name in names if (file := path.parent / name).is_file())


def _cells(topology: Xml.Element, numbers: NDArray[Any]) -> tuple[Any, Any, Any]:
    """Connectivity, offsets and VTK's types."""
    kind = topology.get("TopologyType", topology.get("Type", "")).lower()
    if kind == "mixed":
        return _mixed(numbers.ravel())
    if kind not in _TYPES:
        raise refused(f"cells of XDMF's type {kind!r}")
    number, nodes = _TYPES[kind]
    numbers = numbers.reshape(-1, nodes)
    offsets = np.arange(1, len(numbers) + 1) * nodes
    return numbers.ravel(), offsets, np.full(len(numbers), number)


def _mixed(numbers: NDArray[Any]) -> tuple[Any, Any, Any]:
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
    return np.array(nodes), np.cumsum(sizes), np.array(types)


def _names(root: Xml.Element) -> dict[tuple[int, int], str]:
    """Names by (dimension, value), as this package and meshio write them."""
    found = {}
    for held in root.iter("Information"):
        if (held.text or "").strip():
            for entry in Xml.fromstring(held.text or ""):
                value = int(entry.text or "")
                found[int(entry.get("dim", "2")), value] = unescaped(entry.get("key", ""))
    return found


def _numbers(element: Xml.Element, path: Path) -> NDArray[Any]:
    """The numbers of an element's DataItem."""
    item = element.find("DataItem")
    if item is None:
        raise InputError(f"an element {element.tag} has no DataItem with numbers")
    shape = [int(size) for size in item.get("Dimensions", "").split()]
    text = (item.text or "").strip()
    match item.get("Format", "XML").upper():
        case "XML":
            kind = _NUMBERS[item.get("NumberType", item.get("DataType", "Float")).lower()]
            return np.array(text.split(), dtype=kind + "8").reshape(shape)
        case "HDF":
            return _stored(text, path)
    raise UnsupportedError(f"its numbers are in the format {item.get('Format')!r}: save as HDF")


def _stored(place: str, path: Path) -> NDArray[Any]:
    """A dataset by the name of the HDF5 file beside this one and the name in it."""
    name, _, inside = place.rpartition(":")
    beside = path.parent / name
    if not beside.is_file():
        raise InputError(f"its numbers are in {name!r}, which is not beside it")
    with h5py.File(beside, "r") as file:
        found: NDArray[Any] = array(file[inside], MOST * beside.stat().st_size)
    return found
