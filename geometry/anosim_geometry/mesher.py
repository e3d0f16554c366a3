"""The mesher plugin "gmsh": a conforming mesh of any label image or volume."""

import warnings
from dataclasses import dataclass

import numpy as np

from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.progress import report
from anosim_geometry import options
from anosim_geometry.bending import bent, second_order
from anosim_geometry.budget import plan
from anosim_geometry.coarseness import what_keeps_fine
from anosim_geometry.conversion import matched, to_mesh
from anosim_geometry.curves import Curves
from anosim_geometry.dependency import load_gmsh
from anosim_geometry.islands import Cleaning, cleaned
from anosim_geometry.network import Network, network_of
from anosim_geometry.sizing import Floats, Sizes, wishes_of, wishes_with
from anosim_geometry.smoothing import smoothed
from anosim_geometry.solid.mesher import expected_tetrahedra, meshed_volume
from anosim_geometry.triangulation import Limits, MeshSizeWarning, triangulated

INTERFACE_PIXELS, BULK_PIXELS = 1.0, 4.0
"""Default edge lengths, in units of the smaller pixel side."""
OF_LONGER_SIDE = 0.25
"""The default edge length at interfaces is at least this share of the longer pixel side."""


@dataclass(frozen=True)
class GmshMesher:
    """Triangles or tetrahedra that follow smoothed phase boundaries, finer there than in the bulk.

    Boundaries between phases are smoothed: where edges are at most a pixel long they stay within
    0.45 pixels of the pixels' edges, and every phase keeps its area to within 0.5 % (longer edges
    stray more, as chords do). The image's border and corners are exact. Regions that touch only
    at a corner of pixels are separate parts that meet in one point.

    Attributes:
        size: edge length away from interfaces, m; if not given 4 pixels, or ``interface_size``
            if that is more. The image's shorter side is the most.
        interface_size: edge length at interfaces, m; if not given 1 pixel (a quarter of a pixel's
            longer side if that is more), or ``size`` if that is less. Where phases are so thin, or
            so close, that segments of this length would cross or make needles, segments are
            shorter; a ``MeshSizeWarning`` says so where most of them are.
        interface_sizes: edge lengths at the interfaces of certain pairs of phases, in place of
            ``interface_size``: ``{("pore", "sei"): "15 nm"}``, or a list of
            ``["pore", "sei", "15 nm"]`` as case files have it.
        growth: the edge length grows by at most this much per unit of distance, above 0 up to 1.
        gap_elements: how many triangles lie at least side by side across a phase, wherever it is
            thin; 0 switches this off. It makes no edges shorter than a quarter of
            ``interface_size``, or of a pixel if that is longer.
        elements: wanted number of triangles, instead of sizes: edges keep the proportions of the
            default sizes and ``gap_elements``, and are scaled until the number is met within
            10 %. Where that is impossible a ``MeshSizeWarning`` says so.
        max_elements: the most triangles that sizes may lead to; beyond that all edges are made
            longer, and a ``MeshSizeWarning`` says what asked for so many.
        order: 1 for straight sides; 2 for triangles with midpoints, whose sides bend along the
            smoothed boundaries while phases keep their areas.
        periodic: "x" makes the points of the left and right sides match, "y" those of top and
            bottom, "xy" both; on such sides no edge is longer than a pixel.
        staircase: keep the exact edges of the pixels instead of smoothing them.
        least_pixels: regions of fewer pixels than this go, by the rule of ``islands``;
            ``cleaned`` reports what that changes.
        islands: "merge" gives such a region to the neighbouring phase with which it shares the
            longest boundary; "drop" does so only with regions inside one phase, and keeps those
            between several.

    A pixel is its shorter side.

    In volumes elements are tetrahedra, and regions are connected over faces of voxels: those that
    touch at an edge or a corner are separate parts that share the points there. Edges on surfaces,
    the box included, are as long as a voxel's, and cut a face in two. A longer ``interface_size``
    resamples the labels to voxels of that size, in which phases keep their volumes but what is
    thinner may merge; a shorter one cuts voxels into a whole number of parts, their shape kept.
    ``gap_elements`` makes no edges shorter than those on surfaces, ``order=2`` puts points in the
    middle of straight edges, and ``interface_sizes`` is not supported. Sides that ``periodic``
    joins ("z" for front and back) keep the exact edges of the voxels. Where Gmsh fails every
    voxel is cut into six tetrahedra, and a ``MeshWarning`` says so.

    Raises:
        InputError: an option that is out of its range, or two that exclude each other.
    """

    size: float | str | None = None
    interface_size: float | str | None = None
    interface_sizes: options.GivenPairSizes = ()
    growth: float = 0.3
    gap_elements: int = 3
    elements: int | None = None
    max_elements: int | None = None
    order: int = 1
    periodic: str = ""
    staircase: bool = False
    least_pixels: int = 0
    islands: str = "merge"

    def __post_init__(self) -> None:
        for name in ("size", "interface_size"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, options.length(given, f"GmshMesher.{name}"))
        object.__setattr__(self, "interface_sizes", options.pair_sizes(self.interface_sizes))
        object.__setattr__(self, "growth", options.growth(self.growth))
        options.check_numbers(self)
        options.check_choices(self)
        options.check_finest(self)
        options.check_exclusive(self)

    def mesh(self, microstructure: Microstructure, /) -> Mesh:
        """A conforming mesh of the image's box; every segment on a phase boundary is an edge.

        Warns:
            MeshSizeWarning: the sizes lead to more than ``max_elements`` elements, or the
                boundaries need more than ``elements``.
            MeshWarning: Gmsh failed to fill a volume.

        Raises:
            InputError: the sizes are far too small for the image, or for phases it does not have.
            UnsupportedError: an option that volumes do not have, or periodic="z" in the plane.
            MissingDependencyError: Gmsh or shapely is not installed.
            MeshError: no valid mesh came out.
        """
        return self._meshed(microstructure, None)

    def mesh_with_sizes(self, microstructure: Microstructure, edge_lengths: Floats, /) -> Mesh:
        """The same with an edge length wanted at each pixel, in place of ``size``.

        At interfaces ``interface_size`` and ``interface_sizes`` remain the longest edges, so that
        their outline hardly changes, whatever is wanted. Where longer edges are wanted they still
        grow by ``growth``, and thin phases have one triangle across. None is wanted shorter than
        a twentieth of a pixel.

        Args:
            microstructure: the image.
            edge_lengths: m, shape of the labels; infinite where any will do.

        Raises:
            InputError: lengths that are none, or not one for each pixel; and as ``mesh``.
        """
        options.check_edge_lengths(edge_lengths, microstructure)
        return self._meshed(microstructure, edge_lengths)

    def _meshed(self, microstructure: Microstructure, edge_lengths: Floats | None) -> Mesh:
        load_gmsh()
        microstructure, _ = self.cleaned(microstructure)
        if microstructure.labels.ndim == 3:
            return meshed_volume(self, microstructure, edge_lengths)
        options.check_plane(self)
        sizes = self.sizes(microstructure)
        network, smooth = self._boundaries(microstructure, sizes)
        if edge_lengths is None:
            wishes = wishes_of(network, sizes)
        else:
            wishes = wishes_with(network, sizes, edge_lengths / min(microstructure.voxel))
        report("mesh", 0.05)
        names = {label: name for name, label in microstructure.phases.items()}
        limits = Limits(self.elements, self.max_elements, names)
        curves, triangles = triangulated(network, smooth, wishes, limits)
        if self.interface_size is not None and sizes.interface > 1.0 and edge_lengths is None:
            held = what_keeps_fine(network, smooth, curves, wishes)
            if held:
                warnings.warn(held, MeshSizeWarning, stacklevel=3)
        if self.order == 1 or self.staircase:
            bulge = np.zeros((len(curves.segments), 2))
        else:
            curves, triangles, bulge = bent(network, smooth, curves, triangles)
        mesh = to_mesh(microstructure, network, curves, triangles)
        if self.periodic:
            mesh = matched(mesh, sizes.periodic)
        if self.order == 2:
            mesh = second_order(mesh, curves, bulge * min(microstructure.voxel))
        report("mesh", 1.0)
        return mesh

    def expected_cells(self, microstructure: Microstructure, /) -> dict[str, float]:
        """Number of triangles or tetrahedra of each phase that ``mesh`` makes, without meshing.

        The sum is right to about 20 %.

        Raises:
            InputError, UnsupportedError, MissingDependencyError: as ``mesh``.
        """
        load_gmsh()
        microstructure, _ = self.cleaned(microstructure)
        if microstructure.labels.ndim == 3:
            return expected_tetrahedra(self, microstructure)
        options.check_plane(self)
        sizes = self.sizes(microstructure)
        network, smooth = self._boundaries(microstructure, sizes)
        made = plan(network, smooth, wishes_of(network, sizes))
        count = self.elements or min(made.count, self.max_elements or made.count)
        density = made.field**-2.0
        return {
            name: float(count * density[microstructure.labels == label].sum() / density.sum())
            for name, label in microstructure.phases.items()
        }

    def _boundaries(self, microstructure: Microstructure, sizes: Sizes) -> tuple[Network, Curves]:
        """The boundaries between regions with and without stairs, in units of ``sizes``."""
        network = network_of(microstructure.labels, straight=self.staircase)
        smooth = network.curves if self.staircase else smoothed(network, sizes.pixel)
        return network, smooth.moved(smooth.points * np.array(sizes.pixel))

    def cleaned(self, microstructure: Microstructure, /) -> tuple[Microstructure, Cleaning]:
        """The image as it is meshed, without small regions, and what that changed."""
        return cleaned(microstructure, self.least_pixels, self.islands)

    def sizes(self, microstructure: Microstructure, /) -> Sizes:
        """The edge lengths for an image, in units of its smaller pixel side.

        Raises:
            InputError: ``interface_sizes`` names a phase that the image does not have.
        """
        hy, hx = microstructure.voxel
        unit = min(hx, hy)
        bulk = None if self.size is None else float(self.size) / unit
        interface = None if self.interface_size is None else float(self.interface_size) / unit
        given = options.by_labels(options.pair_sizes(self.interface_sizes), microstructure)
        pairs = {pair: metres / unit for pair, metres in given.items()}
        usual = max(INTERFACE_PIXELS, OF_LONGER_SIDE * max(hx, hy) / unit)
        if bulk is None:
            bulk = max([BULK_PIXELS * usual, interface or 0.0, *pairs.values()])
        if interface is None:
            interface = min(usual, bulk)
        longest = min(microstructure.extent) / unit  # longer edges would be needles
        return Sizes(
            bulk=min(bulk, longest),
            interface=min(interface, bulk, longest),
            growth=self.growth,
            pixel=(hx / unit, hy / unit),
            pairs={pair: min(length, longest) for pair, length in pairs.items()},
            gap_elements=self.gap_elements,
            periodic=("x" in self.periodic, "y" in self.periodic),
        )
