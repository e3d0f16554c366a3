"""What a problem may ask of a solver: a table that solvers tell their part of."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from anosim.conditions import Concentration, Flux, MassTransfer, Uptake
from anosim.errors import UnsupportedError
from anosim.functions import Function
from anosim.problem import Diffusion


@dataclass(frozen=True)
class Feature:
    """One thing that a problem may ask for.

    Attributes:
        name: as tables and messages call it.
        asked: whether a problem asks for it.
    """

    name: str
    asked: Callable[[Diffusion], bool]


def _conditioned(kind: type) -> Callable[[Diffusion], bool]:
    return lambda problem: any(isinstance(c, kind) for c in problem.conditions.values())


FEATURES = (
    Feature("given concentration", _conditioned(Concentration)),
    Feature("mass transfer", _conditioned(MassTransfer)),
    Feature("given flux", _conditioned(Flux)),
    Feature("linear uptake", _conditioned(Uptake)),
    Feature(
        "saturable uptake",
        lambda p: any(isinstance(c, Uptake) and not c.linear for c in p.conditions.values()),
    ),
    Feature("values that depend on time", lambda p: not p.constant),
    Feature("several phases", lambda p: len(p.materials) > 1),
    Feature("interface transfer and partition", lambda p: bool(p.transfers)),
    Feature("storage capacity", lambda p: any(m.capacity != 1.0 for m in p.materials.values())),
    Feature("first-order reaction", lambda p: any(m.reaction for m in p.materials.values())),
    Feature(
        "diffusivity that depends on concentration",
        lambda p: any(isinstance(m.diffusivity, Function) for m in p.materials.values()),
    ),
    Feature("initial concentration in space", lambda p: not isinstance(p.initial, float)),
    Feature("periodic sides", lambda p: bool(p.periodic)),
    Feature("steady state", lambda p: p.steady),
    Feature("meshes of second order", lambda p: p.mesh.order == 2),
    Feature("three dimensions", lambda p: p.mesh.dimension == 3),
)
"""Everything that goes beyond diffusion in one phase; solvers name what they support."""


def check_supported(problem: Diffusion, solver: str, supported: Collection[str]) -> None:
    """Refuse a problem that asks for what a solver does not support.

    Raises:
        UnsupportedError: names it.
    """
    for feature in FEATURES:
        if feature.name not in supported and feature.asked(problem):
            raise UnsupportedError(
                f"the solver {solver!r} does not support {feature.name}; 'anosim solvers' lists "
                "what each solver does"
            )
