"""Case: a case file, checked, and the steps of the job that it describes."""

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from anosim.case import toml
from anosim.case.entry import CaseError, Entry
from anosim.case.image import ImagePart, read_image
from anosim.case.tables import (
    DEFAULT_MESHER,
    OutputPart,
    read_conditions,
    read_initial,
    read_materials,
    read_mesher,
    read_output,
    read_solvers,
    read_until,
)
from anosim.case.text import read_text
from anosim.domain import Domain
from anosim.locate import locate
from anosim.meshes import Boundary, Mesh
from anosim.microstructure import Microstructure
from anosim.plugins import Mesher, Solver
from anosim.problem import Condition, Diffusion, InterfaceTransfer, Material
from anosim.solution import Solution

TABLES = ("image", "mesh", "materials", "conditions", "solve", "output")


@dataclass(frozen=True, eq=False)
class Case:
    """Everything about a run, from image to output; nothing of it has been done yet.

    Attributes:
        entry: the whole case, for errors and for writing it down.
        base: the folder that paths in the case start from.
        image: which image, and what its labels mean.
        mesher: the mesher with its options.
        materials: material of each phase that takes part.
        conditions: condition on each boundary.
        solvers: each solver with its options, by name; the first one's solution is shown.
        until: end of the simulated time, s; infinity for the steady state.
        initial: concentration at time zero, mol/m^3.
        output: folder, times and probes.
    """

    entry: Entry
    base: Path
    image: ImagePart
    mesher: Mesher
    materials: Mapping[str, Material]
    conditions: Mapping[Boundary, Condition]
    solvers: Mapping[str, Solver]
    until: float
    initial: float
    output: OutputPart

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, solver: str | None = None) -> Self:
        """Read a case file.

        Args:
            path: the TOML file.
            solver: solves instead of the case's own; several with commas between them.

        Raises:
            CaseError: what is wrong, with file, line and field.
            PluginError: the library of the mesher or of a solver is not installed.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode()
        except FileNotFoundError:
            raise CaseError(f"there is no case file {str(path)!r}") from None
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no file's name
            reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise CaseError(f"cannot read the case file {str(path)!r}: {reason}") from None
        return cls.parse(text, base=path.parent, name=str(path), solver=solver)

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        base: str | os.PathLike[str] = ".",
        name: str = "case",
        solver: str | None = None,
    ) -> Self:
        """Read a case from its text.

        Args:
            text: TOML.
            base: the folder that paths in the case start from.
            name: what errors call the case.
            solver: solves instead of the case's own; several with commas between them.

        Raises:
            CaseError: what is wrong, with line and field.
            PluginError: the library of the mesher or of a solver is not installed.
        """
        entry = read_text(text, name, solver)
        tables = {key: Entry(entry.source, (key,), {}) for key in TABLES} | entry.table(TABLES)
        image = read_image(entry.required("image", "a table [image]"), Path(base))
        materials = read_materials(tables["materials"], image.phases)
        solve = tables["solve"]
        until = read_until(solve.required("until", '"100 s"'))
        output = read_output(tables["output"], until)
        return cls(
            entry=entry,
            base=Path(base),
            image=image,
            mesher=read_mesher(tables["mesh"]),
            materials=materials,
            conditions=read_conditions(tables["conditions"], image.phases, materials),
            solvers=read_solvers(solve, output.times, until),
            until=until,
            initial=read_initial(solve),
            output=output,
        )

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return self.base / self.output.folder

    @property
    def mesher_name(self) -> str:
        """The mesher, as plugins are called."""
        return str(self.entry.value.get("mesh", {}).get("mesher", DEFAULT_MESHER))

    def microstructure(self) -> Microstructure:
        """The labelled image.

        Raises:
            CaseError: the image and what the case says about it do not fit.
        """
        image = self.image.microstructure()
        for phase in self.materials:
            entry = self.entry.part("materials").part(phase)
            entry.known(phase, image.phases, "phases of this part of the image are")
        return image

    def mesh(self, microstructure: Microstructure) -> Mesh:
        """The mesh of the image.

        Raises:
            CaseError: the mesher cannot do this image.
        """
        with self._table("mesh").blamed():
            return self.mesher.mesh(microstructure)

    def cleaning(self, microstructure: Microstructure) -> str | None:
        """What the mesher takes out of the image, in words; None if it leaves it as it is."""
        cleaned = getattr(self.mesher, "cleaned", None)
        if cleaned is None or not getattr(self.mesher, "least_pixels", 0):
            return None
        return str(cleaned(microstructure)[1])

    def problem(self, mesh: Mesh) -> Diffusion:
        """The diffusion problem on a mesh of the image.

        Raises:
            CaseError: a condition, or a probe, is not where lithium can be.
        """
        with self._table("materials").blamed():
            domain = Domain.of(mesh, self.materials, 1)
            Diffusion(mesh, self.materials, {}, self.until, self.initial)
        transfers = {n: c for n, c in self.conditions.items() if isinstance(c, InterfaceTransfer)}
        for position, (name, condition) in enumerate(self.conditions.items()):
            with self._condition(position).blamed():
                together = transfers if name in transfers else {name: condition}
                Diffusion(mesh, self.materials, together, self.until)
                domain.boundary_edges(name)
        self._check_probes(domain)
        return Diffusion(mesh, self.materials, self.conditions, self.until, self.initial)

    def solve(self, problem: Diffusion, solver: str) -> Solution:
        """The solution by one of the case's solvers.

        Raises:
            CaseError: the solver refuses the problem or its options.
        """
        with self._table("solve").blamed():
            return self.solvers[solver].solve(problem)

    def text(self, folder: Path) -> str:
        """The case as a file to be put into a folder and run from there."""
        data = deepcopy(self.entry.value)
        if self.image.file is not None:
            file = self.image.file.resolve()
            data["image"]["file"] = Path(os.path.relpath(file, folder.resolve())).as_posix()
        data.get("output", {}).pop("folder", None)
        return toml.dumps(data)

    def _check_probes(self, domain: Domain) -> None:
        corners = domain.points[domain.triangles]
        for entry, point in self.output.probes.values():
            if locate(corners, np.array([point]))[0][0] < 0:
                raise entry.error(
                    f"is at x = {point[0]:g} m, y = {point[1]:g} m, where no phase with a "
                    "material is; x runs with columns and y with rows from the upper left corner"
                )

    def _table(self, key: str) -> Entry:
        return Entry(self.entry.source, (key,), self.entry.value.get(key))

    def _condition(self, position: int) -> Entry:
        value = self.entry.value["conditions"][position]
        return Entry(self.entry.source, ("conditions", position), value)
