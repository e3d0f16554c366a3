"""Mesh, solve, estimate, and mesh again where it matters, until a number is exact enough."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from anosim.adapt.estimate import Estimate, estimate
from anosim.adapt.quantities import Goal
from anosim.adapt.sizes import SizedMesher, check_sized, on_pixels, wanted_lengths
from anosim.data_frame import data_frame
from anosim.errors import ConvergenceError, InputError
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.plugins import Solver
from anosim.problem import Diffusion
from anosim.progress import report, stage
from anosim.solution import Solution

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Round:
    """One mesh and what came of it.

    Attributes:
        triangles: of the whole mesh.
        unknowns: nodes of the domain.
        value: of the quantity, SI.
        error: size of its estimated error, SI.
    """

    triangles: int
    unknowns: int
    value: float
    error: float

    @property
    def relative(self) -> float:
        """``error`` over the size of the value."""
        return self.error / abs(self.value) if self.value else float("inf")


@dataclass(frozen=True, eq=False)
class Refinement:
    """A solution exact enough for a number, and how it came about.

    Attributes:
        goal: the number.
        tolerance: on its relative error.
        rounds: the meshes, first to last.
        solution: on the last one.
        estimate: of its error.
    """

    goal: Goal
    tolerance: float
    rounds: tuple[Round, ...]
    solution: Solution
    estimate: Estimate

    @property
    def met(self) -> bool:
        """Whether the estimated error is within the tolerance."""
        return self.rounds[-1].relative <= self.tolerance

    def frame(self) -> "pd.DataFrame":
        """One row per mesh as a pandas DataFrame; value and error in SI.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame([asdict(one) | {"relative_error": one.relative} for one in self.rounds])

    def __str__(self) -> str:
        triangles = self.rounds[-1].triangles
        return (
            f"{self.estimate}, tolerance {100.0 * self.tolerance:.2g} %, "
            f"{triangles} triangles, round {len(self.rounds)}"
        )


class NotMetError(ConvergenceError):
    """The tolerance was not met; ``refinement`` holds what was reached."""

    def __init__(self, message: str, refinement: Refinement) -> None:
        super().__init__(message)
        self.refinement = refinement


@stage("refine")
def refine(
    microstructure: Microstructure,
    problem_of: Callable[[Mesh], Diffusion],
    goal: Goal,
    tolerance: float,
    *,
    mesher: SizedMesher,
    solver: Solver,
    most_rounds: int = 8,
) -> Refinement:
    """A solution whose mesh makes a number as exact as asked, with few triangles.

    The estimate takes the outline of the phases in the mesh as given. By the mesher "gmsh" it is
    the same in every round with ``staircase``. Smooth boundaries move a little as their edges
    become shorter, by hundredths of a pixel where edges are a pixel at most; what that changes is
    not in the estimate. It is part of what the smoothing of pixels leaves open.

    Args:
        microstructure: the image.
        problem_of: the linear problem on a mesh of it.
        goal: the number.
        tolerance: relative error of the number because of the mesh, for example 1e-3.
        mesher: makes the first mesh by its options, and the others with edges of given lengths.
        solver: solves the problem and its dual.
        most_rounds: meshes to try.

    Raises:
        UnsupportedError: the problem is not linear, or the mesher takes no edge lengths.
        InputError: a tolerance out of range, or a number that is zero.
        NotMetError: the tolerance was not met.
    """
    check_sized(mesher)
    if not 0.0 < tolerance < 1.0 or most_rounds < 1:
        raise InputError(
            f"tolerance is {tolerance!r} and most_rounds {most_rounds!r}: choose a tolerance "
            "between 0 and 1, such as 1e-3, and at least one round"
        )
    rounds: list[Round] = []
    mesh = mesher.mesh(microstructure)
    while True:
        solution = solver.solve(problem_of(mesh))
        found = estimate(solution, goal, solver)
        if found.value == 0.0:
            raise InputError(f"the {goal} is zero: it has no relative error")
        rounds.append(Round(len(mesh.cells), len(solution.base), found.value, found.size))
        result = Refinement(goal, tolerance, tuple(rounds), solution, found)
        if result.met:
            return result
        report("refine", len(rounds) / most_rounds)
        if len(rounds) == most_rounds:
            raise NotMetError(f"the tolerance was not met: {result}; raise it", result)
        lengths = wanted_lengths(found, tolerance * abs(found.value))
        mesh = mesher.mesh_with_sizes(microstructure, on_pixels(found, lengths, microstructure))
