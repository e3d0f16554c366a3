"""Solver plugin "fenicsx": DOLFINx assembly, PETSc with MUMPS or GAMG."""

from mpi4py import MPI  # noqa: F401  # finds the MPI library that the wheel of DOLFINx needs

from anosim_fenicsx.solver import Fenicsx

__all__ = ["Fenicsx"]
