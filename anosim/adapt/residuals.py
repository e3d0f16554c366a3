"""What a finite-element solution leaves over in each cell, tested with bubbles.

In a cell, with the flux g into it through its sides, a solution c_h has the residual

    R(v) = - int (theta dc_h/dt v + D grad c_h . grad v + r c_h v) + int g v ds.

g is what the condition on a side gives; between two cells it is a mean of the fluxes that both
have there. The error in the cell is about the combination e of bubbles with
``int (D grad e . grad v + r e v) = R(v)`` for all bubbles v, transfer through its sides included.
Source: Bank and Weiser, Math. Comp. 44 (1985) 283.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.adapt.bubbles import COUNT, bubble_slopes, bubbles
from anosim.adapt.sides import Sides, across, on_boundary, touching
from anosim.adapt.traces import traces
from anosim.conditions import Concentration, Flux, MassTransfer, Uptake
from anosim.curved import cross, jacobians, shapes, slopes, triangle_rule
from anosim.domain import Domain
from anosim.functions import Value, at
from anosim.meshes import Floats, Ints
from anosim.problem import Diffusion

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_CHUNK = 20_000


@dataclass(frozen=True, eq=False)
class Residuals:
    """The residuals of solutions over one domain, as matrices; they are per bubble of each cell.

    Attributes:
        value: from concentrations of the nodes, sparse, shape (n_cells * n_bubbles, n_nodes).
        rate: from their rates of change, sparse, same shape.
        sources: what a unit of a given flux or concentration gives, shape (n_cells, n_bubbles), and
            the flux or concentration over time, SI.
        inverse: from residuals to the error's coefficients, zero for bubbles where the
            concentration is given, shape (n_cells, n_bubbles, n_bubbles).
        solubility: kappa of each cell, shape (n_cells,).
    """

    value: "csr_array"
    rate: "csr_array"
    sources: tuple[tuple[Floats, Value], ...]
    inverse: Floats
    solubility: Floats

    def of(self, values: Floats, rates: Floats, time: float) -> Floats:
        """The residuals of a solution at a time in s, shape (n_cells, n_bubbles)."""
        found = np.asarray(self.value @ values + self.rate @ rates).reshape(self.inverse.shape[:2])
        for load, source in self.sources:
            found += at(source, time) * load
        return found

    def errors(self, found: Floats) -> Floats:
        """Coefficients of the bubbles in the error that residuals tell of, as shaped."""
        return np.asarray(np.einsum("mab,mb->ma", self.inverse, found))

    def product(self, first: Floats, second: Floats) -> Floats:
        """Residuals applied to the error that other residuals tell of, in each cell, (n_cells,)."""
        return np.asarray(np.sum(first * self.errors(second), axis=1) / self.solubility)

    def driven_by(self, problem: Diffusion, domain: Domain) -> "Residuals":
        """Those of another problem that only other values at the boundaries drive."""
        return replace(self, sources=tuple(_sources(problem, domain)))


def residuals(problem: Diffusion, domain: Domain) -> Residuals:
    """The matrices of a linear problem on a domain."""
    parts = _Parts.of(problem, domain)
    for start in range(0, len(domain.cells), _CHUNK):
        parts.add_inside(np.arange(start, min(start + _CHUNK, len(domain.cells))))
    here, there = touching(problem, domain)
    parts.add_exchange(here, there)
    parts.add_exchange(there, here)
    for name, condition in problem.boundary_conditions.items():
        sides = on_boundary(domain, name)
        match condition:
            case Concentration():
                parts.free[sides.cell, sides.side] = 0.0
            case MassTransfer(coefficient=k) | Uptake(coefficient=k):
                parts.add_transfer(sides, k)
    for pair, transfer in problem.transfers.items():
        if np.isfinite(transfer.coefficient):
            first, second = across(problem, domain, pair)
            k, K = transfer.coefficient, transfer.partition
            parts.add_transfer(first, k)
            parts.add_transfer(second, k * K)
            parts.add_passage(first, second, k * K)
            parts.add_passage(second, first, k)
    return parts.assembled(tuple(_sources(problem, domain)))


def _sources(problem: Diffusion, domain: Domain) -> Iterator[tuple[Floats, Value]]:
    """What a unit of each source gives, shape (n_cells, n_bubbles), and the source over time."""
    for name, condition in problem.boundary_conditions.items():
        match condition:
            case MassTransfer(coefficient=factor, bulk=source):
                pass
            case Uptake(coefficient=factor, equilibrium=source):
                pass
            case Flux(value=source):
                factor = 1.0
            case _:
                continue
        sides = on_boundary(domain, name)
        load = np.zeros((len(domain.cells), COUNT[domain.order]))
        for trace, which in traces(domain, sides):
            load[sides.cell[which]] += factor * (trace.speed * trace.weights) @ trace.bubbles
        yield load, source


Entries = tuple[NDArray[np.int32], NDArray[np.int32], Floats]


@dataclass(frozen=True, eq=False)
class _Parts:
    """What the cells and their sides add.

    Attributes:
        domain: the cells and nodes.
        diffusivity: D of each cell, m^2/s; so are capacity, reaction and solubility.
        value: from each cell's own nodes, shape (n_cells, n_bubbles, nodes per cell).
        rate: the same for rates of change.
        energy: of the bubbles, shape (n_cells, n_bubbles, n_bubbles).
        free: 0 for bubbles where the concentration is given, 1 elsewhere, (n_cells, n_bubbles).
        beyond: from other cells' nodes: rows, columns and entries of a sparse matrix.
    """

    domain: Domain
    diffusivity: Floats
    capacity: Floats
    reaction: Floats
    solubility: Floats
    value: Floats
    rate: Floats
    energy: Floats
    free: Floats
    beyond: list[Entries] = field(default_factory=list)

    @classmethod
    def of(cls, problem: Diffusion, domain: Domain) -> "_Parts":
        n, n_nodes = domain.connectivity.shape
        n_bubbles = COUNT[domain.order]
        materials = problem.materials.items()
        return cls(
            domain,
            domain.per_cell({name: problem.diffusivity(name) for name in problem.materials}),
            domain.per_cell({name: m.capacity for name, m in materials}),
            domain.per_cell({name: m.reaction for name, m in materials}),
            domain.per_cell(problem.solubility),
            value=np.zeros((n, n_bubbles, n_nodes)),
            rate=np.zeros((n, n_bubbles, n_nodes)),
            energy=np.zeros((n, n_bubbles, n_bubbles)),
            free=np.ones((n, n_bubbles)),
        )

    def add_inside(self, cells: Ints) -> None:
        """The integrals over the area of some cells."""
        order, mesh = self.domain.order, self.domain.mesh
        places, weights = triangle_rule(order + 3)
        J = jacobians(mesh.points[mesh.cells[self.domain.cells[cells]]], places)
        volume = weights * cross(J[..., 0], J[..., 1])
        back = np.linalg.inv(J)
        shape, bubble = shapes(order, places), bubbles(order, places)
        grown = np.einsum("qir,mqrd->mqid", slopes(order, places), back)
        risen = np.einsum("qir,mqrd->mqid", bubble_slopes(order, places), back)
        D, r = self.diffusivity[cells, None], self.reaction[cells, None]
        mass = np.einsum("mq,qa,qi->mai", volume, bubble, shape)
        flux = np.einsum("mq,mqad,mqid->mai", D * volume, risen, grown, optimize=True)
        self.value[cells] -= flux + r[:, :, None] * mass
        self.rate[cells] -= self.capacity[cells, None, None] * mass
        energy = np.einsum("mq,mqad,mqbd->mab", D * volume, risen, risen, optimize=True)
        self.energy[cells] += energy + np.einsum("mq,qa,qb->mab", r * volume, bubble, bubble)

    def add_exchange(self, here: Sides, there: Sides) -> None:
        """The flux into cells here from cells there: a mean of what both have at their side.

        The less a cell conducts, the less its own flux may be off, and the more it counts.
        """
        own, other = (np.sqrt(self.diffusivity[sides.cell]) for sides in (here, there))
        self._into(here, here, 1.0, other / (own + other))
        self._into(here, there, -1.0, own / (own + other))

    def _into(self, here: Sides, there: Sides, sign: float, share: Floats) -> None:
        for trace, which in traces(self.domain, here):
            for seen, among in traces(self.domain, there.chosen(which)):
                D = sign * (self.diffusivity[there.cell] * share)[which][among]
                slopes_there = seen.outflow if here is there else seen.outflow[:, ::-1]
                bubble = trace.bubbles * trace.weights[:, None]
                local = np.einsum("n,qa,nqi->nai", D, bubble, slopes_there)
                self._add(here.cell[which][among], there.cell[which][among], local)

    def add_transfer(self, sides: Sides, k: float) -> None:
        """A flux ``- k c`` into cells through their sides."""
        for trace, which in traces(self.domain, sides):
            cells = sides.cell[which]
            measure = k * trace.speed * trace.weights
            self.value[cells] -= np.einsum("nq,qa,qi->nai", measure, trace.bubbles, trace.shapes)
            self.energy[cells] += np.einsum("nq,qa,qb->nab", measure, trace.bubbles, trace.bubbles)

    def add_passage(self, here: Sides, there: Sides, k: float) -> None:
        """A flux ``k c`` into cells here, c being what the cells there have."""
        for trace, which in traces(self.domain, here):
            for seen, among in traces(self.domain, there.chosen(which)):
                measure = k * trace.speed[among] * trace.weights
                local = np.einsum("nq,qa,qi->nai", measure, trace.bubbles, seen.shapes[::-1])
                self._add(here.cell[which][among], there.cell[which][among], local)

    def _add(self, here: Ints, there: Ints, local: Floats) -> None:
        if here is there or np.array_equal(here, there):
            self.value[here] += local
            return
        bubble = np.arange(local.shape[1])
        rows = here[:, None] * len(bubble) + bubble
        columns = self.domain.connectivity[there]
        shape = local.shape
        self.beyond.append(
            (
                np.broadcast_to(rows[:, :, None], shape).astype(np.int32).ravel(),
                np.broadcast_to(columns[:, None, :], shape).astype(np.int32).ravel(),
                local.ravel(),
            )
        )

    def assembled(self, sources: tuple[tuple[Floats, Value], ...]) -> Residuals:
        """All of it as matrices."""
        from scipy.sparse import csr_array

        n_cells, n_bubbles, n_nodes = self.value.shape
        shape = (n_cells * n_bubbles, len(self.domain.points))
        starts = np.arange(0, n_nodes * shape[0] + 1, n_nodes)
        columns = np.repeat(self.domain.connectivity, n_bubbles, axis=0).ravel()
        value, rate = (
            csr_array((x.ravel(), columns, starts), shape) for x in (self.value, self.rate)
        )
        if self.beyond:
            rows, others, entries = (
                np.concatenate(part) for part in zip(*self.beyond, strict=True)
            )
            value = value + csr_array((entries, (rows, others)), shape)
        both = self.free[:, :, None] * self.free[:, None, :]
        given = np.eye(n_bubbles) * (1.0 - self.free)[:, :, None]
        size = np.trace(self.energy, axis1=1, axis2=2)[:, None, None]
        inverse = both * np.linalg.inv(both * self.energy + given * size)
        return Residuals(value, rate, sources, inverse, self.solubility)
