"""Mass, stiffness and loads of a weak form by DOLFINx."""

from typing import Any

import dolfinx
import numpy as np
import ufl
from cffi import VerificationError
from dolfinx import fem
from petsc4py import PETSc

from anosim.curved import facet_rule, simplex_rule
from anosim.errors import MissingDependencyError
from anosim.meshes import Floats
from anosim.weakform import WeakForm
from anosim_fenicsx.grid import (
    custom,
    grid_of,
    nodes_of,
    over_facets,
    per_cell,
)
from anosim_fenicsx.linear_solvers import ACCURACY, LinearSolver, chosen
from anosim_fenicsx.matrices import Matrices
from anosim_fenicsx.nonlinear import Nonlinear
from anosim_fenicsx.pattern import Pattern


def versions() -> dict[str, str]:
    """Versions of the libraries that do the work."""
    return {
        "dolfinx": dolfinx.__version__,
        "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion()),
    }


def assemble(form: WeakForm, linear_solver: str = "auto", accuracy: float = ACCURACY) -> Matrices:
    """The matrices of a weak form; every process assembles and holds the whole.

    Args:
        form: the weak form.
        linear_solver: "auto", "direct" or "multigrid".
        accuracy: residual that iterations may leave, relative to the right-hand side.

    Raises:
        InputError: another linear solver.
        MissingDependencyError: no C compiler, with which DOLFINx compiles the form.
    """
    solver = chosen(linear_solver, form.domain, not form.laws, accuracy)
    try:
        return _assembled(form, solver)
    except VerificationError as error:
        raise MissingDependencyError(
            "DOLFINx compiles each form with a C compiler, and there is none that works; install "
            "one, on Debian or Ubuntu: apt-get install gcc libc6-dev"
        ) from error


def _assembled(form: WeakForm, solver: LinearSolver) -> Matrices:
    space = fem.functionspace(grid_of(form), ("Lagrange", form.domain.order))
    node = nodes_of(space, form)
    dof = np.argsort(node)
    M, matrix = _matrices(form, space)
    loads = _boundaries(form, space, matrix)
    stands = dof[form.domain.twins[node]]
    pattern = _pattern(form, matrix, dof, stands)
    return Matrices(
        pattern=pattern,
        M=pattern.gathered(M),
        K=pattern.gathered(np.concatenate([matrix.data, form.coupling[2]])),
        loads=np.array([_joined(load, stands)[dof] for load in loads]).reshape(-1, len(node)),
        node=node,
        dof=dof,
        stands=stands,
        curved=None if form.linear else Nonlinear.of(form, space, matrix),
        solver=solver,
        record={"linear algebra": solver.name, **versions()},
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


def _pattern(form: WeakForm, K: Any, dof: Any, stands: Any) -> Pattern:
    """Where the joined matrices have entries, those of the interfaces' terms included."""
    n = len(dof)
    rows, columns, _ = form.coupling
    if not len(rows) and np.array_equal(stands, np.arange(n)):
        return Pattern(K.indptr, K.indices)
    row = np.repeat(np.arange(n), np.diff(K.indptr))
    return Pattern.merged(
        stands[np.concatenate([row, dof[rows]])],
        stands[np.concatenate([K.indices, dof[columns]])],
        n,
    )


def _joined(x: Floats, stands: Any) -> Floats:
    """Sums at the degrees of freedom that stand for those that periodic sides join."""
    return np.bincount(stands, weights=x, minlength=len(x))
