"""What conducts lithium and what lets it through: materials and conditions."""

from dataclasses import dataclass

from anosim.functions import Function, Varying
from anosim.units import Quantity


@dataclass(frozen=True)
class Material:
    """How a phase conducts and stores lithium.

    Attributes:
        diffusivity: effective diffusivity D in the phase, m^2/s: a number, or a Table or callable
            over the concentration in the phase, mol/m^3.
        capacity: storage capacity theta in ``theta dc/dt = div(D grad c) - r c``, dimensionless;
            above 1 for a phase that retards the front by binding lithium.
        reaction: rate r of a first-order reaction that uses lithium up, 1/s.
    """

    diffusivity: Varying = Varying("m^2/s", "mol/m^3", positive=True)  # noqa: RUF009
    capacity: Quantity = Quantity("", 1.0, positive=True)  # noqa: RUF009
    reaction: Quantity = Quantity("1/s", 0.0, minimum=0.0)  # noqa: RUF009


@dataclass(frozen=True)
class Concentration:
    """Dirichlet condition ``c = value``, mol/m^3: a number, or a Table or callable over time, s."""

    value: Varying = Varying("mol/m^3", "s")  # noqa: RUF009


@dataclass(frozen=True)
class MassTransfer:
    """Robin condition ``-D grad c . n = k_f (c - bulk)``, n out of the domain.

    Attributes:
        coefficient: mass-transfer coefficient k_f, m/s.
        bulk: concentration on the far side of the transfer layer, mol/m^3: a number, or a Table or
            callable over time, s.
    """

    coefficient: Quantity = Quantity("m/s", minimum=0.0)  # noqa: RUF009
    bulk: Varying = Varying("mol/m^3", "s")  # noqa: RUF009


@dataclass(frozen=True)
class Flux:
    """Neumann condition ``D grad c . n = value``, n out of the domain: positive lets lithium in.

    Attributes:
        value: flux into the domain, mol/m^2/s: a number, or a Table or callable over time, s.
    """

    value: Varying = Varying("mol/m^2/s", "s")  # noqa: RUF009


@dataclass(frozen=True)
class Uptake:
    """A surface that takes lithium out: ``-D grad c . n = k_r w / (1 + |w| / c_h)``.

    w = c - equilibrium, n out of the domain. Without c_h the uptake is linear; with it, it
    saturates at k_r c_h as in Michaelis-Menten kinetics, c_h being the Michaelis constant.

    Attributes:
        coefficient: rate constant k_r, m/s; ``k_r L / D`` is the Damkoehler number.
        equilibrium: concentration at which nothing passes, mol/m^3.
        half_saturation: c_h, the excess of concentration at which the uptake is half of its
            largest value, mol/m^3; infinite for a linear uptake.
    """

    coefficient: Quantity = Quantity("m/s", minimum=0.0)  # noqa: RUF009
    equilibrium: Quantity = Quantity("mol/m^3", 0.0)  # noqa: RUF009
    half_saturation: Quantity = Quantity(  # noqa: RUF009
        "mol/m^3", float("inf"), positive=True, unbounded=True
    )

    @property
    def linear(self) -> bool:
        """Whether the uptake is proportional to the concentration."""
        return self.half_saturation == float("inf")


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


Condition = Concentration | MassTransfer | Flux | Uptake | InterfaceTransfer


def feeds(condition: Condition) -> bool:
    """Whether a condition can let lithium into the domain: an uptake surface cannot."""
    match condition:
        case MassTransfer(coefficient=coefficient):
            return coefficient > 0.0
        case Flux(value=value):
            return isinstance(value, Function) or value != 0.0
    return isinstance(condition, Concentration)


def passes(condition: Condition) -> bool:
    """Whether a condition lets lithium through the boundary of the domain."""
    return feeds(condition) or (isinstance(condition, Uptake) and condition.coefficient > 0.0)
