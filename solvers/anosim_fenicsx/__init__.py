"""Solver plugin "fenicsx": DOLFINx assembly, PETSc with MUMPS."""

from anosim_fenicsx.solver import Fenicsx

__all__ = ["Fenicsx"]
