"""``anosim convert``: a mesh from one file format to another."""

from argparse import Namespace
from typing import Any

from anosim.cli.mesh import add_reports, check_written, finish
from anosim.cli.screen import watching
from anosim.cli.verbs import add_quiet, add_verb
from anosim.errors import InputError
from anosim.formats.meshes.files import FORMATS, READ
from anosim.meshes import Mesh
from anosim.results import Stopwatch


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "convert",
        "Read a mesh of any program, write it in another format and say how good it is.",
        "anosim convert cell.inp cell.msh --unit um --phase Set-1=pore --phase Set-2=particle",
        do,
    )
    endings = ", ".join(READ)
    verb.add_argument("input", metavar="FROM", help=f"the mesh: {endings}")
    verb.add_argument("output", metavar="TO", help=f"the new file, in m: {', '.join(FORMATS)}")
    verb.add_argument(
        "--unit", default="m", help='unit of length in the file, as "um" (default: %(default)s)'
    )
    verb.add_argument(
        "--phase",
        metavar="GROUP[=NAME]",
        action="append",
        help="a group of the file that is a phase, and its new name; once for each phase",
    )
    verb.add_argument(
        "--regions",
        metavar="NAME",
        action="append",
        help="the cell data (.vtu, .xdmf, .vtkhdf), or a group of cells, that says which phase a "
        "cell belongs to; once for each group",
    )
    add_reports(verb)
    add_quiet(verb)


def do(arguments: Namespace) -> int:
    """Convert the mesh and print its report."""
    phases = dict(map(_renamed, arguments.phase)) if arguments.phase else None
    with watching(quiet=arguments.quiet):
        watch = Stopwatch()
        check_written(arguments, arguments.input)
        with watch.stage("read"):
            mesh = Mesh.read(
                arguments.input, unit=arguments.unit, phases=phases, regions=arguments.regions
            )
        finish(mesh, None, arguments, watch)
    return 0


def _renamed(text: str) -> tuple[str, str]:
    group, _, name = text.partition("=")
    if not group:
        raise InputError(f"--phase {text!r}: write it as GROUP or GROUP=NAME")
    return group, name or group
