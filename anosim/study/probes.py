"""Random dual problems that tell the error of a reduced model from its residual.

With y = A^-1 z, A = M + gamma K, and z random of covariance S, the mean of (y . r)^2 is the square
of the S-norm of A^-1 r. As A and r are sums of constant parts, so is y . r: after one solve for
each y the norm costs next to nothing, whatever the coefficients.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats
from anosim.study.affine import Affine, Apply, Coefficients

COUNT = 8
"""Random vectors: with these many the norm is less than half of what it is in 2 of 100 cases."""


@dataclass(eq=False)
class Probe:
    """The dual solutions of one problem and one shift.

    Attributes:
        factors: of the parts of A.
        duals: y, shape (COUNT, n_nodes).
        loads: y . loads, shape (n_terms, COUNT).
        bases: y . operators times bases, shape (n_operators, n_parts, COUNT).
        space: y . operators times vectors, shape (n_operators, COUNT, n_vectors).
    """

    factors: Floats
    duals: Floats
    loads: Floats
    bases: Floats
    space: Floats


class Probes:
    """All dual solutions, by the problems and shifts they belong to.

    Args:
        affine: the operators.
        images: operators times the parts of the base, shape (n_operators, n_parts, n_nodes).
        seed: of the random vectors.
    """

    def __init__(self, affine: Affine, images: Floats, seed: int) -> None:
        self._affine = affine
        self._images = images
        self._random = np.random.default_rng(seed)
        self._found: list[Probe] = []

    def add(
        self,
        at: Coefficients,
        shift: float,
        solve: Solve,
        vectors: Floats,
        operators: Sequence[Apply],
    ) -> None:
        """Solve the dual problems with a factorised A."""
        free = self._affine.free
        weight = np.sqrt(self._weights(at)[free])
        twins = self._affine.form.domain.twins
        duals = np.zeros((COUNT, len(twins)))
        for row in duals:
            row[free] = solve(weight * self._random.standard_normal(len(free)))
            row[:] = row[twins]
        images = (np.array([op(row) for row in duals]) for op in operators)  # they are symmetric
        space = np.array([image @ vectors.T for image in images])
        factors = np.concatenate([at.mass, shift * at.stiffness])
        loads, bases = self._affine.loads @ duals.T, self._images @ duals.T
        self._found.append(Probe(factors, duals, loads, bases, space))

    def append(self, images: Floats) -> None:
        """Take account of a new vector of the space, given as operators times it."""
        for probe in self._found:
            column = (images @ probe.duals.T)[:, :, None]
            probe.space = np.concatenate([probe.space, column], axis=2)

    def errors(self, at: Coefficients, times: Floats, values: Floats, rates: Floats) -> Floats:
        """Estimated error t A(t)^-1 r(t) with A(t) = M + t K, shape (n_times,).

        An error that changes by its own size while time doubles obeys (M / t + K) e = r. For A(t)
        the A of the most alike of the known problems is taken; where A is at least alpha
        times that, the norm that A makes of the error is at most alpha^(-1/2) times the one found.

        Args:
            at: the problem.
            times: dimensionless.
            values: coefficients of the reduced solution, shape (n_times, n_vectors).
            rates: their derivatives.
        """
        found = np.full(len(times), np.inf)
        if not self._found:
            return found
        factors = np.concatenate(
            [np.tile(at.mass, (len(times), 1)), times[:, None] * at.stiffness], axis=1
        )
        tables = [_ratios(factors, probe.factors) for probe in self._found]
        spread = np.array([high / low for low, high in tables])
        chosen = np.argmin(spread, axis=0)
        for rank in np.unique(chosen):
            here = chosen == rank
            rest = self._rests(self._found[rank], at, values[here], rates[here])
            size = np.sqrt(np.mean(rest**2, axis=1))
            found[here] = times[here] * size / np.sqrt(tables[rank][0][here])
        return found

    def _rests(self, probe: Probe, at: Coefficients, values: Floats, rates: Floats) -> Floats:
        """The products y . r, shape (n_times, COUNT)."""
        count = len(at.mass)
        mass = np.tensordot(at.mass, probe.space[:count], 1)
        stiffness = np.tensordot(at.stiffness, probe.space[count:], 1)
        held = np.einsum("q,j,qjl->l", at.stiffness, at.base, probe.bases[count:])
        return np.asarray(at.load @ probe.loads - held - rates @ mass.T - values @ stiffness.T)

    def _weights(self, at: Coefficients) -> Floats:
        """A diagonal of about the size of M: each cell's share, evenly to its nodes."""
        form = self._affine.form
        domain = form.domain
        theta = dict(zip(domain.phases, at.mass.tolist(), strict=True))
        kappa = domain.per_cell(self._affine.first.solubility)
        share = domain.volumes / form.space * domain.per_cell(theta) * kappa
        per = domain.connectivity.shape[1]
        nodes = domain.twins[domain.connectivity].ravel()
        return np.bincount(nodes, np.repeat(share / per, per), len(domain.points))


def _ratios(factors: Floats, known: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest ratio of the factors of two sums, shape (n_times,) each."""
    used = (factors > 0.0).any(axis=0) | (known > 0.0)
    with np.errstate(divide="ignore"):
        ratios = factors[:, used] / known[used]
    low = np.maximum(ratios.min(axis=1), 1e-12)
    return low, np.minimum(ratios.max(axis=1), 1e12)
