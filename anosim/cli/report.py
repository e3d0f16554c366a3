"""``anosim report``: one page about a folder of results."""

from argparse import Namespace
from typing import Any

from anosim.cli.verbs import add_verb


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "report",
        "Write one self-contained page of HTML about a run, a study or measures.",
        "anosim report roi-results",
        do,
    )
    verb.add_argument("folder", metavar="DIR", help="the folder of results")
    verb.add_argument("--output", metavar="FILE", help="the page; report.html in the folder")


def do(arguments: Namespace) -> int:
    """Write the page."""
    from anosim.report import write

    print(f"Report in {write(arguments.folder, arguments.output)}")
    return 0
