"""Functions that studies of these tests run; in a module, for processes have to find them."""

import os
import signal
import time
from pathlib import Path


def product(a, b):
    return {"product": a * b, "curve": [a, b, a + b]}


def picky(a):
    if a == 2:
        raise ValueError("two is not\nwelcome")
    return float(a) ** 2


def deadly(a):
    if a == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return float(a)


def slow(a, folder):
    """Leaves a line for every time it is run."""
    with (Path(folder) / "log.txt").open("a") as file:
        file.write(f"{a}\n")
    time.sleep(0.3)
    return {"cube": float(a) ** 3}


def forgiving(a, folder):
    """Fails the first time."""
    mark = Path(folder) / f"seen-{a}"
    if not mark.exists():
        mark.touch()
        raise RuntimeError("not yet")
    return float(a)


def sleepy(a):
    """Takes longer than anybody waits."""
    time.sleep(300.0)
    return float(a)
