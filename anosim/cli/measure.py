"""``anosim measure``: every number and map of an image."""

import shlex
import warnings
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from anosim.cli.images import add_dataset, print_image, read_labels
from anosim.cli.phases import particle_of, pore_of
from anosim.cli.screen import watching
from anosim.cli.verbs import add_quiet, add_verb
from anosim.formats.digest import content_digest
from anosim.measure.summary import summary
from anosim.progress import report
from anosim.results.folder import RECORD, check_replaceable, replacing_folder
from anosim.results.provenance import Stopwatch, surroundings
from anosim.results.writing import write_results

LIBRARIES = ("numpy", "scipy", "numba", "edt", "connected-components-3d", "tifffile", "h5py")
"""Distributions that read and measure."""
_ARGUMENTS = ("voxel", "dataset", "phases", "pore", "particle", "axis", "output")


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "measure",
        "Measure an image: fractions, surfaces, tortuosities, proximity, particles.",
        "anosim measure roi.tif --voxel 40nm,20nm,20nm --phases pore=0,particle=1,sei=2",
        do,
    )
    verb.add_argument("image", metavar="IMAGE", help="labels: image file, folder or Zarr")
    verb.add_argument(
        "--voxel", metavar="SIZE", help="voxel size, or z,y,x; without it the file's own"
    )
    add_dataset(verb)
    verb.add_argument(
        "--phases", metavar="NAME=LABEL,...", help="the label of every phase; else the file's own"
    )
    verb.add_argument(
        "--pore", metavar="PHASE", help="transported through; else the one named as pores"
    )
    verb.add_argument(
        "--particle",
        metavar="PHASE",
        help="transported to; else the one named as particles, or the only other one; or none",
    )
    verb.add_argument(
        "--axis", metavar="AXIS", help="z, y or x, from its start; by default the array's first"
    )
    verb.add_argument(
        "--output", metavar="FOLDER", default="measure-results", help="default: measure-results"
    )
    add_quiet(verb)


def do(arguments: Namespace) -> int:
    """Measure, write and print."""
    from anosim.measure.overview import overview

    folder = Path(arguments.output)
    check_replaceable(folder)
    watch = Stopwatch()
    with watching(quiet=arguments.quiet), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        report("measure", 0.0)
        with watch.stage("read image"):
            image, about = read_labels(arguments, arguments.image)
        pore = pore_of(image.phases, arguments.pore)
        particle = particle_of(image.phases, arguments.particle, pore)
        with watch.stage("overview"):
            found = overview(image, pore=pore, particle=particle, axis=arguments.axis or 0)
        with replacing_folder(folder) as made:
            with watch.stage("write"):
                _write(found, made)
            notes = [*about["notes"], *dict.fromkeys(str(warning.message) for warning in told)]
            record: dict[str, Any] = {"image_file": about | {"notes": notes}, "notes": notes}
            record["provenance"] = _provenance(arguments, watch)
            files = sorted([*(path.name for path in made.iterdir()), RECORD])
            write_results({**found.numbers, **record, "files": files}, made / RECORD)
        report("measure", 1.0)
    print_image(record["image_file"])
    print(f"{'pores':<24}{pore}\n{'particles':<24}{particle or 'none'}")
    _print(found.numbers)
    print(f"Results in {folder}, with definitions and references in {RECORD}")
    return 0


def _provenance(arguments: Namespace, watch: Stopwatch) -> dict[str, Any]:
    """Versions, machine, times, the command and the digest of what was measured."""
    given = [(name, getattr(arguments, name)) for name in _ARGUMENTS]
    words = [word for name, value in given if value for word in (f"--{name}", str(value))]
    return surroundings(watch.seconds, LIBRARIES) | {
        "command": shlex.join(["anosim", "measure", arguments.image, *words]),
        "image_sha256": content_digest(Path(arguments.image)),
    }


def _write(found: Any, folder: Path) -> None:
    """CSV, maps and figures."""
    from anosim.figures import save
    from anosim.figures.measures import measures, tortuosity_map
    from anosim.measure.maps import write_maps, write_table

    way, sliced = found.geodesic, found.profile
    write_table(_lists(sliced.columns), folder / "fractions.csv")
    write_table(_lists(way.columns), folder / "geodesic.csv")
    maps = {"geodesic_tortuosity": way.tortuosity}
    if found.particles is not None:
        numbers = range(1, found.particles.number + 1)
        columns = {"particle": numbers, **_lists(found.particles.columns)}
        write_table(columns, folder / "particles.csv")
        maps["particle"] = found.particles.labels
        maps["proximity_m"] = found.proximity[0].map
    write_maps(found.image, maps, folder / "maps.vtkhdf")
    save(measures(found), folder / "measures.png")
    save(tortuosity_map(way), folder / "tortuosity.png")


def _print(numbers: Mapping[str, Any]) -> None:
    table = Table()
    for heading, justify in (("measure", "left"), ("value", "right"), ("unit", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for row in summary(numbers):
        table.add_row(*row)
    Console(highlight=False).print(table)


def _lists(columns: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: values.tolist() for name, values in columns.items()}
