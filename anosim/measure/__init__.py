"""Numbers and maps of a microstructure, in 2D and 3D, with voxels of any proportions.

Every function takes a ``Microstructure`` and returns plain values, arrays or a small frozen
dataclass, in SI. Importing this package loads numpy and nothing heavier; the first call of a
function compiles its loops, which takes some seconds and is kept on disk.
"""

from anosim.measure.conduction import Transport, effective_diffusivity, tortuosity_factor
from anosim.measure.connected import Percolation, percolation
from anosim.measure.correlation import Correlation, porod_surface, two_point_correlation
from anosim.measure.crosscheck import CrossCheck, cross_check
from anosim.measure.definitions import DEFINITIONS
from anosim.measure.fractions import Profile, Representative, profile, representative
from anosim.measure.geodesic import Geodesic, geodesic
from anosim.measure.maps import write_maps, write_table
from anosim.measure.overview import Overview, overview
from anosim.measure.particles import Particles, particles
from anosim.measure.proximity import Proximity, hausdorff, proximity
from anosim.measure.sizes import chord_lengths, local_thickness
from anosim.measure.surfaces import Surfaces, interface_area, relative_area
from anosim.measure.tensor import diffusivity_tensor

__all__ = [
    "DEFINITIONS",
    "Correlation",
    "CrossCheck",
    "Geodesic",
    "Overview",
    "Particles",
    "Percolation",
    "Profile",
    "Proximity",
    "Representative",
    "Surfaces",
    "Transport",
    "chord_lengths",
    "cross_check",
    "diffusivity_tensor",
    "effective_diffusivity",
    "geodesic",
    "hausdorff",
    "interface_area",
    "local_thickness",
    "overview",
    "particles",
    "percolation",
    "porod_surface",
    "profile",
    "proximity",
    "relative_area",
    "representative",
    "tortuosity_factor",
    "two_point_correlation",
    "write_maps",
    "write_table",
]
