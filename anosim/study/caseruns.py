"""A case with some of its fields changed, as something that a study runs."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, cast

from anosim.case import Case, toml
from anosim.case.tables import read_conditions, read_materials
from anosim.case.text import read_text
from anosim.conditions import Uptake
from anosim.errors import AnosimError, InputError
from anosim.functions import Function
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
from anosim.study.running import Outcome, attempted
from anosim.study.values import number_of, storable

VARIED = ("materials", "conditions")
"""Tables that are read anew for every run; all else once for all runs that have it."""
REMEMBERED = 4096
_cases: dict[str, Case] = {}
FEWEST = 4
"""Runs that differ in coefficients only for which a reduced model is made."""
MATERIAL = ("diffusivity", "capacity", "reaction")
CONDITION = ("coefficient", "bulk", "value", "equilibrium")


@dataclass(frozen=True, eq=False)
class CaseRuns:
    """Runs of a case.

    Attributes:
        data: the case as TOML gives it.
        base: the folder that paths in it start from.
        name: what errors call it.
    """

    data: Mapping[str, Any]
    base: str
    name: str

    @classmethod
    def of(cls, case: Case | str | os.PathLike[str]) -> Self:
        """Runs of a case or of a case file.

        Raises:
            CaseError: what is wrong with it.
        """
        if not isinstance(case, Case):
            case = Case.read(case)
        data = deepcopy(dict(case.entry.value))
        return cls(data, str(case.base.resolve()), case.entry.source.name)

    @property
    def identity(self) -> str:
        """A digest of the case without the places of its files, whose content counts."""
        data = deepcopy(dict(self.data))
        data.get("output", {}).pop("folder", None)
        data.get("image", {}).pop("file", None)
        for region in _regions(data):
            region.pop("mask", None)
        return f"case {_digest(data)}"

    def content(self, point: Mapping[str, Any], /) -> str:
        """A digest of the image, and of masks of regions."""
        data = self.changed(point)
        files = [data.get("image", {}).get("file"), *(r.get("mask") for r in _regions(data))]
        paths = [Path(self.base) / file for file in files if isinstance(file, str)]
        try:
            found = [_file_digest(str(path), path.stat().st_mtime_ns) for path in paths]
        except OSError:  # the run will say so
            return ""
        return " ".join(found)

    def changed(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The case's data with the values of a run.

        Raises:
            InputError: a name that leads nowhere.
        """
        data = deepcopy(dict(self.data))
        for path, value in point.items():
            _put(data, path, value)
        return data

    def case(self, point: Mapping[str, Any]) -> Case:
        """The case of a run.

        Raises:
            CaseError: a value that is wrong.
        """
        data = self.changed(point)
        key = _digest([self.base, data])
        if key not in _cases:
            if len(_cases) >= REMEMBERED:
                _cases.clear()
            told = ", ".join(f"{name} = {value}" for name, value in point.items())
            _cases[key] = self._parsed(data, f"{self.name} with {told}")
        return _cases[key]

    def _parsed(self, data: dict[str, Any], name: str) -> Case:
        """The case of some data; of one known but for materials and conditions, only those."""
        rest = {key: value for key, value in data.items() if key not in VARIED}
        key = _digest([self.base, rest])
        like = _cases.get(key)
        if like is None:
            _cases[key] = like = Case.parse(toml.dumps(data), base=self.base, name=name)
            return like
        entry = read_text(toml.dumps(data), name)
        materials = read_materials(entry.required("materials", "a table"), like.image.phases)
        conditions = read_conditions(
            entry.required("conditions", "[[conditions]]"), like.image.phases, materials
        )
        found = replace(like, entry=entry, materials=materials, conditions=conditions)
        vars(found)["regions"] = like.regions  # the table [output] is the same
        return found

    def batches(self, points: Sequence[Mapping[str, Any]], /) -> list[list[int]]:
        """Runs that differ in coefficients only are together if a reduced model can serve them."""
        together: dict[str, list[int]] = {}
        for rank, point in enumerate(points):
            together.setdefault(self.structure(point) or f"{rank}", []).append(rank)
        found = []
        for places in together.values():
            whole = len(places) >= FEWEST
            found += [places] if whole else [[place] for place in places]
        return found

    def outcomes(
        self, points: Sequence[Mapping[str, Any]], wanted: Sequence[int], cache: Path, /
    ) -> Iterator[tuple[int, Outcome]]:
        """The wanted runs, one after the other on the same mesh."""
        chain = Chain(self, cache)
        family = chain.family(points) if len(points) >= FEWEST else None
        for rank in wanted:
            yield rank, attempted(partial(chain.run, points[rank], family))

    def structure(self, point: Mapping[str, Any]) -> str:
        """A digest of what is no coefficient; "" where no reduced model can serve."""
        try:
            data = self.changed(point)
            case = self.case(point)
        except AnosimError:
            return ""
        solvers = list(case.solvers.values())
        if len(solvers) > 1 or not _simple(case, solvers[0]):
            return ""
        for material in data["materials"].values():
            _mask(material, MATERIAL)
        for condition in data["conditions"]:
            _mask(condition, CONDITION)
        _mask(data["solve"], ("until",))
        data.pop("output", None)
        return _digest(data)


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

    runs: CaseRuns
    cache: Path
    meshed: dict[str, tuple[str, Mesh]] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    growing: tuple[str, Family] | None = None

    def family(self, points: Sequence[Mapping[str, Any]]) -> Family | None:
        """A reduced model of the problems of all these runs; None if it cannot be made."""
        problems: list[Diffusion] = []
        solver = None
        for point in points:
            try:
                case = self.runs.case(point)
                problem = self.problem(case, Stopwatch(), {})
                solver = next(iter(case.solvers.values()))
                if not reducible(problem, solver):
                    return None
                problems.append(problem)
            except AnosimError:  # that run will fail by itself
                continue
        alike = [p for p in problems if p.open == problems[0].open]
        if len(alike) < FEWEST or len(alike) < len(problems):
            return None
        try:
            family = Family(solver, alike[0])  # type: ignore[arg-type]
            family.grow(alike)
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
        hashes["image"] = case.image.digest()[:24]
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
        told = _digest([data["image"], data.get("mesh", {}), case.periodic, case.image.digest()])
        if told not in self.meshed:
            with watch.stage("image"):
                image = case.microstructure()
            with watch.stage("mesh"):
                key = mesh_key(image, case.mesher_name, case.mesher)
                self.meshed[told] = key, kept_mesh(key, self.cache, lambda: case.mesh(image))
        key, mesh = self.meshed[told]
        hashes["mesh"] = key
        with watch.stage("problem"):
            told = _digest([key, case.entry.value.get("output", {}), list(case.conditions)])
            if told in self.checked:
                return Diffusion(
                    mesh, case.materials, case.conditions, case.until, case.initial, case.periodic
                )
            problem = case.problem(mesh)
            self.checked.add(told)
        return problem


