"""What a run came to, in sentences."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anosim.figures.readable import duration, length, number, percent
from anosim.results.terms import terms_of

_NOTABLE = 0.01
"""Overshoot, as a share of the range, that a reader has to know of."""
_CLOSED = 1e-3
"""Share of a phase without a path to a source from which on it is a warning."""
_BALANCE = 1e-6


def summary(found: Mapping[str, Any]) -> list[str]:
    """The run in a few sentences: what was solved, what came out, how far to trust it."""
    return [
        text for text in (_what(found), _filling(found), _arrival(found), _trust(found)) if text
    ]


def warnings(found: Mapping[str, Any]) -> list[str]:
    """What a reader must not overlook."""
    told = [*found.get("notes", ())]
    start, times = found.get("resolved_from_s"), found["times_s"]
    early = [duration(t) for t in times if start and t < start]
    if start and early:
        told.append(
            f"The mesh resolves what enters at the sources from {duration(start)} on: values at "
            f"{', '.join(early)} need a finer mesh."
        )
    for phase, share in found[f"unreachable_{terms_of(found).measure}_fraction"].items():
        if share > _CLOSED:
            told.append(
                f"{percent(share)} of {phase} has no path to a source. It keeps its initial "
                "concentration and is left out of all means."
            )
    over = max(found.get("overshoot_share") or [0.0])
    if over > _NOTABLE:
        told.append(
            f"The concentration leaves the range that diffusion stays in by {percent(over)} of it: "
            "the mesh is too coarse for the earliest time."
        )
    balance = max(found["mass_imbalance"] or [0.0])
    if balance > _BALANCE:
        told.append(f"The mass balance closes only to {balance:.1e}.")
    return told


def _what(found: Mapping[str, Any]) -> str:
    mesh, terms = found["mesh"], terms_of(found)
    cells = f"{mesh[terms.cells]} {terms.cells}"
    meshed = f"{_image(found)} was meshed with {cells}"
    if found["provenance"]["mesher"]["name"] == "file":
        file = Path(found["provenance"]["mesher"]["options"]["file"]).name
        parts = _fractions(mesh[f"{terms.measure}_fraction"])
        compared = "" if found["image"] else ", with no image to compare it with,"
        meshed = f"The mesh of {file}, {cells} ({parts}){compared} was taken as it is"
    who = " and ".join(found["provenance"]["solvers"])
    phases = " and ".join(found["average_mol_per_m3"])
    end = "to its steady state" if not found["until_s"] else f"up to {duration(found['until_s'])}"
    return (
        f"{meshed} and the diffusion of lithium in {phases} solved by {who} {end}, "
        f"with {found['nodes']} unknowns."
    )


def _image(found: Mapping[str, Any]) -> str:
    image, terms = found["image"], terms_of(found)
    if image is None:
        return ""
    shape = " x ".join(map(str, image["shape_voxels"]))
    sizes = " x ".join(length(size) for size in dict.fromkeys(image["voxel_m"]))
    parts = _fractions(image[f"{terms.measure}_fraction"])
    return f"An image of {shape} {terms.voxels} of {sizes} ({parts})"


def _fractions(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {percent(part)}" for name, part in parts.items())


def _filling(found: Mapping[str, Any]) -> str:
    times = found["times_s"]
    texts = []
    for phase, values in found["average_mol_per_m3"].items():
        known = [(t, v) for t, v in zip(times or [0.0], values, strict=False) if v is not None]
        rows = [f"{number(v, 4)} mol/m³" + (f" at {duration(t)}" if t else "") for t, v in known]
        if rows:
            texts.append(f"The mean concentration of {phase} is {', '.join(rows)}.")
    return " ".join(texts)


def _arrival(found: Mapping[str, Any]) -> str:
    arrival = found.get("time_to_90_percent")
    if arrival is None:
        return ""
    half = arrival["quartiles_s"][1]
    measure = terms_of(found).measure
    late = arrival[f"share_of_reachable_{measure}_later_than_the_end"]
    text = (
        f"Half of the reachable {measure} has 90 % of the way to the sources' concentration "
        + (f"by {duration(half)}" if half is not None else "only after the end")
        + "."
    )
    return text + (f" {percent(late)} of it is not there by the end." if late > 0.0 else "")


def _trust(found: Mapping[str, Any]) -> str:
    texts = [f"The mass balance closes to {max(found['mass_imbalance'] or [0.0]):.1e}."]
    texts += [
        f"The error in time is estimated as {record['error estimate']}."
        for record in found["provenance"]["solvers"].values()
        if "error estimate" in record
    ]
    texts += [
        f"The solutions by {pair} differ by at most {off:.1e} of the largest change."
        for pair, off in found["agreement"].items()
    ]
    return " ".join(texts)
