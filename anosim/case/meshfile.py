"""Table [mesh] of a case with ``file``: a mesh that another program made."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from anosim.case.entry import Entry
from anosim.formats.meshes.files import digest_of, read_mesh
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure

LARGEST = 1e-3
"""Above this many m a mesh without a unit is asked for one."""
_KEYS = ("file", "unit", "phases", "regions")


@dataclass(frozen=True)
class MeshFile:
    """A mesh file and how to read it; it stands where a mesher does.

    Attributes:
        file: the path.
        unit: of length in the file, as ``read_mesh`` takes it; None where the case gives none.
        phases: groups that are phases with the phases' names; None for all of the file.
        regions: cell data or groups that say which phase a cell is.
    """

    file: str
    unit: float | str | None = None
    phases: tuple[tuple[str, str], ...] | None = None
    regions: tuple[str, ...] = ()

    def mesh(self, microstructure: Microstructure | None = None, /) -> Mesh:
        """The mesh in the file, whatever the image.

        Raises:
            AnosimError: what ``read_mesh`` refuses.
        """
        return _read(self, self.digest())

    def digest(self) -> str:
        """SHA-256 of the bytes of the file, and of those that it names.

        Raises:
            InputError: no such file.
        """
        return digest_of(self.file)


@lru_cache(maxsize=2)
def _read(part: MeshFile, digest: str) -> Mesh:
    """The mesh, read once for files of the same bytes."""
    phases = None if part.phases is None else dict(part.phases)
    unit = "m" if part.unit is None else part.unit
    return read_mesh(part.file, unit=unit, phases=phases, regions=part.regions)


def read_mesh_file(entry: Entry, folder: Path) -> MeshFile:
    """Table [mesh] with a file, which is read to know its phases and sides.

    Args:
        entry: the table.
        folder: where the file's path starts.

    Raises:
        CaseError: what is wrong, with its line; a large mesh without a unit.
    """
    for key, item in entry.table().items():
        if key not in _KEYS:
            raise item.error(
                "is for meshes of images and does not go with mesh.file, which goes with unit, "
                "phases and regions"
            )
    table = entry.table()
    name = table["file"].text("a file's name")
    if "\0" in name:
        raise table["file"].error("is no file's name")
    unit = table["unit"].value if "unit" in table else None
    if unit is not None and (isinstance(unit, bool) or not isinstance(unit, int | float | str)):
        raise table["unit"].unlike('a unit of length such as "um"')
    part = MeshFile(
        str(folder / name),
        unit,
        _phases(table["phases"]) if "phases" in table else None,
        _names(table["regions"]) if "regions" in table else (),
    )
    with entry.blamed():
        mesh = part.mesh()
    size = np.ptp(mesh.points, axis=0)
    if unit is None and size.max() > LARGEST:
        across = " x ".join(f"{length:.3g}" for length in size)
        raise table["file"].error(
            f"holds a mesh of {across}, in m if no unit is given, too large for an electrode: say "
            'in what it is, such as unit = "um" (or unit = "m" if it is)'
        )
    return part


def _phases(entry: Entry) -> tuple[tuple[str, str], ...]:
    if isinstance(entry.value, dict):
        pairs = tuple((group, item.text("a name")) for group, item in entry.table().items())
    else:
        listed = entry.array('names of groups, or new names by group, { "Set-1" = "pore" }')
        pairs = tuple((item.text("a name"), str(item.value)) for item in listed)
    if not pairs:
        raise entry.error('names no phase; write for example { "Set-1" = "pore" }')
    return pairs


def _names(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry.value, str):
        return (entry.text("a name"),)
    return tuple(item.text("a name") for item in entry.array("a name or a list of names", 1))
