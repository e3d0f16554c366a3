"""Solver plugin "skfem": scikit-fem assembly, SciPy's SuperLU."""

from anosim_skfem.solver import ScikitFem

__all__ = ["ScikitFem"]
