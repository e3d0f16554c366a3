"""Fields of tetrahedra on the faces of a block, as pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from anosim.domain import Domain
from anosim.figures.block import Block, Face, Pixels, shaded
from anosim.figures.ground import Colours, painted
from anosim.figures.raster import Raster
from anosim.meshes import Floats, Ints, Mesh
from anosim.microstructure import Microstructure
from anosim.progress import report


@dataclass(frozen=True, eq=False)
class Section:
    """A face in pixels.

    Attributes:
        inside: which pixels lie in the domain, shape (rows, columns).
        nodes: four nodes of the domain around each pixel inside, shape (n, 4).
        weights: of their values in that of the pixel, shape (n, 4).
        ground: what is seen in the other pixels.
    """

    inside: NDArray[np.bool_]
    nodes: Ints
    weights: Floats
    ground: Pixels

    def values(self, field: Floats) -> Floats:
        """A field, given at the domain's nodes, at the pixels inside, shape (n,)."""
        return np.asarray(np.einsum("ij,ij->i", field[self.nodes], self.weights))

    def picture(self, colours: NDArray[np.floating[Any]]) -> Pixels:
        """The face with the pixels inside in colours, red, green and blue from 0 to 1."""
        pixels = self.ground.copy()
        pixels[self.inside] = np.round(255.0 * colours[:, :3])
        return pixels


def block_of(mesh: Mesh) -> Block:
    """The block that a mesh fills, cut in the middle."""
    return Block.halved(mesh.points.min(axis=0), mesh.points.max(axis=0))


def sections(
    domain: Domain, block: Block, over: Microstructure | None, colours: Colours
) -> dict[Face, Section]:
    """The domain on every face of a block; what lies around it in the colours of its phases.

    Args:
        domain: of tetrahedra; bent ones and quadratic fields are taken as straight and linear
            between neighbouring nodes.
        block: with faces that the domain's mesh fills.
        over: the image that the mesh was made of, shown where the mesh has no cells.
        colours: of the phases.
    """
    found = {}
    for rank, face in enumerate(block.faces):
        found[face] = _section(domain, face, block, over, colours)
        report("sections", (rank + 1) / len(block.faces))
    return found


def _section(
    domain: Domain, face: Face, block: Block, over: Microstructure | None, colours: Colours
) -> Section:
    raster = Raster.of(face, block)
    nodes, weights = raster.around(domain.points, domain.connectivity)
    inside = nodes[..., 0] >= 0
    mesh, known = domain.mesh, inside.copy()
    ground = np.full((*inside.shape, 3), 255, dtype=np.uint8)
    for rank, phase in enumerate(mesh.phases):
        if phase in domain.phases:
            continue
        there, _ = raster.around(mesh.points, mesh.corners[mesh.cell_phase == rank])
        here = (there[..., 0] >= 0) & ~inside
        ground[here] = np.round(255.0 * np.array(to_rgb(colours[phase])))
        known |= here
    gaps = ~known
    if over is not None:  # what the mesh does not cover may be of a phase that it leaves out
        labels = _labels(over, raster.points)
        ground[gaps] = painted(labels, over.phases, colours)[gaps]
        gaps &= np.isin(labels, [over.phases.get(name, -1) for name in domain.phases])
    section = Section(inside, nodes[inside], weights[inside], shaded(ground, face))
    return _closed(section, gaps)


def _labels(image: Microstructure, points: Floats) -> NDArray[Any]:
    """The image's labels at points, shape (rows, columns)."""
    index = np.floor(points[..., ::-1] / np.array(image.voxel)).astype(int)
    i, j, k = np.moveaxis(np.clip(index, 0, np.array(image.labels.shape) - 1), -1, 0)
    return np.asarray(image.labels[i, j, k])


def _closed(section: Section, gaps: NDArray[np.bool_]) -> Section:
    """A section whose gaps, by smoothed or bent boundaries, are filled with what is next to them.

    What is filled shows the nearest pixel of the domain.
    """
    if not gaps.any() or not section.inside.any():
        return section
    from scipy.ndimage import distance_transform_edt

    rank = np.cumsum(section.inside).reshape(section.inside.shape) - 1
    _, nearest = distance_transform_edt(~section.inside, return_indices=True)
    inside = section.inside | gaps
    source = rank[tuple(place[inside] for place in nearest)]
    return Section(inside, section.nodes[source], section.weights[source], section.ground)
