"""``anosim solvers``: which solvers and meshers are there, and what they take."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from inspect import getdoc
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anosim import plugins
from anosim.cli.trial import trials
from anosim.cli.verbs import add_verb
from anosim.errors import AnosimError
from anosim.plugins import MESHERS, SOLVERS
from anosim.results.provenance import distribution

KINDS = {SOLVERS: "solver", MESHERS: "mesher"}


def add(verbs: Any) -> None:
    """Add the verb."""
    add_verb(
        verbs,
        "solvers",
        "List the solvers and meshers that are installed, and the options of each.",
        "anosim solvers",
        do,
    )


def do(arguments: Namespace) -> int:
    """Try every plugin and print the table."""
    names = [(group, name) for group in KINDS for name in plugins.names(group)]
    states = trials(names)
    table = Table(show_lines=True)
    for heading in ("", "name", "distribution", "what it is and its options"):
        table.add_column(heading, no_wrap=heading != "what it is and its options")
    for group, name in names:
        lines = _description(group, name, states[group, name])
        row = (KINDS[group], name, distribution(group, name), "\n".join(lines))
        table.add_row(*map(escape, row))
    Console(highlight=False).print(table)
    return 0


def _description(group: str, name: str, state: str) -> Iterator[str]:
    try:
        plugin = plugins.mesher(name) if group == MESHERS else plugins.solver(name)
    except AnosimError as error:
        yield f"NOT USABLE: {error}"
        return
    yield (getdoc(plugin) or "").split("\n", maxsplit=1)[0]
    for option in fields(plugin):
        yield f"  {option.name}{_default(option)}"
    yield f"NOT USABLE: {state}" if state else "usable"


def _default(option: Field[Any]) -> str:
    if option.default is not MISSING:
        return f" = {option.default!r}"
    return "" if option.default_factory is MISSING else f" = {option.default_factory()!r}"
