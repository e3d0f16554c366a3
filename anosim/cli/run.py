"""``anosim run``: the main job on the user's own image."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from anosim import job
from anosim.case import Case
from anosim.cli.screen import watching
from anosim.cli.summary import print_summary
from anosim.cli.verbs import add_quiet, add_verb
from anosim.results import Stopwatch


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "run",
        "Mesh an image, solve, and leave pictures and numbers, as a case file says.",
        "anosim run roi.toml --output roi-results",
        do,
    )
    verb.add_argument("case", metavar="CASE.toml", help="the case file")
    verb.add_argument("--output", metavar="DIR", help="folder for the results, not the case's own")
    verb.add_argument(
        "--solver", metavar="NAME", help="solver, not the case's own; several: skfem,fenicsx"
    )
    add_quiet(verb)


def do(arguments: Namespace) -> int:
    """Run the case and print what came out."""
    with watching(quiet=arguments.quiet):
        with Stopwatch().stage("load"):
            case = Case.read(arguments.case, solver=arguments.solver)
        outcome = job.run(case, Path(arguments.output) if arguments.output else None)
    print_summary(outcome)
    return 0
