"""500 random and adversarial label images: the worst figure of each kind.

Run with:  python studies/meshing/robustness.py [number of images] [option=value ...]
"""

import sys
import time
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
import shapely
from checks import Figures, figures
from images import adversarial

from anosim import Mesh, Microstructure, mesh

COUNT = 500
Row = tuple[str, Figures, int, float, float]


def strayed(made: Mesh, image: Microstructure) -> float:
    """Largest distance of a point on an interface from the pixels' edges there, in pixels."""
    edges = []
    for axis, labels in enumerate((image.labels, image.labels.T)):
        row, column = np.nonzero(labels[1:] != labels[:-1])
        ends = np.stack([[column, row + 1], [column + 1, row + 1]]).transpose(2, 0, 1)
        edges.append(ends[..., ::-1] if axis else ends)
    lines = shapely.linestrings(np.concatenate(edges).astype(float))
    on = np.unique(np.concatenate([*made.interfaces.values(), np.empty((0, 2), dtype=int)]))
    points = shapely.points(made.points[on] / np.array(image.voxel[::-1]))
    near = lines[shapely.STRtree(lines).nearest(points)] if len(on) else lines[:0]
    return float(np.max(shapely.distance(points, near), initial=0.0))


def meshed(numbers: Iterable[int], **options: Any) -> list[Row]:
    """Kind, figures, triangles, time and straying of each image."""
    rows = []
    for number in numbers:
        kind, image = adversarial(number)
        start = time.perf_counter()
        made = mesh(image, **options)
        seconds = time.perf_counter() - start
        found = figures(made, image)
        rows.append((kind, found, len(made.cells), seconds, strayed(made, image)))
    return rows


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    options = {key: int(value) for key, value in (a.split("=") for a in sys.argv[2:])}
    rows = sorted(meshed(range(count), **options), key=lambda row: row[0])
    line = "{:13} {:>6} {:>7} {:>7} {:>6} {:>6} {:>8} {:>6} {:>6} {:>10} {:>9}"
    titles = "images box area/% angle SICN moved/px parts sides triangles longest/s"
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
                f"{max(row[4] for row in own):.3f}",
                "ok" if all(f.topology for f in all_figures) else "WRONG",
                "ok" if all(f.boundary for f in all_figures) else "WRONG",
                sum(row[2] for row in own),
                f"{max(row[3] for row in own):.1f}",
            )
        )


if __name__ == "__main__":
    main()
