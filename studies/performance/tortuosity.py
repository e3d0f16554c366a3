"""Tortuosity factor of a 256^3 image, beside TauFactor and PoreSpy at equal true error.

Run with:  python studies/performance/tortuosity.py path/to/electrode.tiff [peers' interpreter]

Every code solves for the same phase, axis and convention (fixed values on the outer faces, except
PoreSpy: on the first and last voxels' centres). The true error is against the value converged to
1e-7 for the code's own convention; each code runs at the coarsest of its tolerances, tried one
after the other, that brings D_eff within 1e-3 of it.
"""

from collections.abc import Callable

from images import electrode
from rounds import Round, alone, beside, machine, options

from anosim import measure

LIMIT = 1e-3


def converged(path: str, convention: str) -> Callable[[], dict[str, float]]:
    """The reference."""
    image = electrode(path)

    def work() -> dict[str, float]:
        found = measure.tortuosity_factor(image, "pore", convention=convention, tolerance=1e-7)
        return {"D_eff": found.effective, "tau": found.tortuosity_factor, "bound": found.error}

    return work


def ours(path: str, tolerance: float) -> Callable[[], dict[str, float]]:
    """Anosim, image to tau, connectivity check included."""
    image = electrode(path)

    def work() -> dict[str, float]:
        found = measure.tortuosity_factor(image, "pore", tolerance=tolerance)
        return {"D_eff": found.effective, "tau": found.tortuosity_factor, "bound": found.error}

    return work


def main() -> None:
    """Print the timings."""
    path, python = options()
    print(machine())
    exact = {}
    for convention in ("faces", "centres"):
        made = alone(converged, path, convention)
        print(f"converged, {convention}:", made)
        assert isinstance(made, Round)
        exact[convention] = made.figures["D_eff"]
    mask = electrode(path).labels == 0
    for name, convention, tolerances in (
        ("anosim", "faces", (1e-2, 1e-3)),
        ("taufactor", "faces", (1e-2, 1e-3)),
        ("porespy", "centres", (1e-2, 1e-3)),
    ):
        for tolerance in tolerances:
            if name == "anosim":
                made = alone(ours, path, tolerance, rounds=3)
            else:
                made = beside(python, name, tolerance, mask=mask)[0]
            print(f"{name} at {tolerance:g}:", made, flush=True)
            if isinstance(made, str):
                break
            error = made.figures["D_eff"] / exact[convention] - 1.0
            print(f"    true relative error of D_eff: {error:+.1e}", flush=True)
            if abs(error) <= LIMIT:
                break


if __name__ == "__main__":
    main()
