"""``anosim mesh``: the mesh of a case or an image, its file and its report."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anosim import plugins
from anosim.case import Case
from anosim.cli.images import add_dataset, print_image, read_labels
from anosim.cli.phases import whole_number
from anosim.cli.screen import watching
from anosim.cli.verbs import add_quiet, add_verb, check_outputs
from anosim.errors import InputError
from anosim.formats.meshes.files import FORMATS, check_writable
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.results import Stopwatch, mesh_report, write_results
from anosim.results.terms import TERMS, Terms
from anosim.units import si

LEAST_SICN = 0.3
"""Quality below which solvers lose digits; a share of triangles below it asks for a word."""

SIZES = {
    "size": "of an image: edge length away from interfaces",
    "interface-size": "of an image: edge length at interfaces; shorter across phases so thin that "
    "3 elements would not fit (gap_elements of a case file, 0 switches this off)",
    "elements": "of an image: how many elements, instead of sizes",
}


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "mesh",
        "Mesh the image of a case, or an image, write the mesh and say how good it is.",
        "anosim mesh roi.toml --output roi.msh --picture roi-mesh.png",
        do,
    )
    verb.add_argument("case", metavar="CASE.toml", help="the case file, or an image of labels")
    verb.add_argument(
        "--voxel", metavar="SIZE", help="of an image: its voxel size, or z,y,x; else the file's"
    )
    add_dataset(verb)
    verb.add_argument("--phases", metavar="NAME=LABEL,...", help="of an image, else the file's own")
    for option, what in SIZES.items():
        verb.add_argument(f"--{option}", metavar="N" if option == "elements" else "SIZE", help=what)
    verb.add_argument(
        "--output", metavar="FILE", help=f"the mesh, in the format of its ending: {_endings()}"
    )
    add_reports(verb)
    add_quiet(verb)


def add_reports(verb: Any) -> None:
    """Add --picture and --report."""
    verb.add_argument("--picture", metavar="FILE", help="picture of the report: .png, .svg, .pdf")
    verb.add_argument("--report", metavar="FILE", help="the report as .json")


def check_written(arguments: Namespace, read: str) -> None:
    """Refuse, before any work, what ``finish`` could not write or what would replace the input."""
    if arguments.output:
        check_writable(arguments.output)
    check_outputs((arguments.output, arguments.picture, arguments.report), [read])


def do(arguments: Namespace) -> int:
    """Mesh the case's image and print the report."""
    with watching(quiet=arguments.quiet):
        watch = Stopwatch()
        check_written(arguments, arguments.case)
        case = None
        image: Microstructure | None
        if Path(arguments.case).suffix == ".toml":
            with watch.stage("read image"):
                _refuse_options(arguments)
                case = Case.read(arguments.case)
                image = case.microstructure()
            with watch.stage("mesh"):
                made = case.mesh(image)
        else:
            with watch.stage("read image"):
                image = whole = _image(arguments)
            with watch.stage("mesh"):
                made = _meshed(whole, arguments)
        finish(made, image, arguments, watch)
    if case is None or case.mesher_name != "file":
        print(f"{'edges asked for':<24}{_asked(arguments if case is None else case.mesher)}")
    cleaning = None if case is None else case.cleaning(image)
    if cleaning:
        print(f"{'taken out':<24}{cleaning}")
    return 0


def _refuse_options(arguments: Namespace) -> None:
    for name in ("voxel", "dataset", "phases", *SIZES):
        if getattr(arguments, name.replace("-", "_")) is not None:
            raise InputError(f"--{name} is for images; a case file says it itself")


def _image(arguments: Namespace) -> Microstructure:
    image, about = read_labels(arguments, arguments.case)
    print_image(about)
    return image


def _asked(options: Any) -> str:
    """The edge lengths that were asked for, in words."""
    if getattr(options, "elements", None):
        return f"such that there are {options.elements} elements"
    size, interface = (getattr(options, name, None) for name in ("size", "interface_size"))
    text = f"size {_length(size, '4 voxels')}, at interfaces {_length(interface, '1 voxel')}"
    gap = getattr(options, "gap_elements", 3)
    return f"{text}; shorter where gap_elements = {gap} fit across thin phases" if gap else text


