"""From images of battery electrodes to conforming meshes and Li diffusion.

Importing this package loads numpy and nothing heavier.
"""
