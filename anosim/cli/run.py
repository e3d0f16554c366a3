"""``anosim run``: the main job on the user's own image."""

import sys
import tomllib
from argparse import Namespace
from pathlib import Path
from typing import Any

from anosim import job
from anosim.case import Case
from anosim.cli import processes
from anosim.cli.screen import watching
from anosim.cli.stops import INTERRUPTED
from anosim.cli.summary import print_summary
from anosim.cli.verbs import add_quiet, add_verb
from anosim.forecast import Forecast, forecast, large
from anosim.results import Stopwatch

EXAMPLE = """\
[image]
file = "roi.png"                      # labels: TIFF, PNG or NumPy; or sample = "nmc_slice"
voxel = "20 nm"                       # or one per axis, rows first: ["40 nm", "20 nm"]
phases = { pore = 0, particle = 1, sei = 2 }
# crop = [[0, 100], [0, 200]]         # rows, columns (of a volume slices, rows, columns);
#                                     # slice = 12 takes one of a volume, which else is meshed whole

[mesh]                                # options of the mesher, see: anosim solvers
size = "80 nm"
interface_size = "20 nm"

[materials.sei]                       # the phases that lithium diffuses in
diffusivity = "1e-13 m^2/s"

[[conditions]]                        # one table for each interface or side
on = ["pore", "sei"]                  # or "left", "right", "top", "bottom", "front", "back"
type = "mass transfer"                # or "concentration", "flux", both with a value
coefficient = "1e-3 m/s"
bulk = "1 mol/L"                      # over time: { times = ["0 s", "9 s"], values = [0, 1] }

[[conditions]]                        # what has none lets nothing through
on = ["particle", "sei"]
type = "uptake"                       # half_saturation = "0.5 mol/L" makes it saturate
coefficient = "1e-9 m/s"

[solve]                               # and options of the solver, see: anosim solvers
solver = "skfem"                      # several are compared: ["skfem", "fenicsx"]
until = "100 s"                       # "inf" is the steady state

[output]
folder = "results"
times = ["2 s", "10 s", "100 s"]
probes = { I = ["0.4 um", "0.25 um"] }  # x with columns, y with rows, from the upper left
surfaces = true                       # concentration along the surface of each particle

[output.regions]                      # averages: boxes, discs, labels of an image
core = { disc = [["0.4 um", "0.25 um"], "0.1 um"] }  # of volumes ball = [[x, y, z], radius]
"""


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "run",
        "Mesh an image, solve, and leave pictures and numbers, as a case file says.",
        f"anosim run roi.toml --output roi-results\n\nwhere roi.toml is\n\n{EXAMPLE}",
        do,
    )
    verb.add_argument("case", metavar="CASE.toml", help="the case file")
    verb.add_argument("--output", metavar="DIR", help="folder for the results, not the case's own")
    verb.add_argument(
        "--solver", metavar="NAME", help="solver, not the case's own; several: skfem,fenicsx"
    )
    verb.add_argument(
        "--mpi", metavar="N", type=int, help="on N processes of MPI, with a solver that can"
    )
    verb.add_argument(
        "--estimate", action="store_true", help="only say what it would take: time and memory"
    )
    add_quiet(verb)


def do(arguments: Namespace) -> int:
    """Run the case and print what came out."""
    if arguments.estimate:
        print(forecast(Case.read(arguments.case, solver=arguments.solver)))
        return 0

    def chosen() -> str:
        return processes.parallel(Case.read(arguments.case, solver=arguments.solver).solvers)

    if arguments.mpi is not None:
        chosen()
        processes.start(arguments.mpi, _repeated(arguments))
    if processes.launched() > 1:
        return processes.shared(lambda: _named(arguments), chosen, lambda: _do(arguments))
    return _do(arguments)


def _named(arguments: Namespace) -> list[str]:
    """The solvers, before anything is checked."""
    if arguments.solver:
        return str(arguments.solver).split(",")
    try:
        with open(arguments.case, "rb") as file:
            found = tomllib.load(file)["solve"]["solver"]
    except (OSError, ValueError, KeyError, TypeError):  # reading the case tells
        return []
    return [str(name) for name in (found if isinstance(found, list) else [found])]


def _repeated(arguments: Namespace) -> list[str]:
    """The arguments of each of the processes."""
    given = {"--output": arguments.output, "--solver": arguments.solver}
    named = [part for name, value in given.items() if value for part in (name, value)]
    return ["run", arguments.case, *named, *["--quiet"] * arguments.quiet]


def _do(arguments: Namespace) -> int:
    with watching(quiet=arguments.quiet):
        with Stopwatch().stage("load"):
            case = Case.read(arguments.case, solver=arguments.solver)
        folder = Path(arguments.output) if arguments.output else case.folder
        try:
            outcome = job.run(case, folder, expected=None if arguments.quiet else _tell)
        except KeyboardInterrupt:
            if not any(job.checkpoint(folder, name).exists() for name in case.solvers):
                raise
            print("interrupted: the same command goes on from where it was", file=sys.stderr)
            raise SystemExit(INTERRUPTED) from None
    print_summary(outcome)
    return 0


def _tell(cost: Forecast) -> None:
    """Say what a large run will need."""
    if large(cost):
        print(f"expected: {cost}", file=sys.stderr)
