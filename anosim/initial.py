"""The concentration at time zero: a number, one per phase or point, a function, or a state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol, overload, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from anosim.domain import Domain
from anosim.errors import InputError, listing
from anosim.meshes import Mesh
from anosim.state import State
from anosim.topology import EDGES
from anosim.units import si

Floats = NDArray[np.float64]
Start = float | Mapping[str, float] | Floats | Callable[..., Any] | State


@runtime_checkable
class Evolving(Protocol):
    """What has a state at its end: a ``Solution``."""

    def state(self) -> State:
        """The state at the end."""
        ...


class InitialConcentration:
    """A dataclass field for a concentration at time zero, mol/m^3.

    Takes a number in SI or a string with a unit; a mapping with one for each phase; an array with
    one for each point of the mesh; a callable of x and y (in space of x, y and z) in m; or a
    ``State`` of a solution, or the solution for that at its end.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.label = f"{owner.__name__}.{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> float: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Start: ...
    def __get__(self, instance: object | None, owner: type) -> Start:
        if instance is None:
            return 0.0
        found: Start = instance.__dict__[self.name]
        return found

    def __set__(
        self,
        instance: object,
        value: float
        | str
        | Mapping[str, float | str]
        | Floats
        | Callable[..., Any]
        | State
        | Evolving,
    ) -> None:
        instance.__dict__[self.name] = self._checked(value)

    def _checked(self, value: Any) -> Start:
        if isinstance(value, State | Evolving):
            return value if isinstance(value, State) else value.state()
        unit = "mol/m^3"
        if isinstance(value, Mapping):
            each = {name: si(one, unit, f"{self.label}[{name!r}]") for name, one in value.items()}
            return MappingProxyType(each)
        if isinstance(value, np.ndarray) and value.ndim > 0:
            array = np.array(value, dtype=np.float64)
            array.flags.writeable = False
            return array
        return value if callable(value) else si(value, unit, self.label)


def check_initial(start: Start, mesh: Mesh, phases: Mapping[str, Any]) -> None:
    """Refuse an initial concentration that does not fit the mesh and its phases.

    Raises:
        InputError: a phase without a material or without a value, an array of another length, or
            a state that does not fit.
    """
    if isinstance(start, Mapping):
        for phase in start:
            mesh.phase_index(phase)
        missing = [phase for phase in phases if phase not in start]
        beyond = [phase for phase in start if phase not in phases]
        if missing or beyond:
            raise InputError(
                f"Diffusion.initial names {listing(start)}: give it for every phase with a "
                f"material and for no other, which are {listing(phases)}"
            )
    if isinstance(start, State):
        start.check(mesh, tuple(phases))
    if isinstance(start, np.ndarray) and start.shape != (len(mesh.points),):
        raise InputError(
            f"Diffusion.initial has shape {start.shape}: an array has one value for each of the "
            f"mesh's {len(mesh.points)} points"
        )


@dataclass(frozen=True, eq=False)
class InitialField:
    """The concentration at time zero on a domain, before any boundary acts.

    Attributes:
        start: as the problem gives it.
        domain: the cells and their nodes.
    """

    start: Start
    domain: Domain

    def of_cells(self) -> Floats:
        """The value at each node of each cell, mol/m^3, shape (n_cells, nodes per cell)."""
        domain, start = self.domain, self.start
        shape = domain.connectivity.shape
        if isinstance(start, State):
            return start.of_cells(domain)
        if isinstance(start, Mapping):
            return np.repeat(domain.per_cell(start)[:, None], shape[1], axis=1)
        if isinstance(start, np.ndarray):
            corners = start[domain.vertices][domain.corners]
            begin, end = np.array(EDGES[domain.dimension]).T
            middles = (corners[:, begin] + corners[:, end]) / 2.0
            return corners if domain.order == 1 else np.hstack([corners, middles])
        if callable(start):
            return _evaluated(start, domain)[domain.connectivity]
        return np.full(shape, start)

    def of_nodes(self, capacity: Floats, solubility: Floats) -> Floats:
        """The u = c / kappa of every node that has the same content as the cells around it.

        Cells of one phase, or of phases with the same initial concentration and no partition,
        agree at their nodes; where others share a node, its content is theirs.

        Args:
            capacity: theta of each cell of the domain, shape (n_cells,).
            solubility: kappa of each cell, shape (n_cells,).

        Returns:
            Shape (n_nodes,).
        """
        values = self.of_cells()
        vertices, corners = replace(self.domain, order=1), self.domain.dimension + 1
        content = vertices.spread(capacity[:, None] * values[:, :corners])
        room = vertices.weights(scale=capacity * solubility)
        if self.domain.order == 1:
            return content / room
        edges, weight = self.domain.edges.of_cell, (capacity * self.domain.volumes)[:, None]
        n = len(self.domain.edges.vertices)
        held = np.bincount(edges.ravel(), (weight * values[:, corners:]).ravel(), n)
        each = np.broadcast_to(weight * solubility[:, None], edges.shape)
        return np.concatenate([content / room, held / np.bincount(edges.ravel(), each.ravel(), n)])


def _evaluated(start: Callable[..., Any], domain: Domain) -> Floats:
    axes = domain.points.T
    found = np.broadcast_to(np.asarray(start(*axes), dtype=np.float64), axes[0].shape)
    if not np.isfinite(found).all():
        place = int(np.argmin(np.isfinite(found)))
        where = ", ".join(f"{x[place]:.4g}" for x in axes)
        raise InputError(f"Diffusion.initial is {found[place]:g} mol/m^3 at ({where}) m")
    return found
