"""``anosim mesh``: the mesh of a case, its file and its report."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anosim.case import Case
from anosim.cli.screen import watching
from anosim.cli.verbs import add_quiet, add_verb
from anosim.formats.meshes.files import FORMATS, check_writable
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.results import Stopwatch, mesh_report, write_results

LEAST_SICN = 0.3
"""Quality below which solvers lose digits; a share of triangles below it asks for a word."""


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "mesh",
        "Mesh the image of a case, write the mesh and say how good it is.",
        "anosim mesh roi.toml --output roi.msh --picture roi-mesh.png",
        do,
    )
    verb.add_argument("case", metavar="CASE.toml", help="the case file")
    verb.add_argument(
        "--output", metavar="FILE", help=f"the mesh, in the format of its ending: {_endings()}"
    )
    add_reports(verb)
    add_quiet(verb)


def add_reports(verb: Any) -> None:
    """Add --picture and --report."""
    verb.add_argument("--picture", metavar="FILE", help="picture of the report: .png, .svg, .pdf")
    verb.add_argument("--report", metavar="FILE", help="the report as .json")


def do(arguments: Namespace) -> int:
    """Mesh the case's image and print the report."""
    with watching(quiet=arguments.quiet):
        watch = Stopwatch()
        if arguments.output:
            check_writable(arguments.output)
        with watch.stage("read image"):
            case = Case.read(arguments.case)
            image = case.microstructure()
        with watch.stage("mesh"):
            mesh = case.mesh(image)
        finish(mesh, image, arguments, watch)
    cleaning = case.cleaning(image)
    if cleaning:
        print(f"{'taken out':<24}{cleaning}")
    return 0


def finish(
    mesh: Mesh, image: Microstructure | None, arguments: Namespace, watch: Stopwatch
) -> None:
    """Write what the arguments ask for and print the report."""
    with watch.stage("report"):
        found = mesh_report(mesh, image)
    with watch.stage("write"):
        if arguments.output:
            mesh.write(arguments.output)
        if arguments.report:
            write_results(found, Path(arguments.report))
        if arguments.picture:
            from anosim import figures

            figures.save(figures.mesh_report(mesh, over=image), arguments.picture)
    print_report(found)
    for name in (arguments.output, arguments.report, arguments.picture):
        if name:
            print(f"Wrote {name}")


def print_report(found: Mapping[str, Any]) -> None:
    """Print a mesh report on stdout."""
    console = Console(highlight=False)
    for name, text in _facts(found):
        print(f"{name:<24}{text}")
    console.print(_table(found["phases"]))
    lengths = {**found["interface_length_m"], **found["side_length_m"]}
    for name, length in lengths.items():
        print(f"{'length of ' + name:<24}{length * 1e6:.4g} µm")


def _facts(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    quality, worst = found["quality"], found["worst"]
    sicn, angle = quality["sicn"], quality["smallest_angle_degrees"]
    place = f"x = {worst['x_m'] * 1e6:.4g} µm, y = {worst['y_m'] * 1e6:.4g} µm"
    if worst["pixel_row"] is not None:
        place += f" (row {worst['pixel_row']}, column {worst['pixel_column']})"
    below = sum(
        count
        for bound, count in zip(
            sicn["histogram_bounds"][1:], sicn["histogram_triangles"], strict=True
        )
        if bound <= LEAST_SICN + 1e-9
    )
    return [
        ("triangles", f"{found['triangles']} of order {found['order']}, {found['points']} points"),
        ("quality (SICN)", _spread(sicn, "") + f"; {below} triangles below {LEAST_SICN}"),
        ("smallest angle", _spread(angle, " degrees")),
        ("aspect ratio", _spread(quality["aspect_ratio"], "")),
        ("worst triangle", f"SICN {worst['sicn']:.3g}, in {worst['phase']} at {place}"),
    ]


def _spread(values: Mapping[str, Any], unit: str) -> str:
    return f"worst {values['worst']:.3g}{unit}, median {values['median']:.3g}{unit}"


def _table(phases: Mapping[str, Any]) -> Table:
    """Area, parts and holes of each phase, beside those of the image where there is one."""
    table = Table()
    table.add_column("phase")
    for heading in ("triangles", "area, µm²", "of all", "error", "parts", "holes"):
        table.add_column(heading, justify="right")
    for name, row in phases.items():
        error = row["area_error"]
        table.add_row(
            escape(name),
            str(row["triangles"]),
            f"{row['area_m2'] * 1e12:.4g}",
            f"{row['area_fraction']:.2%}",
            "" if error is None else f"{100.0 * error:+.2g} %",
            _beside(row, "parts"),
            _beside(row, "holes"),
        )
    return table


def _beside(row: Mapping[str, Any], what: str) -> str:
    """The mesh's count; the image's too where it differs."""
    there = row[f"image_{what}"]
    same = there is None or there == row[what]
    return str(row[what]) if same else f"{row[what]} (image {there})"


def _endings() -> str:
    return ", ".join(FORMATS)
