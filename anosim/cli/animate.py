"""``anosim animate``: the concentration of a run as a moving picture."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from anosim.cli.verbs import add_verb, check_outputs
from anosim.errors import InputError


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "animate",
        "Turn the concentration of a finished run into a GIF or MP4.",
        "anosim animate roi-results --output roi.gif",
        do,
    )
    verb.add_argument("folder", metavar="DIR", help="the results of anosim run")
    verb.add_argument("--output", metavar="FILE", help=".gif or .mp4; concentration.gif here")


def do(arguments: Namespace) -> int:
    """Write the animation."""
    from anosim.figures.animation import animate
    from anosim.figures.frames import Frames
    from anosim.report import FRAMES

    path = Path(arguments.folder) / FRAMES
    if not path.is_file():
        raise InputError(
            f"{arguments.folder!r} has no {FRAMES}: name the results of a run that drew pictures"
        )
    target = arguments.output or "concentration.gif"
    check_outputs([target], [])
    animate(Frames.read(path), target)
    print(f"Animation in {target}")
    return 0
