"""``anosim report``: one page about a folder of results."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from anosim.cli.verbs import add_verb, check_outputs
from anosim.errors import InputError


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

    if arguments.output:
        if Path(arguments.output).suffix.lower() not in (".html", ".htm"):
            raise InputError(f"cannot write a page to {arguments.output!r}: its name ends in .html")
        check_outputs([arguments.output], [])
    print(f"Report in {write(arguments.folder, arguments.output)}")
    return 0
