"""Observed orders: errors on finer and finer meshes, and with shorter and shorter steps."""

from dataclasses import replace

import numpy as np

from anosim import Concentration, Diffusion, Material, Solution, plugins
from anosim.curved import shapes, slopes, triangle_rule
from anosim.integrate.balance import Balance
from anosim.integrate.evolution import Evolution
from anosim.integrate.stepping import Stepper
from anosim.integrate.tableau import Tableau, esdirk, implicit_euler
from anosim.testing import rectangle
from anosim.weakform import weak_form

UNTIL = 0.05
TIME = 0.5


def _problem(n: int) -> Diffusion:
    """A wave that decays: c = exp(-2 pi^2 t) sin(pi x) sin(pi y)."""
    return Diffusion(
        rectangle(1.0, 1.0, (n, n)),
        {"all": Material(1.0)},
        {side: Concentration(0.0) for side in ("left", "right", "top", "bottom")},
        until=UNTIL,
        initial=lambda x, y: np.sin(np.pi * x) * np.sin(np.pi * y),
    )


def errors(solution: Solution) -> tuple[float, float]:
    """Error at the end in the L2 norm and the H1 seminorm, by quadrature."""
    domain = solution.domain
    at, weight = triangle_rule()
    corners = domain.points[domain.triangles]
    J = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=2)
    area, inverse = np.linalg.det(J), np.linalg.inv(J)
    u = solution.values()[0][domain.connectivity]
    x, y = np.einsum("mid,qi->dmq", corners, shapes(1, at))
    decay = np.exp(-2.0 * np.pi**2 * UNTIL)
    sx, sy, cx, cy = np.sin(np.pi * x), np.sin(np.pi * y), np.cos(np.pi * x), np.cos(np.pi * y)
    value = u @ shapes(domain.order, at).T - decay * sx * sy
    slope = np.einsum("mi,qir,mrd->dmq", u, slopes(domain.order, at), inverse)
    slope -= decay * np.pi * np.stack([cx * sy, sx * cy])
    measure = area[:, None] * weight
    return float(np.sum(measure * value**2)) ** 0.5, float(np.sum(measure * slope**2)) ** 0.5


def space_orders(solver: str, order: int) -> tuple[float, float]:
    """Observed orders in L2 and H1 between 16 and 32 squares per side."""
    build = plugins.solver(solver)
    coarse, fine = (
        np.array(errors(build(order=order, tolerance=1e-10).solve(_problem(n)))) for n in (16, 32)
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
