"""Arguments and lines on the screen about the image that a command reads."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

import numpy as np

from anosim.cli.phases import phases_of, voxel_of
from anosim.errors import InputError
from anosim.formats.images import open_image
from anosim.microstructure import Microstructure

_SHOWN = ("dataset", "other datasets", "axes stored", "not written", "slices", "left out")
"""What an image file may say about itself that a user has to see."""


def add_dataset(verb: ArgumentParser) -> None:
    """Add --dataset."""
    verb.add_argument("--dataset", metavar="NAME", help="array of an HDF5 file or Zarr group")


def read_labels(arguments: Namespace, path: str) -> tuple[Microstructure, dict[str, Any]]:
    """The labelled image that arguments name, and what its file says about itself.

    Raises:
        InputError: the arguments and the file do not fit.
        MissingDependencyError: the library that reads this format is not installed.
    """
    voxel = voxel_of(arguments.voxel)
    found = open_image(path, dataset=arguments.dataset)
    phases = phases_of(arguments.phases) if arguments.phases else found.phases
    if not phases:
        raise InputError(
            f"{path!r} does not say which label is which phase: such an image needs --phases, as "
            "in --phases pore=0,particle=1"
        )
    about = found.describe(voxel)
    labels, notes = found.labels()
    if not arguments.phases:  # a file of slabs also names phases without a voxel
        present = set(np.unique(labels).tolist())
        phases = {name: label for name, label in phases.items() if label in present}
    contradiction = found.phase_contradiction(phases)
    notes = (*notes, contradiction) if contradiction else notes
    image = Microstructure(labels, phases, tuple(about["voxel_m"]))
    return image, about | {"notes": list(notes)}


def print_image(about: Mapping[str, Any]) -> None:
    """Print what was read: format, axes, type, voxel size, and what the user has to know."""
    shape = " x ".join(f"{axis} {n}" for axis, n in zip(about["axes"], about["shape"], strict=True))
    sizes = [
        f"{axis} {h * 1e9:.6g} nm" for axis, h in zip(about["axes"], about["voxel_m"], strict=True)
    ]
    rows = [
        ("image", f"{about['format']}, {shape}, {about['dtype']}"),
        ("voxel size", f"{', '.join(sizes)} ({about['voxel_from']})"),
        *file_rows(about),
    ]
    if about["voxel_contradiction"]:
        rows.append(("CONTRADICTION", f"{about['voxel_contradiction']}: the given ones hold"))
    for name, text in (*rows, *(("NOTE", note) for note in about["notes"])):
        print(f"{name:<24}{text}")


def file_rows(about: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Which dataset or slices of a file were taken, and what was left out."""
    return [(name, str(about[name])) for name in _SHOWN if name in about] if about else []
