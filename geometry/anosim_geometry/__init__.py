"""Meshes of label images by Gmsh: the mesher plugin "gmsh"."""

from anosim_geometry.dependency import gmsh_version
from anosim_geometry.mesher import GmshMesher

__all__ = ["GmshMesher", "gmsh_version"]
