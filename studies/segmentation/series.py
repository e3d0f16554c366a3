"""Do the SYNTHETIC anodes have the published numbers? Measured on images, not read from records.

Run with:  python studies/segmentation/series.py
"""

import numpy as np
from numpy.typing import NDArray

from anosim.microstructure import Microstructure
from anosim.synthetic import CYCLES, anode, region_of_interest

SEEDS = range(3)
VOLUME = {"shape": (67, 113, 67), "voxel": "0.3 um"}
"""20 x 34 x 20 um, as the published FIB-SEM volume, at coarser voxels."""


def particles(structure: Microstructure) -> tuple[float, float, float]:
    """Mean greatest extension (m), greatest one (m), and number per area (1/m^2) in a slice."""
    from skimage.measure import label, regionprops

    mask = structure.labels == structure.phases["particle"]
    found = regionprops(label(mask, connectivity=2))
    extent = [region.feret_diameter_max * structure.voxel[0] for region in found]
    area = float(np.prod(structure.extent))
    return float(np.mean(extent)), float(np.max(extent)), len(extent) / area


def equivalent(structure: Microstructure) -> float:
    """Mean diameter of discs of the particles' areas, m."""
    from skimage.measure import label, regionprops

    found = regionprops(label(structure.labels == structure.phases["particle"], connectivity=2))
    return float(np.mean([r.equivalent_diameter_area for r in found]) * structure.voxel[0])


def surface(mask: NDArray[np.bool_]) -> int:
    """Sides between voxels of a phase and others."""
    return sum(int(np.count_nonzero(np.diff(mask, axis=axis))) for axis in range(mask.ndim))


def channels(mask: NDArray[np.bool_], depth: float) -> int:
    """Separate parts in the slice at a depth (part of the whole) that reach the first slice."""
    from scipy.ndimage import label

    parts, _ = label(mask)
    entry = np.unique(parts[0])
    plane = parts[round(depth * (len(mask) - 1))]
    return int(label(np.isin(plane, entry[entry > 0]))[1])


def main() -> None:
    """Print the slices, the volume and the region of interest."""
    print("SYNTHETIC slices of 34 x 20 um, 20 nm, mean of 3 seeds")
    print(
        "cycles  pore    sei  graph.  part. | pore chg  sei chg | size/um eqd/um  max/um  count x"
    )
    first = None
    for cycles in CYCLES:
        rows = []
        for seed in SEEDS:
            made = anode(cycles, seed=seed).microstructure
            fractions = [made.fractions[p] for p in ("pore", "sei", "graphite", "particle")]
            rows.append([*fractions, *particles(made), equivalent(made)])
        row = np.mean(rows, axis=0)
        first = row if first is None else first
        print(
            f"{cycles:6d} {row[0]:.4f} {row[1]:.4f} {row[2]:.4f} {row[3]:.4f} | "
            f"{row[0] / first[0] - 1:+8.1%} {row[1] / first[1] - 1:+8.1%} | {row[4] * 1e6:7.3f} "
            f"{row[7] * 1e6:6.3f} {row[5] * 1e6:7.2f} {row[6] / first[6]:8.2f}"
        )
    print("\nSYNTHETIC volume of 20 x 34 x 20 um, 0.3 um (seed 0)")
    print("cycles  pore   least   most (slices) | surface | channels at 1/4, 1/2, 3/4, all depth")
    area = 0
    for cycles in CYCLES:
        made = anode(cycles, **VOLUME).microstructure
        pore = np.asarray(made.labels == made.phases["pore"])
        area = area or surface(pore)
        planes = pore.mean(axis=(1, 2))
        paths = [channels(pore, depth) for depth in (0.25, 0.5, 0.75, 1.0)]
        print(
            f"{cycles:6d} {pore.mean():.4f} {planes.min():.4f} {planes.max():.4f}          | "
            f"{surface(pore) / area:7.3f} | {paths}"
        )
    print("\nSYNTHETIC region of 5 x 8 um after 100 cycles")
    for seed in SEEDS:
        made = region_of_interest(seed).microstructure
        text = ", ".join(f"{name} {part:.4f}" for name, part in made.fractions.items())
        print(f"seed {seed}: {text}; particles {particles(made)[0] * 1e6:.3f} um")


if __name__ == "__main__":
    main()
