"""Solvers and meshers by name: entry points, loaded only when asked for.

A plugin is a frozen dataclass whose fields are its options. A distribution offers one by
declaring, for example, ``[project.entry-points."anosim.solvers"] mine = "my_package:MySolver"``.
"""

from contextlib import AbstractContextManager
from dataclasses import fields
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast, runtime_checkable

from anosim.errors import InputError, MissingDependencyError, PluginError, listing
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.problem import Diffusion
from anosim.progress import stage
from anosim.solution import Solution
from anosim.voxel_grid import VoxelGrid

SOLVERS = "anosim.solvers"
MESHERS = "anosim.meshers"


class Solver(Protocol):
    """Turns a problem into its solution, without touching the problem."""

    def solve(self, problem: Diffusion, /) -> Solution:
        """The solution of the problem, in the mesh's own node order."""
        ...


@runtime_checkable
class Parallel(Protocol):
    """What a solver's class has that also works on several processes of MPI, one program in all."""

    @staticmethod
    def leading() -> AbstractContextManager[None]:
        """Process 0 runs its program inside; what it solves there, the others help with."""
        ...

    @staticmethod
    def follow() -> None:
        """The other processes help until process 0 leaves its block."""
        ...


class Mesher(Protocol):
    """Turns a microstructure into a conforming mesh with its phases' names."""

    def mesh(self, microstructure: Microstructure, /) -> Mesh:
        """A mesh that fills the image's box exactly."""
        ...


def names(group: str = SOLVERS) -> tuple[str, ...]:
    """The names that installed distributions offer in a group; imports none of them."""
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def solver(name: str) -> type[Any]:
    """The solver class of that name; its constructor takes the solver's options."""
    return _load(SOLVERS, name)


def mesher(name: str) -> type[Any]:
    """The mesher class of that name; its constructor takes the mesher's options."""
    return _load(MESHERS, name)


@stage("mesh")
def mesh(microstructure: Microstructure, /, *, mesher: str = "gmsh", **options: Any) -> Mesh:
    """Mesh a microstructure.

    Args:
        microstructure: the labelled image.
        mesher: a name from ``anosim.plugins.names("anosim.meshers")``.
        **options: fields of that mesher, for example ``size="80 nm"``.

    Raises:
        PluginError: no such mesher, or its library is missing.
        InputError: the mesher has no such option, or its value is wrong.
        MeshError: no valid mesh came out.
    """
    _check_kind(microstructure, Microstructure, "anosim.mesh", "anosim.Microstructure(...)")
    made = cast(Mesher, _create(_load(MESHERS, mesher), mesher, options)).mesh(microstructure)
    return made.of_image(VoxelGrid(microstructure.labels.shape, microstructure.voxel))


@stage("solve")
def solve(problem: Diffusion, /, *, solver: str = "skfem", **options: Any) -> Solution:
    """Solve a diffusion problem.

    Args:
        problem: what to solve.
        solver: a name from ``anosim.plugins.names()``.
        **options: fields of that solver, for example ``order=2``.

    Raises:
        PluginError: no such solver, or its library is missing.
        InputError: the solver has no such option, or its value is wrong.
        UnsupportedError: the solver cannot do this problem.
        ConvergenceError: the tolerance was not reached.
    """
    _check_kind(problem, Diffusion, "anosim.solve", "anosim.Diffusion(mesh, ...)")
    return cast(Solver, _create(_load(SOLVERS, solver), solver, options)).solve(problem)


def _load(group: str, name: str) -> type[Any]:
    found = [entry for entry in entry_points(group=group) if entry.name == name]
    # the same distribution can be on the path twice (a checkout and its install): one plugin
    if len({entry.value for entry in found}) > 1:
        owners = listing(sorted({_distribution(entry) for entry in found}))
        raise PluginError(f"{name!r} in {group} is claimed by {owners}: uninstall all but one")
    if not found:
        raise PluginError(f"no plugin {name!r} in {group}; installed: {listing(names(group))}")
    try:
        return cast(type[Any], found[0].load())
    except (ImportError, OSError, RuntimeError) as error:  # mpi4py without a libmpi: RuntimeError
        raise MissingDependencyError(
            f"the plugin {name!r} cannot be loaded ({error}); {_remedy(found[0])}"
        ) from error


def _check_kind(given: object, kind: type[Any], function: str, example: str) -> None:
    if not isinstance(given, kind):
        raise InputError(
            f"{function} was given a {type(given).__name__}: expected a {kind.__name__}, such as "
            f"{example}"
        )


def _create(plugin: type[Any], name: str, options: dict[str, Any]) -> Any:
    known = [field.name for field in fields(plugin)]
    unknown = [option for option in options if option not in known]
    if unknown:
        raise InputError(
            f"{name!r} has no option {listing(unknown)}; its options: {listing(known)}"
        )
    return plugin(**options)


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "unknown"


def _remedy(entry: EntryPoint) -> str:
    if _distribution(entry) == "anosim":
        return f"install it with: pip install 'anosim[{entry.name}]' ('anosim doctor' says more)"
    return f"it belongs to the distribution {_distribution(entry)!r}: see its installation notes"
