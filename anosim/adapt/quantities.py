"""Numbers that a solution is asked for, as functionals of the concentration.

Each is linear in it, so that its error is an integral of the errors in space, weighed by the
solution of a dual problem: see ``anosim.adapt.duals``.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from anosim.clipping import region_weights
from anosim.domain import Domain
from anosim.errors import InputError
from anosim.meshes import Boundary, Floats
from anosim.regions import Region
from anosim.solution import Solution
from anosim.units import Quantity


class Goal(ABC):
    """A number that is linear in the concentration.

    Attributes:
        unit: SI unit.
    """

    unit: ClassVar[str]

    @property
    @abstractmethod
    def time(self) -> float:
        """The time that it belongs to, s; infinite for the steady state."""

    @abstractmethod
    def value(self, solution: Solution, /) -> float:
        """What a solution gives."""

    @property
    def when(self) -> str:
        """The time, as a message has it."""
        return "in the steady state" if self.time == float("inf") else f"at {self.time:g} s"

    def times(self, solution: Solution) -> float | None:
        """The time to ask a solution for.

        Raises:
            InputError: the solution does not get there.
        """
        steady = solution.problem.steady
        end = solution.problem.until * (1.0 + 1e-12)
        if steady != (self.time == float("inf")) or self.time > end:
            solved = "the steady state" if steady else f"0 to {solution.problem.until:g} s"
            raise InputError(f"{self} is asked for, but {solved} was solved")
        return None if steady else self.time


@dataclass(frozen=True)
class Average(Goal):
    """Mean concentration of a phase or region, mol/m^3; parts that no source reaches do not count.

    Attributes:
        where: the name of a phase, or a region of the image.
        at: time, s; infinity (or "inf") for the steady state.
    """

    where: str | Region
    at: Quantity = Quantity("s", positive=True, unbounded=True)  # noqa: RUF009
    unit: ClassVar[str] = "mol/m^3"

    @property
    def time(self) -> float:
        """The time, s."""
        return self.at

    def __str__(self) -> str:
        what = self.where if isinstance(self.where, str) else type(self.where).__name__.lower()
        return f"mean of {what} {self.when}"

    def value(self, solution: Solution, /) -> float:
        """The mean, mol/m^3."""
        weights = self.weights(solution, solution.domain)
        return float(solution.values(self.times(solution))[0] @ weights / weights.sum())

    def weights(self, solution: Solution, domain: Domain) -> Floats:
        """Integral of the shape functions over it, on the solution's cells, m^2, (n_nodes,).

        Raises:
            InputError: nothing of it can be reached.
        """
        if isinstance(self.where, str):
            weights = domain.weights(solution.domain.in_phase(self.where) & solution.reached)
        else:
            weights = region_weights(domain, self.where, solution.reached)
        if not weights.any():
            raise InputError(f"{self}: no source reaches anything of it")
        return weights


@dataclass(frozen=True)
class Content(Goal):
    """Lithium in the domain per metre of depth, mol/m.

    Attributes:
        at: time, s.
    """

    at: Quantity = Quantity("s", positive=True, unbounded=True)  # noqa: RUF009
    unit: ClassVar[str] = "mol/m"

    @property
    def time(self) -> float:
        """The time, s."""
        return self.at

    def __str__(self) -> str:
        return f"content {self.when}"

    def value(self, solution: Solution, /) -> float:
        """The content, mol/m."""
        return float(solution.content(self.times(solution))[0])


@dataclass(frozen=True)
class Passed(Goal):
    """Lithium that came in through a boundary until a time, mol/m; out is negative.

    Attributes:
        boundary: a side or an interface on the boundary of the domain.
        at: time, s.
    """

    boundary: Boundary
    at: Quantity = Quantity("s", positive=True)  # noqa: RUF009
    unit: ClassVar[str] = "mol/m"

    @property
    def time(self) -> float:
        """The time, s."""
        return self.at

    def __str__(self) -> str:
        return f"amount through {self.boundary!r} until {self.at:g} s"

    def value(self, solution: Solution, /) -> float:
        """The amount, mol/m."""
        return float(solution.uptake(self.boundary, self.times(solution))[0])


@dataclass(frozen=True)
class SteadyFlux(Goal):
    """Flux into the domain through a boundary in the steady state, mol/m/s.

    Attributes:
        boundary: a side or an interface on the boundary of the domain.
    """

    boundary: Boundary
    unit: ClassVar[str] = "mol/m/s"

    @property
    def time(self) -> float:
        """The time, s."""
        return float("inf")

    def __str__(self) -> str:
        return f"steady flux through {self.boundary!r}"

    def value(self, solution: Solution, /) -> float:
        """The flux, mol/m/s."""
        return float(solution.flux(self.boundary, self.times(solution))[0])
