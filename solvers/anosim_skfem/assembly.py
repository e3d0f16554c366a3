"""Mass, stiffness and loads of a weak form, in the domain's node order."""

from importlib.metadata import version

import numpy as np

from anosim.meshes import Floats
from anosim.weakform import WeakForm
from anosim_skfem.elements import Cells
from anosim_skfem.linear_solvers import ACCURACY, chosen
from anosim_skfem.matrices import Matrices
from anosim_skfem.nonlinear import Nonlinear
from anosim_skfem.patch import Patch
from anosim_skfem.pattern import Pattern


def assemble(form: WeakForm, linear_solver: str = "auto", accuracy: float = ACCURACY) -> Matrices:
    """The matrices of a weak form.

    Args:
        form: the weak form.
        linear_solver: "auto", "direct" or "multigrid".
        accuracy: residual that iterations may leave, relative to the right-hand side.

    Raises:
        InputError: another linear solver.
        MissingDependencyError: multigrid without pyamg.
    """
    domain = form.domain
    solver = chosen(linear_solver, domain, not form.laws, accuracy)
    rows, columns, jumps = form.coupling
    pattern = Pattern.of(domain, (rows, columns))
    cells = Cells.of(form)
    M = pattern.symmetric(cells.mass(form.capacity), np.zeros(len(jumps)))
    K = pattern.symmetric(cells.stiffness(form.diffusivity), jumps)
    if form.reaction.any():
        K += pattern.symmetric(cells.mass(form.reaction), np.zeros(len(jumps)))
    return Matrices(
        pattern=pattern,
        M=M,
        K=K,
        loads=_boundaries(form, pattern, K),
        twins=domain.twins,
        curved=None if form.linear else Nonlinear.of(form, pattern),
        solver=solver,
        record={**solver.record, **versions()},
    )


def versions() -> dict[str, str]:
    """Versions of the libraries that do the work."""
    return {name: version(name) for name in ("scikit-fem", "scipy")}


def _boundaries(form: WeakForm, pattern: Pattern, K: Floats) -> Floats:
    """The load of each term; the linear ones are added to K."""
    twins = form.domain.twins
    loads = np.zeros((len(form.terms), len(twins)))
    for load, term in zip(loads, form.terms, strict=True):
        patch = Patch.of_term(form, term)
        load += np.bincount(twins[patch.nodes].ravel(), patch.loads().ravel(), len(load))
        if term.linear and term.transfer:
            k = term.transfer * term.kappa
            np.add.at(K, pattern.find(*patch.pairs), k * patch.products())
    return loads
