"""Sides of cells: which ones touch, and which ones lie on a boundary."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anosim.domain import PERIODIC, Domain
from anosim.meshes import Boundary, Ints
from anosim.problem import Diffusion

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sides:
    """Some sides of a domain's cells.

    Attributes:
        cell: position among the domain's cells, shape (n,).
        side: 0, 1 or 2 for the side between corners 01, 12, 20, shape (n,).
    """

    cell: Ints
    side: Ints

    def chosen(self, which: Bools | Ints) -> "Sides":
        """Some of them."""
        return Sides(self.cell[which], self.side[which])


def on_boundary(domain: Domain, name: Boundary) -> Sides:
    """The sides of the domain's cells on a side of the mesh or an interface."""
    edges = domain.mesh.edges.find(domain.mesh.boundary(name)[1])
    return Sides(*np.nonzero(np.isin(_edges(domain), edges)))


def touching(problem: Diffusion, domain: Domain) -> tuple[Sides, Sides]:
    """The sides of every two cells between which lithium passes without resistance.

    Periodic sides are between cells too.
    """
    here, there = _pairs(domain, _joined_edges(problem))
    open_ = ~_parted(problem, domain, here, there)
    return here.chosen(open_), there.chosen(open_)


def across(problem: Diffusion, domain: Domain, pair: tuple[str, str]) -> tuple[Sides, Sides]:
    """The sides of the two cells at every edge of an interface, those of its first phase first."""
    here, there = _pairs(domain, np.arange(len(domain.mesh.edges.vertices)))
    phase_here, phase_there = (_phase(domain, sides) for sides in (here, there))
    first, second = (problem.mesh.phase_index(phase) for phase in pair)
    forwards = (phase_here == first) & (phase_there == second)
    backwards = (phase_here == second) & (phase_there == first)
    one, other = (
        Sides(
            np.concatenate([a.cell[forwards], b.cell[backwards]]),
            np.concatenate([a.side[forwards], b.side[backwards]]),
        )
        for a, b in ((here, there), (there, here))
    )
    return one, other


def _edges(domain: Domain) -> Ints:
    """The mesh's edge at each side of the domain's cells, shape (n_cells, 3)."""
    return domain.mesh.edges.of_cell[domain.cells]


def _joined_edges(problem: Diffusion) -> Ints:
    """The edge that stands for each of the mesh's edges: periodic sides join them in twos."""
    mesh = problem.mesh
    stands = np.arange(len(mesh.edges.vertices))
    for first, second in PERIODIC[problem.periodic]:
        opposite = np.arange(len(mesh.points))
        points = mesh.opposite(first, second)
        opposite[points[:, 1]] = points[:, 0]
        pairs = mesh.sides[second]
        stands[mesh.edges.find(pairs)] = mesh.edges.find(opposite[pairs])
    return stands


def _pairs(domain: Domain, stands: Ints) -> tuple[Sides, Sides]:
    """The two sides at every edge that two cells of the domain share."""
    edge = stands[_edges(domain)].ravel()
    order = np.argsort(edge, kind="stable")
    twice = np.flatnonzero(edge[order[1:]] == edge[order[:-1]])
    here, there = order[twice], order[twice + 1]
    return Sides(*np.divmod(here, 3)), Sides(*np.divmod(there, 3))


def _parted(problem: Diffusion, domain: Domain, here: Sides, there: Sides) -> Bools:
    """Which pairs belong to two phases with a finite transfer coefficient between them."""
    parted = np.zeros((len(problem.mesh.phases),) * 2, dtype=np.bool_)
    for (a, b), transfer in problem.transfers.items():
        i, j = problem.mesh.phase_index(a), problem.mesh.phase_index(b)
        parted[i, j] = parted[j, i] = np.isfinite(transfer.coefficient)
    return np.asarray(parted[_phase(domain, here), _phase(domain, there)])


def _phase(domain: Domain, sides: Sides) -> Ints:
    return domain.mesh.cell_phase[domain.cells[sides.cell]]
