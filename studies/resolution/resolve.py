"""Pixel size against mesh size: which of the two limits an effective diffusivity.

Inert discs in a square array hold up diffusion through the rest. Exact to 1e-5 for these:
Perrins, McKenzie and McPhedran, Proc. R. Soc. Lond. A 369 (1979) 207.
Run with:  python studies/resolution/resolve.py [FOLDER] [--quick]
"""

import sys
from pathlib import Path
from shutil import copyfile

import numpy as np
from PIL import Image

from anosim.study import Results, Study, listed

HERE = Path(__file__).parent
SIDE = 2e-6
RADIUS = 0.6e-6
PIXELS = (16, 32, 64, 128)
"""Across the square."""
MESHES = (2.0, 1.0, 0.5)
"""Edge length at interfaces, in pixels; twice as much elsewhere."""
FLUX = "flux.left"


def exact() -> float:
    """Effective over free diffusivity of a square array of inert discs."""
    f = np.pi * RADIUS**2 / SIDE**2
    high = 0.305827 * f**4 / (1.0 - 1.402958 * f**8) + 0.013362 * f**8
    return float(1.0 - 2.0 * f / (1.0 + f - high))


def prepare(folder: Path, pixels: tuple[int, ...]) -> Path:
    """Put the images and the case into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for count in pixels:
        middle = (np.arange(count) + 0.5) * SIDE / count - SIDE / 2.0
        disc = np.hypot(middle[:, None], middle) < RADIUS
        Image.fromarray(disc.astype(np.uint8)).save(folder / f"pixels-{count}.png")
    return Path(copyfile(HERE / "case.toml", folder / "case.toml"))


def resolve(folder: Path, pixels: tuple[int, ...] = PIXELS) -> Results:
    """Every pixel size with every mesh size."""
    points = [
        {
            "image.file": f"pixels-{count}.png",
            "image.voxel": SIDE / count,
            "mesh.interface_size": edge * SIDE / count,
            "mesh.size": 2.0 * edge * SIDE / count,
        }
        for count in pixels
        for edge in MESHES
    ]
    return Study(prepare(folder, pixels), listed(points), folder=folder / "runs").run(workers=0)


def effective(results: Results) -> np.ndarray:
    """Effective over free diffusivity of each run: the flux over that of an empty square."""
    return results.column(FLUX) / (1e-13 * 1000.0)


def main() -> None:
    """Print the error of each pair."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    pixels = PIXELS[:2] if "--quick" in sys.argv else PIXELS
    results = resolve(Path(words[0] if words else "resolution"), pixels)
    errors = (effective(results) / exact() - 1.0).reshape(len(pixels), -1)
    print(f"exact {exact():.6f}; error of D_eff in percent")
    print("pixels across  " + "".join(f"{f'mesh {edge:g} px':>12}" for edge in MESHES))
    for count, row in zip(pixels, errors, strict=True):
        print(f"{count:13}  " + "".join(f"{100 * error:12.3f}" for error in row))


if __name__ == "__main__":
    main()
