"""Case: a case file, checked, and the steps of the job that it describes."""

import os
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from anosim.case import toml
from anosim.case.checks import (
    check_diffusivities,
    check_plane,
    check_probed,
    check_probes,
    check_regions,
    check_surfaces,
)
from anosim.case.entry import CaseError, Entry
from anosim.case.image import ImagePart, read_image
from anosim.case.meshfile import MeshFile, read_mesh_file
from anosim.case.output import MaskFile, OutputPart, read_output
from anosim.case.segment import read_segment
from anosim.case.tables import (
    DEFAULT_MESHER,
    SIDES,
    read_conditions,
    read_materials,
    read_mesher,
    read_periodic,
    read_solvers,
    read_until,
)
from anosim.case.text import read_text
from anosim.case.values import read_initial
from anosim.conditions import Condition, InterfaceTransfer, Material
from anosim.domain import Domain
from anosim.initial import Start
from anosim.meshes import Boundary, Mesh
from anosim.microstructure import Microstructure
from anosim.plugins import Mesher, Solver
from anosim.problem import Diffusion
from anosim.regions import Region
from anosim.results.mesh_report import check_covers
from anosim.solution import Solution

TABLES = ("image", "segment", "mesh", "materials", "conditions", "solve", "output")


@dataclass(frozen=True, eq=False)
class Case:
    """Everything about a run, from image to output; nothing of it has been done yet.

    Attributes:
        entry: the whole case, for errors and for writing it down.
        base: the folder that paths in the case start from.
        image: which image, and what its labels mean; None where only a mesh's file is given.
        mesher: the mesher with its options, or the mesh's file.
        materials: material of each phase that takes part.
        conditions: condition on each boundary.
        solvers: each solver with its options, by name; the first one's solution is shown.
        until: end of the simulated time, s; infinity for the steady state.
        initial: concentration at time zero, mol/m^3, one or by phase.
        periodic: which opposite sides are joined.
        output: folder, times, probes, regions and surfaces.
    """

    entry: Entry
    base: Path
    image: ImagePart | None
    mesher: Mesher | MeshFile
    materials: Mapping[str, Material]
    conditions: Mapping[Boundary, Condition]
    solvers: Mapping[str, Solver]
    until: float
    initial: Start
    periodic: str
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
        segment = read_segment(tables["segment"], Path(base)) if "segment" in entry.value else None
        image, mesher = None, None
        if isinstance(tables["mesh"].value, dict) and "file" in tables["mesh"].value:
            mesher = read_mesh_file(tables["mesh"], Path(base))
        if mesher is None or "image" in entry.value:
            here = entry.required("image", "a table [image], or [mesh] with file = ...")
            image = read_image(here, Path(base), segment)
        phases, sides = _names(image, mesher)
        materials = read_materials(tables["materials"], phases)
        solve = tables["solve"]
        until = read_until(solve.required("until", '"100 s"'))
        periodic = read_periodic(solve)
        output = read_output(tables["output"], until, phases)
        return cls(
            entry=entry,
            base=Path(base),
            image=image,
            mesher=mesher or read_mesher(tables["mesh"], periodic),
            materials=materials,
            conditions=read_conditions(tables["conditions"], phases, materials, sides),
            solvers=read_solvers(solve, output.times, until),
            until=until,
            initial=read_initial(solve, materials),
            periodic=periodic,
            output=output,
        )

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return self.base / self.output.folder

    @property
    def mesher_name(self) -> str:
        """The mesher, as plugins are called; "file" where the mesh is read."""
        if isinstance(self.mesher, MeshFile):
            return "file"
        return str(self.entry.value.get("mesh", {}).get("mesher", DEFAULT_MESHER))

    @property
    def names(self) -> tuple[Collection[str], Collection[str]]:
        """Phases and sides that materials and conditions can be given for."""
        return _names(self.image, self.mesher)

    def digest(self) -> str:
        """SHA-256 of the bytes of the image's file, or of the mesh's where one is read."""
        source = self.mesher if isinstance(self.mesher, MeshFile) else self.image
        return "" if source is None else source.digest()

    def microstructure(self) -> Microstructure | None:
        """The labelled image; None where the case has only a mesh's file.

        Raises:
            CaseError: the image and what the case says about it do not fit.
        """
        if self.image is None:
            return None
        image = self.image.microstructure()
        if isinstance(self.mesher, MeshFile):
            with self._table("mesh").part("file").blamed():
                check_covers(image, self.mesher.mesh())
            return image
        for phase in self.materials:
            entry = self.entry.part("materials").part(phase)
            entry.known(phase, image.phases, "phases of this part of the image are")
        if image.labels.ndim == 2:
            check_plane(self.entry, self.periodic, self.conditions)
        check_probes(self.output, image, self.materials)
        return image

    def about_image(self) -> dict[str, Any]:
        """What the image's file says about itself, as plain values; empty without a file.

        Its ``notes`` say what the user has to know, such as a voxel size that is contradicted.
        """
        about = {} if self.image is None else self.image.about()
        if about and about["voxel_contradiction"]:
            about["notes"].append(f"{about['voxel_contradiction']}: the given ones hold")
        return about

    def mesh(self, microstructure: Microstructure | None = None) -> Mesh:
        """The mesh of the image, or in the case's file.

        Raises:
            CaseError: the mesher cannot do this image, or the file cannot be read.
        """
        mesher: Any = self.mesher
        with self._table("mesh").blamed():
            made: Mesh = mesher.mesh(microstructure)
        return made

    def expected_cells(self, microstructure: Microstructure) -> Mapping[str, float] | None:
        """Cells of each phase that the mesher will make; None of a mesher that does not say.

        Raises:
            CaseError: the mesher cannot do this image.
        """
        expected: Any = getattr(self.mesher, "expected_cells", None)
        if expected is None:
            return None
        with self._table("mesh").blamed():
            counts: Mapping[str, float] = expected(microstructure)
        return counts

    def cleaning(self, microstructure: Microstructure | None) -> str | None:
        """What the mesher takes out of the image, in words; None if it leaves it as it is."""
        cleaned = getattr(self.mesher, "cleaned", None)
        if cleaned is None or not getattr(self.mesher, "least_pixels", 0):
            return None
        return str(cleaned(microstructure)[1])

    def problem(self, mesh: Mesh) -> Diffusion:
        """The diffusion problem on a mesh of the image.

        Raises:
            CaseError: a condition, a probe or a region is not where lithium can be, or a
                diffusivity is not positive at the concentrations that there will be.
        """
        with self._table("materials").blamed():
            domain = Domain.of(mesh, self.materials, 1)
            Diffusion(mesh, self.materials, {}, self.until)
        with self._table("solve").blamed():
            Diffusion(mesh, self.materials, {}, self.until, self.initial, self.periodic)
        transfers = {n: c for n, c in self.conditions.items() if isinstance(c, InterfaceTransfer)}
        for position, (name, condition) in enumerate(self.conditions.items()):
            with self._condition(position).blamed():
                together = transfers if name in transfers else {name: condition}
                Diffusion(mesh, self.materials, together, self.until, periodic=self.periodic)
                domain.boundary_facets(name)
        problem = Diffusion(
            mesh, self.materials, self.conditions, self.until, self.initial, self.periodic
        )
        check_diffusivities(self.entry.part("materials"), problem)
        check_probed(self.output, domain)
        check_regions(self.output, self.regions, domain)
        check_surfaces(self.output, domain)
        return problem

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        """The regions whose averages are asked for, by name.

        Raises:
            CaseError: a mask's file cannot be read, or is not of the image's shape.
        """
        return {
            name: self._mask(shape) if isinstance(shape, MaskFile) else shape
            for name, (_, shape) in self.output.regions.items()
        }

    def _mask(self, shape: MaskFile) -> Region:
        if self.image is None:
            raise shape.entry.error("is of an image's voxels, and the case has no [image]")
        return shape.read(self.base, self.image.voxel)

    def surfaces(self, problem: Diffusion) -> tuple[tuple[str, str], ...]:
        """The interfaces along which particles are looked at.

        Of all there are these count: to phases without a material that let no lithium in, and
        those of an interface transfer.
        """
        if self.output.surfaces is not None:
            return tuple(pair for _, pair in self.output.surfaces)
        inside, sources = set(problem.materials), set(problem.sources)
        return tuple(
            pair
            for pair in problem.mesh.interfaces
            if pair in problem.transfers or (len(inside & set(pair)) == 1 and pair not in sources)
        )

    def solve(self, problem: Diffusion, solver: str, checkpoint: Path | None = None) -> Solution:
        """The solution by one of the case's solvers.

        Args:
            problem: of this case.
            solver: one of the case's.
            checkpoint: folder for the state of a long run, if the solver keeps one and the case
                does not say where.

        Raises:
            CaseError: the solver refuses the problem or its options; by its cause a checkpoint.
        """
        chosen: Any = self.solvers[solver]
        if checkpoint is not None and getattr(chosen, "checkpoint", "") is None:
            chosen = replace(chosen, checkpoint=str(checkpoint))
        with self._table("solve").blamed():
            solution: Solution = chosen.solve(problem)
        return solution

    def text(self, folder: Path) -> str:
        """The case as a file to be put into a folder and run from there."""
        data = deepcopy(self.entry.value)
        if isinstance(self.mesher, MeshFile):
            data["mesh"]["file"] = _from(folder, Path(self.mesher.file))
        if self.image is not None and self.image.file is not None:
            data["image"]["file"] = _from(folder, self.image.file)
        segment = None if self.image is None else self.image.segment
        if segment is not None and isinstance(segment.strokes, Path):
            data["segment"]["strokes"] = _from(folder, segment.strokes)
        output = data.get("output", {})
        output.pop("folder", None)
        for region in output.get("regions", {}).values():
            if "mask" in region:
                region["mask"] = _from(folder, self.base / region["mask"])
        return toml.dumps(data)

    def _table(self, key: str) -> Entry:
        return Entry(self.entry.source, (key,), self.entry.value.get(key))

    def _condition(self, position: int) -> Entry:
        value = self.entry.value["conditions"][position]
        return Entry(self.entry.source, ("conditions", position), value)


def _names(
    image: ImagePart | None, mesher: Mesher | MeshFile | None
) -> tuple[Collection[str], Collection[str]]:
    if isinstance(mesher, MeshFile):
        mesh = mesher.mesh()
        return mesh.phases, mesh.sides
    return ({} if image is None else image.phases), SIDES


def _from(folder: Path, file: Path) -> str:
    """The way from a folder to a file."""
    return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
