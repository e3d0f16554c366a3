"""Conforming tetrahedra of label volumes: the three-dimensional half of the mesher "gmsh"."""
