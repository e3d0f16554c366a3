"""Meshes in the files of other programs."""
