"""The semi-discrete problem in time: unknowns, given values and loads of an assembled form."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anosim.integrate.discretisation import Discretisation
from anosim.meshes import Floats, Ints
from anosim.weakform import WeakForm


@dataclass(frozen=True, eq=False)
class Evolution:
    """``M du/dt + K u + N(u) = b(t)`` on the free nodes, u given on the fixed ones.

    Times are dimensionless, in units of ``form.time``. Vectors are over all nodes unless said
    otherwise.

    Attributes:
        form: the weak form.
        discretisation: its matrices.
    """

    form: WeakForm
    discretisation: Discretisation

    @cached_property
    def free(self) -> Ints:
        """Nodes with an unknown of their own, ascending."""
        twins = self.form.domain.twins
        own = np.flatnonzero(twins == np.arange(len(twins)))
        return np.setdiff1d(own, self.form.fixed)

    def embedded(self, x: Floats) -> Floats:
        """Values of the free nodes on all nodes, zero on the fixed ones."""
        whole = np.zeros(len(self.form.domain.points))
        whole[self.free] = x
        return whole[self.form.domain.twins]

    def given(self, x: Floats, values: Floats) -> Floats:
        """A vector with other values on the fixed nodes."""
        whole = x.copy()
        whole[self.form.fixed] = values
        return whole[self.form.domain.twins]

    def held(self, time: float) -> Floats:
        """Given values of the fixed nodes."""
        return self.form.given(time * self.form.time)

    def held_slope(self, time: float, step: float) -> Floats:
        """Their derivative, from values at four more times ``step`` apart on one side."""
        weights = (-25 / 12, 4.0, -3.0, 4 / 3, -1 / 4)
        values = [weight * self.held(time + i * step) for i, weight in enumerate(weights)]
        return np.asarray(np.sum(values, axis=0) / step)

    def load(self, time: float) -> Floats:
        """The vector b(t)."""
        sources = self.form.sources(time * self.form.time)
        return np.asarray(sources @ self.discretisation.loads)

    def outflow(self, u: Floats) -> Floats:
        """K u + N(u)."""
        known = self.discretisation.stiffness(u)
        return known if self.form.linear else known + self.discretisation.nonlinear(u)

    def norm(self, x: Floats) -> float:
        """Square root of x . M x."""
        return float(np.sqrt(max(float(x @ self.discretisation.mass(x)), 0.0)))

    @property
    def shortest(self) -> float:
        """Time in which the fastest cell relaxes."""
        form = self.form
        squares = (form.domain.volumes / form.space) ** (2 / form.domain.dimension)
        D = form.diffusivity.copy()
        for law in form.laws:
            D[law.cells] = law.kappa  # of the order of D0
        return float(np.min(form.capacity * squares / D))
