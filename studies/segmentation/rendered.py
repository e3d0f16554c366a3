"""Agreement of every method with the truth of rendered SYNTHETIC slices with shine-through.

Run with:  python studies/segmentation/rendered.py [--seeds 100,101] [--noise 0.03,0.05,0.08]
"""

import argparse

import numpy as np

from anosim.segment import agreement, segment
from anosim.synthetic import CYCLES, Rendered, anode, paint, region_of_interest, render

PHASES = ("pore", "sei", "graphite", "particle")
SEEDS, NOISES = (100, 101), (0.03, 0.05, 0.08)
METHODS = (
    ("otsu", "otsu", False, {}),
    ("otsu, denoised", "otsu", False, {"prepared": True}),
    ("staged", "staged", False, {}),
    ("random walker", "random walker", True, {}),
    ("pixels", "pixels", True, {}),
    ("regions, thresholds", "regions", False, {}),
    ("regions, strokes", "regions", True, {}),
)
"""Name, method, whether it gets strokes, and options."""


def slice_of(state: int | str, seed: int, noise: float) -> Rendered:
    """A rendered slice of 400 x 600 pixels of 20 nm, or the region of 250 x 400."""
    if state == "region":
        made = region_of_interest(seed)
    else:
        made = anode(int(state), shape=(400, 600), seed=seed)
    return render(made.microstructure, seed=seed, noise=noise)


def scores(
    rendered: Rendered, seed: int = 0, only: tuple[str, ...] = ()
) -> dict[str, dict[str, float]]:
    """IoU of every phase by every method, or by those named."""
    from anosim.prepare import level, non_local_means

    phases = [name for name in PHASES if name in rendered.truth.phases]
    strokes = paint(rendered, phases, seed=seed)
    found = {}
    for name, method, learns, options in METHODS:
        if only and name not in only:
            continue
        image = rendered.image
        if options:
            image = non_local_means(level(image, len(phases)))
        made = segment(image, phases, method=method, strokes=strokes if learns else None)
        result = agreement(made.microstructure, rendered.truth)
        found[name] = {phase: result[phase].iou for phase in phases}
    return found


def mean(iou: dict[str, float]) -> float:
    """Mean IoU over the phases."""
    return float(np.mean(list(iou.values())))


def main() -> None:
    """Print a table per slice, then means and worst cases."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    arguments.add_argument("--noise", default=",".join(map(str, NOISES)))
    given = arguments.parse_args()
    every: dict[str, list[dict[str, float]]] = {name: [] for name, *_ in METHODS}
    names = [name for name, *_ in METHODS]
    print("SYNTHETIC slices; mean IoU of all phases\n")
    print("cycles  seed noise shining " + "".join(f"{name:>21}" for name in names))
    for state in (*CYCLES, "region"):
        for seed in map(int, given.seeds.split(",")):
            for noise in map(float, given.noise.split(",")):
                rendered = slice_of(state, seed, noise)
                found = scores(rendered, seed)
                for name in names:
                    every[name].append(found[name])
                row = "".join(f"{mean(found[name]):21.3f}" for name in names)
                print(
                    f"{state!s:>6} {seed:5d} {noise:5.2f} {rendered.shining:7.1%} {row}", flush=True
                )
    print("\nmean and worst over all slices, and mean IoU per phase")
    for name in names:
        values = [mean(iou) for iou in every[name]]
        phases = ", ".join(
            f"{p} {np.mean([iou[p] for iou in every[name] if p in iou]):.3f}" for p in PHASES
        )
        print(f"{name:>21}: mean {np.mean(values):.3f}, worst {min(values):.3f}; {phases}")


if __name__ == "__main__":
    main()
