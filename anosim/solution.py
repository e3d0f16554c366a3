"""Solution: the concentration at all times and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anosim.data_frame import data_frame
from anosim.domain import Domain
from anosim.errors import InputError
from anosim.fluxes import (
    BoundaryFlux,
    Passage,
    capacity_weights,
    jumps,
    known_flux,
    reaction_weights,
)
from anosim.locate import interpolation
from anosim.meshes import Boundary, Floats
from anosim.microstructure import Microstructure
from anosim.problem import Diffusion
from anosim.regions import Region
from anosim.state import State
from anosim.trajectory import Relaxation, Samples, Trajectory
from anosim.units import si
from anosim.voxel_grid import VoxelGrid

if TYPE_CHECKING:
    import pandas as pd

    from anosim.particle_table import ParticleTable
    from anosim.surfaces import ParticleSurfaces

Singles = NDArray[np.float32]
Times = float | str | Sequence[float | str] | NDArray[np.floating] | None
"""Times in s, or strings with a unit; None is the end, or the steady state."""


@dataclass(frozen=True, eq=False)
class Solution:
    """c(x, t) = base(x) + sum_j a_j(t) mode_j(x), known at every time up to the problem's end.

    In the plane, amounts and fluxes are per metre of depth, mol/m and mol/m/s; in a volume they are
    mol and mol/s.

    Attributes:
        problem: what was solved.
        domain: its cells and nodes, in the mesh's own order.
        base: part that does not change, mol/m^3, shape (n_nodes,).
        modes: shape (n_modes, n_nodes), mol/m^3.
        trajectory: the modes' coefficients over time.
        passages: flux through boundaries that the solver tells: those with a given concentration,
            and all where a condition depends on time or is not linear.
        usage: what reactions use up, where the solver tells.
        record: the solver's name, options, versions and statistics.
    """

    problem: Diffusion
    domain: Domain
    base: Floats
    modes: Floats
    trajectory: Trajectory
    passages: Mapping[Boundary, Passage] = field(default_factory=dict)
    usage: Passage | None = None
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
                mol/m/s (mol/s), shape (n_times,).
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
        passages: dict[Boundary, Passage] = {
            problem.mesh.boundary(name)[0]: BoundaryFlux(0.0, np.asarray(flux, float), zero)
            for name, flux in (fluxes or {}).items()
        }
        base = np.zeros(len(domain.points))
        return cls(problem, domain, base, values, Samples(times), passages, record=record or {})

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
            fluxes: flux into the domain through each boundary with a given concentration,
                mol/m/s (mol/s).
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
        passages: dict[Boundary, Passage] = {
            problem.mesh.boundary(name)[0]: BoundaryFlux(float(flux), none, none)
            for name, flux in (fluxes or {}).items()
        }
        modes = np.zeros((0, len(values)))
        relaxed = Relaxation(none, none)
        return cls(problem, domain, values, modes, relaxed, passages, record=record or {})

    def times(self, times: Times = None) -> Floats:
        """Times in s, checked, shape (n_times,).

        Raises:
            InputError: a time before 0 or after the problem's end.
        """
        if times is None:
            times = 0.0 if self.problem.steady else self.problem.until
        given = [times] if isinstance(times, str | int | float) else list(times)
        if self.problem.steady:  # it is the same at all times
            given = [0.0 if time in ("inf", np.inf) else time for time in given]
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

    def state(self, time: float | str | None = None) -> State:
        """The concentration at one time, for ``Diffusion(initial=...)``; the end without it.

        Raises:
            InputError: a time outside of what was solved.
        """
        when = self.times(time)
        return State(self.domain, self.values(when)[0], float(when[0]))

    def at(self, points: ArrayLike, times: Times = None) -> Floats:
        """Concentration at points (x, y[, z]) in m, mol/m^3, shape (n_times, n_points).

        NaN where no phase with a material is.
        """
        places = np.atleast_2d(np.asarray(points, float))
        weights, nodes, inside = interpolation(self.domain, places)
        coefficients = self.trajectory.values(self.times(times))
        local = np.sum(self.modes[:, nodes] * weights, axis=2)
        values = np.sum(self.base[nodes] * weights, axis=1) + coefficients @ local
        return np.where(inside, values, np.nan)

    def image(self, times: Times = None, *, over: Microstructure | None = None) -> Singles:
        """Concentration at the middles of an image's voxels, mol/m^3, float32.

        Args:
            times: s or strings with a unit; the end without it.
            over: the image that the mesh was made of; ``anosim.mesh`` remembers its voxels.

        Returns:
            Shape (n_times, [slices,] rows, columns), as the image's array; NaN where no phase with
            a material is in the mesh, whose smooth boundaries cut through voxels.

        Raises:
            InputError: no image is known, or it is not the mesh's.
        """
        from anosim.grid_location import bent_on_grid, values_on_grid

        domain, values = self.domain, self.values(times)
        grid = VoxelGrid(over.labels.shape, over.voxel) if over else domain.mesh.grid
        if grid is None:
            raise InputError(
                "the mesh does not know of an image: give it, solution.image(times, over=image)"
            )
        grid.check_covers(domain.mesh.points)
        if domain.mesh.order == 2:
            return bent_on_grid(domain, values, grid)
        return values_on_grid(domain.points, domain.connectivity, values, grid)

    def average(self, where: str | Region, times: Times = None) -> Floats:
        """Mean concentration of the part of a phase or region that a source reaches, (n_times,).

        mol/m^3. What no source reaches keeps its initial concentration: see ``unreachable``. NaN
        where a source reaches nothing of it.

        Args:
            where: a phase, or a Box, Disc, Ball, Mask or another region, of which phases with a
                material count.
            times: s or strings with a unit; the end without it.

        Raises:
            InputError: the phase has no material, or the region holds nothing that has one.
        """
        return self._functional(self.mean_weights(where), times)

    def mean_weights(self, where: str | Region) -> Floats:
        """The weight of each node in the mean over a phase or region, shape (n_nodes,).

        NaN where a source reaches nothing of it.

        Raises:
            InputError: the phase has no material, or the region holds nothing that has one.
        """
        known: dict[str | Region, Floats] = self._mean_weights
        if where not in known:
            weights = self._reached_weights(where)
            with np.errstate(invalid="ignore"):
                known[where] = weights / weights.sum()
        return known[where]

    def _reached_weights(self, where: str | Region) -> Floats:
        if isinstance(where, str):
            return self.domain.weights(self.domain.in_phase(where) & self.reached)
        from anosim.clipping import reached_weights

        return reached_weights(self.domain, where, self.reached)

    @cached_property
    def _mean_weights(self) -> dict[str | Region, Floats]:
        return {}

    def content(self, times: Times = None) -> Floats:
        """Lithium in the domain, the integral of theta c, mol/m (mol), shape (n_times,)."""
        return self._functional(self._capacity_weights, times)

    def flux(self, boundary: Boundary, times: Times = None) -> Floats:
        """Flux into the domain through a side or interface, mol/m/s (mol/s), (n_times,).

        Through the interface of an InterfaceTransfer: from the phase named first to the other.
        Zero where no condition is set. At time zero a concentration that jumps has no finite flux.
        """
        t = self.times(times)
        name: Boundary = self.problem.mesh.boundary(boundary)[0]
        return self._sign(boundary, name) * self._passage(name).rate(self.trajectory, t)

    def uptake(self, boundary: Boundary, times: Times = None) -> Floats:
        """Lithium that came in through a side or interface, mol/m (mol), (n_times,).

        It includes what the nodes of a boundary with a given concentration took in at time zero,
        when they jumped to it.
        """
        t = self.times(times)
        name: Boundary = self.problem.mesh.boundary(boundary)[0]
        gained = self._passage(name).total(self.trajectory, t)
        return self._sign(boundary, name) * np.asarray(self._jumps.get(name, 0.0) + gained)

    def _sign(self, given: Boundary, name: Boundary) -> float:
        """-1 for the flux through an inner interface named against the order of the phases."""
        inside = name in self.problem.transfers
        return -1.0 if inside and tuple(given) != name else 1.0

    def consumed(self, times: Times = None) -> Floats:
        """Lithium that reactions have used up since time zero, mol/m (mol), shape (n_times,).

        Raises:
            InputError: a steady state, which has no history.
        """
        if self.problem.steady:
            raise InputError("a steady state has no history: its sources replace what is used up")
        t = self.times(times)
        if self.usage is not None:
            return self.usage.total(self.trajectory, t)
        weights = reaction_weights(self.problem, self.domain)
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
            before = self._capacity_weights @ self.initial
            terms = np.array([self.content(times) - before, *gained])
        largest = np.max(np.abs(terms), axis=0)
        return np.abs(terms.sum(axis=0)) / np.where(largest > 0, largest, 1.0)

    @property
    def reference(self) -> float:
        """Concentration that the sources hold, the largest of them over time, mol/m^3.

        Raises:
            InputError: only fluxes drive the problem, so there is none.
        """
        from anosim.arrival import check_held

        check_held(self.problem)
        return max(high for _, high in self.problem.held_range.values())

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
        from anosim.arrival import time_to

        return time_to(self, fraction, reference)

    def time_to_average(
        self, where: str | Region, fraction: float, reference: float | None = None
    ) -> float:
        """Time at which the mean over a phase or region first has a fraction of the way, s.

        Args:
            where: as for ``average``.
            fraction: 0 to 1, of the difference between the reference and the initial mean.
            reference: mol/m^3; by default the concentration in equilibrium with the sources.

        Returns:
            Infinity if it is not reached by the end, NaN where no source ever reaches.

        Raises:
            InputError: as for ``time_to`` and ``average``.
        """
        from anosim.arrival import time_to_mean

        return time_to_mean(self, self.mean_weights(where), fraction, reference)

    def surfaces(
        self, interface: tuple[str, str], times: Times = None, *, particles: str | None = None
    ) -> "ParticleSurfaces":
        """Concentration along the surface of each particle: its mean, spread and extremes.

        Particles are the connected parts of one of the two phases of an interface; the
        concentration is that of the other one, along their contact.

        Args:
            interface: the two phases, in either order.
            times: s or strings with a unit; the end without it.
            particles: the phase whose parts are the particles; by default the one without a
                material or, where both have one, the one named first.

        Raises:
            InputError: no such interface, or the other phase has no material.
        """
        from anosim.surfaces import particle_surfaces

        return particle_surfaces(self, interface, times, particles)

    def particles(self, phase: str, times: Times = None) -> "ParticleTable":
        """Each particle, a connected part of a phase: place, size, concentration, flux, time.

        Args:
            phase: the phase; of one without a material the concentration along the particles'
                surface is meant.
            times: s or strings with a unit; the end without it.

        Raises:
            InputError: no such phase.
        """
        from anosim.particle_table import particle_table

        return particle_table(self, phase, times)

    def frame(self, times: Times = None) -> "pd.DataFrame":
        """Means, content, and flux and uptake through each boundary over time, a row per time.

        Units are in the columns' names: ``average_sei_mol_per_m3``, ``flux_pore|sei_mol_per_s``.

        Args:
            times: s or strings with a unit; without them 0 and 101 evenly spaced in their
                logarithm over five decades up to the end, or the steady state.

        Raises:
            InputError: a time outside of what was solved.
            MissingDependencyError: pandas is not installed.
        """
        from anosim.time_course import time_course

        return data_frame(time_course(self, times))

    @property
    def equilibrium(self) -> Floats:
        """Concentration of each node in equilibrium with the sources, mol/m^3, (n_nodes,).

        Raises:
            InputError: only fluxes drive the problem, so there is none.
        """
        from anosim.arrival import equilibrium

        return equilibrium(self.problem, self.domain)

    @cached_property
    def initial(self) -> Floats:
        """Concentration of each node at time zero, before any boundary acts, mol/m^3."""
        return self.problem.start(self.domain)

    @cached_property
    def resolved_from(self) -> float:
        """Time from which the mesh resolves what enters at the sources, s."""
        from anosim.resolution import resolved_from

        return resolved_from(self.problem, self.domain)

    @cached_property
    def reached_nodes(self) -> NDArray[np.bool_]:
        """Nodes that a path through the domain joins to a source."""
        return self.domain.reachable_from(self.problem.sources)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Cells that a path through the domain joins to a source."""
        return self.reached_nodes[self.domain.corners].all(axis=1)

    @property
    def unreachable(self) -> Mapping[str, float]:
        """Share of each phase with a material, by volume, that no path joins to a source."""
        fractions = {}
        for phase in self.domain.phases:
            inside = self.domain.in_phase(phase)
            lost = self.domain.volumes[inside & ~self.reached].sum()
            fractions[phase] = float(lost / self.domain.volumes[inside].sum())
        return MappingProxyType(fractions)

    def _functional(self, weights: Floats, times: Times = None) -> Floats:
        coefficients = self.trajectory.values(self.times(times))
        return np.asarray(self.base @ weights + coefficients @ (self.modes @ weights))

    @cached_property
    def _capacity_weights(self) -> Floats:
        return capacity_weights(self.problem, self.domain)

    @cached_property
    def _jumps(self) -> Mapping[Boundary, float]:
        gained = self._capacity_weights * (self.values(0.0)[0] - self.initial)
        return jumps(self.problem, self.domain, gained)

    def _passage(self, name: Boundary) -> Passage:
        if name in self.passages:
            return self.passages[name]
        known = known_flux(self.problem, self.domain, name, self.base, self.modes)
        if known is None:
            raise InputError(f"the solver gave no flux through {name!r}")
        return known
