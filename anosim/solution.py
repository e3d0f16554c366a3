"""Solution: the concentration at all times and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anosim.domain import Domain
from anosim.errors import InputError
from anosim.fluxes import BoundaryFlux, capacity_weights, jumps, known_flux, reaction_weights
from anosim.locate import interpolation
from anosim.meshes import Boundary, Floats
from anosim.problem import Diffusion
from anosim.trajectory import Relaxation, Samples, Trajectory
from anosim.units import si

Times = float | str | Sequence[float | str] | NDArray[np.floating] | None
"""Times in s, or strings with a unit; None is the end, or the steady state."""


@dataclass(frozen=True, eq=False)
class Solution:
    """c(x, t) = base(x) + sum_j a_j(t) mode_j(x), known at every time up to the problem's end.

    Areas and lengths are those of the plane, so amounts and fluxes are per metre of depth.

    Attributes:
        problem: what was solved.
        domain: its cells and nodes, in the mesh's own order.
        base: part that does not change, mol/m^3, shape (n_nodes,).
        modes: shape (n_modes, n_nodes), mol/m^3.
        trajectory: the modes' coefficients over time.
        reactions: flux through each boundary with a given concentration, from the solver.
        record: the solver's name, options, versions and statistics.
    """

    problem: Diffusion
    domain: Domain
    base: Floats
    modes: Floats
    trajectory: Trajectory
    reactions: Mapping[Boundary, BoundaryFlux] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "record", MappingProxyType(dict(self.record)))

    def __repr__(self) -> str:
        return (
            f"<Solution by {self.record.get('solver', 'an unnamed solver')}: "
            f"{len(self.base)} nodes in {', '.join(self.domain.phases)}, "
            f"0 to {self.problem.until:g} s>"
        )

    @classmethod
    def from_samples(
        cls,
        problem: Diffusion,
        domain: Domain,
        times: Floats,
        values: Floats,
        *,
        fluxes: Mapping[Boundary, Floats] | None = None,
        record: Mapping[str, str] | None = None,
    ) -> Self:
        """A solution from a time-stepping code: linear in time between its samples.

        Args:
            problem: what was solved.
            domain: cells and nodes that the samples belong to.
            times: ascending from 0 to the problem's end, s, shape (n_times,).
            values: concentration at the nodes, mol/m^3, shape (n_times, n_nodes).
            fluxes: flux into the domain through each boundary with a given concentration,
                mol/m/s, shape (n_times,).
            record: the solver's name, options, versions.

        Raises:
            InputError: shapes that do not fit, or times that do not cover the problem.
        """
        times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
        if values.shape != (len(times), len(domain.points)) or len(times) < 2:
            raise InputError(
                f"samples of shape {values.shape} do not fit {len(times)} times (at least 2) and "
                f"{len(domain.points)} nodes"
            )
        if times[0] != 0.0 or np.any(np.diff(times) <= 0) or times[-1] < problem.until:
            raise InputError("sample times must ascend from 0 to the problem's end")
        zero = np.zeros(len(times))
        reactions = {
            problem.mesh.boundary(name)[0]: BoundaryFlux(0.0, np.asarray(flux, float), zero)
            for name, flux in (fluxes or {}).items()
        }
        base = np.zeros(len(domain.points))
        return cls(problem, domain, base, values, Samples(times), reactions, record or {})

    @classmethod
    def from_steady_state(
        cls,
        problem: Diffusion,
        domain: Domain,
        values: Floats,
        *,
        fluxes: Mapping[Boundary, float] | None = None,
        record: Mapping[str, str] | None = None,
    ) -> Self:
        """A solution that does not change.

        Args:
            problem: what was solved; its ``until`` is infinite.
            domain: cells and nodes that the values belong to.
            values: concentration at the nodes, mol/m^3, shape (n_nodes,).
            fluxes: flux into the domain through each boundary with a given concentration, mol/m/s.
            record: the solver's name, options, versions.

        Raises:
            InputError: values that do not fit the nodes.
        """
        values = np.asarray(values, dtype=float)
        if values.shape != (len(domain.points),):
            raise InputError(
                f"values of shape {values.shape} do not fit {len(domain.points)} nodes"
            )
        none = np.zeros(0)
        reactions = {
            problem.mesh.boundary(name)[0]: BoundaryFlux(float(flux), none, none)
            for name, flux in (fluxes or {}).items()
        }
        modes = np.zeros((0, len(values)))
        return cls(problem, domain, values, modes, Relaxation(none, none), reactions, record or {})

    def times(self, times: Times = None) -> Floats:
        """Times in s, checked, shape (n_times,).

        Raises:
            InputError: a time before 0 or after the problem's end.
        """
        if times is None:
            times = 0.0 if self.problem.steady else self.problem.until
        given = [times] if isinstance(times, str | int | float) else list(times)
        checked = np.array([si(time, "s", "time") for time in given])
        if len(checked) and (checked.min() < 0 or checked.max() > self.problem.until * (1 + 1e-12)):
            raise InputError(
                f"time {checked.max():g} s is outside of what was solved: "
                f"0 to {self.problem.until:g} s"
            )
        return checked

    def values(self, times: Times = None) -> Floats:
        """Concentration at the domain's nodes, mol/m^3, shape (n_times, n_nodes)."""
        return self.base + self.trajectory.values(self.times(times)) @ self.modes

    def at(self, points: ArrayLike, times: Times = None) -> Floats:
        """Concentration at points (x, y) in m, mol/m^3, shape (n_times, n_points).

        NaN where no phase with a material is.
        """
        places = np.atleast_2d(np.asarray(points, float))
        weights, nodes, inside = interpolation(self.domain, places)
        coefficients = self.trajectory.values(self.times(times))
        local = np.sum(self.modes[:, nodes] * weights, axis=2)
        values = np.sum(self.base[nodes] * weights, axis=1) + coefficients @ local
        return np.where(inside, values, np.nan)

    def average(self, phase: str, times: Times = None) -> Floats:
        """Mean concentration of the part of a phase that a source reaches, mol/m^3, (n_times,).

        What no source reaches keeps its initial concentration: see ``unreachable``. NaN where a
        source reaches nothing of the phase.
        """
        weights = self.domain.weights(self.domain.in_phase(phase) & self.reached)
        if not weights.any():
            return np.full(len(self.times(times)), np.nan)
        return self._functional(weights / weights.sum(), times)

    def content(self, times: Times = None) -> Floats:
        """Lithium in the domain, int theta c dA, mol/m, shape (n_times,)."""
        return self._functional(self._capacity_weights, times)

    def flux(self, boundary: Boundary, times: Times = None) -> Floats:
        """Flux into the domain through a side or interface, mol/m/s, shape (n_times,).

        Through the interface of an InterfaceTransfer: from the phase named first to the other.
        Zero where no condition is set. At time zero a concentration that jumps has no finite flux.
        """
        t = self.times(times)
        name: Boundary = self.problem.mesh.boundary(boundary)[0]
        flux = self._flux(name)
        values = self.trajectory.values(t) @ flux.value + self.trajectory.rates(t) @ flux.rate
        return self._sign(boundary, name) * np.asarray(flux.constant + values)

    def uptake(self, boundary: Boundary, times: Times = None) -> Floats:
        """Lithium that came in through a side or interface, mol/m, shape (n_times,).

        It includes what the nodes of a boundary with a given concentration took in at time zero,
        when they jumped to it.
        """
        t = self.times(times)
        name: Boundary = self.problem.mesh.boundary(boundary)[0]
        flux = self._flux(name)
        grown = self.trajectory.values(t) - self.trajectory.values(np.zeros(1))
        gained = flux.constant * t + self.trajectory.integrals(t) @ flux.value + grown @ flux.rate
        return self._sign(boundary, name) * np.asarray(self._jumps.get(name, 0.0) + gained)

    def _sign(self, given: Boundary, name: Boundary) -> float:
        """-1 for the flux through an inner interface named against the order of the phases."""
        inside = name in self.problem.transfers
        return -1.0 if inside and tuple(given) != name else 1.0

    def consumed(self, times: Times = None) -> Floats:
        """Lithium that reactions have used up since time zero, mol/m, shape (n_times,).

        Raises:
            InputError: a steady state, which has no history.
        """
        if self.problem.steady:
            raise InputError("a steady state has no history: its sources replace what is used up")
        weights = reaction_weights(self.problem, self.domain)
        t = self.times(times)
        return t * (self.base @ weights) + self.trajectory.integrals(t) @ (self.modes @ weights)

    def imbalance(self, times: Times = None) -> Floats:
        """Mass balance: |change of content - uptake + consumed| / largest term, (n_times,).

        The steady state has no history: there it is the net flux over the largest flux.
        """
        outer = self.problem.boundary_conditions
        if self.problem.steady:
            used = -(self.values(times) @ reaction_weights(self.problem, self.domain))
            terms = np.array([*(self.flux(name, times) for name in outer), used])
        else:
            gained = [*(-self.uptake(name, times) for name in outer), self.consumed(times)]
            before = self.problem.initial * self._capacity_weights.sum()
            terms = np.array([self.content(times) - before, *gained])
        largest = np.max(np.abs(terms), axis=0)
        return np.abs(terms.sum(axis=0)) / np.where(largest > 0, largest, 1.0)

    @property
    def reference(self) -> float:
        """Concentration that the sources hold, the largest of them, mol/m^3.

        Raises:
            InputError: only fluxes drive the problem, so there is none.
        """
        return max(self._held.values())

    @property
    def _held(self) -> Mapping[Boundary, float]:
        if not self.problem.held:
            raise InputError(
                "only fluxes drive this problem, so no source concentration exists to compare "
                "with: give a reference"
            )
        return self.problem.held

    def time_to(self, fraction: float, reference: float | None = None) -> Floats:
        """Time at which each node first has a fraction of the way to the reference, s, (n_nodes,).

        Args:
            fraction: 0 to 1, of the difference between the reference and the initial concentration.
            reference: mol/m^3; by default the concentration in equilibrium with the sources, which
                partition coefficients make differ from phase to phase.

        Returns:
            Infinity where it is not reached by the end, NaN where no source ever reaches.

        Raises:
            InputError: a fraction outside of 0 to 1, a steady state, or nothing to compare with.
        """
        from anosim.arrival import arrival

        if not 0.0 <= fraction <= 1.0:
            raise InputError(f"fraction is {fraction:g}: it goes from 0 to 1; 90 % is 0.9")
        if self.problem.steady:
            raise InputError("a steady state has no arrival time: solve with a finite until")
        goal = self.equilibrium if reference is None else np.full(len(self.base), reference)
        initial = self.problem.initial
        level = initial + fraction * (goal - initial)
        times = arrival(self, level, np.where(goal >= initial, 1.0, -1.0))
        return np.where(self.reached_nodes, times, np.nan)

    @property
    def equilibrium(self) -> Floats:
        """Concentration of each node in equilibrium with the sources, mol/m^3, (n_nodes,).

        Raises:
            InputError: only fluxes drive the problem, so there is none.
        """
        solubility, highest = self.problem.solubility, -np.inf
        for name, value in self._held.items():
            phases = np.unique(self.domain.boundary_phases(name))
            least = min(solubility[self.problem.mesh.phases[index]] for index in phases)
            highest = max(highest, value / least)
        return highest * self.domain.per_node(solubility)

    @cached_property
    def resolved_from(self) -> float:
        """Time from which the mesh resolves what enters at the sources, s.

        The largest theta h^2 / (6 D) of the cells at a source, h their edge length: before, a
        step at a boundary is thinner than a cell, and values near it over- and undershoot.
        """
        found = [0.0]
        for name in self.problem.sources:
            edge = self.domain.edges.find(self.domain.boundary_edges(name))
            cells = self.domain.edges.cells[edge, 0]
            phases = self.domain.mesh.cell_phase[self.domain.cells[cells]]
            for phase in self.domain.phases:
                here = cells[phases == self.domain.mesh.phase_index(phase)]
                material = self.problem.materials[phase]
                square = 4.0 / np.sqrt(3.0) * self.domain.areas[here].max(initial=0.0)
                found.append(material.capacity * square / (6.0 * material.diffusivity))
        return float(max(found))

    @cached_property
    def reached_nodes(self) -> NDArray[np.bool_]:
        """Nodes that a path through the domain joins to a source."""
        return self.domain.reachable_from(self.problem.sources)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Cells that a path through the domain joins to a source."""
        return self.reached_nodes[self.domain.triangles].all(axis=1)

    @property
    def unreachable(self) -> Mapping[str, float]:
        """Area fraction of each phase with a material that no path joins to a source."""
        fractions = {}
        for phase in self.domain.phases:
            inside = self.domain.in_phase(phase)
            lost = self.domain.areas[inside & ~self.reached].sum()
            fractions[phase] = float(lost / self.domain.areas[inside].sum())
        return MappingProxyType(fractions)

    def _functional(self, weights: Floats, times: Times = None) -> Floats:
        coefficients = self.trajectory.values(self.times(times))
        return np.asarray(self.base @ weights + coefficients @ (self.modes @ weights))

    @cached_property
    def _capacity_weights(self) -> Floats:
        return capacity_weights(self.problem, self.domain)

    @cached_property
    def _jumps(self) -> Mapping[Boundary, float]:
        gained = self._capacity_weights * (self.values(0.0)[0] - self.problem.initial)
        return jumps(self.problem, self.domain, gained)

    def _flux(self, name: Boundary) -> BoundaryFlux:
        known = known_flux(self.problem, self.domain, name, self.base, self.modes)
        if known is not None:
            return known
        if name not in self.reactions:
            raise InputError(f"the solver gave no flux through {name!r}")
        return self.reactions[name]
