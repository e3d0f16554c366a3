"""Solver plugin "fenicsx": DOLFINx assembly, PETSc with MUMPS or GAMG."""

import sys

from mpi4py import MPI  # finds the MPI library that the wheel of DOLFINx needs

import petsc4py

from anosim.signals import keeping_signals

with keeping_signals():
    if "mpi4py.futures" in sys.modules:
        # tasks of a pool start PETSc when they come to it, not all processes at once
        petsc4py.init(comm=MPI.COMM_SELF)

    from anosim_fenicsx.solver import Fenicsx

__all__ = ["Fenicsx"]
