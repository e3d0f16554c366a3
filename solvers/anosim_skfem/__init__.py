"""Solver plugin "skfem": scikit-fem's elements, PARDISO, SuperLU or pyamg."""

from anosim_skfem.solver import ScikitFem

__all__ = ["ScikitFem"]
