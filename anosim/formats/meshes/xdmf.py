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
from numpy.typing import NDArray

from anosim.formats.atomic import replacing
from anosim.formats.meshes.groups import Regions
from anosim.formats.meshes.names import escaped
from anosim.formats.meshes.parts import Parts
from anosim.formats.meshes.vtk import BOUNDARY_TABLES, boundary_table
from anosim.formats.meshes.xdmf_grids import stored_files
from anosim.formats.meshes.xdmf_tags import facet_files, tagged_grid
from anosim.meshes import Mesh

_NAMES = {3: "Triangle", 6: "Triangle_6", 4: "Tetrahedron", 10: "Tetrahedron_10"}


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
    """Read a .xdmf file; its numbers are in the XML or in HDF5 beside it.

    Tags are grids of the same file, as DOLFINx writes them, and those of facets may be in one
    other .xdmf file beside it, as FESTIM has them.

    Raises:
        InputError: not such a file, or several files of facets.
        UnsupportedError: grids in pieces, or cells of other types.
    """
    return tagged_grid(path).parts(regions)


def named_files(path: Path) -> list[Path]:
    """The HDF5 files that an XDMF file names and those with its facets."""
    facets = facet_files(path)
    return sorted({*stored_files(path), *facets, *(f for o in facets for f in stored_files(o))})
