"""Geodesic map and proximity of a 256^3 image, beside scikit-fmm, scikit-image and a k-d tree.

Run with:  python studies/performance/distances.py path/to/electrode.tiff [peers' interpreter]

Errors of the geodesic codes are taken where the exact distance is known: behind a wall with a slit,
and in a channel under 45 degrees, both of 256 slices.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from images import electrode
from numpy.typing import NDArray
from rounds import Round, alone, beside, machine, options

from anosim import Microstructure, measure

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


def slit(n: int = 256) -> tuple[Mask, Floats]:
    """A wall with a slit, and the distance from the first slice's face; NaN where not compared."""
    mask = np.ones((n, 64, 96), dtype=bool)
    mask[n // 4] = False
    mask[n // 4, 28:36, 40:44] = True
    z, y, x = np.indices(mask.shape, dtype=float)
    beside = np.hypot(np.maximum(abs(y - 31.5) - 3.5, 0), np.maximum(abs(x - 41.5) - 1.5, 0))
    exact = n // 4 + 0.5 + np.hypot(z - n // 4, beside)
    return mask, np.where(mask & (z > n // 4 + 16), exact, np.nan)


def channel(n: int = 256, wide: int = 10) -> tuple[Mask, Floats]:
    """A channel under 45 degrees."""
    z, _, x = np.indices((n, 8, n + wide + 20))
    across = x - z
    mask = (across >= 10) & (across < 10 + wide)
    depth, shift = z + 0.5, np.maximum(x + 0.5 - (10 + wide), 0)
    middle = (across > 12) & (across < 8 + wide) & (z > 32)
    return mask, np.where(middle, np.hypot(depth, shift), np.nan)


def any_angle(path: str) -> Callable[[], dict[str, float]]:
    """Anosim's geodesic map of the electrode's pores, with its errors where these are known."""
    figures = errors({"slit": distances(slit()[0]), "channel": distances(channel()[0])})
    mask = electrode(path).labels == 0

    def work() -> dict[str, float]:
        found = distances(mask)
        return {"mean": float(found[np.isfinite(found)].mean(dtype=float)), **figures}

    return work


def distances(mask: Mask) -> NDArray[np.float32]:
    """Anosim, unit voxels."""
    image = Microstructure(mask.view(np.uint8), {"wall": 0, "pore": 1}, 1.0)
    return measure.geodesic(image, "pore").distance


def errors(found: dict[str, Any]) -> dict[str, float]:
    """Mean and greatest relative error of each case, %."""
    figures = {}
    for name, (_, exact) in {"slit": slit(), "channel": channel()}.items():
        known = np.isfinite(exact)
        error = 100.0 * np.abs(found[name][known] / exact[known] - 1.0)
        figures |= {f"{name}/%": float(error.mean()), f"{name} most/%": float(error.max())}
    return figures


def peer(python: str, name: str, order: int, pores: Mask) -> Round | str:
    """The same by another code."""
    made, array = beside(python, name, order, mask=pores)
    if isinstance(made, str) or array is None:
        return made
    found = {k: beside(python, name, order, mask=m)[1] for k, m in
             {"slit": slit()[0], "channel": channel()[0]}.items()}  # fmt: skip
    mean = float(array[np.isfinite(array) & pores].mean(dtype=float))
    return replace(made, figures={"mean": mean, **errors(found)})


def transform(path: str) -> Callable[[], dict[str, float]]:
    """Anosim: pore surface to particles."""
    image = electrode(path)

    def work() -> dict[str, float]:
        found = measure.proximity(image, "pore", "particle")
        return {"mean/um": found.mean * 1e6, "max/um": found.maximum * 1e6}

    return work


def main() -> None:
    """Print the timings."""
    path, python = options()
    print(machine())
    image = electrode(path)
    pores = image.labels == 0
    print(f"{'anosim':<28}", alone(any_angle, path, rounds=3), flush=True)
    for title, name, order in (
        ("scikit-fmm, first order", "fast_marching", 1),
        ("scikit-fmm, second order", "fast_marching", 2),
        ("scikit-image MCP_Geometric", "dijkstra", 0),
    ):
        print(f"{title:<28}", peer(python, name, order, pores), flush=True)
    print(f"{'proximity, anosim':<28}", alone(transform, path, rounds=3), flush=True)
    arrays = {"mask": pores, "other": image.labels == 85, "voxel": np.array(image.voxel)}
    print(f"{'proximity, k-d tree':<28}", beside(python, "tree", 0, **arrays)[0], flush=True)


if __name__ == "__main__":
    main()