def _simple(case: Case, solver: Any) -> bool:
    """Whether the equations are linear with constant coefficients, by what the case says."""
    items = (*case.materials.values(), *case.conditions.values())
    values = [value for item in items for value in vars(item).values()]
    return (
        isinstance(solver, FiniteElements)
        and solver.integrator in ("auto", "krylov")
        and case.until != float("inf")
        and not any(isinstance(value, Function) for value in values)
        and all(c.linear for c in case.conditions.values() if isinstance(c, Uptake))
    )


def _regions(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    regions = data.get("output", {}).get("regions", {})
    found = regions.values() if isinstance(regions, dict) else ()
    return [region for region in found if isinstance(region, dict)]


def _mask(table: dict[str, Any], names: Sequence[str]) -> None:
    """Put a mark for what is a number; zero and infinity stay, they change what there is."""
    for name in names:
        number = number_of(table.get(name))
        if number is not None and 0.0 < abs(number) < float("inf"):
            table[name] = "a number"


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    place: Any = data
    *before, last = path.split(".")
    for word in before:
        place = _inside(place, word, path)
    if isinstance(place, list):
        place[_index(place, last, path)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise InputError(f"axis {path!r} leads nowhere: {'.'.join(before)!r} is no table")


def _inside(place: Any, word: str, path: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, word, path)]
    if not isinstance(place, dict):
        raise InputError(f"axis {path!r} leads nowhere: there is no table before {word!r}")
    return place.setdefault(word, {})


def _index(place: list[Any], word: str, path: str) -> int:
    if not word.isdigit() or int(word) >= len(place):
        raise InputError(
            f"axis {path!r} leads nowhere: {word!r} has to be a number from 0 to {len(place) - 1}, "
            "the place in a list"
        )
    return int(word)


def _agreement(solutions: Mapping[str, Solution]) -> dict[str, float]:
    (name, first), *others = solutions.items()
    return {f"{name} and {n} differ by": largest_difference(first, s) for n, s in others}


@cache
def _versions() -> dict[str, str]:
    import anosim

    found = {name: installed(name) for name in (*LIBRARIES, "scikit-fem", "fenics-dolfinx")}
    return {"anosim": anosim.__version__, **{n: v for n, v in found.items() if v}}


def _digest(data: Any) -> str:
    text = json.dumps(storable(data), sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:24]


@lru_cache(maxsize=1024)
def _file_digest(path: str, changed: int) -> str:
    return sha256(Path(path).read_bytes()).hexdigest()[:24]
