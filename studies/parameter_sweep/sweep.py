"""Diffusivity, mass transfer and porosity: 64 runs on one mesh against one run; then 3 images.

Run with:  python studies/parameter_sweep/sweep.py [FOLDER] [TRIANGLES] [--quick]
"""

import sys
from pathlib import Path
from shutil import copyfile
from time import perf_counter, process_time

import numpy as np
from PIL import Image
from scipy.ndimage import binary_dilation

from anosim.figures import save
from anosim.figures.studies import sweep as picture
from anosim.study import Range, Results, Study, grid
from anosim.study.caseruns import CaseRuns
from anosim.study.chain import Chain
from anosim.synthetic import region_of_interest

HERE = Path(__file__).parent
D, K = "materials.sei.diffusivity", "conditions.0.coefficient"
DIFFUSIVITIES = Range("3e-14 m^2/s", "3e-13 m^2/s", log=True)
TRANSFERS = {
    "as stated, not limiting": Range("1e-4 m/s", "1e-2 m/s", log=True),
    "limiting": Range("1e-8 m/s", "1e-6 m/s", log=True),
}


def prepare(folder: Path) -> Path:
    """Put the case and three images, with larger and larger pores, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = region_of_interest().microstructure.labels.copy()
    for rank in (1, 2, 3):
        Image.fromarray(labels).save(folder / f"porosity-{rank}.png")
        labels[binary_dilation(labels == 0) & (labels == 2)] = 0
    return Path(copyfile(HERE / "case.toml", folder / "case.toml"))


def cold(case: Path, folder: Path, elements: int) -> tuple[float, float]:
    """Seconds of one run from the image to the numbers, of the clock and of the processor."""
    folder.mkdir(parents=True, exist_ok=True)
    start, busy = perf_counter(), process_time()
    Chain(CaseRuns.of(case), folder).run({"mesh.elements": elements}, None)
    return perf_counter() - start, process_time() - busy


def on_one_mesh(case: Path, folder: Path, transfers: Range, elements: int, count: int) -> Results:
    """``count`` diffusivities times as many mass-transfer coefficients."""
    axes = {
        "mesh.elements": [elements],
        D: DIFFUSIVITIES.spaced(count),
        K: transfers.spaced(count),
    }
    return Study(case, axes, folder=folder).run(workers=0)


def main() -> None:
    """Print what the runs cost and draw the arrival times."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(words[0] if words else "parameter-sweep")
    elements, count = (8_000, 3) if "--quick" in sys.argv else (60_000, 8)
    elements = next((int(word) for word in words[1:]), elements)
    case = prepare(folder)
    cold(case, folder / "warm-up", 4_000)  # imports
    once = cold(case, folder / "once", elements)
    print(f"one run: {once[0]:.1f} s, {once[1]:.1f} s of processor")
    for rank, (name, transfers) in enumerate(TRANSFERS.items()):
        start, busy = perf_counter(), process_time()
        results = on_one_mesh(case, folder / f"runs-{rank}", transfers, elements + 1, count)
        spent = perf_counter() - start, process_time() - busy
        ratios = np.divide(spent, once)
        error = max(float(row.record["error estimate"]) for row in results.done)
        print(
            f"{results.total} runs, transfer {name}: {spent[0]:.1f} s, {ratios[0]:.2f} times one "
            f"run ({ratios[1]:.2f} of processor), estimated error at most {error:.0e}"
        )
        save(picture(results, "mean_reaches_90.I", D), folder / f"arrival-{rank}.png")
    images = [f"porosity-{rank}.png" for rank in (1, 2, 3)]
    axes = {"mesh.elements": [elements], "image.file": images, D: DIFFUSIVITIES.spaced(4)}
    results = Study(case, grid(axes), folder=folder / "porosity").run(workers=0)
    for row in results:
        arrival = row.numbers["mean_reaches_90.IV"]
        print(f"{row.inputs['image.file']}, D = {row.inputs[D]}: IV has 90 % at {arrival:.3g} s")


if __name__ == "__main__":
    main()
