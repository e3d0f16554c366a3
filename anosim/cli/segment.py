"""``anosim segment``: from a grey image to phases, with what was read and decided."""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anosim.cli.images import add_dataset, print_image
from anosim.cli.phases import voxel_of
from anosim.cli.screen import watching
from anosim.cli.verbs import add_quiet, add_verb, check_outputs
from anosim.errors import InputError
from anosim.formats.images import open_image, read_labels_with_voxel
from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.writing import check_labels_writable, write_labels
from anosim.image import Image
from anosim.microstructure import Microstructure
from anosim.results import Stopwatch, write_results

EXAMPLE = "anosim segment stack.tif labels.tif --voxel 20nm --phases pore,sei,graphite,particle"
OPTIONS = ("thresholds", "smooth", "region_pixels", "beta", "trees")
"""Options of methods that have an argument of their own."""


def add(verbs: Any) -> None:
    """Add the verb."""
    verb = add_verb(
        verbs,
        "segment",
        "Segment a grey image: say what was read and decided, write labels, record and picture.",
        f"{EXAMPLE}\n  {EXAMPLE} --strokes painted.tif --islands 30",
        do,
    )
    verb.add_argument("image", metavar="IMAGE", help="image file, folder of slices or Zarr store")
    verb.add_argument(
        "output", metavar="LABELS", help="labels, .tif or .npy; .json and .png are put beside them"
    )
    _add_image(verb)
    _add_method(verb)
    _add_cleaning(verb)
    add_quiet(verb)


def _add_image(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--phases", required=True, type=_names, metavar="A,B,...", help="from dark to bright"
    )
    verb.add_argument(
        "--voxel", metavar="SIZE", help='voxel size, "20 nm" or "40 nm,20 nm,20 nm" (z, y, x)'
    )
    add_dataset(verb)
    verb.add_argument(
        "--prepare", type=_names, default=(), metavar="A,B", help="steps before, such as median"
    )


def _add_method(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--method",
        help="regions (default), staged, otsu, thresholds, random walker or pixels",
    )
    verb.add_argument(
        "--thresholds",
        type=_numbers,
        metavar="A,B",
        help="grey values between the phases; one equal to them is of the darker phase",
    )
    verb.add_argument(
        "--strokes", metavar="FILE", help="painted examples: an image, or .toml with [[strokes]]"
    )
    verb.add_argument(
        "--stroke-values", type=_values, metavar="A=1,B=2", help="painted value of each phase"
    )
    verb.add_argument("--smooth", type=int, metavar="VOXELS", help="median radius of staged")
    verb.add_argument("--region-pixels", type=int, metavar="N", help="mean size of regions")
    verb.add_argument("--beta", type=float, metavar="X", help="of random walker")
    verb.add_argument("--trees", type=int, metavar="N", help="of regions and pixels")
    verb.add_argument(
        "--by-slabs",
        action="store_true",
        help="staged or thresholds: never hold the whole volume (no picture, no cleaning)",
    )


def _add_cleaning(verb: ArgumentParser) -> None:
    verb.add_argument("--majority", type=int, default=0, metavar="VOXELS", help="filter's radius")
    verb.add_argument("--islands", type=int, default=0, metavar="VOXELS", help="smallest region")
    verb.add_argument("--feature", default="0 m", metavar="LENGTH", help="thinnest feature")
    verb.add_argument("--reference", metavar="FILE", help="labels to compare with, 0, 1, ...")


def do(arguments: Namespace) -> int:
    """Segment, print what was read and decided, and write the files."""
    voxel = voxel_of(arguments.voxel)
    check_labels_writable(arguments.output)
    written = [Path(arguments.output).with_suffix(ending) for ending in (".json", ".png")]
    read = (arguments.image, arguments.strokes, arguments.reference)
    check_outputs([arguments.output, *written], read)
    _check(arguments)
    with watching(quiet=arguments.quiet):
        watch = Stopwatch()
        with watch.stage("open image"):
            source = open_image(arguments.image, dataset=arguments.dataset, lazy=True)
            about = source.describe(voxel)
        print_image(about)
        if arguments.by_slabs:
            return _by_slabs(arguments, source, voxel)
        with watch.stage("read image"):
            image = Image(source.array(), source.voxel_size(voxel))
        found, scores = _segment(arguments, image, watch)
        record = {**found.record, "image": about, "prepare": list(arguments.prepare)}
        if scores:
            record["agreement"] = scores
        labels = Path(arguments.output)
        with watch.stage("write"):
            _write(found, record, labels)
    print_decisions(record)
    for ending in (labels.suffix, ".json", ".png"):
        print(f"Wrote {labels.with_suffix(ending)}")
    return 0


