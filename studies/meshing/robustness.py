"""500 random and adversarial label images: the worst figure of each kind.

Run with:  python studies/meshing/robustness.py [number of images] [option=value ...]
"""

import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from checks import Figures, figures
from images import adversarial
from worst_by_kind import asked, ok, print_worst

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
    count, options = asked(COUNT)
    print_worst(
        meshed(range(count), **options),
        {
            "images": len,
            "box": lambda own: f"{max(row[1].box for row in own):.0e}",
            "area/%": lambda own: f"{100 * max(row[1].area for row in own):.4f}",
            "angle": lambda own: f"{min(row[1].angle for row in own):.1f}",
            "SICN": lambda own: f"{min(row[1].quality for row in own):.3f}",
            "moved/px": lambda own: f"{max(row[4] for row in own):.3f}",
            "parts": lambda own: ok(all(row[1].topology for row in own)),
            "sides": lambda own: ok(all(row[1].boundary for row in own)),
            "triangles": lambda own: sum(row[2] for row in own),
            "longest/s": lambda own: f"{max(row[3] for row in own):.1f}",
        },
    )


if __name__ == "__main__":
    main()
