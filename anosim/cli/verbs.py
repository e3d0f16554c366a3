"""What the verbs share in their arguments."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any


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
