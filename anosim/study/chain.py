"""The runs of a case one after the other, with what they have in common kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from anosim.case import Case
from anosim.case.meshfile import MeshFile
from anosim.errors import AnosimError
from anosim.integrate.finite_elements import FiniteElements
from anosim.meshes import Mesh
from anosim.problem import Diffusion
from anosim.results.comparison import largest_difference
from anosim.results.provenance import LIBRARIES, Stopwatch, installed
from anosim.solution import Solution
from anosim.study.affine import reducible
from anosim.study.casenumbers import case_numbers
from anosim.study.family import Family
from anosim.study.meshes import kept_mesh, mesh_key
from anosim.study.reduced import PRICE, worthwhile
from anosim.study.running import Outcome
from anosim.study.values import digest

if TYPE_CHECKING:
    from anosim.study.caseruns import CaseRuns


@dataclass(eq=False)
class Chain:
    """From the image to the numbers, with what runs have in common kept.

    Attributes:
        runs: the case.
        cache: folder for meshes.
        meshed: key and mesh of each image and mesher.
        checked: cases that were checked in full before, but for their coefficients.
        growing: a reduced model that grows from run to run, and what it is of.
    """

    runs: "CaseRuns"
    cache: Path
    meshed: dict[str, tuple[str, Mesh]] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    growing: tuple[str, Family] | None = None

    def family(self, points: Sequence[Mapping[str, Any]]) -> Family | None:
        """A reduced model of the problems of all these runs; None if it cannot be or cannot pay."""
        problems: list[Diffusion] = []
        solver: FiniteElements | None = None
        for point in points:
            try:
                case = self.runs.case(point)
                problem = self.problem(case, Stopwatch(), {})
                solver = cast(FiniteElements, next(iter(case.solvers.values())))
                if not reducible(problem, solver):
                    return None
                problems.append(problem)
            except AnosimError:  # that run will fail by itself
                continue
        if solver is None or not problems:
            return None
        alike = [p for p in problems if p.open == problems[0].open]
        if len(alike) < len(problems) or not worthwhile(len(alike), solver.tolerance):
            return None
        try:
            family = Family(solver, alike[0])
            family.grow(alike, most=len(alike) / (2.0 * PRICE))
        except AnosimError:
            return None
        return family

    def run(self, point: Mapping[str, Any], family: Family | None) -> Outcome:
        """The numbers of one run.

        Raises:
            AnosimError: whatever is wrong with it.
        """
        watch, hashes = Stopwatch(), dict[str, str]()
        case = self.runs.case(point)
        problem = self.problem(case, watch, hashes)
        record: dict[str, Any] = {}
        with watch.stage("solve"):
            if family is not None:
                solutions = {"": family.solve(problem)}
            else:
                solutions = {name: case.solve(problem, name) for name in case.solvers}
        first = next(iter(solutions.values()))
        with watch.stage("numbers"):
            numbers = case_numbers(case, first)
            numbers |= _agreement(solutions)
        record |= {name: str(value) for name, value in first.record.items()}
        hashes["mesh file" if isinstance(case.mesher, MeshFile) else "image"] = case.digest()[:24]
        return Outcome(numbers, watch.seconds, dict(_versions()), hashes, record)

    def numbers(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The numbers of a run whose successors are not known: the reduced model grows as it goes.

        Raises:
            AnosimError: whatever is wrong with it.
        """
        case = self.runs.case(point)
        problem = self.problem(case, Stopwatch(), {})
        name, solver = next(iter(case.solvers.items()))
        structure = self.runs.structure(point)
        if not structure or not reducible(problem, solver):
            return case_numbers(case, case.solve(problem, name))
        if self.growing is None or self.growing[0] != structure:
            self.growing = structure, Family(cast(FiniteElements, solver), problem)
        return case_numbers(case, self.growing[1].solve(problem))

    def problem(self, case: Case, watch: Stopwatch, hashes: dict[str, str]) -> Diffusion:
        """The problem of a run, on a mesh that other runs may share.

        Raises:
            CaseError: image, mesh or problem contradict the case.
        """
        data = case.entry.value
        tables = [data.get(name, {}) for name in ("image", "mesh")]
        told = digest([*tables, case.periodic, case.digest()])
        if told not in self.meshed:
            with watch.stage("image"):
                image = case.microstructure()
            with watch.stage("mesh"):
                if image is None or isinstance(case.mesher, MeshFile):
                    self.meshed[told] = told, case.mesh(image)
                else:
                    key = mesh_key(image, case.mesher_name, case.mesher)
                    self.meshed[told] = key, kept_mesh(key, self.cache, lambda: case.mesh(image))
        key, mesh = self.meshed[told]
        hashes["mesh"] = key
        with watch.stage("problem"):
            told = digest([key, case.entry.value.get("output", {}), list(case.conditions)])
            if told in self.checked:
                return Diffusion(
                    mesh, case.materials, case.conditions, case.until, case.initial, case.periodic
                )
            problem = case.problem(mesh)
            self.checked.add(told)
        return problem


def _agreement(solutions: Mapping[str, Solution]) -> dict[str, float]:
    (name, first), *others = solutions.items()
    return {f"{name} and {n} differ by": largest_difference(first, s) for n, s in others}


@cache
def _versions() -> dict[str, str]:
    import anosim

    found = {name: installed(name) for name in (*LIBRARIES, "scikit-fem", "fenics-dolfinx")}
    return {"anosim": anosim.__version__, **{n: v for n, v in found.items() if v}}
