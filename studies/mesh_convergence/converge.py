"""How far the curves of four regions are from those of an infinitely fine mesh.

Run with:  python studies/mesh_convergence/converge.py [FOLDER] [--quick]
"""

import sys
from pathlib import Path
from shutil import copyfile

from PIL import Image

from anosim.figures import save
from anosim.figures.studies import convergence as picture
from anosim.study.sequences import Convergence, convergence
from anosim.synthetic import region_of_interest

HERE = Path(__file__).parent
TRIANGLES = (95_000, 190_000, 380_000, 760_000)
"""In all phases; of the finest mesh 430 000 are in the SEI, carbon and binder."""
QUICK = (4_000, 8_000, 16_000)
REGIONS = ("region.I", "region.II", "region.III", "region.IV")


def prepare(folder: Path) -> Path:
    """Put the image and the case into a folder; the case's path."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(region_of_interest().microstructure.labels).save(folder / "roi.png")
    return Path(copyfile(HERE / "case.toml", folder / "case.toml"))


def converge(folder: Path, triangles: tuple[int, ...] = TRIANGLES, order: int = 2) -> Convergence:
    """The regions' curves on finer and finer meshes."""
    return convergence(
        prepare(folder),
        "mesh.elements",
        triangles,
        folder=folder / f"runs-P{order}",
        quantities=REGIONS,
        fixed={"solve.order": order},
        workers=0,
    )


def main() -> None:
    """Print a verdict on every region and draw the errors, for both kinds of elements."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(words[0] if words else "mesh-convergence")
    triangles = QUICK if "--quick" in sys.argv else TRIANGLES
    for order in (1, 2):
        found = converge(folder, triangles, order)
        print(f"P{order} elements")
        for row in found.results:
            numbers = row.numbers
            print(
                f"  {numbers['triangles_inside']} triangles, {numbers['unknowns']} unknowns: "
                f"{row.seconds['total']:.0f} s, {row.peak_memory_megabytes:.0f} MB so far"
            )
        for sentence in found.verdicts.values():
            print(f"  {sentence}")
        save(picture(found), folder / f"errors-P{order}.png")


if __name__ == "__main__":
    main()
