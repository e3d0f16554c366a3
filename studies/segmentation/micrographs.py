"""Agreement of every method with the truth of two REAL micrographs, from the strokes beside them.

They are 0.tif and 1.tif with _ground_truth and _labels from tests/data of
github.com/tldr-group/interactive-seg-backend (MIT licence): a superalloy and a noisy two-phase
material, no batteries.

Run with:  python studies/segmentation/micrographs.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np

from anosim.errors import InputError
from anosim.formats.images import read
from anosim.image import Image
from anosim.microstructure import Microstructure
from anosim.segment import METHODS, agreement, segment, strokes_from_image

PHASES = {0: {"a": 85, "b": 170, "c": 255}, 1: {"a": 127, "b": 254}}
"""Painted value of each phase; their order by grey follows from the strokes."""


def scores(folder: Path, number: int) -> dict[str, dict[str, float]]:
    """IoU of every phase by every method."""
    image = Image(read(folder / f"{number}.tif"), 1.0)
    painted = read(folder / f"{number}_labels.tif")
    values = PHASES[number]
    grey = {name: image.values[painted == value].mean() for name, value in values.items()}
    phases = sorted(values, key=lambda name: grey[name])
    truth = Microstructure(read(folder / f"{number}_ground_truth.tif"), values, 1.0)
    strokes = strokes_from_image(painted, phases, values)
    found = {}
    for method in METHODS:
        runs = [("", None), (", strokes", strokes)] if method == "regions" else [("", strokes)]
        for suffix, given in runs:
            try:
                made = segment(image, phases, method=method, strokes=given)
            except InputError as error:
                print(f"    {method}: {error}")
                continue
            result = agreement(made.microstructure, truth)
            found[method + suffix] = {phase: result[phase].iou for phase in phases}
    return found


def main() -> None:
    """Print IoU per phase."""
    folder = Path(sys.argv[1])
    for number in PHASES:
        print(f"micrograph {number}, real")
        for name, iou in scores(folder, number).items():
            text = ", ".join(f"{phase} {value:.3f}" for phase, value in iou.items())
            print(f"{name:>20}: mean {np.mean(list(iou.values())):.3f}; {text}")


if __name__ == "__main__":
    main()
