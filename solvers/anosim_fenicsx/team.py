"""Processes of MPI that work together: process 0 leads, the others follow."""

from collections.abc import Callable
from time import perf_counter, sleep
from typing import Any

import numpy as np

from anosim.errors import AnosimError

PATIENCE = 0.02
"""Part of the time waited so far that a follower may sleep before it looks again."""
LONGEST_PAUSE = 5e-3


class Team:
    """The processes of a communicator.

    Args:
        comm: of mpi4py.
    """

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self._shared_error: Exception | None = None

    @property
    def leads(self) -> bool:
        """Whether this is process 0."""
        return bool(self.comm.rank == 0)

    def call(self, task: str, *arguments: Any) -> None:
        """Tell the followers what to do next."""
        self.comm.Ibcast(np.zeros(1)).Wait()
        self.comm.bcast((task, arguments))

    def called(self) -> tuple[str, tuple[Any, ...]]:
        """Wait for what the leader says; asleep, as it may have to work alone for minutes."""
        request, start = self.comm.Ibcast(np.zeros(1)), perf_counter()
        while not request.Test():
            sleep(min(PATIENCE * (perf_counter() - start), LONGEST_PAUSE))
        task, arguments = self.comm.bcast(None)
        return task, arguments

    def agreed[T](self, work: Callable[[], T]) -> T:
        """What ``work`` gives on this process, unless it fails on any of them.

        Raises:
            Exception: on all processes, the error of the first one on which it failed.
        """
        own: Exception | None = None
        try:
            result = work()
        except Exception as error:
            own = error
        errors = self.comm.allgather(None if own is None else portable(own, self.comm.rank))
        found = next(((rank, error) for rank, error in enumerate(errors) if error), None)
        if found is None:
            return result
        rank, sent = found
        raise self.sharing(own if own is not None and rank == self.comm.rank else sent)

    def sharing(self, error: Exception) -> Exception:
        """An error that all processes are about to raise."""
        self._shared_error = error
        return error

    def shared(self, error: Exception) -> bool:
        """Whether all processes have raised this error."""
        return error is self._shared_error


class ProcessError(AnosimError):
    """An error of one of the processes, in words."""


def portable(error: Exception, rank: int) -> Exception:
    """An error that can be sent: our own as they are, others in words."""
    if isinstance(error, AnosimError):
        return type(error)(*error.args)
    return ProcessError(f"process {rank} failed: {type(error).__name__}: {error}")
