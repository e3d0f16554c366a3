"""500 random and adversarial label images: the worst figure of each kind.

Run with:  python studies/meshing/robustness.py [number of images] [option=value ...]
"""

import sys
import time
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from checks import Figures, figures
from images import adversarial

from anosim import mesh

COUNT = 500
Row = tuple[str, Figures, int, float]


def meshed(numbers: Iterable[int], **options: Any) -> list[Row]:
    """Kind, figures, triangles and time of each image."""
    rows = []
    for number in numbers:
        kind, image = adversarial(number)
        start = time.perf_counter()
        made = mesh(image, **options)
        seconds = time.perf_counter() - start
        rows.append((kind, figures(made, image), len(made.cells), seconds))
    return rows


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    options = {key: int(value) for key, value in (a.split("=") for a in sys.argv[2:])}
    rows = sorted(meshed(range(count), **options), key=lambda row: row[0])
    line = "{:13} {:>6} {:>9} {:>9} {:>9} {:>6} {:>6} {:>8} {:>8} {:>6}"
    titles = "images box area/% angle SICN parts+ sides triangles longest/s"
    print(line.format("kind", *titles.split()))
    kinds = [(kind, list(own)) for kind, own in groupby(rows, key=lambda row: row[0])]
    for kind, own in [*kinds, ("all", rows)]:
        all_figures = [row[1] for row in own]
        print(
            line.format(
                kind,
                len(own),
                f"{max(f.box for f in all_figures):.0e}",
                f"{100 * max(f.area for f in all_figures):.4f}",
                f"{min(f.angle for f in all_figures):.1f}",
                f"{min(f.quality for f in all_figures):.3f}",
                "ok" if all(f.topology for f in all_figures) else "WRONG",
                "ok" if all(f.boundary for f in all_figures) else "WRONG",
                sum(row[2] for row in own),
                f"{max(row[3] for row in own):.1f}",
            )
        )


if __name__ == "__main__":
    main()
