"""One problem solved by all processes of MPI: process 0 leads, the others follow."""

import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import cache
from io import BytesIO
from types import MappingProxyType
from typing import Any, ClassVar

from mpi4py import MPI

import numpy as np
from petsc4py import PETSc

from anosim.errors import InputError
from anosim.integrate import FiniteElements, TimeOptions
from anosim.integrate.digest import digest
from anosim.problem import Diffusion
from anosim.solution import Solution
from anosim.weakform import WeakForm, weak_form
from anosim_fenicsx.assembly import part_of, versions
from anosim_fenicsx.linear_solvers import chosen
from anosim_fenicsx.shared import SharedMatrices
from anosim_fenicsx.team import Team, portable

_waiting = False
"""Whether the other processes are in ``follow``, and not in ``solve`` as this one is."""


def others() -> bool:
    """Whether this process has others to work with.

    Those of ``mpi4py.futures`` have not: each of them has tasks of its own.
    """
    return MPI.COMM_WORLD.size > 1 and "mpi4py.futures" not in sys.modules


def solve(solver: FiniteElements, problem: Diffusion) -> Solution:
    """The solution, on each of the processes that all call this with the same problem."""
    team, options = _team(), _options(solver)
    member = _Member(**options, team=team)
    if _waiting:
        team.call("solve", _packed((options, problem)))
        return member.lead(problem)
    if not team.leads:
        member.follow(problem)
        return _received(team, problem, solver.order)
    solution = member.lead(problem)
    _sent(team, solution)
    return solution


@contextmanager
def leading() -> Iterator[None]:
    """Inside the block only process 0 runs the program; the others ``follow`` and help it solve."""
    global _waiting
    _waiting = True
    try:
        yield
    except Exception:
        _team().call("leave")
        raise
    else:
        _team().call("leave")
    finally:
        _waiting = False


def follow() -> None:
    """Help process 0 until it leaves its block ``leading``; errors are told there."""
    team = _team()
    while True:
        task, arguments = team.called()
        if task == "leave":
            return
        options, problem = pickle.loads(arguments[0])
        try:
            _Member(**options, team=team).follow(problem)
        except Exception as error:
            if not team.shared(error):
                raise


def _options(solver: FiniteElements) -> dict[str, Any]:
    return {option.name: getattr(solver, option.name) for option in fields(FiniteElements)}


class _Pickler(pickle.Pickler):
    """Packs read-only mappings, too, which problems are made of."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, MappingProxyType):
            return _read_only, (dict(value),)
        return NotImplemented


def _read_only(value: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(value)


def _packed(value: Any) -> bytes:
    buffer = BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


@cache
def _team() -> Team:
    """All processes, with messages of their own."""
    return Team(MPI.COMM_WORLD.Dup())


def _sent(team: Team, solution: Solution) -> None:
    """Send a solution to the followers; they have the problem."""
    rest = (solution.trajectory, solution.passages, solution.usage, dict(solution.record))
    team.comm.bcast((solution.modes.shape, *rest))
    for row in (solution.base, *solution.modes):
        team.comm.Bcast(np.ascontiguousarray(row))


def _received(team: Team, problem: Diffusion, order: int) -> Solution:
    """The solution that the leader sends."""
    shape, trajectory, passages, usage, record = team.comm.bcast(None)
    base, modes = np.empty(shape[1]), np.empty(shape)
    for row in (base, *modes):
        team.comm.Bcast(row)
    domain = problem.domain(order)
    return Solution(problem, domain, base, modes, trajectory, passages, usage, record)


@dataclass(frozen=True)
class _Member(FiniteElements):
    """The solver on one of the processes.

    Attributes:
        team: the processes.
    """

    team: Team = field(kw_only=True)

    name: ClassVar[str] = "fenicsx"

    def lead(self, problem: Diffusion) -> Solution:
        """The solution, with the followers' help."""
        try:
            solution = self.solve(problem)
        except Exception as error:
            self.team.call("fail", portable(error, 0))
            raise
        self.team.call("done")
        PETSc.garbage_cleanup(self.team.comm)
        return solution

    def assemble(self, form: WeakForm) -> SharedMatrices:
        """The matrices, of which the followers assemble their part."""
        self.team.call("assemble")
        return self._assembled(lambda: form)

    def follow(self, problem: Diffusion) -> None:
        """Do what the leader asks for until it is done.

        Raises:
            Exception: the leader's error, or that of any process.
        """
        prepared = _attempted(lambda: weak_form(problem, self.order))
        matrices: SharedMatrices | None = None
        while True:
            task, arguments = self.team.called()
            match task:
                case "done":
                    matrices = None
                    PETSc.garbage_cleanup(self.team.comm)
                    return
                case "fail":
                    raise self.team.sharing(arguments[0])
            try:
                if matrices is None:
                    matrices = self._assembled(prepared)
                    del prepared  # the whole form is the leader's
                else:
                    matrices.do(task, *arguments)
            except Exception as error:
                if not self.team.shared(error):
                    raise  # else the leader has it too, and says what comes next

    def _assembled(self, prepared: Callable[[], WeakForm]) -> SharedMatrices:
        team = self.team
        form = team.agreed(prepared)
        options = TimeOptions(self.tolerance, self.earliest, self.integrator, self.steps)
        marks = team.comm.allgather(digest(form, options, self.linear_solver))
        team.agreed(lambda: _check_same(marks))
        team.agreed(lambda: _check_enough(form, team.comm.size))
        method = team.agreed(
            lambda: chosen(self.linear_solver, form.domain, not form.laws, self.accuracy)
        )
        part = team.agreed(lambda: part_of(form, team.comm))
        record = {"linear algebra": method.name, "processes": str(team.comm.size), **versions()}
        return SharedMatrices(team, part, method, len(form.domain.points), record)


def _attempted[T](work: Callable[[], T]) -> Callable[[], T]:
    """Do it now; the result, or the error, comes when it is asked for."""
    try:
        result = work()
    except Exception as error:
        failed = error

        def fail() -> T:
            raise failed

        return fail
    return lambda: result


def _check_same(marks: list[str]) -> None:
    if len(set(marks)) > 1:
        raise InputError(
            "the processes of MPI were given different problems: make the mesh in one process, "
            "write it and read it in all; or, where each is to solve a problem of its own, say "
            "processes='one'"
        )


def _check_enough(form: WeakForm, processes: int) -> None:
    if len(form.cells) < processes:
        raise InputError(
            f"the mesh has {len(form.cells)} cells for {processes} processes: start fewer of them"
        )
