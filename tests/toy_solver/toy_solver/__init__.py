"""Linear elements assembled by hand, time steps on a geometric grid: slow but all its own."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import coo_array, csc_array, diags_array
from scipy.sparse.linalg import splu

from anosim import Diffusion, Solution
from anosim.conditions import Concentration
from anosim.features import check_supported
from anosim.weakform import WeakForm, weak_form

_GAMMA = 1 - 0.5**0.5  # Alexander's second-order L-stable method


@dataclass(frozen=True)
class Toy:
    """Linear finite elements with lumped mass, two-stage diagonally implicit Runge-Kutta in time.

    Attributes:
        steps: time steps, growing geometrically.
    """

    steps: int = 600

    supports: ClassVar[frozenset[str]] = frozenset(
        {
            "given concentration",
            "mass transfer",
            "given flux",
            "linear uptake",
            "several phases",
            "storage capacity",
            "steady state",
        }
    )

    def solve(self, problem: Diffusion, /) -> Solution:
        """The solution at all time steps."""
        check_supported(problem, "toy", self.supports)
        form = weak_form(problem, order=1)
        mass, stiffness, load = _assemble(form)
        fed = form.domain.reachable_from(problem.open)
        held = [n for n, c in problem.conditions.items() if isinstance(c, Concentration)]
        shares = form.domain.shares(held)
        free = np.setdiff1d(np.flatnonzero(fed), form.fixed)
        c = form.start.copy()
        c[form.fixed] = form.given(0.0)
        if problem.steady:
            c[free] += splu(csc_array(stiffness[free][:, free])).solve((load - stiffness @ c)[free])
            out = stiffness @ c - load
            fluxes = {n: float(s @ out) * form.flow for n, s in shares.items()}
            return Solution.from_steady_state(problem, form.domain, c, fluxes=fluxes)
        times = np.concatenate([[0.0], problem.until * np.geomspace(1e-6, 1.0, self.steps)])
        values, outs = [c.copy()], []
        for step in np.diff(times) / form.time:
            matrix = diags_array(mass) + _GAMMA * step * stiffness
            factors = splu(csc_array(matrix[free][:, free]))
            first, second = np.zeros(len(c)), np.zeros(len(c))
            first[free] = factors.solve((load - stiffness @ c)[free])
            ahead = c + (1 - _GAMMA) * step * first
            second[free] = factors.solve((load - stiffness @ ahead)[free])
            c = ahead + _GAMMA * step * second
            values.append(c)
            outs.append(mass * second + stiffness @ c - load)
        fluxes = {
            n: np.array([outs[0] @ s, *(out @ s for out in outs)]) * form.flow
            for n, s in shares.items()
        }
        return Solution.from_samples(problem, form.domain, times, np.array(values), fluxes=fluxes)


def _assemble(form: WeakForm) -> tuple[np.ndarray, csc_array, np.ndarray]:
    triangles, n = form.domain.triangles, len(form.points)
    p = form.points[triangles]
    turned = np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1)  # opposite sides; gradients turned
    u, v = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    area = (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2
    local = np.einsum("m,mik,mjk->mij", form.diffusivity / (4 * area), turned, turned)
    rows, columns = np.repeat(triangles, 3, axis=1), np.tile(triangles, 3)
    parts = [(local.ravel(), rows.ravel(), columns.ravel())]
    mass = np.bincount(triangles.ravel(), np.repeat(form.capacity * area / 3, 3), n)
    load = np.zeros(n)
    for rank, term in enumerate(form.terms):
        a, b = term.facets.T
        length = np.linalg.norm(form.points[a] - form.points[b], axis=1)
        for i, j, share in ((a, a, 1 / 3), (a, b, 1 / 6), (b, a, 1 / 6), (b, b, 1 / 3)):
            parts.append((term.transfer * term.kappa * share * length, i, j))
        for i in (a, b):
            load += np.bincount(i, form.sources(0.0)[rank] * length / 2, n)
    data, rows, columns = (np.concatenate(part) for part in zip(*parts, strict=True))
    return mass, csc_array(coo_array((data, (rows, columns)), shape=(n, n))), load
