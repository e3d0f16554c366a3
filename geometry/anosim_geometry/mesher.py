"""The mesher plugin "gmsh": a conforming triangle mesh of any 2D label image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, UnsupportedError
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.progress import report
from anosim.units import si
from anosim_geometry.conversion import to_mesh
from anosim_geometry.dependency import load_gmsh
from anosim_geometry.faces import faces_of
from anosim_geometry.gmsh_fill import Triangles, filled
from anosim_geometry.lines import cut_to_size
from anosim_geometry.network import network_of
from anosim_geometry.quality import rounded
from anosim_geometry.sizing import Sizes
from anosim_geometry.smoothing import smoothed

Floats = NDArray[np.float64]

INTERFACE_PIXELS, BULK_PIXELS = 1.0, 4.0
"""Default edge lengths, in units of the smaller pixel side."""


@dataclass(frozen=True)
class GmshMesher:
    """Triangles that follow smoothed phase boundaries, finer there than in the bulk.

    Attributes:
        size: edge length away from interfaces, m; if not given 4 pixels, or ``interface_size``
            if that is more. The image's shorter side is the most.
        interface_size: edge length at interfaces, m; if not given 1 pixel, or ``size`` if that
            is less. Where phases are so thin, or so close, that segments of this length would
            cross or make needles, segments are shorter.
        growth: the edge length grows by at most this much per unit of distance, above 0 up to 1.

    A pixel is its shorter side. Regions that touch only at a corner of pixels meet in one point.

    Raises:
        InputError: a size that is not positive, or an interface size above the bulk size.
    """

    size: float | str | None = None
    interface_size: float | str | None = None
    growth: float = 0.3

    def __post_init__(self) -> None:
        for name in ("size", "interface_size"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _length(given, f"GmshMesher.{name}"))
        object.__setattr__(self, "growth", _growth(self.growth))
        if self.size is not None and self.interface_size is not None:
            _check_order(float(self.size), float(self.interface_size))

    def mesh(self, microstructure: Microstructure, /) -> Mesh:
        """A conforming mesh of the image's box; every segment on a phase boundary is an edge.

        Raises:
            InputError: the sizes are far too small for the image.
            UnsupportedError: the image is three-dimensional.
            MissingDependencyError: Gmsh or shapely is not installed.
            MeshError: no valid mesh came out.
        """
        if microstructure.labels.ndim != 2:
            raise UnsupportedError(
                f"the mesher 'gmsh' meshes 2D images; this one has shape "
                f"{microstructure.labels.shape}: take one slice, labels[i]"
            )
        load_gmsh()
        sizes = self.sizes(microstructure)
        pixel = np.array(sizes.pixel)
        network = network_of(microstructure.labels)
        smooth = smoothed(network)
        smooth = smooth.moved(smooth.points * pixel)
        report("mesh", 0.05)
        made, field = cut_to_size(network, smooth, sizes)
        report("mesh", 0.15)
        triangles = filled(made.curves, faces_of(network), field, sizes.pixel)
        report("mesh", 0.85)
        free = np.arange(len(triangles.points)) >= len(made.curves.points)
        points = rounded(triangles.points, triangles.cells, free)
        triangles = Triangles(points, triangles.cells, triangles.region)
        mesh = to_mesh(microstructure, network, made.curves, triangles)
        report("mesh", 1.0)
        return mesh

    def sizes(self, microstructure: Microstructure, /) -> Sizes:
        """The edge lengths for an image, in units of its smaller pixel side."""
        hy, hx = microstructure.voxel
        unit = min(hx, hy)
        bulk = None if self.size is None else float(self.size) / unit
        interface = None if self.interface_size is None else float(self.interface_size) / unit
        if bulk is None:
            bulk = BULK_PIXELS if interface is None else max(BULK_PIXELS, interface)
        if interface is None:
            interface = min(INTERFACE_PIXELS, bulk)
        bulk = min(bulk, min(microstructure.extent) / unit)  # longer edges would be needles
        return Sizes(bulk, min(interface, bulk), self.growth, (hx / unit, hy / unit))


def _length(given: float | str, name: str) -> float:
    metres = si(given, "m", name)
    if metres <= 0:
        raise InputError(f"{name} is {given!r}: an edge length must be greater than 0 m")
    return metres


def _growth(given: float) -> float:
    growth = si(given, "", "GmshMesher.growth")
    if not 0 < growth <= 1:
        raise InputError(
            f"GmshMesher.growth is {given!r}: it must be above 0 and at most 1; "
            "0.3 grades gently, 1 coarsens as fast as triangles allow"
        )
    return growth


def _check_order(size: float, interface_size: float) -> None:
    if interface_size > size:
        raise InputError(
            f"GmshMesher.interface_size is {interface_size:g} m, above size, {size:g} m: meshes "
            "are finest at interfaces; lower interface_size or raise size"
        )
