"""All measures of one image at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.measure.conduction import tortuosity_factor
from anosim.measure.connected import percolation
from anosim.measure.correlation import porod_surface
from anosim.measure.definitions import DEFINITIONS
from anosim.measure.fractions import Profile, profile, representative
from anosim.measure.geodesic import Geodesic, geodesic
from anosim.measure.particles import Particles, particles
from anosim.measure.place import SIDES, axes_of, axis_of, mask_of
from anosim.measure.proximity import Proximity, proximity
from anosim.measure.sizes import chord_lengths, local_thickness
from anosim.measure.surfaces import interface_area
from anosim.microstructure import Microstructure
from anosim.progress import report, stage

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Overview:
    """Measures of an image.

    Attributes:
        image: the image.
        numbers: what was found, by measure, in SI, ready for JSON; with ``definitions``.
        profile: phase fractions per slice.
        geodesic: ways through the pores.
        particles: the particles, if there is such a phase.
        proximity: from the pores' surface to the particles, and back.
    """

    image: Microstructure
    numbers: dict[str, Any]
    profile: Profile
    geodesic: Geodesic
    particles: Particles | None
    proximity: tuple[Proximity, Proximity] | None

    def frame(self) -> "pd.DataFrame":
        """One row per number, its name with its unit, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        told = {key: value for key, value in self.numbers.items() if key != "definitions"}
        held = dict(_flat(told))
        return data_frame({"number": list(held), "value": list(held.values())}, index="number")


@stage("overview")
def overview(
    image: Microstructure, *, pore: str, particle: str | None = None, axis: int | str = 0
) -> Overview:
    """Measure an image.

    Args:
        image: the image.
        pore: the phase that is transported through, from the start of the axis.
        particle: the phase that is transported to; without it there is none.
        axis: 0, 1, 2 in the array's order, or "z", "y", "x".

    Raises:
        InputError: no such phase or axis.
    """
    along = axis_of(image, axis)
    name = axes_of(image)[along]
    side = next(side for side, place in SIDES.items() if place == (name, False))
    for phase in (pore, particle or pore):
        mask_of(image, phase)
    numbers: dict[str, Any] = {"axis": name, "pore": pore, "particle": particle}
    tell = _Stages(7 if particle else 5)
    sliced = tell(profile, image, along)
    numbers["fraction"] = _fractions(image, sliced)
    numbers["surface"] = tell(_surfaces, image)
    way = tell(geodesic, image, pore, side)
    numbers["geodesic_tortuosity"] = _geodesic(way)
    numbers["tortuosity_factor"] = tell(_transport, image, pore, along)
    numbers["width"] = tell(_widths, image, along)
    found, near = None, None
    if particle:
        found = tell(particles, image, particle)
        numbers["particles"] = _particles(found)
        near = tell(_both, image, pore, particle)
        numbers["proximity"] = [_proximity(one) for one in near]
    numbers["definitions"] = {key: text._asdict() for key, text in DEFINITIONS.items()}
    return Overview(image, numbers, sliced, way, found, near)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Numbers and texts of nested data, each with its path."""
    if isinstance(value, Mapping):
        pairs: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value, 1)
    else:
        yield name, value
        return
    for key, inner in pairs:
        yield from _flat(inner, f"{name}.{key}" if name else str(key))


class _Stages:
    """Calls functions and reports how many of them are done."""

    def __init__(self, count: int) -> None:
        self.count, self.done = count, 0

    def __call__[**P, R](self, do: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        made = do(*args, **kwargs)
        self.done += 1
        report("overview", self.done / (self.count + 1))
        return made


def _fractions(image: Microstructure, sliced: Profile) -> dict[str, Any]:
    made: dict[str, dict[str, Any]] = {}
    for phase, values in sliced.fractions.items():
        made[phase] = {
            "mean": float(values.mean()),
            "slice_min": float(values.min()),
            "slice_max": float(values.max()),
        }
        try:
            found = representative(image, phase)
            made[phase]["interval_95"] = list(found.interval())
            made[phase]["size_for_1_percent_m"] = found.volume_for(0.01) ** (1 / image.labels.ndim)
        except InputError:  # the image is too small to tell
            made[phase]["interval_95"] = made[phase]["size_for_1_percent_m"] = None
    return made


def _surfaces(image: Microstructure) -> dict[str, Any]:
    found = interface_area(image)
    return {
        "per_volume_1_per_m": {
            "|".join(pair): area / found.volume for pair, area in found.areas.items()
        },
        "porod_1_per_m": {phase: porod_surface(image, phase) for phase in image.phases},
    }


def _geodesic(way: Geodesic) -> dict[str, Any]:
    table, reached = way.by_depth, np.isfinite(way.by_depth["mean"])
    last = int(np.flatnonzero(reached)[-1]) if reached.any() else 0
    return {
        "side": way.side,
        "unreached": way.unreached,
        "deepest_reached_m": float(way.depth[last]) if reached.any() else 0.0,
        "mean_at_deepest": float(table["mean"][last]),
        "std_at_deepest": float(table["std"][last]),
        "channels_at_entry": int(way.channels[0]),
        "channels_at_end": int(way.channels[-1]),
    }


def _transport(image: Microstructure, pore: str, along: int) -> dict[str, Any]:
    found, parts = tortuosity_factor(image, pore, along), percolation(image, pore, along)
    return {
        "axis": found.axis,
        "convention": found.convention,
        "tortuosity_factor": found.tortuosity_factor,
        "effective_over_bulk": found.effective,
        "relative_error_of_the_iterations": found.error,
        "fraction": found.fraction,
        "percolating_fraction": found.percolating,
        "shares": dict(parts.shares),
        "clusters": dict(parts.clusters),
    }


def _widths(image: Microstructure, along: int) -> dict[str, Any]:
    made = {}
    for phase in image.phases:
        chords = chord_lengths(image, phase, along)
        whole = len(image.phases) == 1
        thick = None if whole else local_thickness(image, phase)
        made[phase] = {
            "chord_length_mean_m": float(chords.mean()) if len(chords) else None,
            "local_thickness_mean_m": None if thick is None else float(thick[thick > 0].mean()),
        }
    return made


def _particles(found: Particles) -> dict[str, Any]:
    diameter, extension = found.table["equivalent_diameter"], found.table["extension"]
    small, middle, large = found.sizes()
    return {
        "number": found.number,
        "number_per_slice_area_1_per_m2": found.number_per_area,
        "number_per_volume": found.number_per_volume,
        "equivalent_diameter_mean_m": float(diameter.mean()),
        "equivalent_diameter_10_50_90_percent_m": [float(small), float(middle), float(large)],
        "extension_mean_m": float(extension.mean()),
        "extension_max_m": float(extension.max()),
    }


def _both(image: Microstructure, pore: str, particle: str) -> tuple[Proximity, Proximity]:
    return proximity(image, pore, particle), proximity(image, particle, pore)


def _proximity(near: Proximity) -> dict[str, Any]:
    return {
        "of": near.of,
        "to": near.to,
        "mean_m": near.mean,
        "max_m": near.maximum,
        "quartiles_m": list(near.quantiles((0.25, 0.5, 0.75))),
    }
