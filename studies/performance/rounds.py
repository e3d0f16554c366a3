"""Time, memory and figures of a job in a process of its own."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Round:
    """One job: best and first wall clock of its rounds, s, CPU time of the best, s, memory, GB.

    CPU time adds up the cores; it hardly depends on what else the machine does.
    """

    seconds: float
    first: float
    cpu: float
    peak: float
    figures: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line."""
        figures = "  ".join(f"{name} {value:.6g}" for name, value in self.figures.items())
        return (
            f"{self.seconds:8.2f} s  (first {self.first:6.2f} s, CPU {self.cpu:6.2f} s)  "
            f"{self.peak:5.2f} GB  {figures}"
        )


def alone(job: Callable[..., Any], *arguments: Any, rounds: int = 1) -> Round | str:
    """The job in a fresh process, so that its memory is its own; a text if it is left out.

    The job returns a function to be timed; what that returns becomes the figures. What a job
    imports, reads and sets up is not timed.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(sender, rounds, job, *arguments))
    process.start()
    sender.close()
    try:
        made: Round | str = receiver.recv()
    except EOFError:
        made = f"ended without a result (exit code {process.exitcode})"
    process.join()
    return made


def beside(
    python: str, name: str, tolerance: float, **arrays: Any
) -> tuple[Round | str, NDArray[np.float64] | None]:
    """One of the codes in ``peers.py`` by an interpreter that has it, and the array it makes."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npy"
        np.savez(source, **arrays)
        script = str(Path(__file__).with_name("peers.py"))
        command = [python, script, name, str(source), str(target), str(tolerance)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"failed: {done.stderr.strip().splitlines()[-1]}", None
        found = json.loads(done.stdout.strip().splitlines()[-1])
        if "left out" in found:
            return f"left out: {found['left out']}", None
        array = np.load(target) if target.is_file() else None
        seconds = found["seconds"]
        return Round(seconds, seconds, found["cpu"], found["peak"], found["figures"]), array


def options() -> tuple[str, str]:
    """The image's path and the interpreter for the other codes, from the command line."""
    given = [*sys.argv[1:], "", ""]
    return given[0], given[1] or sys.executable


def _measured(sender: Any, rounds: int, job: Callable[..., Any], *arguments: Any) -> None:
    try:
        work = job(*arguments)
    except ImportError as error:
        sender.send(f"left out: {error}")
        return
    times, busy = [], []
    for _ in range(rounds):
        start, before = time.perf_counter(), time.process_time()
        figures = work()
        times.append(time.perf_counter() - start)
        busy.append(time.process_time() - before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    sender.send(Round(min(times), times[0], min(busy), peak, figures or {}))


def machine() -> str:
    """Cores, and how busy they were over the last minute: timings need an idle machine."""
    return f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} at the start"
