"""What the verbs share in their arguments."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from anosim.errors import InputError
from anosim.formats.atomic import check_target


def add_verb(
    verbs: Any, name: str, summary: str, example: str, do: Callable[[Namespace], int]
) -> ArgumentParser:
    """Add a verb with its help.

    Args:
        verbs: argparse's subparsers.
        name: the verb.
        summary: one sentence.
        example: a command to try.
        do: does it and returns the exit code.

    Returns:
        The verb's parser, for its arguments.
    """
    made: ArgumentParser = verbs.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example: {example}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.set_defaults(do=do)
    return made


def add_quiet(verb: ArgumentParser) -> None:
    """Add --quiet."""
    verb.add_argument("--quiet", action="store_true", help="no progress, only the results")


def check_outputs(outputs: Iterable[str | Path | None], inputs: Iterable[str | None]) -> None:
    """Refuse, before any work, what cannot be written or would replace what is read.

    Raises:
        InputError: the file and the reason.
    """
    read = [Path(name) for name in inputs if name is not None and Path(name).exists()]
    for path in (Path(name) for name in outputs if name is not None):
        if path.exists() and any(path.samefile(other) for other in read):
            raise InputError(
                f"{str(path)!r} is what is read and would be replaced: give the output another name"
            )
        check_target(path)
