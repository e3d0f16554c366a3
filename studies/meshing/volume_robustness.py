"""100 random and adversarial label volumes of 24^3: the worst figure of each kind.

Run with:  python studies/meshing/volume_robustness.py [number of volumes] [option=value ...]
"""

import sys
import time
import warnings
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from volume_checks import Figures, figures, imbalance
from volume_images import adversarial

from anosim import mesh
from anosim_geometry import MeshWarning

COUNT = 100
Row = tuple[str, Figures, int, float, bool, float]


def meshed(numbers: Iterable[int], side: int = 24, **options: Any) -> list[Row]:
    """Of each volume kind, figures, tetrahedra, CPU time, whether voxels had to be split, balance.

    The balance is that of a steady state solved on the mesh.
    """
    rows = []
    for number in numbers:
        kind, image = adversarial(number, side)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", MeshWarning)
            start = time.process_time()
            made = mesh(image, **options)
            seconds = time.process_time() - start
        split = any(issubclass(warning.category, MeshWarning) for warning in caught)
        balance = imbalance(made)
        rows.append((kind, figures(made, image), len(made.cells), seconds, split, balance))
    return rows


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    options = {key: int(value) for key, value in (a.split("=") for a in sys.argv[2:])}
    rows = sorted(meshed(range(count), **options), key=lambda row: row[0])
    line = "{:13} {:>7} {:>6} {:>8} {:>8} {:>8} {:>6} {:>10} {:>6} {:>6} {:>11} {:>6} {:>8}"
    titles = "kind volumes box volume/% dihedral below5/% SICN conforming parts split tetrahedra"
    print(line.format(*f"{titles} CPU/s balance".split()))
    kinds = [(kind, list(own)) for kind, own in groupby(rows, key=lambda row: row[0])]
    for kind, own in [*kinds, ("all", rows)]:
        all_figures = [row[1] for row in own]
        print(
            line.format(
                kind,
                len(own),
                f"{max(f.box for f in all_figures):.0e}",
                f"{100 * max(f.volume for f in all_figures):.4f}",
                f"{min(f.dihedral for f in all_figures):.2f}",
                f"{100 * max(f.thin for f in all_figures):.4f}",
                f"{min(f.quality for f in all_figures):.3f}",
                "ok" if all(f.conforming for f in all_figures) else "WRONG",
                "ok" if all(f.parts for f in all_figures) else "WRONG",
                sum(row[4] for row in own),
                sum(row[2] for row in own),
                f"{max(row[3] for row in own):.1f}",
                f"{max(row[5] for row in own):.0e}",
            )
        )


if __name__ == "__main__":
    main()
