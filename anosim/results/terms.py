"""How results call things in the plane and in space, with the units of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Terms:
    """What is called otherwise in the plane than in space.

    Attributes:
        cell: one cell.
        cells: several.
        voxels: of the image.
        measure: what cells have, area or volume.
        content: the key of all of it, with its unit.
        boundary: the measure of interfaces and sides, with its unit.
        angle: the smallest of a cell.
        places: of a voxel, in the array's order.
        amount: of lithium, with its unit: in the plane per metre of depth.
        amount_unit: that unit.
        boundary_unit: of interfaces and sides.
        axes: of the image, in the array's order.
    """

    cell: str
    cells: str
    voxels: str
    measure: str
    content: str
    boundary: str
    angle: str
    places: tuple[str, ...]
    amount: str
    amount_unit: str
    boundary_unit: str
    axes: str


TERMS = {
    2: Terms(
        cell="triangle",
        cells="triangles",
        voxels="pixels",
        measure="area",
        content="area_m2",
        boundary="length_m",
        angle="smallest_angle_degrees",
        places=("pixel_row", "pixel_column"),
        amount="mol_per_m",
        amount_unit="mol/m",
        boundary_unit="m",
        axes="rows x columns",
    ),
    3: Terms(
        cell="tetrahedron",
        cells="tetrahedra",
        voxels="voxels",
        measure="volume",
        content="volume_m3",
        boundary="area_m2",
        angle="smallest_dihedral_angle_degrees",
        places=("voxel_slice", "voxel_row", "voxel_column"),
        amount="mol",
        amount_unit="mol",
        boundary_unit="m²",
        axes="slices x rows x columns",
    ),
}
"""By dimension."""


def terms_of(found: Mapping[str, Any]) -> Terms:
    """How the results of a run call things."""
    return TERMS[2 if TERMS[2].cells in found["mesh"] else 3]
