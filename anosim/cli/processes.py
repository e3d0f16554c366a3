"""A verb on several processes of MPI: process 0 does it, the others help its solver."""

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, cast

from anosim import plugins
from anosim.cli.stops import STOPPING, Terminated, told
from anosim.errors import AnosimError, InputError, MissingDependencyError, PluginError, listing
from anosim.plugins import Parallel, Solver

COUNTS = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
"""Where MPICH and its relatives, Open MPI and Slurm say how many processes they have started."""


def launched() -> int:
    """Number of processes that were started together with this one, itself included."""
    counts = [os.environ.get(name, "1") for name in COUNTS]
    return max(int(count) if count.isdigit() else 1 for count in counts)


def parallel(solvers: Mapping[str, Solver]) -> str:
    """The first of a case's solvers that works on several processes.

    Raises:
        InputError: none of them does.
    """
    for name, solver in solvers.items():
        if isinstance(solver, Parallel):
            return name
    raise InputError(
        f"solver {listing(solvers)} works in one process: start one, or choose a solver that "
        "works on several ('anosim solvers' tells)"
    )


def start(count: int, arguments: Sequence[str]) -> NoReturn:
    """Become MPI's launcher of as many processes, each with these arguments of the command.

    Raises:
        InputError: no such number, or MPI has started this process already.
        MissingDependencyError: there is no launcher.
    """
    if count < 1:
        raise InputError(f"--mpi is {count}: choose the number of processes, 1 or more")
    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if count > max(most or 1, 2):
        raise InputError(
            f"--mpi is {count}, and there are {most} processors here: choose up to as many"
        )
    if launched() > 1:
        raise InputError("--mpi starts processes, and mpiexec has done so: leave one of them out")
    here = Path(sys.executable).with_name("mpiexec")  # the environment's own MPI
    command = str(here) if here.exists() else shutil.which("mpiexec")
    if command is None:
        raise MissingDependencyError(
            "there is no mpiexec: it comes with the extra 'fenicsx', or with your cluster's MPI"
        )
    own = {"OMP_NUM_THREADS": "1"}  # the processes are the threads
    line = [command, "-n", str(count), sys.executable, "-m", "anosim.cli", *arguments]
    sys.stdout.flush()
    os.execve(command, line, own | os.environ)


def shared(named: Callable[[], list[str]], choose: Callable[[], str], do: Callable[[], int]) -> int:
    """Do it on process 0, with the help of the others.

    Args:
        named: the solvers that will be loaded; all load them, as libraries start MPI together.
        choose: the solver that works on several processes.
        do: the verb; its exit code is that of the whole.

    Raises:
        PluginError: the launcher and mpi4py do not belong to the same MPI.
        AnosimError: what process 0 met, or a process that helped.
    """
    comm = _world()
    try:
        return _led(comm, named, choose, do) if comm.rank == 0 else _helped(comm)
    except AnosimError:
        raise
    except Exception:
        traceback.print_exc()
        _abort(comm, 1)
    except (KeyboardInterrupt, Terminated) as end:
        _abort(comm, told(end))
    except SystemExit as leaving:
        _abort(comm, int(leaving.code or 0))


def _led(
    comm: Any, named: Callable[[], list[str]], choose: Callable[[], str], do: Callable[[], int]
) -> int:
    _load(comm.bcast(named()))
    try:
        name = choose()
    except AnosimError:
        comm.bcast(None)
        raise
    comm.bcast(name)
    with cast(Any, plugins.solver(name)).leading():
        return do()


def _helped(comm: Any) -> int:
    """Follow process 0 until it lets go; it alone hears of signals, and ends all."""
    for number in (signal.SIGINT, *STOPPING):
        signal.signal(number, signal.SIG_IGN)
    _load(comm.bcast(None))
    name = comm.bcast(None)
    if name is not None:
        cast(Any, plugins.solver(name)).follow()
    return 0


def _load(names: Sequence[str]) -> None:
    for name in names:
        with suppress(PluginError):  # process 0 says so when it reads the case
            plugins.solver(name)


def _world() -> Any:
    try:
        from mpi4py import MPI
    except ImportError as error:
        raise MissingDependencyError(
            f"{launched()} processes were started together, and mpi4py cannot be loaded ({error}): "
            "install anosim[fenicsx], or start one"
        ) from error
    if MPI.COMM_WORLD.size != launched():
        raise PluginError(
            f"{launched()} processes were started together, and MPI sees {MPI.COMM_WORLD.size}: "
            "the launcher belongs to another MPI than this environment's mpi4py"
        )
    return MPI.COMM_WORLD


def _abort(comm: Any, code: int) -> NoReturn:
    """End all processes: those that work together may be anywhere."""
    sys.stdout.flush()
    sys.stderr.flush()
    comm.Abort(code)
    raise SystemExit(code)
