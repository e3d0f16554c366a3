"""Abaqus' element types: their shapes, the order of their nodes, and their faces."""

import re

import numpy as np

from anosim.formats.meshes.abaqus_lines import Rows
from anosim.formats.meshes.shapes import SHAPES, refused, reordered
from anosim.meshes import Ints

_PLANE = re.compile(
    r"(?:CPS|CPE|CPEG|CAX|CGAX|M3D|S|SFM3D|R3D|DS|DC2D|DCC2D|DCAX|DCCAX|AC2D|ACAX|STRI|WARP2D|F3D)"
    r"(3|4|6|8|9|65)(?:[A-Z]+5?)?"
)
_SOLID = re.compile(r"(?:(?:C|DC|DCC|AC|EMC|Q|FC)3D|SC|CSS)(4|5|6|8|10|15|20|27)[A-Z]*")
_LINE = re.compile(r"(T2D|T3D|DC1D|B2|B3|R2D|AC1D|F2D|MAX|SAX|DSAX|RAX|PIPE2|PIPE3)([123])")
_POINTS = ("MASS", "ROTARYI", "SPRING", "DASHPOT", "CONN", "RNODE", "HEATCAP", "GAP", "JOINT")
"""Types that are no part of a mesh."""
_SHAPES = {
    2: {3: "triangle", 6: "triangle", 65: "triangle"}
    | {4: "quadrangle", 8: "quadrangle", 9: "quadrangle"},
    3: {4: "tetrahedron", 10: "tetrahedron", 5: "pyramid", 6: "prism", 15: "prism"}
    | {8: "hexahedron", 20: "hexahedron", 27: "hexahedron"},
}
_FACES_27 = ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
_PLACES_27 = reordered("hexahedron", SHAPES["hexahedron"].edges, _FACES_27)
_ORDER_27 = [*(place + (place >= 20) for place in _PLACES_27), 20]
"""Of 27 nodes the one in the middle comes before those of the faces."""
_FACES = {
    "triangle": ("01", "12", "20"),
    "quadrangle": ("01", "12", "23", "30"),
    "tetrahedron": ("012", "031", "132", "230"),
    "pyramid": ("0123", "041", "142", "243", "340"),
    "prism": ("012", "354", "0341", "1452", "2530"),
    "hexahedron": ("0123", "4765", "0451", "1562", "2673", "3740"),
}
"""Corners at the faces S1, S2, ... of elements; E1, E2, ... of elements in the plane."""


def shape_of(kind: str) -> tuple[str, int, int] | None:
    """Shape of an element type, its least and most nodes; None of what is no part of a mesh.

    Raises:
        UnsupportedError: an element that cannot be read.
    """
    if kind.startswith(_POINTS):
        return None
    if _LINE.match(kind):
        return "line", 2, 2
    for dimension, pattern in ((3, _SOLID), (2, _PLANE)):
        found = pattern.fullmatch(kind)
        if found is not None:
            nodes = int(found[1])
            least = {65: 6, 27: 21}.get(nodes, nodes)
            most = 18 if kind.startswith("C3D15V") else {21: 27}.get(least, least)
            return _SHAPES[dimension][nodes], least, most
    raise refused(f"elements of Abaqus' type {kind or 'none'}")


def dimension_of_shape(shape: str) -> int:
    """1 for lines, or 2 or 3."""
    return 1 if shape == "line" else SHAPES[shape].dimension


def table_of(rows: Rows, least: int, most: int) -> dict[int, Ints]:
    """Numbers and nodes of elements, by their number of nodes; lines that go on are joined.

    A comma at the end means nothing where an element has all nodes that it may have.
    """
    if all(len(row) == 1 + least and row[-1] != "," for row in rows):
        return {least: np.array(rows, dtype=np.int64).reshape(-1, 1 + least)}
    joined, more = Rows(), False
    for row in rows:
        entries = [entry for entry in row if entry != ","]
        if more:
            joined[-1] += entries
        else:
            joined.append(entries)
        more = len(joined[-1]) < 1 + (most if row[-1] == "," else least)
    widths = dict.fromkeys(map(len, joined))
    return {
        width - 1: np.array([row for row in joined if len(row) == width], dtype=np.int64)
        for width in widths
    }


def in_order(shape: str, nodes: Ints) -> Ints:
    """Nodes in this package's order; Abaqus' is the same, but for hexahedra with 27."""
    return nodes[:, _ORDER_27] if shape == "hexahedron" and nodes.shape[1] == 27 else nodes


def face(shape: str, label: str) -> list[int]:
    """Corners at a face, or none where the elements have no such face."""
    prefixes = ("S", "E") if dimension_of_shape(shape) == 2 else ("S",)
    faces = _FACES[shape]
    if label[:1] in prefixes and label[1:].isdigit() and 1 <= int(label[1:]) <= len(faces):
        return [int(corner) for corner in faces[int(label[1:]) - 1]]
    return []
