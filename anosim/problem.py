"""The diffusion problem: mesh, materials, conditions, initial value, duration."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from anosim.conditions import (
    Concentration,
    Condition,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Uptake,
    feeds,
    passes,
)
from anosim.domain import PERIODIC, Domain
from anosim.errors import InputError, listing
from anosim.functions import Function, Value, at, extremes
from anosim.initial import InitialConcentration, InitialField, check_initial
from anosim.meshes import Boundary, Floats, Mesh
from anosim.units import Quantity


@dataclass(frozen=True, eq=False)
class Diffusion:
    """Diffusion ``theta dc/dt = div(D grad c) - r c`` in the phases that have a material.

    A phase without a material takes no part: its interfaces bound the domain. Where no condition
    is set, nothing passes the boundary.

    Attributes:
        mesh: the mesh, all phases.
        materials: material of each phase that takes part, by phase name.
        conditions: condition on a side ("left") or on the interface between a phase that takes
            part and one that does not (("pore", "sei"), in either order); an InterfaceTransfer on
            the interface between two that do.
        until: end of the simulated time, s; infinity (or "inf") asks for the steady state.
        initial: concentration at time zero, mol/m^3: a number, a mapping with one for each phase,
            an array with one for each point of the mesh, a callable of x and y (and z), m, or a
            solution of the same phases, to go on from its end (or from its ``state`` at another
            time): time zero of this problem, from which conditions count, is then. A steady state
            that several solutions could satisfy is sought from there.
        periodic: "x" joins the left side to the right one, "y" the top to the bottom, "z" the
            front to the back, "xy" both and so on; the mesh has to match there. Where the two
            sides have different phases, or phases that an interface transfer parts, the seam stays
            sealed.

    Raises:
        InputError: unknown phases or boundaries, a condition inside the domain or outside of it,
            partition coefficients that contradict each other, a periodic side with a condition.
    """

    mesh: Mesh
    materials: Mapping[str, Material]
    conditions: Mapping[Boundary, Condition]
    until: Quantity = Quantity("s", positive=True, unbounded=True)  # noqa: RUF009
    initial: InitialConcentration = InitialConcentration()  # noqa: RUF009
    periodic: str = ""

    def __repr__(self) -> str:
        return (
            f"<Diffusion in {listing(self.materials)} with conditions on "
            f"{listing(self.conditions)}, until {self.until:g} s>"
        )

    def __post_init__(self) -> None:
        if not isinstance(self.mesh, Mesh):
            raise InputError(
                f"Diffusion.mesh is a {type(self.mesh).__name__}: expected a Mesh; make one of a "
                "Microstructure with anosim.mesh"
            )
        object.__setattr__(self, "materials", MappingProxyType(dict(self.materials)))
        for phase, material in self.materials.items():
            self.mesh.phase_index(phase)
            if not isinstance(material, Material):
                raise InputError(f"material of {phase!r} is {material!r}: expected a Material")
        if not self.materials:
            raise InputError(
                "no phase has a material, so lithium has nowhere to diffuse; give one of "
                f"{listing(self.mesh.phases)} a Material"
            )
        conditions: dict[Boundary, Condition] = {}
        for key, condition in self.conditions.items():
            name = self._conditioned(key, condition)
            if name in conditions:
                raise InputError(f"two conditions on {name!r}")
            turned = isinstance(condition, InterfaceTransfer) and name != tuple(key)
            conditions[name] = condition.turned if turned else condition  # type: ignore[union-attr]
        object.__setattr__(self, "conditions", MappingProxyType(conditions))
        check_initial(self.initial, self.mesh, self.materials)
        self._check_periodic()
        self._check_steady()
        _ = self.solubility

    def _check_periodic(self) -> None:
        choices = [axes for axes in PERIODIC if self.mesh.dimension == 3 or "z" not in axes]
        if self.periodic not in choices:
            raise InputError(f"Diffusion.periodic is {self.periodic!r}: choose {listing(choices)}")
        for pair in PERIODIC[self.periodic]:
            self.mesh.opposite(*pair)
            for side in pair:
                if side in self.conditions:
                    raise InputError(
                        f"condition on {side!r}: with periodic={self.periodic!r} that side is "
                        "joined to its opposite and bounds nothing"
                    )

    def _check_steady(self) -> None:
        for name, condition in self.boundary_conditions.items() if self.steady else ():
            if not self._constant(condition):
                raise InputError(
                    f"condition on {name!r} depends on time, and a steady state is asked for: "
                    "give a finite until"
                )

    @staticmethod
    def _constant(condition: Condition) -> bool:
        return not any(isinstance(value, Function) for value in vars(condition).values())

    @property
    def joined_sides(self) -> frozenset[str]:
        """The sides that are joined to their opposites."""
        return frozenset(side for pair in PERIODIC[self.periodic] for side in pair)

    @property
    def constant(self) -> bool:
        """Whether no condition depends on time."""
        return all(map(self._constant, self.conditions.values()))

    @property
    def linear(self) -> bool:
        """Whether the equations are linear in the concentration."""
        return not any(
            isinstance(material.diffusivity, Function) for material in self.materials.values()
        ) and all(c.linear for c in self.conditions.values() if isinstance(c, Uptake))

    def _conditioned(self, key: Boundary, condition: Condition) -> Boundary:
        name: Boundary = self.mesh.boundary(key)[0]
        if not isinstance(condition, Condition):
            raise InputError(
                f"condition on {name!r} is {condition!r}: expected a Concentration, MassTransfer, "
                "Flux, Uptake or InterfaceTransfer"
            )
        inside = [phase for phase in name if phase in self.materials]
        if isinstance(condition, InterfaceTransfer):
            if isinstance(name, str) or len(inside) != 2:
                raise InputError(
                    f"InterfaceTransfer on {name!r}: it belongs on the interface between two "
                    f"phases with a material; those are {listing(self.materials)}"
                )
        elif isinstance(name, tuple) and len(inside) != 1:
            raise InputError(
                f"condition on {name!r}: {'both phases' if inside else 'neither phase'} "
                f"of the interface {'have' if inside else 'has'} a material; a condition "
                "belongs on the boundary of the domain, where exactly one of the two has one"
                + ("; between the two use an InterfaceTransfer" if inside else "")
            )
        return name

    @property
    def steady(self) -> bool:
        """Whether the steady state is asked for."""
        return self.until == float("inf")

    @property
    def boundary_conditions(self) -> Mapping[Boundary, Condition]:
        """The conditions on the boundary of the domain."""
        outer = {n: c for n, c in self.conditions.items() if not isinstance(c, InterfaceTransfer)}
        return MappingProxyType(outer)

    @property
    def transfers(self) -> Mapping[tuple[str, str], InterfaceTransfer]:
        """The conditions on interfaces between phases that both take part."""
        return MappingProxyType(
            {
                name: condition
                for name, condition in self.conditions.items()
                if isinstance(condition, InterfaceTransfer) and isinstance(name, tuple)
            }
        )

    @property
    def held(self) -> Mapping[Boundary, Value]:
        """Concentration that boundaries hold, themselves or behind a transfer layer, mol/m^3."""
        found: dict[Boundary, Value] = {}
        for name, condition in self.conditions.items():
            match condition:
                case Concentration(value=value) | MassTransfer(bulk=value):
                    found[name] = value
        return MappingProxyType(found)

    @cached_property
    def held_range(self) -> Mapping[Boundary, tuple[float, float]]:
        """Smallest and largest of each of them over the simulated time, mol/m^3."""
        until = 0.0 if self.steady else self.until
        return MappingProxyType({n: extremes(v, 0.0, until) for n, v in self.held.items()})

    @property
    def sources(self) -> tuple[Boundary, ...]:
        """The boundaries that lithium enters by; where none lets it in, those it leaves by."""
        outer = self.boundary_conditions.items()
        inlets = tuple(name for name, condition in outer if feeds(condition))
        return inlets or self.open

    @property
    def open(self) -> tuple[Boundary, ...]:
        """The boundaries through which lithium can pass."""
        return tuple(name for name, c in self.boundary_conditions.items() if passes(c))

    @cached_property
    def typical(self) -> float:
        """A concentration to take diffusivities at that depend on it, mol/m^3.

        The largest that a boundary holds, or else the largest at time zero.
        """
        held = [high for _, high in self.held_range.values()]
        return max(held) if held else float(self.start(self.domain(1)).max())

    @cached_property
    def concentrations(self) -> tuple[float, float]:
        """Smallest and largest concentration that diffusion can lead to, mol/m^3.

        It stays between those at time zero and at the boundaries; a reaction leads to zero. A flux
        or a partition coefficient leaves no such bounds: then they are infinite.
        """
        conditions = self.conditions.values()
        if any(isinstance(c, Flux) for c in conditions) or any(
            transfer.partition != 1.0 for transfer in self.transfers.values()
        ):
            return -float("inf"), float("inf")
        start = InitialField(self.initial, self.domain(2)).of_cells()
        given = [float(start.min()), float(start.max())]
        given += [value for pair in self.held_range.values() for value in pair]
        given += [c.equilibrium for c in conditions if isinstance(c, Uptake) and c.coefficient]
        given += [0.0 for material in self.materials.values() if material.reaction]
        return min(given), max(given)

    def diffusivity(self, phase: str) -> float:
        """Diffusivity of a phase, m^2/s; one that depends on concentration at ``typical``."""
        return at(self.materials[phase].diffusivity, self.typical)

    def start(self, domain: Domain) -> Floats:
        """Concentration at time zero at the nodes of a domain, mol/m^3, shape (n_nodes,).

        Before any boundary acts. Nodes that phases share in perfect contact hold what the phases
        around them do together.
        """
        kappa = domain.per_cell(self.solubility)
        theta = domain.per_cell({name: m.capacity for name, m in self.materials.items()})
        u = InitialField(self.initial, domain).of_nodes(theta, kappa)[domain.twins]
        return u * domain.per_node(self.solubility)

    @cached_property
    def solubility(self) -> Mapping[str, float]:
        """Concentration of each phase in equilibrium with 1 of the first one it is joined to.

        Raises:
            InputError: partition coefficients under which no equilibrium exists.
        """
        ratios: dict[str, list[tuple[str, float]]] = {phase: [] for phase in self.materials}
        for a, b in self.mesh.interfaces:
            if a in ratios and b in ratios:
                transfer = self.transfers.get((a, b))
                K = transfer.partition if transfer else 1.0
                ratios[a].append((b, 1.0 / K))
                ratios[b].append((a, K))
        found: dict[str, float] = {}
        for start in self.materials:
            waiting = [] if start in found else [start]
            found.setdefault(start, 1.0)
            while waiting:
                phase = waiting.pop()
                for other, ratio in ratios[phase]:
                    if other not in found:
                        found[other] = found[phase] * ratio
                        waiting.append(other)
                    elif abs(found[other] / (found[phase] * ratio) - 1.0) > 1e-9:
                        raise InputError(
                            f"partition coefficients contradict each other: c in {other!r} over "
                            f"c in {start!r} is {found[other] / found[start]:g} in equilibrium by "
                            f"one way and {found[phase] * ratio / found[start]:g} by another, over "
                            f"the interface of {phase!r} and {other!r}; an interface without a "
                            "condition, be it one pixel long, has the partition coefficient 1"
                        )
        return MappingProxyType(found)

    def domain(self, order: int) -> Domain:
        """Where lithium diffuses; with a node on either side where the concentration jumps."""
        jumps = [name for name, c in self.transfers.items() if c.jumps]
        return Domain.of(self.mesh, self.materials, order, jumps, self.periodic)
