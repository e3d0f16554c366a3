"""From images of battery electrodes to conforming meshes and Li diffusion.

Importing this package loads numpy and nothing heavier.
"""

from importlib import import_module
from typing import Any

from anosim import errors, plugins, progress, samples
from anosim.conditions import Concentration, Flux, InterfaceTransfer, MassTransfer, Material, Uptake
from anosim.functions import Table
from anosim.image import Image
from anosim.masks import Mask
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.plugins import mesh, solve
from anosim.problem import Diffusion
from anosim.regions import Ball, Box, Disc
from anosim.solution import Solution

__version__ = "0.1.0"

__all__ = [
    "Ball",
    "Box",
    "Concentration",
    "Diffusion",
    "Disc",
    "Flux",
    "Image",
    "InterfaceTransfer",
    "Mask",
    "MassTransfer",
    "Material",
    "Mesh",
    "Microstructure",
    "Solution",
    "Table",
    "Uptake",
    "errors",
    "mesh",
    "plugins",
    "progress",
    "samples",
    "show",
    "solve",
]


_MODULES = ("figures", "interop", "measure", "prepare", "report", "segment", "study", "synthetic")


def __getattr__(name: str) -> Any:
    """The modules with the heavier libraries, when they are first asked for."""
    if name in _MODULES:
        return import_module(f"anosim.{name}")
    raise AttributeError(f"module 'anosim' has no attribute {name!r}")


def show(solution: Solution, **options: Any) -> Any:
    """Concentration maps at some times over the image: see ``anosim.figures.maps``.

    Raises:
        InputError: what is no solution, or as ``maps`` does.
    """
    from anosim.figures import maps

    if not hasattr(solution, "problem"):
        raise errors.InputError(
            f"show draws a solution, not {type(solution).__name__!r}: of a segmented image "
            "anosim.figures.microstructure makes a picture, of a mesh anosim.figures.mesh"
        )
    return maps(solution, **options)
