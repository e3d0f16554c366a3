"""Time integration shared by the solver plugins, blind to how they store their matrices."""

from anosim.integrate.discretisation import Discretisation
from anosim.integrate.drive import TimeOptions, solution
from anosim.integrate.finite_elements import FiniteElements

__all__ = ["Discretisation", "FiniteElements", "TimeOptions", "solution"]
