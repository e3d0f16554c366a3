"""Observed orders: errors on finer and finer meshes, and with shorter and shorter steps."""

from dataclasses import replace

import numpy as np

from anosim import Concentration, Diffusion, Material, Solution, plugins
from anosim.curved import shapes, simplex_rule, slopes
from anosim.integrate.balance import Balance
from anosim.integrate.evolution import Evolution
from anosim.integrate.stepping import Stepper
from anosim.integrate.tableau import Tableau, esdirk, implicit_euler
from anosim.testing import box, rectangle
from anosim.weakform import weak_form

UNTIL = 0.05
TIME = 0.5


def _problem(n: int, dimension: int = 2) -> Diffusion:
    """A wave that decays: c = exp(-d pi^2 t) sin(pi x) sin(pi y) ... in d dimensions."""
    mesh = rectangle(1.0, 1.0, (n, n)) if dimension == 2 else box((1.0, 1.0, 1.0), (n, n, n))
    return Diffusion(
        mesh,
        {"all": Material(1.0)},
        {side: Concentration(0.0) for side in mesh.sides},
        until=UNTIL,
        initial=lambda *x: np.prod(np.sin(np.pi * np.array(x)), axis=0),
    )


def errors(solution: Solution) -> tuple[float, float]:
    """Error at the end in the L2 norm and the H1 seminorm, by quadrature."""
    domain = solution.domain
    at, weight = simplex_rule(domain.dimension, 5)
    corners = domain.points[domain.corners]
    J = np.moveaxis(corners[:, 1:] - corners[:, :1], 1, 2)
    volume, inverse = np.abs(np.linalg.det(J)), np.linalg.inv(J)
    u = solution.values()[0][domain.connectivity]
    x = np.pi * np.einsum("mid,qi->dmq", corners, shapes(1, at))
    decay = np.exp(-domain.dimension * np.pi**2 * UNTIL)
    value = u @ shapes(domain.order, at).T - decay * np.prod(np.sin(x), axis=0)
    slope = np.einsum("mi,qir,mrd->dmq", u, slopes(domain.order, at), inverse, optimize=True)
    for axis, part in enumerate(slope):
        rest = np.prod(np.sin(np.delete(x, axis, axis=0)), axis=0)
        part -= decay * np.pi * np.cos(x[axis]) * rest
    measure = volume[:, None] * weight
    return float(np.sum(measure * value**2)) ** 0.5, float(np.sum(measure * slope**2)) ** 0.5


def space_orders(solver: str, order: int, dimension: int = 2) -> tuple[float, float]:
    """Observed orders in L2 and H1 between 16 and 32 squares per side, in space 6 and 12 cubes."""
    build = plugins.solver(solver)
    coarse, fine = (
        np.array(errors(build(order=order, tolerance=1e-10).solve(_problem(n, dimension))))
        for n in ((16, 32) if dimension == 2 else (6, 12))
    )
    l2, h1 = np.log2(coarse / fine)
    return float(l2), float(h1)


def time_orders(solver: str) -> dict[str, float]:
    """Observed order of each stepping method between two numbers of equal steps."""
    problem = replace(_problem(8), until=TIME)
    exact = plugins.solver(solver)(tolerance=1e-11).solve(problem).values()[0]
    return {
        "euler": _order(problem, solver, implicit_euler(), (200, 400), exact),
        "esdirk": _order(problem, solver, esdirk(), (16, 32), exact),
    }


def _order(
    problem: Diffusion, solver: str, method: Tableau, counts: tuple[int, int], exact: np.ndarray
) -> float:
    form = weak_form(problem, 2)
    evolution = Evolution(form, plugins.solver(solver)().assemble(form))
    found = []
    for count in counts:
        stepper = Stepper(
            Balance(problem, evolution),
            method,
            tolerance=1e-12,
            until=TIME / form.time,
            kinks=np.zeros(0),
            checkpoint=None,
        )
        run = stepper.run(count)
        end = form.start + run.trajectory.values(np.array([TIME]))[0] @ run.shapes
        found.append(np.abs(end - exact).max())
    return float(np.log2(found[0] / found[1]))
