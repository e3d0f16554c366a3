"""Pictures of SYNTHETIC slices, segmented from painted strokes.

Run with:  python studies/segmentation/pictures.py FOLDER
"""

import sys
from pathlib import Path

from rendered import PHASES, slice_of

from anosim import figures
from anosim.figures.segmentation import segmentation
from anosim.segment import segment
from anosim.synthetic import paint


def main() -> None:
    """One picture per state: grey values, phases, overlay."""
    folder = Path(sys.argv[1])
    for state in (0, 100):
        rendered = slice_of(state, seed=100, noise=0.05)
        found = segment(rendered.image, PHASES, strokes=paint(rendered, PHASES, seed=100))
        note = f"SYNTHETIC structure and image (anosim.synthetic), {state} cycles, seed 100"
        path = folder / f"synthetic-{state}-cycles.png"
        figures.save(segmentation(found, note=note), path)
        print(f"Wrote {path}")


if __name__ == "__main__":
    main()
