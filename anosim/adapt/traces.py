"""Shape functions, bubbles and fluxes along the sides of cells."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from anosim.adapt.bubbles import CORNERS, bubbles
from anosim.adapt.sides import Bools, Sides
from anosim.curved import edge_rule, jacobians, shapes, slopes
from anosim.domain import Domain
from anosim.meshes import Floats

_POINTS = 4
"""Exact for polynomials of degree 7: quadratic shapes times cubic bubbles, and more."""


@dataclass(frozen=True, eq=False)
class Trace:
    """Values at points along one of the three sides of some cells, in the sense of its corners.

    Attributes:
        weights: of the points, shape (n_points,).
        shapes: shape functions of the cell's nodes, shape (n_points, nodes per cell).
        bubbles: shape (n_points, n_bubbles).
        speed: length of the side per unit of the rule, m, shape (n, n_points).
        outflow: slope of the shape functions along the outward normal, times the speed, shape
            (n, n_points, nodes per cell).
    """

    weights: Floats
    shapes: Floats
    bubbles: Floats
    speed: Floats
    outflow: Floats


def traces(domain: Domain, sides: Sides) -> Iterator[tuple[Trace, Bools]]:
    """For each of the three sides: the trace there, and which of ``sides`` it is of."""
    at, weights = edge_rule(_POINTS)
    for side in range(3):
        which = sides.side == side
        start, stop = CORNERS[side], CORNERS[(side + 1) % 3]
        places = start + at[:, None] * (stop - start)
        mesh = domain.mesh
        J = jacobians(mesh.points[mesh.cells[domain.cells[sides.cell[which]]]], places)
        along = J @ (stop - start)
        normal = np.stack([along[..., 1], -along[..., 0]], axis=-1)
        outflow = np.einsum(
            "qir,nqrd,nqd->nqi",
            slopes(domain.order, places),
            np.linalg.inv(J),
            normal,
            optimize=True,
        )
        yield (
            Trace(
                weights,
                shapes(domain.order, places),
                bubbles(domain.order, places),
                np.linalg.norm(along, axis=2),
                outflow,
            ),
            which,
        )
