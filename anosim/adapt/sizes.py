"""Edge lengths that spread an error evenly over the fewest triangles."""

from typing import Protocol

import numpy as np

from anosim.adapt.estimate import Estimate
from anosim.errors import UnsupportedError
from anosim.locate import locate
from anosim.meshes import Floats, Mesh
from anosim.microstructure import Microstructure

AIMED = 0.7
"""Share of the tolerance that is aimed at: meshes do not come out as wished."""
STEP = 0.1
"""The most that one round lowers the error: what is known of it on a coarse mesh is not enough."""
FINER, COARSER = 0.2, 2.0
"""The most that one round changes the edges of a cell."""
_SAMPLES = 4
"""Places per pixel side at which the cells are looked up."""


class SizedMesher(Protocol):
    """A mesher that makes edges of given lengths."""

    def mesh(self, microstructure: Microstructure, /) -> Mesh:
        """A mesh to start from."""
        ...

    def mesh_with_sizes(self, microstructure: Microstructure, edge_lengths: Floats, /) -> Mesh:
        """A mesh with about an edge length in m at each pixel, shape of the labels."""
        ...


def check_sized(mesher: object) -> None:
    """Refuse a mesher that makes no edges of given lengths.

    Raises:
        UnsupportedError: it does not.
    """
    if not callable(getattr(mesher, "mesh_with_sizes", None)):
        raise UnsupportedError(
            f"{type(mesher).__name__} takes no edge lengths, so its meshes cannot follow an error: "
            "it has no method mesh_with_sizes(microstructure, edge_lengths); 'gmsh' has one"
        )


def wanted_lengths(estimate: Estimate, allowed: float) -> Floats:
    """Edge length of each cell of a domain that brings the error down to ``allowed``, m.

    For elements of order p a cell adds h^(2 p + 2) to the error of a quantity, so the fewest
    triangles are those that add alike.

    Args:
        estimate: of the error on the present mesh.
        allowed: size of the error wanted, in the unit of the quantity.
    """
    p = estimate.domain.order
    present = np.sqrt(4.0 / np.sqrt(3.0) * estimate.domain.volumes)
    adds = np.maximum(estimate.indicators, 1e-300)
    whole = float(adds.sum())
    aim = whole * max(STEP, AIMED * allowed / estimate.size)
    alike = (aim / np.sum(adds ** (1.0 / (p + 1.0)))) ** ((p + 1.0) / p)
    change = (alike / adds) ** (1.0 / (2.0 * p + 2.0))
    return np.asarray(present * np.clip(change, FINER, COARSER))


def on_pixels(estimate: Estimate, lengths: Floats, microstructure: Microstructure) -> Floats:
    """Edge lengths of cells on the pixels of the image, m; infinite where none is.

    A pixel has the shortest of its cells, or else a corner that needs ever shorter ones would be
    outvoted by what is around it.
    """
    rows, columns = microstructure.labels.shape
    hy, hx = microstructure.voxel
    offsets = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    x, y = ((np.arange(n)[:, None] + offsets).ravel() * h for n, h in ((columns, hx), (rows, hy)))
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    corners = estimate.domain.points[estimate.domain.corners]
    cell, _ = locate(corners, places)
    seen = np.where(cell >= 0, lengths[cell], np.inf).reshape(rows, _SAMPLES, columns, _SAMPLES)
    found = seen.min(axis=(1, 3))
    column, row = np.floor(corners.mean(axis=1) / (hx, hy)).astype(np.int64).T
    np.minimum.at(found, (row, column), lengths)  # cells too small to be met by a place
    return np.asarray(found)
