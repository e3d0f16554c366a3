"""A case with some of its fields changed, as something that a study runs."""

import os
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Self

from anosim.case import Case, toml
from anosim.case.tables import read_conditions, read_materials
from anosim.case.text import read_text
from anosim.conditions import Uptake
from anosim.errors import AnosimError
from anosim.formats.digest import content_digest
from anosim.formats.meshes.files import digest_of
from anosim.functions import Function
from anosim.integrate.finite_elements import FiniteElements
from anosim.study.chain import Chain
from anosim.study.dotted import put
from anosim.study.reduced import worthwhile
from anosim.study.running import Outcome, attempted
from anosim.study.values import digest, number_of

VARIED = ("materials", "conditions")
"""Tables that are read anew for every run; all else once for all runs that have it."""
REMEMBERED = 4096
_cases: dict[str, Case] = {}
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
        for table in ("image", "mesh"):
            data.get(table, {}).pop("file", None)
        for region in _regions(data):
            region.pop("mask", None)
        return f"case {digest(data)}"

    def content(self, point: Mapping[str, Any], /) -> str:
        """A digest of the image or mesh, and of masks of regions."""
        data = self.changed(point)
        files = [data.get("image", {}).get("file"), *(r.get("mask") for r in _regions(data))]
        paths = [Path(self.base) / file for file in files if isinstance(file, str)]
        mesh = data.get("mesh", {}).get("file")
        try:
            meshes = [digest_of(Path(self.base) / mesh)[:24]] if isinstance(mesh, str) else []
            found = meshes + [_file_digest(str(path), path.stat().st_mtime_ns) for path in paths]
        except (OSError, AnosimError):  # the run will say so
            return ""
        return " ".join(found)

    def changed(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The case's data with the values of a run.

        Raises:
            InputError: a name that leads nowhere.
        """
        data = deepcopy(dict(self.data))
        for path, value in point.items():
            put(data, path, value)
        return data

    def case(self, point: Mapping[str, Any]) -> Case:
        """The case of a run.

        Raises:
            CaseError: a value that is wrong.
        """
        data = self.changed(point)
        key = digest([self.base, data])
        if key not in _cases:
            if len(_cases) >= REMEMBERED:
                _cases.clear()
            told = ", ".join(f"{name} = {value}" for name, value in point.items())
            _cases[key] = self._parsed(data, f"{self.name} with {told}")
        return _cases[key]

    def _parsed(self, data: dict[str, Any], name: str) -> Case:
        """The case of some data; of one known but for materials and conditions, only those."""
        rest = {key: value for key, value in data.items() if key not in VARIED}
        key = digest([self.base, rest])
        like = _cases.get(key)
        if like is None:
            _cases[key] = like = Case.parse(toml.dumps(data), base=self.base, name=name)
            return like
        entry = read_text(toml.dumps(data), name)
        phases, sides = like.names
        materials = read_materials(entry.required("materials", "a table"), phases)
        conditions = read_conditions(
            entry.required("conditions", "[[conditions]]"), phases, materials, sides
        )
        found = replace(like, entry=entry, materials=materials, conditions=conditions)
        vars(found)["regions"] = like.regions  # the table [output] is the same
        return found

    def check(self, points: Sequence[Mapping[str, Any]], /) -> None:
        """Read the case of every run.

        Raises:
            CaseError: the first value that is wrong, with the run that has it.
        """
        for point in points:
            self.case(point)

    def batches(self, points: Sequence[Mapping[str, Any]], /) -> list[list[int]]:
        """Runs that differ in coefficients only are together if a reduced model can pay."""
        together: dict[str, list[int]] = {}
        for rank, point in enumerate(points):
            together.setdefault(self.structure(point) or f"{rank}", []).append(rank)
        found = []
        for places in together.values():
            whole = self.reduced([points[place] for place in places])
            found += [places] if whole else [[place] for place in places]
        return found

    def outcomes(
        self, points: Sequence[Mapping[str, Any]], wanted: Sequence[int], cache: Path, /
    ) -> Iterator[tuple[int, Outcome]]:
        """The wanted runs, one after the other on the same mesh."""
        chain = Chain(self, cache)
        family = chain.family(points) if len(points) > 1 else None
        for rank in wanted:
            yield rank, attempted(partial(chain.run, points[rank], family))

    def reduced(self, points: Sequence[Mapping[str, Any]]) -> bool:
        """Whether runs that differ in coefficients only are enough for a reduced model."""
        if len(points) < 2:
            return False
        solver = next(iter(self.case(points[0]).solvers.values()))
        return worthwhile(len(points), getattr(solver, "tolerance", 0.1))

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
        return digest(data)


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


@lru_cache(maxsize=1024)
def _file_digest(path: str, changed: int) -> str:
    return content_digest(Path(path))[:24]