def _length(given: float | str | None, default: str) -> str:
    return default if given is None else f"{si(given, 'm', 'size') * 1e9:.4g} nm"


def _meshed(image: Microstructure, arguments: Namespace) -> Mesh:
    names = {name: name.replace("-", "_") for name in SIZES}
    given = {key: getattr(arguments, key) for key in names.values()}
    if given["elements"] is not None:
        given["elements"] = whole_number(given["elements"])
    return plugins.mesh(image, **{key: value for key, value in given.items() if value is not None})


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
    console.print(_table(found["phases"], _terms(found)))
    terms = _terms(found)
    sizes = {**found[f"interface_{terms.boundary}"], **found[f"side_{terms.boundary}"]}
    what, unit, factor = ("length", "µm", 1e6) if terms is TERMS[2] else ("area", "µm²", 1e12)
    for name, size in sizes.items():
        print(f"{what + ' of ' + name:<24} {size * factor:.4g} {unit}")


def _facts(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    quality, worst, terms = found["quality"], found["worst"], _terms(found)
    sicn, angle = quality["sicn"], quality[terms.angle]
    axes = [axis for axis in "xyz" if f"{axis}_m" in worst]
    place = ", ".join(f"{axis} = {worst[f'{axis}_m'] * 1e6:.4g} µm" for axis in axes)
    if worst[terms.places[0]] is not None:
        place += f" ({', '.join(f'{key.split("_")[1]} {worst[key]}' for key in terms.places)})"
    below = sum(
        count
        for bound, count in zip(
            sicn["histogram_bounds"][1:], sicn[f"histogram_{terms.cells}"], strict=True
        )
        if bound <= LEAST_SICN + 1e-9
    )
    return [
        (terms.cells, f"{found[terms.cells]} of order {found['order']}, {found['points']} points"),
        ("quality (SICN)", _spread(sicn, "") + f"; {below} {terms.cells} below {LEAST_SICN}"),
        (terms.angle.removesuffix("_degrees").replace("_", " "), _spread(angle, " degrees")),
        ("aspect ratio", _spread(quality["aspect_ratio"], "")),
        (f"worst {terms.cell}", f"SICN {worst['sicn']:.3g}, in {worst['phase']} at {place}"),
    ]


def _spread(values: Mapping[str, Any], unit: str) -> str:
    return f"worst {values['worst']:.3g}{unit}, median {values['median']:.3g}{unit}"


def _table(phases: Mapping[str, Any], terms: Terms) -> Table:
    """Area or volume, parts and holes of each phase, beside those of the image if there is one."""
    unit, factor = ("µm²", 1e12) if terms is TERMS[2] else ("µm³", 1e18)
    table = Table()
    table.add_column("phase")
    headings = (terms.cells, f"{terms.measure}, {unit}", "of all", "error", "parts", "holes")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, row in phases.items():
        error = row[f"{terms.measure}_error"]
        table.add_row(
            escape(name),
            str(row[terms.cells]),
            f"{row[terms.content] * factor:.4g}",
            f"{row[f'{terms.measure}_fraction']:.2%}",
            _percent(error),
            _beside(row, "parts"),
            _beside(row, "holes"),
        )
    return table


def _percent(error: float | None) -> str:
    if error is None:
        return ""
    return f"{100.0 * error:+.2g} %" if abs(error) >= 1e-5 else "< 0.001 %"


def _terms(found: Mapping[str, Any]) -> Terms:
    return TERMS[2 if TERMS[2].cells in found else 3]


def _beside(row: Mapping[str, Any], what: str) -> str:
    """The mesh's count; the image's too where it differs."""
    there = row[f"image_{what}"]
    same = there is None or there == row[what]
    return str(row[what]) if same else f"{row[what]} (image {there})"


def _endings() -> str:
    return ", ".join(FORMATS)
