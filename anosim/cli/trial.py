"""Does a plugin work? The honest answer: let it do a tiny job, in a process of its own.

A process of its own, because a library that does not fit the machine may take its process down.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from anosim import plugins
from anosim.conditions import Concentration, Material
from anosim.microstructure import Microstructure
from anosim.plugins import MESHERS, SOLVERS
from anosim.problem import Diffusion

SECONDS = 300
"""A solver that compiles its forms does so the first time."""


def trials(named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Try plugins at the same time: by group and name "", or why it is not usable."""
    named = list(named)
    with ThreadPoolExecutor() as pool:
        return dict(zip(named, pool.map(lambda pair: trial(*pair), named), strict=True))


def trial(group: str, name: str) -> str:
    """Try one plugin: "", or in a sentence why it is not usable."""
    command = [sys.executable, "-m", "anosim.cli.trial", group, name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"a tiny job was not done in {SECONDS} s"
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else lines[-1] if lines else f"exit code {done.returncode}"


def _mesh(name: str) -> None:
    labels = np.repeat([[0, 0, 1, 1]], 4, axis=0)
    plugins.mesh(Microstructure(labels, {"a": 0, "b": 1}, 1.0), mesher=name)


def _solve(name: str) -> None:
    from anosim.testing import rectangle

    problem = Diffusion(
        rectangle(cells=(2, 2)), {"all": Material(1.0)}, {"left": Concentration(1.0)}, until=1.0
    )
    plugins.solve(problem, solver=name)


JOBS: dict[str, Callable[[str], None]] = {MESHERS: _mesh, SOLVERS: _solve}

if __name__ == "__main__":
    try:
        JOBS[sys.argv[1]](sys.argv[2])
    except Exception as error:  # whatever it is, the caller wants one sentence
        sys.exit(" ".join(f"{error}".split()) or type(error).__name__)
