"""Pictures for papers: each function returns a matplotlib Figure, ``save`` writes it."""

from anosim.figures.concentration import maps
from anosim.figures.firsttime import arrival
from anosim.figures.fluxfield import fluxes
from anosim.figures.isosurfaces import isosurfaces
from anosim.figures.labels import microstructure
from anosim.figures.meshreport import mesh_report
from anosim.figures.saving import save
from anosim.figures.timecourse import curves
from anosim.figures.triangles import mesh

__all__ = [
    "arrival",
    "curves",
    "fluxes",
    "isosurfaces",
    "maps",
    "mesh",
    "mesh_report",
    "microstructure",
    "save",
]
