"""Mass, stiffness and load of a weak form by DOLFINx, in the domain's node order."""

from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import basix.ufl
import dolfinx
import numpy as np
import ufl
from cffi import VerificationError
from dolfinx import fem, mesh
from dolfinx.fem import petsc
from petsc4py import PETSc
from scipy.sparse import csr_array

from anosim.curved import edge_rule, triangle_rule
from anosim.domain import Domain
from anosim.errors import ConvergenceError, MissingDependencyError
from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim.weakform import BoundaryTerm, WeakForm

_EDGES_OF_REFERENCE = ((1, 2), (0, 2), (0, 1))
"""Basix numbers the edges of a triangle by the vertex opposite to them."""


def versions() -> dict[str, str]:
    """Versions of the libraries that do the work."""
    return {
        "dolfinx": dolfinx.__version__,
        "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion()),
    }


@dataclass(frozen=True, eq=False)
class Matrices:
    """M, K and b over all degrees of freedom, offered in the domain's node order."""

    M: Any
    K: Any
    load: Floats
    node: Ints
    dof: Ints
    space: Any  # kept alive: the matrices use its communicator

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        return self._times(self.M, x)

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        return self._times(self.K, x)

    def _times(self, matrix: Any, x: Floats) -> Floats:
        given, result = matrix.createVecs()
        given.array[:] = x[self.node]
        matrix.mult(given, result)
        return np.asarray(result.array[self.dof])

    def factorise(self, mass: float, stiffness: float, free: Ints, /) -> Solve:
        """Sparse Cholesky of a symmetric positive definite matrix by MUMPS."""
        whole = self.M.copy()
        whole.scale(mass)
        whole.axpy(stiffness, self.K, structure=PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        order = np.argsort(self.dof[free])
        dofs: Any = self.dof[free][order].astype(PETSc.IntType)
        rows = PETSc.IS().createGeneral(dofs, comm=PETSc.COMM_SELF)
        matrix = whole.createSubMatrix(rows, rows)
        matrix.setOption(PETSc.Mat.Option.SPD, True)
        solver: Any = PETSc.KSP().create(PETSc.COMM_SELF)
        solver.setOperators(matrix)
        solver.setType(PETSc.KSP.Type.PREONLY)
        preconditioner = solver.getPC()
        preconditioner.setType(PETSc.PC.Type.CHOLESKY)
        preconditioner.setFactorSolverType(PETSc.Mat.SolverType.MUMPS)
        solver.setUp()
        given, result = matrix.createVecs()

        def solve(x: Floats) -> Floats:
            given.array[:] = x[order]
            solver.solve(given, result)
            reason = int(solver.getConvergedReason())
            if reason < 0:
                raise ConvergenceError(
                    f"MUMPS could not factorise {len(self.dof)} unknowns (PETSc's reason "
                    f"{reason}): is there memory enough?"
                )
            y = np.empty_like(x)
            y[order] = result.array
            return y

        return solve


def assemble(form: WeakForm) -> Matrices:
    """The matrices of a weak form; every process assembles and holds the whole.

    Raises:
        MissingDependencyError: no C compiler, with which DOLFINx compiles the form.
    """
    try:
        return _assembled(form)
    except VerificationError as error:
        raise MissingDependencyError(
            "DOLFINx compiles each form with a C compiler, and there is none that works; install "
            "one, on Debian or Ubuntu: apt-get install gcc libc6-dev"
        ) from error


def _assembled(form: WeakForm) -> Matrices:
    domain = form.domain
    grid = _mesh(form)
    space = fem.functionspace(grid, ("Lagrange", domain.order))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    cellwise = (form.diffusivity, form.capacity, form.reaction)
    D, theta, r = (_per_cell(grid, values) for values in cellwise)
    bent = domain.mesh.order == 2
    dx = ufl.dx(metadata=_rule(*triangle_rule())) if bent else ufl.dx
    M = _matrix(theta * u * v * dx)
    K = _matrix(D * ufl.inner(ufl.grad(u), ufl.grad(v)) * dx)
    if form.reaction.any():
        K.axpy(1.0, _matrix(r * u * v * dx), structure=PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
    load = np.zeros(space.dofmap.index_map.size_local)
    subset = PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN
    for term in form.terms:
        ds = _measure(grid, term)
        if bent:
            ds = ds(metadata=_rule(edge_rule()[0][:, None], edge_rule()[1]))
        if term.transfer:
            K.axpy(term.transfer, _matrix(u * v * ds), structure=subset)
        load += term.source * fem.assemble_vector(fem.form(v * ds)).array
    node = _nodes(space, domain)
    dof = np.argsort(node)
    if len(form.coupling[0]):
        jumps = _coupling(form, dof)
        K.axpy(1.0, jumps, structure=PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
    return Matrices(M, K, load[dof], node, dof, space)


def _mesh(form: WeakForm) -> Any:
    """DOLFINx's mesh; a bent one has its midpoints in the order of Basix's edges."""
    order = form.domain.mesh.order
    cells = form.cells if order == 1 else form.cells[:, [0, 1, 2, 4, 5, 3]]
    shape = ufl.Mesh(basix.ufl.element("Lagrange", "triangle", order, shape=(2,)))
    return mesh.create_mesh(MPI.COMM_SELF, np.ascontiguousarray(cells), shape, form.points)


def _rule(points: Floats, weights: Floats) -> dict[str, Any]:
    """The quadrature that both built-in solvers use on bent cells, where none is exact."""
    return {
        "quadrature_rule": "custom",
        "quadrature_points": points,
        "quadrature_weights": weights,
    }


def _matrix(form: Any) -> Any:
    matrix = petsc.assemble_matrix(fem.form(form))
    matrix.assemble()
    return matrix


def _per_cell(grid: Any, values: Floats) -> Any:
    function = fem.Function(fem.functionspace(grid, ("DG", 0)))
    function.x.array[:] = values[grid.topology.original_cell_index]
    return function


def _coupling(form: WeakForm, dof: Ints) -> Any:
    """The interfaces' terms as a matrix over the degrees of freedom."""
    rows, columns, values = form.coupling
    entries = csr_array((values, (dof[rows], dof[columns])), shape=(len(dof),) * 2)
    entries.sum_duplicates()
    arrays = (entries.indptr.astype(PETSc.IntType), entries.indices.astype(PETSc.IntType))
    matrix = PETSc.Mat().createAIJ(entries.shape, csr=(*arrays, entries.data), comm=PETSc.COMM_SELF)
    matrix.assemble()
    return matrix


def _measure(grid: Any, term: BoundaryTerm) -> Any:
    """Integration over the edges of a term."""
    grid.topology.create_connectivity(1, 2)
    grid.topology.create_connectivity(1, 0)
    facets = mesh.exterior_facet_indices(grid.topology)
    vertices = grid.geometry.input_global_indices
    ends = np.sort(vertices[mesh.entities_to_geometry(grid, 1, facets)[:, :2]], axis=1)
    size = int(vertices.max()) + 1
    keys, wanted = ends @ [size, 1], np.sort(term.edges, axis=1) @ np.array([size, 1])
    chosen = np.sort(facets[np.isin(keys, wanted)])
    tags = mesh.meshtags(grid, 1, chosen, np.ones(len(chosen), dtype=np.int32))
    return ufl.Measure("ds", domain=grid, subdomain_data=tags)(1)


def _nodes(space: Any, domain: Domain) -> Ints:
    """Node of the domain of each of DOLFINx's degrees of freedom."""
    grid = space.mesh
    dofs = space.dofmap.list
    vertices = np.asarray(grid.geometry.input_global_indices)[grid.geometry.dofmaps[0][:, :3]]
    node = np.empty(space.dofmap.index_map.size_local, dtype=np.int64)
    node[dofs[:, :3]] = vertices
    if domain.order == 2:
        for j, ends in enumerate(_EDGES_OF_REFERENCE):
            node[dofs[:, 3 + j]] = len(domain.vertices) + domain.edges.find(vertices[:, ends])
    return node
