"""Optional libraries, and the extra of anosim that brings each."""

from importlib import import_module
from typing import Any

from anosim.errors import MissingDependencyError

EXTRAS = {
    "gmsh": ("gmsh", "shapely"),
    "skfem": ("skfem", "pyamg"),
    "pardiso": ("pypardiso",),
    "fenicsx": ("dolfinx", "dolfinx_solver", "mpi4py", "petsc4py", "ufl", "basix", "cffi"),
    "formats": ("imagecodecs", "zarr"),
    "measure": ("cc3d", "edt", "numba"),
    "segment": ("skimage", "sklearn"),
    "study": ("pandas", "pyarrow", "xarray"),
    "scene": ("imageio_ffmpeg", "pyvista", "trame_vtk", "vtkmodules"),
    "pybamm": ("pybamm",),
}
"""Import names of the libraries behind each extra."""


def load(name: str, extra: str | None = None) -> Any:
    """Import an optional library.

    Args:
        name: the module.
        extra: that brings the module, where several do.

    Raises:
        MissingDependencyError: the module cannot be imported; the message names the extra.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise missing(error, name, extra) from error


def missing(error: ImportError, name: str = "", extra: str | None = None) -> MissingDependencyError:
    """The error for a library that cannot be imported.

    Args:
        error: of the import.
        name: the module that was asked for; by default the one that the import missed.
        extra: that brings the module, where several do.
    """
    name = name or error.name or str(error)
    package = name.partition(".")[0]
    extra = extra or next((extra for extra, all_ in EXTRAS.items() if package in all_), "all")
    return MissingDependencyError(
        f"this needs {package}, which cannot be loaded ({error}); install it with: "
        f"pip install 'anosim[{extra}]'"
    )
