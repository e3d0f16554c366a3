"""``anosim solvers``: which solvers and meshers are there, and what they take."""

from argparse import Namespace
from collections.abc import Collection, Iterator
from inspect import getdoc
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anosim import plugins
from anosim.cli.options import option_lines
from anosim.cli.trial import trials
from anosim.cli.verbs import add_verb
from anosim.errors import AnosimError
from anosim.features import FEATURES
from anosim.plugins import MESHERS, SOLVERS
from anosim.results.provenance import distribution

KINDS = {SOLVERS: "solver", MESHERS: "mesher"}


def add(verbs: Any) -> None:
    """Add the verb."""
    add_verb(
        verbs,
        "solvers",
        "List the solvers and meshers that are installed, their options, and what each can do.",
        "anosim solvers",
        do,
    )


def do(arguments: Namespace) -> int:
    """Try every plugin and print the tables."""
    names = [(group, name) for group in KINDS for name in plugins.names(group)]
    states = trials(names)
    table = Table(show_lines=True)
    for heading in ("", "name", "distribution", "what it is and its options"):
        table.add_column(heading, no_wrap=heading != "what it is and its options")
    for group, name in names:
        lines = _description(group, name, states[group, name])
        row = (KINDS[group], name, distribution(group, name), "\n".join(lines))
        table.add_row(*map(escape, row))
    console = Console(highlight=False)
    console.print(table)
    console.print(features())
    return 0


def features() -> Table:
    """What each solver can do, by its own word."""
    told = {name: _supported(name) for name in plugins.names(SOLVERS)}
    table = Table(title="what a problem may ask for", title_justify="left", title_style="bold")
    table.add_column("")
    for name in told:
        table.add_column(escape(name), justify="center")
    for feature in FEATURES:
        words = [
            "not told" if names is None else "yes" if feature.name in names else "no"
            for names in told.values()
        ]
        table.add_row(feature.name, *words)
    words = [
        "not told" if names is None else "yes" if _on_several(name) else "no"
        for name, names in told.items()
    ]
    table.add_row("(several processes of MPI)", *words)
    return table


def _on_several(name: str) -> bool:
    return isinstance(plugins.solver(name), plugins.Parallel)


def _supported(name: str) -> Collection[str] | None:
    """The features that a solver says it supports; None where it says nothing."""
    try:
        found: Collection[str] | None = getattr(plugins.solver(name), "supports", None)
    except AnosimError:
        return None
    return found


def _description(group: str, name: str, state: str) -> Iterator[str]:
    try:
        plugin = plugins.mesher(name) if group == MESHERS else plugins.solver(name)
    except AnosimError as error:
        yield f"NOT USABLE: {error}"
        return
    yield (getdoc(plugin) or "").split("\n", maxsplit=1)[0]
    yield from (f"• {line}" for line in option_lines(plugin))
    yield f"NOT USABLE: {state}" if state else "usable"
