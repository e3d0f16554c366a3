"""The diffusion problem: materials, conditions, initial value, duration."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from anosim.domain import Domain
from anosim.errors import InputError, listing
from anosim.meshes import Boundary, Mesh
from anosim.units import Quantity


@dataclass(frozen=True)
class Material:
    """How a phase conducts and stores lithium.

    Attributes:
        diffusivity: effective diffusivity D in the phase, m^2/s.
        capacity: storage capacity theta in ``theta dc/dt = div(D grad c) - r c``, dimensionless;
            above 1 for a phase that retards the front by binding lithium.
        reaction: rate r of a first-order reaction that uses lithium up, 1/s.
    """

    diffusivity: Quantity = Quantity("m^2/s", positive=True)  # noqa: RUF009
    capacity: Quantity = Quantity("", 1.0, positive=True)  # noqa: RUF009
    reaction: Quantity = Quantity("1/s", 0.0, minimum=0.0)  # noqa: RUF009


@dataclass(frozen=True)
class Concentration:
    """Dirichlet condition ``c = value``, mol/m^3."""

    value: Quantity = Quantity("mol/m^3")  # noqa: RUF009


@dataclass(frozen=True)
class MassTransfer:
    """Robin condition ``-D grad c . n = k_f (c - bulk)``, n out of the domain.

    Attributes:
        coefficient: mass-transfer coefficient k_f, m/s.
        bulk: concentration on the far side of the transfer layer, mol/m^3.
    """

    coefficient: Quantity = Quantity("m/s", minimum=0.0)  # noqa: RUF009
    bulk: Quantity = Quantity("mol/m^3")  # noqa: RUF009


@dataclass(frozen=True)
class Flux:
    """Neumann condition ``D grad c . n = value``, n out of the domain: positive lets lithium in.

    Attributes:
        value: flux into the domain, mol/m^2/s.
    """

    value: Quantity = Quantity("mol/m^2/s")  # noqa: RUF009


@dataclass(frozen=True)
class InterfaceTransfer:
    """Transfer between two phases that both take part: ``flux = k (c_1 - K c_2)`` from 1 to 2.

    1 and 2 are the phases in the order in which the condition names them. Without one,
    concentrations are equal on both sides of an interface (k infinite, K = 1).

    Attributes:
        coefficient: interface transfer coefficient k, m/s; infinite for perfect contact.
        partition: partition coefficient K = c_1 / c_2 in equilibrium.
    """

    coefficient: Quantity = Quantity("m/s", positive=True, unbounded=True)  # noqa: RUF009
    partition: Quantity = Quantity("", 1.0, positive=True)  # noqa: RUF009

    @property
    def jumps(self) -> bool:
        """Whether concentrations differ across it."""
        return self.coefficient < float("inf") or self.partition != 1.0

    @property
    def turned(self) -> "InterfaceTransfer":
        """The same with the two phases in the other order."""
        return InterfaceTransfer(self.coefficient * self.partition, 1.0 / self.partition)


Condition = Concentration | MassTransfer | Flux | InterfaceTransfer


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
        initial: concentration at time zero, mol/m^3.

    Raises:
        InputError: unknown phases or boundaries, a condition inside the domain or outside of it,
            partition coefficients that contradict each other.
    """

    mesh: Mesh
    materials: Mapping[str, Material]
    conditions: Mapping[Boundary, Condition]
    until: Quantity = Quantity("s", positive=True, unbounded=True)  # noqa: RUF009
    initial: Quantity = Quantity("mol/m^3", 0.0)  # noqa: RUF009

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
        _ = self.solubility

    def _conditioned(self, key: Boundary, condition: Condition) -> Boundary:
        name: Boundary = self.mesh.boundary(key)[0]
        if not isinstance(condition, Condition):
            raise InputError(
                f"condition on {name!r} is {condition!r}: expected a Concentration, MassTransfer, "
                "Flux or InterfaceTransfer"
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
    def held(self) -> Mapping[Boundary, float]:
        """Concentration that boundaries hold, themselves or behind a transfer layer, mol/m^3."""
        found: dict[Boundary, float] = {}
        for name, condition in self.conditions.items():
            match condition:
                case Concentration(value=value) | MassTransfer(bulk=value):
                    found[name] = value
        return MappingProxyType(found)

    @property
    def sources(self) -> tuple[Boundary, ...]:
        """The boundaries through which lithium can pass."""
        return tuple(name for name, c in self.boundary_conditions.items() if passes(c))

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
        return Domain.of(self.mesh, self.materials, order, jumps)


def passes(condition: Condition) -> bool:
    """Whether a condition lets lithium through the boundary of the domain."""
    match condition:
        case MassTransfer(coefficient=coefficient):
            return coefficient > 0.0
        case Flux(value=value):
            return value != 0.0
    return isinstance(condition, Concentration)
