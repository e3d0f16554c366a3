"""``anosim compare``: a run beside another program's concentrations."""

import sys
import warnings
from argparse import Namespace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from anosim.cli.verbs import add_verb, check_outputs


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "compare",
        "Compare a run with concentrations that another program computed.",
        "anosim compare roi-results comsol.txt --picture difference.png",
        do,
    )
    verb.add_argument("folder", metavar="DIR", help="the results of anosim run")
    verb.add_argument("foreign", metavar="FILE", help="x, y, t and c: CSV, or COMSOL spreadsheet")
    for name, what in (("length", "x and y"), ("time", "t"), ("concentration", "c")):
        verb.add_argument(
            f"--{name}", metavar="UNIT", help=f"unit of {what} where the header has none"
        )
    verb.add_argument(
        "--decimal",
        choices=(".", ","),
        help="decimal mark where the numbers do not tell it from a thousands separator",
    )
    verb.add_argument("--picture", metavar="FILE", help="map of the difference: .png, .svg, .pdf")
    verb.add_argument("--json", metavar="FILE", help="the norms as JSON")


def do(arguments: Namespace) -> int:
    """Compare, print, write."""
    from anosim import interop
    from anosim.results import write_results

    check_outputs((arguments.picture, arguments.json), (arguments.folder, arguments.foreign))
    source = Path(arguments.folder)
    fields = interop.Fields.read(source / "solution.vtkhdf" if source.is_dir() else source)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        samples = interop.read_samples(
            arguments.foreign,
            length=arguments.length,
            time=arguments.time,
            concentration=arguments.concentration,
            decimal=arguments.decimal,
        )
    for warning in told:
        print(f"warning: {warning.message}", file=sys.stderr)
    found = interop.compare(fields, samples)
    _print(found)
    if arguments.json:
        write_results(found.numbers, arguments.json)
    if arguments.picture:
        from anosim.figures import save
        from anosim.figures.comparison import comparison

        save(comparison(found), arguments.picture)
    return 0


def _print(found: Any) -> None:
    table = Table(title="difference from the other program", title_justify="left")
    for heading in ("time, s", "places", "largest, mol/m³", "relative L2"):
        table.add_column(heading, justify="right")
    for row in zip(found.times, found.points, found.largest, found.relative_l2, strict=True):
        time, points, largest, relative = row
        table.add_row(f"{time:g}", f"{points}", f"{largest:.3g}", f"{relative:.3g}")
    Console(highlight=False).print(table)
    if found.outside:
        print(f"{found.outside} places are outside of the domain and were left out")
