"""``anosim measure``: every number and map of an image."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from anosim.cli.phases import phases_of, voxel_of
from anosim.cli.screen import watching
from anosim.cli.verbs import add_quiet, add_verb
from anosim.microstructure import Microstructure
from anosim.progress import report
from anosim.results.folder import RECORD, check_replaceable, replacing_folder
from anosim.results.writing import write_results


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "measure",
        "Measure an image: fractions, surfaces, tortuosities, proximity, particles.",
        "anosim measure roi.tif --voxel 40nm,20nm,20nm --phases pore=0,particle=1,sei=2",
        do,
    )
    verb.add_argument("image", metavar="IMAGE", help="labels: .tif, .png or .npy")
    verb.add_argument(
        "--voxel", metavar="SIZE", help="voxel size, or z,y,x; without it the file's own"
    )
    verb.add_argument(
        "--phases", required=True, metavar="NAME=LABEL,...", help="the label of every phase"
    )
    verb.add_argument(
        "--pore", metavar="PHASE", help="transported through; by default the first one named"
    )
    verb.add_argument(
        "--particle", metavar="PHASE", help="transported to; by default the second one named"
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
    phases = phases_of(arguments.phases)
    voxel = voxel_of(arguments.voxel)
    with watching(quiet=arguments.quiet):
        report("measure", 0.0)
        image = Microstructure.read(arguments.image, phases=phases, voxel=voxel)
        second = list(phases)[1] if len(phases) > 1 else None
        found = overview(
            image,
            pore=arguments.pore or next(iter(phases)),
            particle=arguments.particle or second,
            axis=arguments.axis or 0,
        )
        with replacing_folder(folder) as made:
            _write(found, made)
        report("measure", 1.0)
    _print(found.numbers)
    print(f"Results in {folder}, with definitions and references in {RECORD}")
    return 0


def _write(found: Any, folder: Path) -> None:
    """JSON, CSV, maps and the figure."""
    from anosim.figures import save
    from anosim.figures.measures import measures, tortuosity_map
    from anosim.measure.maps import write_maps, write_table

    way, sliced = found.geodesic, found.profile
    write_table(
        {f"{sliced.axis}_m": sliced.position.tolist()}
        | {f"fraction_{name}": values.tolist() for name, values in sliced.fractions.items()},
        folder / "fractions.csv",
    )
    write_table(
        {"depth_m": way.depth.tolist()}
        | {
            f"tortuosity_{name}": way.by_depth[name].tolist()
            for name in ("mean", "std", "min", "max")
        }
        | {"unreached": way.by_depth["unreached"].tolist(), "channels": way.channels.tolist()},
        folder / "geodesic.csv",
    )
    maps = {"geodesic_tortuosity": way.tortuosity}
    if found.particles is not None:
        table = found.particles.table
        columns = {name: column.tolist() for name, column in table.items()}
        write_table({"particle": range(1, found.particles.number + 1), **columns},
                    folder / "particles.csv")  # fmt: skip
        maps["particle"] = found.particles.labels
        maps["proximity_m"] = found.proximity[0].map
    write_maps(found.image, maps, folder / "maps.vtkhdf")
    save(measures(found), folder / "measures.png")
    save(tortuosity_map(way), folder / "tortuosity.png")
    files = sorted([*(path.name for path in folder.iterdir()), RECORD])
    write_results({**found.numbers, "files": files}, folder / RECORD)


def _print(numbers: Mapping[str, Any]) -> None:
    table = Table()
    for heading, justify in (("measure", "left"), ("value", "right"), ("unit", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for row in _rows(numbers):
        table.add_row(*row)
    Console(highlight=False).print(table)


def _rows(numbers: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for phase, row in numbers["fraction"].items():
        ends = row["interval_95"]
        spread = f" ({100 * ends[0]:.2f} to {100 * ends[1]:.2f})" if ends else ""
        rows.append(
            (f"fraction of {phase} (95 % interval)", f"{100 * row['mean']:.2f}{spread}", "%")
        )
        low, high = 100 * row["slice_min"], 100 * row["slice_max"]
        rows.append((f"fraction of {phase} per slice", f"{low:.2f} to {high:.2f}", "%"))
    for pair, value in numbers["surface"]["per_volume_1_per_m"].items():
        rows.append((f"surface {pair.replace('|', ' | ')}", f"{value * 1e-6:.4g}", "1/µm"))
    pore, way, flux = numbers["pore"], numbers["geodesic_tortuosity"], numbers["tortuosity_factor"]
    depth = f"{way['deepest_reached_m'] * 1e6:.4g} µm"
    rows += [
        (f"geodesic tortuosity of {pore} at {depth}",
         f"{way['mean_at_deepest']:.4g} ± {way['std_at_deepest']:.2g}", ""),
        (f"{pore} without a way from the {way['side']}", f"{100 * way['unreached']:.2f}", "%"),
        ("channels at the entry, at the end",
         f"{way['channels_at_entry']}, {way['channels_at_end']}", ""),
        (f"tortuosity factor of {pore} ({flux['axis']})", f"{flux['tortuosity_factor']:.5g}", ""),
        ("D_eff / D", f"{flux['effective_over_bulk']:.5g}", ""),
        (f"{pore} that leads through", f"{100 * flux['shares']['through']:.2f}", "%"),
    ]  # fmt: skip
    for phase, row in numbers["width"].items():
        for name, key in (("local thickness", "local_thickness"), ("chord length", "chord_length")):
            value = row[f"{key}_mean_m"]
            if value is not None:
                rows.append((f"mean {name} of {phase}", f"{value * 1e6:.4g}", "µm"))
    return rows + _particle_rows(numbers)


def _particle_rows(numbers: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    if "particles" in numbers:
        found, name = numbers["particles"], numbers["particle"]
        density = found["number_per_slice_area_1_per_m2"] * 1e-12
        mean, largest = found["equivalent_diameter_mean_m"], found["extension_max_m"]
        rows += [
            (f"parts of {name}", f"{found['number']}", ""),
            ("  per area of a slice", f"{density:.4g}", "1/µm²"),
            ("  mean equivalent diameter", f"{mean * 1e6:.4g}", "µm"),
            ("  greatest extension", f"{largest * 1e6:.4g}", "µm"),
        ]
    for near in numbers.get("proximity", ()):
        text = f"{near['mean_m'] * 1e6:.4g}, {near['max_m'] * 1e6:.4g}"
        rows.append((f"{near['of']} to {near['to']}: mean, greatest", text, "µm"))
    return rows