def print_decisions(record: Mapping[str, Any]) -> None:
    """Print what was decided, and fractions before and after cleaning."""
    print(f"{'method':<24}{record['method']}")
    for name, value in record["decisions"].items():
        print(f"{name.replace('_', ' '):<24}{_short(value)}")
    before = record.get("fractions_before_cleaning", record["fractions"])
    table = Table()
    table.add_column("phase")
    headings = ["fraction", "after cleaning"] if "cleaning" in record else ["fraction"]
    scores = record.get("agreement", {})
    headings += ["IoU", "Dice", "boundary off by, nm"] if scores else []
    for heading in headings:
        table.add_column(heading, justify="right")
    for name in record["phases"]:
        row = [f"{before.get(name, 0.0):.2%}"]
        row += [f"{record['fractions'].get(name, 0.0):.2%}"] if "cleaning" in record else []
        if scores:
            score = scores.get(name)
            row += (
                [
                    f"{score['iou']:.3f}",
                    f"{score['dice']:.3f}",
                    f"{1e9 * score['boundary_mean']:.3g}",
                ]
                if score
                else ["", "", ""]
            )
        table.add_row(escape(name), *row)
    Console(highlight=False).print(table)


def _options(arguments: Namespace) -> dict[str, Any]:
    """What is given of the method's options."""
    return {name: value for name in OPTIONS if (value := getattr(arguments, name)) is not None}


def _check(arguments: Namespace) -> None:
    """Refuse wrong options before any work, and name the method where none is."""
    from anosim import prepare, segment
    from anosim.segment.methods import check_phases, create, usual_method

    options = _options(arguments)
    arguments.method = arguments.method or usual_method(options)
    phases = check_phases(arguments.phases)
    create(arguments.method, options, phases, strokes=bool(arguments.strokes))
    prepare.check(arguments.prepare)
    cleaning = segment.Cleaning(arguments.majority, arguments.islands, arguments.feature)
    others = [arguments.prepare, arguments.strokes, arguments.reference, *vars(cleaning).values()]
    if arguments.by_slabs and (arguments.method not in ("staged", "thresholds") or any(others)):
        raise InputError(
            "--by-slabs goes with --method staged or --thresholds alone: preparation, strokes and "
            "cleaning need the whole volume"
        )
    for given in filter(None, (arguments.strokes, arguments.reference)):
        if not Path(given).exists():
            raise InputError(f"there is no file {given!r}")


def _segment(arguments: Namespace, image: Image, watch: Stopwatch) -> tuple[Any, dict[str, Any]]:
    from dataclasses import asdict

    from anosim import prepare, segment

    with watch.stage("prepare"):
        image = prepare.apply(image, arguments.prepare)
    strokes = None
    if arguments.strokes:
        strokes = segment.read_strokes(
            arguments.strokes, arguments.phases, image, arguments.stroke_values
        )
    cleaning = segment.Cleaning(arguments.majority, arguments.islands, arguments.feature)
    idle = not (cleaning.majority or cleaning.islands or cleaning.feature)
    with watch.stage("segment"):
        found = segment.segment(
            image,
            arguments.phases,
            method=arguments.method,
            strokes=strokes,
            cleaning=None if idle else cleaning,
            **_options(arguments),
        )
    if not arguments.reference:
        return found, {}
    labels, _ = read_labels_with_voxel(arguments.reference, image.voxel)
    beyond = int(labels.max(initial=0))
    if beyond >= len(arguments.phases):
        raise InputError(
            f"{arguments.reference!r} has a label {beyond}: labels of a reference are 0, 1, ... in "
            f"the order of --phases, here up to {len(arguments.phases) - 1}"
        )
    names = {name: rank for rank, name in enumerate(arguments.phases) if (labels == rank).any()}
    reference = Microstructure(labels, names, image.voxel)
    scores = segment.agreement(found.microstructure, reference)
    return found, {name: asdict(score) for name, score in scores.items()}


def _by_slabs(arguments: Namespace, source: ImageFile, voxel: Any) -> int:
    from anosim.segment import segment_volume

    watch = Stopwatch()
    with watch.stage("segment"):
        found = segment_volume(
            source, arguments.phases, arguments.output, voxel=voxel, **_options(arguments)
        )
    beside = Path(arguments.output).with_suffix(".json")
    write_results(found.record, beside)
    print_decisions(found.record)
    print(f"Wrote {arguments.output}\nWrote {beside}")
    return 0


def _write(found: Any, record: Mapping[str, Any], labels: Path) -> None:
    """Labels, record and picture; the labels come last, so that they never stand alone."""
    from anosim import figures
    from anosim.figures.segmentation import segmentation

    write_results(record, labels.with_suffix(".json"))
    figures.save(segmentation(found), labels.with_suffix(".png"))
    write_labels(found.microstructure, labels)


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(item)}" for name, item in value.items())
    return str(value) if isinstance(value, str) else json.dumps(value)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ArgumentTypeError(f"{text!r} has an empty name")
    return names


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: write grey values such as 80,160") from None


def _values(text: str) -> dict[str, int]:
    try:
        return {name.strip(): int(value) for name, value in (p.split("=") for p in text.split(","))}
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: write pore=1,sei=2") from None
