"""Meshes of label images by Gmsh: the mesher plugin "gmsh"."""

from anosim_geometry.dependency import gmsh_version
from anosim_geometry.islands import Change, Cleaning, cleaned
from anosim_geometry.mesher import GmshMesher
from anosim_geometry.solid.meshing import MeshWarning
from anosim_geometry.triangulation import MeshSizeWarning

__all__ = [
    "Change",
    "Cleaning",
    "GmshMesher",
    "MeshSizeWarning",
    "MeshWarning",
    "cleaned",
    "gmsh_version",
]
