"""The diffusion problem: materials, conditions, initial value, duration."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from anosim.errors import InputError, listing
from anosim.meshes import Boundary, Mesh
from anosim.units import Quantity


@dataclass(frozen=True)
class Material:
    """How a phase conducts and stores lithium.

    Attributes:
        diffusivity: effective diffusivity D in the phase, m^2/s.
        capacity: storage capacity theta in ``theta dc/dt = div(D grad c)``, dimensionless;
            above 1 for a phase that retards the front by binding lithium.
    """

    diffusivity: Quantity = Quantity("m^2/s", positive=True)  # noqa: RUF009
    capacity: Quantity = Quantity("", 1.0, positive=True)  # noqa: RUF009


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


Condition = Concentration | MassTransfer | Flux


@dataclass(frozen=True, eq=False)
class Diffusion:
    """Diffusion ``theta dc/dt = div(D grad c)`` in the phases that have a material.

    A phase without a material takes no part: its interfaces bound the domain. Where no condition
    is set, nothing passes the boundary.

    Attributes:
        mesh: the mesh, all phases.
        materials: material of each phase that takes part, by phase name.
        conditions: condition on a side ("left") or on the interface between a phase that takes
            part and one that does not (("pore", "sei"), in either order).
        until: end of the simulated time, s; infinity (or "inf") asks for the steady state.
        initial: concentration at time zero, mol/m^3.

    Raises:
        InputError: unknown phases or boundaries, a condition inside the domain or outside of it.
    """

    mesh: Mesh
    materials: Mapping[str, Material]
    conditions: Mapping[Boundary, Condition]
    until: Quantity = Quantity("s", positive=True, unbounded=True)  # noqa: RUF009
    initial: Quantity = Quantity("mol/m^3", 0.0)  # noqa: RUF009

    def __post_init__(self) -> None:
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
            conditions[name] = condition
        object.__setattr__(self, "conditions", MappingProxyType(conditions))

    def _conditioned(self, key: Boundary, condition: Condition) -> Boundary:
        name: Boundary = self.mesh.boundary(key)[0]
        if not isinstance(condition, Concentration | MassTransfer | Flux):
            raise InputError(
                f"condition on {name!r} is {condition!r}: expected a Concentration, MassTransfer "
                "or Flux"
            )
        if isinstance(name, tuple):
            inside = [phase for phase in name if phase in self.materials]
            if len(inside) != 1:
                raise InputError(
                    f"condition on {name!r}: {'both phases' if inside else 'neither phase'} "
                    f"of the interface {'have' if inside else 'has'} a material; a condition "
                    "belongs on the boundary of the domain, where exactly one of the two has one"
                )
        return name

    @property
    def steady(self) -> bool:
        """Whether the steady state is asked for."""
        return self.until == float("inf")

    @property
    def sources(self) -> tuple[Boundary, ...]:
        """The boundaries through which lithium can pass."""
        return tuple(name for name, condition in self.conditions.items() if _passes(condition))


def _passes(condition: Condition) -> bool:
    match condition:
        case MassTransfer(coefficient=coefficient):
            return coefficient > 0.0
        case Flux(value=value):
            return value != 0.0
    return True
