"""Meshes in the files of other programs: Gmsh, VTK, XDMF, Abaqus, Nastran, COMSOL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from importlib import import_module
from os import PathLike
from pathlib import Path

import numpy as np

from anosim.errors import AnosimError, InputError, MeshError, UnsupportedError
from anosim.formats.atomic import replacing
from anosim.formats.meshes.groups import Phases, Regions
from anosim.formats.meshes.parts import Parts
from anosim.meshes import Mesh
from anosim.units import si


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        name: what people call it.
        module: the module with its functions ``read`` (path and regions to Parts) and ``write``
            (mesh, path).
        whole: whether ``write`` itself replaces what is there, as a format of two files must.
    """

    name: str
    module: str
    whole: bool = False

    @property
    def read(self) -> Callable[[Path, Regions], Parts]:
        """Read a file."""
        function: Callable[[Path, Regions], Parts] = import_module(self.module).read
        return function

    @property
    def write(self) -> Callable[[Mesh, Path], None]:
        """Write a file."""
        function: Callable[[Mesh, Path], None] = import_module(self.module).write
        return function


_VTK = Format("VTK XML", "anosim.formats.meshes.vtu")
_NASTRAN = Format("Nastran", "anosim.formats.meshes.nastran")

FORMATS: Mapping[str, Format] = {
    ".msh": Format("Gmsh", "anosim.formats.meshes.gmsh"),
    ".xdmf": Format("XDMF", "anosim.formats.meshes.xdmf", whole=True),
    ".vtu": _VTK,
    ".vtkhdf": Format("VTKHDF", "anosim.formats.meshes.vtkhdf"),
    ".inp": Format("Abaqus", "anosim.formats.meshes.abaqus"),
    ".nas": _NASTRAN,
    ".bdf": _NASTRAN,
    ".mphtxt": Format("COMSOL", "anosim.formats.meshes.comsol"),
}
"""Formats by ending."""
READ: Mapping[str, Format] = {**FORMATS, ".pvtu": _VTK, ".pvd": _VTK}
"""The same with those that are only read."""


def read_mesh(
    path: str | PathLike[str],
    *,
    unit: float | str = "m",
    phases: Phases = None,
    regions: str | Sequence[str] | None = None,
) -> Mesh:
    """Read a mesh of triangles, or of tetrahedra, with its groups as phases.

    Quadrangles, hexahedra, prisms and pyramids are split, and a warning says how many.
    Named groups of edges, in space of triangles, on the outer boundary become sides; interfaces
    follow from the phases, and what lies inside a phase is left out. A cell in several groups
    belongs to the smallest. Where a file has tetrahedra its triangles name boundaries only.

    Args:
        path: ends in .msh (Gmsh 1, 2, 4.0 and 4.1), .xdmf, .vtu, .pvtu, .pvd, .vtkhdf, .inp
            (Abaqus), .nas or .bdf (Nastran), .mphtxt (COMSOL).
        unit: the file's unit of length, as "um", or its size in m.
        phases: the groups that are phases, as a list, or as new names by group; without it every
            group of cells.
        regions: what says which phase a cell belongs to, where the file has more than one such
            thing: the name of cell data (.vtu, .xdmf, .vtkhdf), or names of groups of cells.

    Raises:
        InputError: no such file, an unknown ending, a damaged file, unknown or crossing groups,
            or several cell data that may be the phases.
        UnsupportedError: other elements, or triangles that are in no plane.
        MeshError: cells that overlap, do not conform, or are not joined.
    """
    path = Path(path)
    form = _format(path, "read")
    scale = _scale(unit)
    chosen = (regions,) if isinstance(regions, str) else tuple(regions or ())
    _check_there(path)
    try:
        with np.errstate(all="ignore"):
            return form.read(path, chosen).mesh(scale, phases)
    except (MeshError, UnsupportedError, InputError) as error:
        kind = next(k for k in (MeshError, UnsupportedError, InputError) if isinstance(error, k))
        raise kind(f"{str(path)!r}: {error}") from None
    except (AnosimError, Warning):  # a warning, where the caller makes errors of them
        raise
    except MemoryError:
        size = path.stat().st_size
        raise InputError(
            f"{str(path)!r} of {size} bytes does not fit into the memory that is free: make the "
            "mesh coarser, or use a machine with more memory"
        ) from None
    except Exception as error:  # a damaged file raises whatever its reader meets first
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"{str(path)!r} is damaged or not a mesh file of {form.name}: {reason[:200]}"
        ) from None


def digest_of(path: str | PathLike[str]) -> str:
    """SHA-256 of the bytes of a mesh file and of the files that it names.

    Raises:
        InputError: no such file, or an unknown ending.
    """
    path = Path(path)
    named = getattr(import_module(_format(path, "read").module), "named_files", None)
    _check_there(path)
    found = sha256()
    for file in (path, *(named(path) if named else ())):
        with file.open("rb") as data:
            found.update(file_digest(data, "sha256").digest())
    return found.hexdigest()


def write_mesh(mesh: Mesh, path: str | PathLike[str]) -> None:
    """Write a mesh, lengths in m, in the format of the path's ending, whole or not at all.

    Phases, interfaces (as ``a|b``) and sides keep their names; where a format cannot hold a
    character, its bytes stand there as ``%XX``.

    Raises:
        InputError: an unknown ending, or no such folder.
    """
    path = Path(path)
    form = _format(path, "write")
    if form.whole:
        form.write(mesh, path)
        return
    with replacing(path) as temporary:
        form.write(mesh, temporary)


def check_writable(path: str | PathLike[str]) -> None:
    """Refuse an ending that no mesh is written with, before any work.

    Raises:
        InputError: an unknown ending.
    """
    _format(Path(path), "write")


def _format(path: Path, verb: str) -> Format:
    known = READ if verb == "read" else FORMATS
    form = known.get(path.suffix.lower())
    if form is None:
        raise InputError(
            f"cannot {verb} a mesh as {str(path)!r}: expected one of {', '.join(known)}"
        )
    return form


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"there is no file {str(path)!r}")


def _scale(unit: float | str) -> float:
    text = isinstance(unit, str) and not unit.strip()[:1].isdigit()
    scale = si(f"1 {unit}" if text else unit, "m", "unit")
    if scale <= 0:
        raise InputError(f"unit is {unit!r}: it must be greater than 0 m")
    return scale
