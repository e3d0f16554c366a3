"""Gmsh and shapely, loaded when a mesh is made, and what to do when they are not there."""

from importlib import import_module
from typing import Any

from anosim.errors import MissingDependencyError

SYSTEM_PACKAGES = "libgl1 libglu1-mesa libxrender1 libxcursor1 libxft2 libxinerama1 libgomp1"
"""What Gmsh's wheel links against beyond the C and C++ libraries, by Debian's names."""


def gmsh_version() -> str:
    """The version of the Gmsh that meshes, after loading it.

    Raises:
        MissingDependencyError: Gmsh, a system library that it needs, or shapely is missing.
    """
    return str(load_gmsh().__version__)


def load_gmsh() -> Any:
    """The gmsh module, when shapely is there too.

    Raises:
        MissingDependencyError: Gmsh, a system library that it needs, or shapely is missing.
    """
    try:
        import_module("shapely")
        return import_module("gmsh")
    except ImportError as error:
        raise MissingDependencyError(
            f"the mesher 'gmsh' cannot be loaded ({error}); install it with: "
            "pip install 'anosim[gmsh]'"
        ) from error
    except OSError as error:  # the wheel is there, a shared library is not
        raise MissingDependencyError(
            f"Gmsh is installed but cannot be loaded ({error}): it needs system libraries even "
            f"without a display; on Debian or Ubuntu: apt-get install {SYSTEM_PACKAGES} "
            "(and if Gmsh itself is missing: pip install 'anosim[gmsh]')"
        ) from error
