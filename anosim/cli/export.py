"""``anosim export``: numbers and fields for other programs."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from anosim.cli.phases import phases_of, voxel_of
from anosim.cli.verbs import add_verb, check_outputs
from anosim.errors import InputError
from anosim.voxel_grid import VoxelGrid

MODELS = ("pybamm", "bpx", "json")
FIELDS = {
    "csv": ".csv",
    "netcdf": ".nc",
    "comsol": ".txt",
    "comsol-grid": "-grid.txt",
    "tiff": ".tif",
}


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "export",
        "Give an image's numbers to cell models, or a run's fields to other programs.",
        "anosim export roi.tif --to pybamm --voxel 20nm --phases pore=0,particle=1,sei=2\n"
        "         anosim export roi-results --to comsol",
        do,
    )
    verb.add_argument("source", metavar="IMAGE|DIR", help="a labelled image, or results of a run")
    verb.add_argument(
        "--to",
        required=True,
        choices=(*MODELS, *FIELDS),
        help="pybamm, bpx and json take an image, the others the results of a run",
    )
    verb.add_argument("--output", metavar="FILE", help="the file; named after the source here")
    verb.add_argument(
        "--voxel", metavar="SIZE", help="voxel size, or z,y,x; without it the file's own"
    )
    verb.add_argument("--phases", metavar="NAME=LABEL,...", help="the label of every phase")
    verb.add_argument("--electrolyte", default="pore", metavar="PHASE", help="default: pore")
    verb.add_argument("--active", default="particle", metavar="PHASE", help="default: particle")
    verb.add_argument("--electrode", default="Negative", help="Negative (default) or Positive")
    verb.add_argument("--axis", metavar="AXIS", help="of the current; default: the array's first")
    verb.add_argument("--spacing", metavar="LENGTH", default="20 nm", help="of comsol-grid")


def do(arguments: Namespace) -> int:
    """Write the file."""
    source = Path(arguments.source)
    if arguments.to in MODELS:
        target = _target(arguments, f"{source.stem}-{arguments.to}.json")
        _model(arguments, source, target)
    else:
        target = _target(arguments, f"{source.resolve().name}{FIELDS[arguments.to]}")
        _fields(arguments, source, target)
    print(f"Wrote {target}")
    return 0


def _target(arguments: Namespace, usual: str) -> Path:
    """The file to write, checked before any work."""
    target, ending = Path(arguments.output or usual), Path(usual).suffix
    if target.suffix.lower() != ending:
        raise InputError(f"--to {arguments.to} writes {ending}, not {str(target)!r}")
    check_outputs([target], [arguments.source])
    return target


def _model(arguments: Namespace, source: Path, target: Path) -> None:
    from anosim.interop import electrode
    from anosim.microstructure import Microstructure

    if not arguments.phases:
        raise InputError(f"--to {arguments.to} takes an image and needs --phases")
    voxel = voxel_of(arguments.voxel)
    image = Microstructure.read(source, phases=phases_of(arguments.phases), voxel=voxel)
    found = electrode(
        image,
        electrolyte=arguments.electrolyte,
        active=arguments.active,
        name=arguments.electrode,
        axis=arguments.axis or 0,
    )
    found.write(target, arguments.to)


def _fields(arguments: Namespace, source: Path, target: Path) -> None:
    from anosim import interop
    from anosim.units import si

    fields = interop.Fields.read(source / "solution.vtkhdf" if source.is_dir() else source)
    match arguments.to:
        case "csv":
            interop.write_csv(fields, target)
        case "comsol":
            interop.write_spreadsheet(fields, target)
        case "comsol-grid":
            interop.write_grid(fields, target, si(arguments.spacing, "m", "--spacing"))
        case "tiff":
            interop.write_tiff(fields, target, _grid(source))
        case _:
            interop.dataset(fields).to_netcdf(target, engine="scipy")


def _grid(folder: Path) -> VoxelGrid:
    """The voxels of the image that a run was made of."""
    from anosim.results.folder import RECORD

    try:
        held = json.loads((folder / RECORD).read_text(encoding="utf-8"))["image"]
        return VoxelGrid(tuple(held["shape_voxels"]), tuple(held["voxel_m"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{str(folder)!r} holds no {RECORD} with the size of an image: --to tiff needs the "
            "folder of a run of an image; of a mesh from a file there are no voxels"
        ) from None
