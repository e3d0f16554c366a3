"""The numbers of an image that cell models take, under the names that they have there."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.meshes import Floats
from anosim.microstructure import Microstructure

ELECTRODES = ("Negative", "Positive")
_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Electrode:
    """Homogenised numbers of an electrode.

    Attributes:
        name: "Negative" or "Positive".
        porosity: volume fraction of the electrolyte.
        active_fraction: volume fraction of the active material.
        axis: "z", "y" or "x", the direction of the current.
        tortuosity_factor: tau in D_eff = D eps / tau of the electrolyte, by axis; infinite where
            nothing leads through.
        surface_per_volume: of the active material with all that is around it, 1/m.
        radii: middles of the classes of particle radii, m.
        density: area-weighted density of the radii, 1/m; its integral is 1.
        dimensions: of the image, 2 or 3.
    """

    name: str
    porosity: float
    active_fraction: float
    axis: str
    tortuosity_factor: Mapping[str, float]
    surface_per_volume: float
    radii: Floats
    density: Floats
    dimensions: int

    @property
    def radius(self) -> float:
        """Radius of the spheres that have the image's surface per volume: 3 eps_s / a, m."""
        return 3.0 * self.active_fraction / self.surface_per_volume

    @property
    def transport_efficiency(self) -> float:
        """D_eff / D = eps / tau along the axis."""
        return self.porosity / self.tortuosity_factor[self.axis]

    @property
    def bruggeman(self) -> float:
        """The exponent b that gives the same: D_eff = D eps^b."""
        return math.log(self.transport_efficiency) / math.log(self.porosity)

    def pybamm(self) -> dict[str, float]:
        """PyBaMM's parameters, to be given to ``ParameterValues.update``.

        Both ways to the image's transport are there: the Bruggeman exponent for PyBaMM's default,
        the tortuosity factor for its option ``{"transport efficiency": "tortuosity factor"}``.

        Raises:
            InputError: no way leads through, so a cell with this electrode conducts nothing.
        """
        self._check_open()
        side = f"{self.name} electrode"
        return {
            f"{side} porosity": self.porosity,
            f"{side} active material volume fraction": self.active_fraction,
            f"{side} Bruggeman coefficient (electrolyte)": self.bruggeman,
            f"{side} tortuosity factor (electrolyte)": self.tortuosity_factor[self.axis],
            f"{side} surface area to volume ratio [m-1]": self.surface_per_volume,
            f"{self.name} particle radius [m]": self.radius,
            f"{self.name} minimum particle radius [m]": float(self.radii[0]),
            f"{self.name} maximum particle radius [m]": float(self.radii[-1]),
        }

    def bpx(self) -> dict[str, dict[str, float]]:
        """The fields of a BPX file (Battery Parameter eXchange) that an image gives.

        Raises:
            InputError: no way leads through.
        """
        self._check_open()
        return {
            f"{self.name} electrode": {
                "Particle radius [m]": self.radius,
                "Surface area per unit volume [m-1]": self.surface_per_volume,
                "Porosity": self.porosity,
                "Transport efficiency": self.transport_efficiency,
            }
        }

    @property
    def plain(self) -> dict[str, Any]:
        """Everything, as JSON can hold it; None for an infinite tortuosity factor."""
        from anosim.results.numbers import plain

        return {
            "electrode": self.name,
            "axis": self.axis,
            "porosity": self.porosity,
            "active_material_volume_fraction": self.active_fraction,
            "tortuosity_factor": plain(dict(self.tortuosity_factor)),
            "transport_efficiency": self.transport_efficiency,
            "bruggeman_exponent": plain(self.bruggeman) if self.transport_efficiency else None,
            "surface_per_volume_1_per_m": self.surface_per_volume,
            "particle_radius_m": self.radius,
            "particle_size_distribution": {
                "radius_m": self.radii.tolist(),
                "area_weighted_density_1_per_m": self.density.tolist(),
            },
            "image_dimensions": self.dimensions,
        }

    def write(self, path: str | PathLike[str], kind: str) -> None:
        """Write JSON for "pybamm", "bpx" or, with everything, "json".

        Raises:
            InputError: another kind, or no way leads through.
        """
        made: dict[str, Callable[[], Mapping[str, Any]]] = {
            "pybamm": self.pybamm,
            "bpx": self.bpx,
            "json": lambda: self.plain,
        }
        if kind not in made:
            raise InputError(f"cannot export to {kind!r}: there are pybamm, bpx and json")
        text = json.dumps(made[kind](), indent=2, allow_nan=False)
        with replacing(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    def _check_open(self) -> None:
        if not self.transport_efficiency:
            flat = " Single slices mostly do not percolate: measure the volume." * (
                self.dimensions == 2
            )
            raise InputError(
                f"no way leads through the electrolyte along {self.axis}, so its tortuosity factor "
                f"is infinite and a cell model has no use for it.{flat}"
            )


def electrode(
    image: Microstructure,
    *,
    electrolyte: str = "pore",
    active: str = "particle",
    name: str = "Negative",
    axis: int | str = 0,
) -> Electrode:
    """Measure what cell models take.

    In a slice, surface per volume is 4/pi times length per area, which holds for surfaces without
    a preferred direction (Underwood, Quantitative Stereology, 1970), and radii are those of the
    sections, which are smaller than the particles'.

    Args:
        image: the image.
        electrolyte: the phase that ions move in.
        active: the phase that takes lithium.
        name: of the electrode in the cell, "Negative" or "Positive".
        axis: of the current: 0, 1, 2 in the array's order, or "z", "y", "x".

    Raises:
        InputError: no such phase, axis or electrode.
    """
    from anosim.measure import interface_area, particles, tortuosity_factor
    from anosim.measure.place import axes_of, axis_of

    if name not in ELECTRODES:
        raise InputError(f"no electrode {name!r}: there are {', '.join(ELECTRODES)}")
    axes, along = axes_of(image), axis_of(image, axis)
    found = particles(image, active)
    factors = {
        letter: tortuosity_factor(image, electrolyte, rank).tortuosity_factor
        for rank, letter in enumerate(axes)
    }
    flat = image.labels.ndim == 2
    specific = interface_area(image).specific(active) * (4.0 / math.pi if flat else 1.0)
    radii, density = _distribution(found.table["equivalent_diameter"] / 2.0)
    return Electrode(
        name,
        image.fractions[electrolyte],
        image.fractions[active],
        axes[along],
        factors,
        specific,
        radii,
        density,
        image.labels.ndim,
    )


def _distribution(radii: Floats) -> tuple[Floats, Floats]:
    """Classes of equal width, and the density of the radii weighted by their spheres' areas.

    The last class is empty, so that the integral between the classes' middles is all of it.
    """
    last = 1.0001 * float(radii.max()) * _CLASSES / (_CLASSES - 1)
    bounds = np.linspace(0.0, last, _CLASSES + 1)
    counts, _ = np.histogram(radii, bounds, weights=radii**2)
    middle = (bounds[1:] + bounds[:-1]) / 2.0
    return middle, counts / np.trapezoid(counts, middle)
