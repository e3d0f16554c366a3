"""Mass, stiffness and loads of a weak form by DOLFINx."""

from dataclasses import fields
from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
import ufl
from cffi import VerificationError
from dolfinx import fem
from petsc4py import PETSc

from anosim.curved import facet_rule, simplex_rule
from anosim.errors import MissingDependencyError
from anosim.meshes import Floats, Ints
from anosim.weakform import WeakForm
from anosim_fenicsx.grid import (
    custom,
    grid_of,
    nodes_of,
    over_facets,
    per_cell,
    share,
)
from anosim_fenicsx.linear_solvers import ACCURACY, chosen
from anosim_fenicsx.matrices import Matrices
from anosim_fenicsx.nonlinear import Nonlinear
from anosim_fenicsx.part import Part, joined
from anosim_fenicsx.pattern import Pattern
from anosim_fenicsx.system import System


def versions() -> dict[str, str]:
    """Versions of the libraries that do the work."""
    return {
        "dolfinx": dolfinx.__version__,
        "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion()),
    }


def assemble(form: WeakForm, linear_solver: str = "auto", accuracy: float = ACCURACY) -> Matrices:
    """The matrices of a weak form, all on this process.

    Args:
        form: the weak form.
        linear_solver: "auto", "direct" or "multigrid".
        accuracy: residual that iterations may leave, relative to the right-hand side.

    Raises:
        InputError: another linear solver.
        MissingDependencyError: no C compiler, with which DOLFINx compiles the form.
    """
    method = chosen(linear_solver, form.domain, not form.laws, accuracy)
    part = part_of(form, MPI.COMM_SELF)
    dof = np.argsort(part.node)
    held = {field.name: getattr(part, field.name) for field in fields(part)}
    held["loads"] = part.loads[:, dof]
    record = {"linear algebra": method.name, **versions()}
    return Matrices(**held, dof=dof, system=System(method), record=record)


def part_of(form: WeakForm, comm: Any) -> Part:
    """What this process contributes to the matrices of a form that all of them hold.

    Raises:
        MissingDependencyError: no C compiler, with which DOLFINx compiles the form.
    """
    try:
        return _part(form, comm)
    except VerificationError as error:
        raise MissingDependencyError(
            "DOLFINx compiles each form with a C compiler, and there is none that works; install "
            "one, on Debian or Ubuntu: apt-get install gcc libc6-dev"
        ) from error


def _part(form: WeakForm, comm: Any) -> Part:
    space = fem.functionspace(grid_of(form, comm), ("Lagrange", form.domain.order))
    M, matrix = _matrices(form, space)
    loads = _boundaries(form, space, matrix)
    rows, columns, jumps = (share(entries, comm) for entries in form.coupling)
    twins, known = form.domain.twins, nodes_of(space, form)
    needed = np.concatenate([known, rows, columns])
    node = np.append(known, np.setdiff1d([needed, twins[needed]], known))
    place = np.full(len(twins), -1)
    place[node] = np.arange(len(node))
    stands = place[twins[node]]
    pattern = _pattern(matrix, stands, (place[rows], place[columns]))
    summed = [joined(load, stands) for load in loads]
    return Part(
        pattern=pattern,
        M=pattern.gathered(M),
        K=pattern.gathered(np.concatenate([matrix.data, jumps])),
        loads=np.array(summed).reshape(-1, len(node)),
        node=node,
        owned=space.dofmap.index_map.size_local,
        stands=stands,
        curved=None if form.linear else Nonlinear.of(form, space, matrix),
    )


def _matrices(form: WeakForm, space: Any) -> tuple[Floats, Any]:
    """The entries of M, and K without boundaries."""
    grid = space.mesh
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    cellwise = (form.diffusivity, form.capacity, form.reaction)
    D, theta, r = (per_cell(grid, values) for values in cellwise)
    dx = ufl.dx
    if form.domain.mesh.order == 2:
        dx = ufl.dx(metadata=custom(*simplex_rule(form.domain.dimension)))
    stiffness = fem.form(D * ufl.inner(ufl.grad(u), ufl.grad(v)) * dx)
    matrix = fem.create_matrix(stiffness)
    fem.assemble_matrix(matrix, fem.form(theta * u * v * dx))
    M = matrix.data.copy()
    matrix.set_value(0.0)
    fem.assemble_matrix(matrix, stiffness)
    if form.reaction.any():
        fem.assemble_matrix(matrix, fem.form(r * u * v * dx))
    return M, matrix


def _boundaries(form: WeakForm, space: Any, K: Any) -> list[Floats]:
    """The load of each term; the linear ones are added to K."""
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    rule = custom(*facet_rule(form.domain.dimension)) if form.domain.mesh.order == 2 else {}
    loads = []
    for term, ds in zip(form.terms, over_facets(space.mesh, form, form.terms, rule), strict=True):
        loads.append(fem.assemble_vector(fem.form(v * ds)).array)
        if term.linear and term.transfer:
            k = fem.Constant(space.mesh, term.transfer * term.kappa)
            fem.assemble_matrix(K, fem.form(k * u * v * ds))
    return loads


def _pattern(K: Any, stands: Ints, coupling: tuple[Ints, Ints]) -> Pattern:
    """Where the joined matrices have entries, those of the interfaces' terms included."""
    n = len(K.indptr) - 1
    rows, columns = coupling
    if not len(rows) and np.array_equal(stands, np.arange(n)):
        return Pattern.within(K.indptr, K.indices)
    row = np.repeat(np.arange(n), np.diff(K.indptr))
    column = np.where(K.indices < n, K.indices, row)  # another process fills those beyond
    return Pattern.merged(
        stands[np.concatenate([row, rows])], stands[np.concatenate([column, columns])], len(stands)
    )
