"""Matrices spread over the processes of a team, vectors on the one that leads it.

The leader runs the time integration, so that all its decisions are made once; products, assembly
and linear systems are everybody's. Each method without an underscore is for the leader and has a
task of the same work, which every process of the team does at the same time.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from petsc4py import PETSc

from anosim.integrate.discretisation import Solve
from anosim.meshes import Floats, Ints
from anosim_fenicsx.linear_solvers import Method
from anosim_fenicsx.part import Part
from anosim_fenicsx.team import Team


class SharedMatrices:
    """A discretisation for the leader; made and kept by every process.

    Args:
        team: the processes.
        part: what this one has assembled.
        method: how linear systems are solved.
        count: number of nodes of the domain.
        record: what does the linear algebra, and versions.
    """

    def __init__(
        self, team: Team, part: Part, method: Method, count: int, record: Mapping[str, str]
    ) -> None:
        self.team = team
        self.part = part
        self.record = record
        self._count = count
        self._sizes = team.comm.allgather(len(part.node))
        self._node = self._collected(part.node)
        self._owner = self._owners()
        self._free: Ints | None = None
        self._order = np.zeros(0, dtype=np.int64)
        self._shares: list[int] = []
        self._system = _SharedSystem(team, method)
        self.loads = np.array([self._summed(load) for load in part.loads]).reshape(-1, count)

    def mass(self, x: Floats, /) -> Floats:
        """M x."""
        self.team.call("product", "M")
        return self._product("M", x)

    def stiffness(self, x: Floats, /) -> Floats:
        """K x."""
        self.team.call("product", "K")
        return self._product("K", x)

    def nonlinear(self, x: Floats, /) -> Floats:
        """N(x)."""
        if self.part.curved is None:
            return np.zeros_like(x)
        self.team.call("bent")
        return self._bent(x)

    def factorise(
        self, mass: float, stiffness: float, free: Ints, /, at: Floats | None = None
    ) -> Solve:
        """Solve with ``mass M + stiffness (K + N'(at))`` on the free nodes."""
        if self._free is None or not np.array_equal(free, self._free):
            self.team.call("number")
            self._number(free)
        self.team.call("prepare", mass, stiffness, at is not None)
        self._prepare(mass, stiffness, at is not None, at)

        def solve(x: Floats) -> Floats:
            self.team.call("solve")
            y = np.empty_like(x)
            y[self._order] = self._solve(x[self._order])
            return y

        return solve

    def do(self, task: str, *arguments: Any) -> None:
        """A follower's side of what the leader asks for."""
        getattr(self, f"_{task}")(*arguments)

    def _product(self, name: str, x: Floats | None = None) -> Floats:
        here = self._given(x)
        values = self.part.M if name == "M" else self.part.K
        return self._summed(self.team.agreed(lambda: self.part.product(values, here)))

    def _bent(self, x: Floats | None = None) -> Floats:
        here = self._given(x)
        return self._summed(self.team.agreed(lambda: self.part.bent(here)))

    def _number(self, free: Ints | None = None) -> None:
        """Number the unknowns, those of each process in a row."""
        comm, numbers = self.team.comm, None
        if free is not None:
            owner = self._owner[free]
            self._free, self._order = free, np.argsort(owner, kind="stable")
            self._shares = np.bincount(owner, minlength=comm.size).tolist()
            number = np.full(self._count, -1, dtype=np.int64)
            number[free[self._order]] = np.arange(len(free))
            numbers = [number[self._node], self._sizes]
        here = np.empty(len(self.part.node), dtype=np.int64)
        comm.Scatterv(numbers, here)
        self._shares = comm.bcast(self._shares)
        self._system.renumber(self.part, here.astype(PETSc.IntType), self._shares)

    def _prepare(self, mass: float, stiffness: float, bent: bool, at: Floats | None = None) -> None:
        here = self._given(at) if bent else None
        values = self.team.agreed(lambda: self.part.shifted(mass, stiffness, here))
        self._system.prepare(values, self.part.symmetric(here))

    def _solve(self, x: Floats | None = None) -> Floats:
        return self._system.solve(x)

    def _given(self, x: Floats | None) -> Floats:
        """The leader's vector at this process's places."""
        here = np.empty(len(self.part.node))
        self.team.comm.Scatterv(None if x is None else [x[self._node], self._sizes], here)
        return here

    def _summed(self, here: Floats) -> Floats:
        """The sum of all processes' vectors over their places; for the leader."""
        found: Floats = self._collected(here)
        if not self.team.leads:
            return found
        return np.bincount(self._node, weights=found, minlength=self._count)

    def _collected(self, here: Any) -> Any:
        """All processes' arrays one after the other; for the leader, the others get none."""
        size = sum(self._sizes) if self.team.leads else 0
        found = np.empty(size, dtype=here.dtype)
        self.team.comm.Gatherv(here, [found, self._sizes] if self.team.leads else None)
        return found

    def _owners(self) -> Ints:
        """The process that each node belongs to; for the leader."""
        owned = self.team.comm.gather(self.part.owned)
        owner = np.zeros(self._count, dtype=np.int64)
        if owned is not None:
            starts = np.cumsum([0, *self._sizes])
            for rank, number in enumerate(owned):
                owner[self._node[starts[rank] : starts[rank] + number]] = rank
        return owner


class _SharedSystem:
    """A matrix of which each process holds rows, and what PETSc knows of it.

    Args:
        team: the processes.
        method: how linear systems are solved.
    """

    _matrix: Any
    _given: Any
    _result: Any
    _solver: Any = None

    def __init__(self, team: Team, method: Method) -> None:
        self.team = team
        self.method = method
        self._shares: list[int] = []
        self._symmetric: bool | None = None

    def renumber(self, part: Part, number: Any, shares: list[int]) -> None:
        """Take other unknowns.

        Args:
            part: where the entries are.
            number: of the unknown at each place, -1 where there is none.
            shares: unknowns of each process.
        """
        if self._solver is not None:
            _destroy(self._solver, self._given, self._result, self._matrix)
        self._shares, self._symmetric, self._solver = shares, None, None
        own, total = shares[self.team.comm.rank], sum(shares)
        self._matrix = PETSc.Mat().create(self.team.comm)
        self._matrix.setSizes(((own, total), (own, total)))
        self._matrix.setType(PETSc.Mat.Type.AIJ)
        rows = np.repeat(number, np.diff(part.pattern.indptr))
        self._matrix.setPreallocationCOO(rows, number[part.pattern.indices])
        self._given, self._result = self._matrix.createVecs()

    def prepare(self, values: Floats, symmetric: bool) -> None:
        """Take other values: those of all processes in one place add up."""
        self._matrix.setValuesCOO(values, PETSc.InsertMode.INSERT_VALUES)
        if symmetric != self._symmetric:
            self._symmetric = symmetric
            self._matrix.setOption(PETSc.Mat.Option.SPD, symmetric)
            if self._solver is not None:
                _destroy(self._solver)
            self._solver = self.method.over(self._matrix, symmetric)
        self._solver.setOperators(self._matrix)
        self.method.set_up(self._solver)

    def solve(self, x: Floats | None) -> Floats:
        """The leader's vector, in the order of the unknowns, solved for."""
        comm, given, result = self.team.comm, self._given, self._result
        comm.Scatterv(None if x is None else [x, self._shares], given.array)
        self.team.agreed(lambda: self.method.solve(self._solver, given, result))
        y = np.empty(0 if x is None else len(x))
        comm.Gatherv(np.array(result.array), None if x is None else [y, self._shares])
        return y


def _destroy(*things: Any) -> None:
    """Free memory now: Python frees what several processes share only when PETSc is asked to."""
    for thing in things:
        thing.destroy()
