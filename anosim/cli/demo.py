"""``anosim demo``: the main job on a real electrode image that comes with the package."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from anosim import job, samples
from anosim.case import Case
from anosim.cli.screen import watching
from anosim.cli.summary import print_summary
from anosim.cli.trial import trials
from anosim.cli.verbs import add_quiet, add_verb
from anosim.plugins import SOLVERS as SOLVER_GROUP
from anosim.results import Stopwatch

SOLVERS = ("skfem", "fenicsx")
CASE = """\
[image]
sample = "nmc_slice"

[mesh]
interface_size = "0.25 um"

[materials.cbd]
diffusivity = "1e-13 m^2/s"

[[conditions]]
on = ["pore", "cbd"]
type = "mass transfer"
coefficient = "1e-3 m/s"
bulk = "1 mol/L"

[solve]
solver = [{solvers}]
order = {order}
until = "100 s"

[output]
folder = "demo-results"
times = ["2 s", "10 s", "100 s"]

[output.probes]  # in the carbon-binder domain, 0.8, 1.7, 3.2 and 4.5 um from a pore
I = ["81.7 um", "116.6 um"]
II = ["84.3 um", "77.5 um"]
III = ["85.1 um", "20.0 um"]
IV = ["51.5 um", "44.6 um"]
"""
WITH_PARTICLES = """
[materials.particle]
diffusivity = "1e-14 m^2/s"

[[conditions]]
on = ["pore", "particle"]
type = "mass transfer"
coefficient = "1e-3 m/s"
bulk = "1 mol/L"
"""
WHAT_IT_IS = f"""\
REAL: the geometry of pores and NMC particles, one slice of an X-ray tomogram.
ADDED NUMERICALLY: the carbon-binder domain (cbd), which X-rays do not resolve.
ILLUSTRATIVE: D, k_f and the times, chosen to show diffusion; no cell's parameters.
Image: {samples.CITATION}"""


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "demo",
        "Let lithium into a real electrode image and leave pictures and numbers.",
        "anosim demo --output first-try --with-particles",
        do,
    )
    verb.add_argument(
        "--output", metavar="DIR", default="demo-results", help="folder (default: %(default)s)"
    )
    verb.add_argument(
        "--solver",
        choices=(*SOLVERS, "both"),
        help="default: both, compared with each other, or the one that works here",
    )
    verb.add_argument(
        "--order",
        type=int,
        choices=(1, 2),
        default=2,
        help="of the finite elements (default: %(default)s)",
    )
    verb.add_argument(
        "--with-particles", action="store_true", help="lithium goes into the particles too"
    )
    add_quiet(verb)


def do(arguments: Namespace) -> int:
    """Run the demo and print what came out and what it is."""
    with watching(quiet=arguments.quiet):
        with Stopwatch().stage("load"):
            names = _names(arguments.solver)
            whole = text(names, arguments.order, arguments.with_particles)
            case = Case.parse(whole, name="the demo")
        outcome = job.run(case, Path(arguments.output))
    print_summary(outcome)
    print(f"\n{WHAT_IT_IS}")
    missing = [name for name in SOLVERS if name not in names and arguments.solver is None]
    if missing:
        print(
            f"Does not work here, so not compared with: {', '.join(missing)} (see anosim doctor)."
        )
    return 0


def text(solvers: tuple[str, ...], order: int, with_particles: bool) -> str:
    """The demo as a case file."""
    quoted = ", ".join(f'"{name}"' for name in solvers)
    return CASE.format(solvers=quoted, order=order) + (WITH_PARTICLES if with_particles else "")


def _names(given: str | None) -> tuple[str, ...]:
    if given is None:
        return usable()
    return SOLVERS if given == "both" else (given,)


def usable() -> tuple[str, ...]:
    """The demo's solvers that do a tiny job here, skfem if none does: its error says why."""
    states = trials((SOLVER_GROUP, name) for name in SOLVERS)
    return tuple(name for (_, name), reason in states.items() if not reason) or SOLVERS[:1]
