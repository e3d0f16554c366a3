"""A reduced model of a family of problems: few vectors that serve every choice of coefficients.

Galerkin projection on the space of the states of a few problems, which are solved in full. The next
one is always that of the largest estimated error, until all are within the tolerance. Sources:
Rozza, Huynh and Patera, Arch. Comput. Methods Eng. 15 (2008) 229 (reduced bases, greedy choice);
Haasdonk, in Model Reduction and Approximation, SIAM (2017), ch. 2 (POD-greedy); Smetana, Zahm and
Patera, SIAM J. Sci. Comput. 41 (2019) A900 (errors by random dual problems).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, log, log10

import numpy as np
from scipy.linalg import LinAlgError, eigh

from anosim.integrate.discretisation import Solve
from anosim.integrate.evolution import Evolution
from anosim.integrate.krylov import DECADES, System, relax
from anosim.integrate.recording import GrowingArray
from anosim.meshes import Floats, Ints
from anosim.progress import report
from anosim.study.affine import Affine, Coefficients
from anosim.study.probes import Probes
from anosim.trajectory import Relaxation

SAMPLES = 12
"""Times per shift at which states are taken and errors are estimated."""
MOST_LONGER = 100.0
"""Factor by which a problem is at most solved to earlier and to later times than asked for."""
BEFORE = 1e-3
"""Part of the earliest time from which on states are taken: what comes later grew out of them."""
MOST_VECTORS = 400
MOST_BYTES = 4e9
PER_DECADE = 1.5
"""Problems solved in full for each decade of the tolerance, for two coefficients."""
PRICE = 2.0
"""What such a one costs with all that is projected and estimated, in plain solutions, about."""
IDLE = 3
"""Problems solved in full one after the other without halving the largest error: it is in vain."""
OWN, NEGLIGIBLE = (0.5, 0.1), 0.003
"""Parts of the tolerance: to which a problem is solved in full, the first time and again, and what
of that its states may lose."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The reduced solution: u(t) = base + sum_j a_j(t) v_j with a = rotation alpha(t).

    Attributes:
        relaxation: alpha over dimensionless time.
        rotation: shape (n_vectors, n_vectors).
        error: estimated relative error of u - base, the largest over time.
    """

    relaxation: Relaxation
    rotation: Floats
    error: float

    def values(self, times: Floats) -> Floats:
        """a(t), shape (n_times, n_vectors)."""
        return np.asarray(self.relaxation.values(times) @ self.rotation.T)

    def rates(self, times: Floats) -> Floats:
        """da/dt."""
        return np.asarray(self.relaxation.rates(times) @ self.rotation.T)


def expected(tolerance: float) -> int:
    """How many problems a reduced model of this tolerance solves in full, about."""
    return max(3, ceil(-PER_DECADE * log10(min(tolerance, 0.1)) - 1e-9))


def worthwhile(count: int, tolerance: float) -> bool:
    """Whether so many runs are likely to pay for a reduced model."""
    return count >= 1.5 * PRICE * expected(tolerance)


class ReducedModel:
    """The space, the projections of all operators on it, and the estimate of its error.

    Args:
        affine: the operators.
        tolerance: relative error of u - base that is aimed at.
        seed: of the random vectors that estimate errors.
    """

    def __init__(self, affine: Affine, tolerance: float, seed: int = 0) -> None:
        self.affine = affine
        self.tolerance = tolerance
        operators = (*affine.masses, *affine.stiffnesses)
        self._operators = operators
        self._space = GrowingArray(len(affine.form.start))
        self._projected = np.zeros((len(operators), 0, 0))
        self._images = np.array([[op(part) for part in affine.bases] for op in operators])
        self._probes = Probes(affine, self._images, seed)
        self._first = affine.coefficients(affine.first)
        self.factorisations = 0
        self._tried: dict[bytes, int] = {}
        conserved = np.zeros(len(affine.form.start))
        reached = affine.form.domain.reachable_from(affine.first.open)
        conserved[affine.free] = reached[affine.free]
        self._append(conserved[affine.form.domain.twins])

    @property
    def vectors(self) -> Floats:
        """The space, shape (n_vectors, n_nodes)."""
        return self._space.rows

    def grow(self, family: Sequence[Coefficients], most: float = inf) -> Floats:
        """Grow until the estimated error of every problem is within the tolerance.

        Args:
            family: the problems.
            most: problems to solve in full at most.

        Returns:
            The estimated error of each; above the tolerance where the space could not be grown
            any further.
        """
        errors = np.array([self.relaxed(one).error for one in family])
        largest: list[float] = []
        while True:
            order: Ints = np.argsort(-errors) if self.factorisations else _from_the_middle(family)
            left = [int(i) for i in order if errors[i] > self.tolerance]
            left = [i for i in left if self._tries(family[i]) < len(OWN)]
            idle = len(largest) > IDLE and largest[-1] > 0.5 * largest[-1 - IDLE]
            if not left or self._full or idle or len(largest) >= most:
                return errors
            before = float(errors.max())
            self.enrich(family[left[0]], family)
            errors = np.array([self.relaxed(one).error for one in family])
            largest.append(float(errors.max()))
            report("reduce", _progress(before, float(errors.max()), self.tolerance))

    def enrich(self, at: Coefficients, family: Sequence[Coefficients]) -> None:
        """Solve one problem in full and add to the space what it lacks of its solution.

        The first one's states at earlier and later times than are asked for resemble those of
        problems with other diffusivities: they are taken, too.
        """
        own = OWN[self._tries(at)] * self.tolerance
        self._tried[_mark(at)] = self._tries(at) + 1
        at = at if self.factorisations else self._extended(at, family)
        affine = self.affine
        matrices = affine.assembled(at)
        evolution, free = Evolution(affine.form, matrices), affine.free
        right = at.load @ affine.loads - matrices.stiffness(affine.start(at))

        def shifted(shift: float) -> Solve:
            solve = matrices.factorise(1.0, shift, free)
            self.factorisations += 1
            self._probes.add(at, shift, solve, self.vectors, self._operators)
            return solve

        system = System(
            mass=lambda x: matrices.mass(evolution.embedded(x))[free],
            stiffness=lambda x: matrices.stiffness(evolution.embedded(x))[free],
            shifted=shifted,
            right=right[free],
        )
        modes = relax(
            system,
            affine.form.domain.reachable_from(affine.first.open)[free].astype(float),
            earliest=at.earliest,
            until=at.until,
            tolerance=own,
        )
        shapes = np.zeros((len(modes.shapes), len(affine.form.start)))
        shapes[:, free] = modes.shapes
        times = np.geomspace(BEFORE * at.earliest, at.until, 2 * self._samples(at))
        coefficients = modes.trajectory.values(times)
        size = np.linalg.norm(coefficients, axis=1) * np.sqrt(np.maximum(at.earliest / times, 1.0))
        states = coefficients / np.where(size > 0.0, size, np.inf)[:, None]
        for vector in self._lacking(shapes[:, affine.form.domain.twins], states, NEGLIGIBLE * own):
            self._append(vector)

    def _extended(self, at: Coefficients, family: Sequence[Coefficients]) -> Coefficients:
        """The problem over the times at which the others' Fourier numbers are reached."""
        count = len(at.mass)
        own = at.stiffness[:count] / at.mass
        paces = [one.stiffness[:count] / one.mass / own for one in family]
        early = min(o.earliest * float(p.min()) for o, p in zip(family, paces, strict=True))
        late = max(o.until * float(p.max()) for o, p in zip(family, paces, strict=True))
        return replace(
            at,
            earliest=min(max(early, at.earliest / MOST_LONGER), at.earliest),
            until=max(min(late, at.until * MOST_LONGER), at.until),
        )

    def _tries(self, at: Coefficients) -> int:
        """How often a problem has been solved in full."""
        return self._tried.get(_mark(at), 0)

    def _lacking(self, shapes: Floats, states: Floats, negligible: float) -> Floats:
        """What states, given in some shapes, have outside of the space: its main directions.

        Proper orthogonal decomposition in the norm of the first problem's M.
        """
        rest = shapes
        for _ in range(2):
            weighed = np.array([self._mass(row) for row in rest])
            rest = rest - (weighed @ self.vectors.T) @ self.vectors
        gram = rest @ np.array([self._mass(row) for row in rest]).T
        size, turn = np.linalg.eigh((gram + gram.T) / 2.0)
        kept = size > 1e-15
        scale = np.sqrt(size[kept])
        _, strength, main = np.linalg.svd((states @ turn[:, kept]) * scale, full_matrices=False)
        main = main[strength > negligible]
        return np.asarray((main / scale) @ turn[:, kept].T @ rest)

    def _samples(self, at: Coefficients) -> int:
        return SAMPLES * max(1, ceil(log10(at.until / at.earliest) / DECADES - 1e-9))

    def relaxed(self, at: Coefficients) -> Relaxed:
        """The reduced solution of a problem, and its estimated error."""
        mass, stiffness, right = self._system(at)
        try:
            decay, rotation = eigh(stiffness, mass, check_finite=False)
        except LinAlgError:  # two vectors have come too near each other for this problem
            none = np.zeros(len(right))
            return Relaxed(Relaxation(none, none), np.eye(len(right)), np.inf)
        relaxation = Relaxation(np.maximum(decay, 0.0), rotation.T @ right)
        found = Relaxed(relaxation, rotation, np.inf)
        errors = self._errors(at, found, at.times(self._samples(at)))
        return Relaxed(relaxation, rotation, float(errors.max()))

    def reactions(self, at: Coefficients, share: Floats) -> tuple[float, Floats, Floats]:
        """The residual K u - b + M du/dt on some nodes: constant, by a(t) and by da/dt."""
        known = self.affine.start(at)
        stiff = [k * op(share) for k, op in zip(at.stiffness, self.affine.stiffnesses, strict=True)]
        heavy = [c * op(share) for c, op in zip(at.mass, self.affine.masses, strict=True)]
        pull = np.sum(stiff, axis=0)
        constant = float(known @ pull - at.load @ (self.affine.loads @ share))
        return constant, self.vectors @ pull, self.vectors @ np.sum(heavy, axis=0)

    @property
    def _full(self) -> bool:
        count, width = self.vectors.shape
        return bool(count >= MOST_VECTORS or 8.0 * count * width > MOST_BYTES)

    def _factors(self, at: Coefficients) -> Floats:
        return np.concatenate([at.mass, at.stiffness])

    def _system(self, at: Coefficients) -> tuple[Floats, Floats, Floats]:
        """M, K and the right-hand side in the space."""
        count = len(at.mass)
        mass = np.tensordot(at.mass, self._projected[:count], 1)
        stiffness = np.tensordot(at.stiffness, self._projected[count:], 1)
        held = np.einsum("q,j,qjn->n", at.stiffness, at.base, self._pulls[count:])
        return mass, stiffness, at.load @ self._loads - held

    def _errors(self, at: Coefficients, found: Relaxed, times: Floats) -> Floats:
        """Estimated error at ascending times relative to u - base, shape (n_times,)."""
        values, rates = found.values(times), found.rates(times)
        off = self._probes.errors(at, times, values, rates)
        mass = np.tensordot(at.mass, self._projected[: len(at.mass)], 1)
        size = np.sqrt(np.maximum(np.einsum("ti,ij,tj->t", values, mass, values), 0.0))
        if not np.any(size):
            return np.where(off > 0.0, np.inf, 0.0)
        worst = np.maximum.accumulate(off)  # diffusion forgets slowly
        return np.asarray(worst / np.maximum(size, 1e-300))

    def _append(self, vector: Floats) -> bool:
        """Add a vector, orthonormal to the others in the first problem's M; False if it is none."""
        norm = self._norm(vector)
        if norm == 0.0:
            return False
        vector = vector / norm
        for _ in range(2):  # once is not orthogonal to rounding
            vector = vector - (self.vectors @ self._mass(vector)) @ self.vectors
        norm = self._norm(vector)
        if norm <= 1e-11:
            return False
        vector = vector / norm
        self._space.append(vector)
        images = np.array([op(vector) for op in self._operators])
        rows = images @ self.vectors.T
        k = len(self.vectors)
        grown = np.zeros((len(rows), k, k))
        grown[:, : k - 1, : k - 1] = self._projected
        grown[:, k - 1, :] = grown[:, :, k - 1] = rows
        self._projected = grown
        self._loads = _longer(getattr(self, "_loads", None), self.affine.loads @ vector)
        self._pulls = _longer(getattr(self, "_pulls", None), self._images @ vector)
        self._probes.append(images)
        return True

    def _mass(self, x: Floats) -> Floats:
        parts = zip(self._first.mass, self.affine.masses, strict=True)
        return np.asarray(np.sum([c * op(x) for c, op in parts], axis=0))

    def _norm(self, x: Floats) -> float:
        return float(np.sqrt(max(float(x @ self._mass(x)), 0.0)))


def _mark(at: Coefficients) -> bytes:
    ends = np.array([at.earliest, at.until])
    return np.concatenate([at.mass, at.stiffness, at.load, at.base, ends]).tobytes()


def _from_the_middle(family: Sequence[Coefficients]) -> Ints:
    """Places of problems, the one with the most usual coefficients first."""
    table = np.array([[*one.mass, *one.stiffness] for one in family])
    logarithms = np.log(np.maximum(table, 1e-300))
    return np.argsort(np.abs(logarithms - np.median(logarithms, axis=0)).sum(axis=1))


def _longer(table: Floats | None, column: Floats) -> Floats:
    column = column[..., None]
    return column if table is None else np.concatenate([table, column], axis=-1)


def _progress(start: float, now: float, tolerance: float) -> float:
    if not (np.isfinite(start) and now > tolerance):
        return 0.5
    return min(max(log(start / now) / log(start / tolerance), 0.0), 1.0)
