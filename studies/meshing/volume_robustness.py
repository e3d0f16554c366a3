"""100 random and adversarial label volumes of 24^3: the worst figure of each kind.

Run with:  python studies/meshing/volume_robustness.py [number of volumes] [option=value ...]
"""

import time
import warnings
from collections.abc import Iterable
from typing import Any

from volume_checks import Figures, figures, imbalance
from volume_images import adversarial
from worst_by_kind import asked, ok, print_worst

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
    count, options = asked(COUNT)
    print_worst(
        meshed(range(count), **options),
        {
            "volumes": len,
            "box": lambda own: f"{max(row[1].box for row in own):.0e}",
            "volume/%": lambda own: f"{100 * max(row[1].volume for row in own):.4f}",
            "dihedral": lambda own: f"{min(row[1].dihedral for row in own):.2f}",
            "below5/%": lambda own: f"{100 * max(row[1].thin for row in own):.4f}",
            "SICN": lambda own: f"{min(row[1].quality for row in own):.3f}",
            "conforming": lambda own: ok(all(row[1].conforming for row in own)),
            "parts": lambda own: ok(all(row[1].parts for row in own)),
            "split": lambda own: sum(row[4] for row in own),
            "tetrahedra": lambda own: sum(row[2] for row in own),
            "CPU/s": lambda own: f"{max(row[3] for row in own):.1f}",
            "balance": lambda own: f"{max(row[5] for row in own):.0e}",
        },
    )


if __name__ == "__main__":
    main()
