"""``anosim doctor``: what is installed, what is missing, how to get it."""

import os
import platform
import shutil
import sys
import sysconfig
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import anosim
from anosim import plugins
from anosim.cli.trial import trials
from anosim.cli.verbs import add_verb
from anosim.errors import AnosimError
from anosim.plugins import MESHERS, SOLVERS
from anosim.results.provenance import installed

CORE = ("numpy", "scipy", "pint", "h5py", "matplotlib", "pillow", "rich", "tifffile")
EXTRAS = {
    "gmsh": ("gmsh", "shapely"),
    "skfem": ("scikit-fem", "pyamg"),
    "pardiso": ("pypardiso",),
    "fenicsx": ("dolfinx-solver-real", "mpi4py"),
    "formats": ("zarr", "imagecodecs"),
    "segment": ("scikit-image", "scikit-learn"),
    "measure": ("numba", "edt", "connected-components-3d", "pandas"),
    "study": ("xarray", "pyarrow"),
    "scene": ("pyvista", "trame-vtk", "imageio-ffmpeg"),
    "pybamm": ("pybamm",),
}
"""Libraries behind each extra."""
CONDA = "conda install -c conda-forge fenics-dolfinx"


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis.

    Attributes:
        what: what was looked for.
        found: its version or place; empty where it is missing.
        remedy: how to get it, or why it does not work.
    """

    what: str
    found: str
    remedy: str = ""


def add(verbs: Any) -> None:
    """Add the verb."""
    add_verb(
        verbs,
        "doctor",
        "Say what is installed, what is missing and how to get it.",
        "anosim doctor",
        do,
    )


def do(arguments: Namespace) -> int:
    """Print the diagnosis; the exit code is 1 if nothing can mesh or nothing can solve."""
    names = [(group, name) for group in (MESHERS, SOLVERS) for name in plugins.names(group)]
    states = trials(names)
    findings = [*_platform(), *_libraries(), *_system(), *_plugins(states)]
    table = Table()
    for heading in ("", "", "found"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        state = "OK" if finding.found else "missing"
        table.add_row(*map(escape, (state, finding.what, finding.found)))
    Console(highlight=False).print(table)
    for finding in findings:  # outside of the table, so that a line can be copied
        if not finding.found:
            print(f"{finding.what}: {finding.remedy}")
    idle = [kind for kind in (MESHERS, SOLVERS) if not _usable(states, kind)]
    for group in idle:
        print(f"No {'mesher' if group == MESHERS else 'solver'} works: see above for what to do.")
    return 1 if idle else 0


def _usable(states: dict[tuple[str, str], str], group: str) -> bool:
    return any(not state for (kind, _), state in states.items() if kind == group)


def _platform() -> Iterator[Finding]:
    yield Finding("Python", platform.python_version())
    yield Finding("platform", platform.platform())
    yield Finding("anosim", anosim.__version__)


def _libraries() -> Iterator[Finding]:
    for name in CORE:
        yield Finding(name, installed(name) or "", f"pip install {name}")
    for extra, names in EXTRAS.items():
        other = f" (or {CONDA})" if extra == "fenicsx" else ""
        for name in names:
            found = installed(name) or (installed("fenics-dolfinx") if "dolfinx" in name else "")
            yield Finding(name, found or "", f"pip install 'anosim[{extra}]'{other}")


def _system() -> Iterator[Finding]:
    yield _gmsh_libraries()
    compiler = next(filter(None, map(shutil.which, _compilers())), "")
    yield Finding("C compiler (fenicsx)", compiler, "apt-get install gcc libc6-dev")
    header = Path(sysconfig.get_path("include"), "Python.h")
    yield Finding(
        "Python.h (fenicsx)", str(header) if header.is_file() else "", "apt-get install python3-dev"
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    yield Finding(
        "mpiexec (parallel runs)",
        shutil.which("mpiexec", path=path) or "",
        f"pip install 'anosim[fenicsx]' (or {CONDA})",
    )


def _compilers() -> list[str]:
    """The commands that Python's build tools try."""
    names = [os.environ.get("CC", ""), str(sysconfig.get_config_var("CC") or ""), "cc", "gcc"]
    return [name.split()[0] for name in names if name.split()]


def _gmsh_libraries() -> Finding:
    what = "system libraries of Gmsh"
    try:
        from anosim_geometry import gmsh_version

        return Finding(what, f"loads as {gmsh_version()}")
    except (AnosimError, ImportError, OSError) as error:
        return Finding(what, "", str(error))


def _plugins(states: dict[tuple[str, str], str]) -> Iterator[Finding]:
    for (group, name), state in states.items():
        what = f"{'mesher' if group == MESHERS else 'solver'} {name}"
        yield Finding(what, "" if state else "did a tiny job", state)
