"""Reading and writing images, meshes and results."""
