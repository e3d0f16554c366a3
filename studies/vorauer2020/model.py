"""The model of the reference on the segmented region, and three sets of parameters for it.

    theta dc/dt = div(D grad c) in the SEI, carbon and binder (SEI/C/B)
    -D grad c . n = k_f (c - c_bulk) on the pores; nothing crosses the region's edge

The stated parameters cannot give the stated times, so there are three sets: ``paper_stated``,
``paper_timescale`` (the diffusivity that the stated times need) and ``stored_capacity`` (the stated
diffusivity, and particles that take lithium up until they are Li15Si4).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from desk import Desk, Numbers
from images import region
from numpy.typing import NDArray
from published import BULK, DIFFUSIVITY, END, FRACTION, NEAR_90, TRANSFER

import anosim
from anosim import Diffusion, Disc, MassTransfer, Material, Mesh, Microstructure, Solution
from anosim.domain import Domain
from anosim.geodesic import distance
from anosim.locate import interpolation
from anosim.study import Range, calibrate

Floats = NDArray[np.float64]

SOURCE = ("pore", "sei")
STATED = DIFFUSIVITY * FRACTION**1.5
"""Effective diffusivity of the stated numbers, m^2/s."""
SILICON = 311e3
"""Lithium in Li15Si4, mol/m^3: an upper bound, for part of a particle is FeSi2."""
IN_SILICON = 1e-13
"""Diffusivity in silicon as cell models use it, m^2/s."""
RADIUS = 0.15e-6
"""Of the areas I to IV, m."""
PARTS = {"I": 0.05, "II": 0.40, "III": 0.80, "IV": 0.99}
"""Part of the places that lithium reaches sooner than each area. Ours: the reference draws its
areas and calls I the fastest and IV the slowest."""
CURVES = np.geomspace(1e-4, 1e3, 211)
"""Times of all curves, s."""
LOW = 0.5
"""Below this part of the bulk concentration we call an area "low": the blue half of a scale."""
SMALLEST = 6
"""Pixels; smaller regions of a phase go to their surroundings before meshing."""
COARSE, FINE = 10_000, 110_000
"""Triangles in the SEI/C/B for the fit, and for the presets."""


@dataclass(frozen=True)
class Preset:
    """A set of parameters.

    Attributes:
        name: as in tables.
        diffusivity: of the SEI/C/B, m^2/s.
        stores: whether the particles take lithium up.
        until: s.
    """

    name: str
    diffusivity: float
    stores: bool = False
    until: float = END

    def problem(self, mesh: Mesh) -> Diffusion:
        """The model on a mesh of the region.

        A particle stores theta = SILICON / BULK times what the electrolyte holds, and lithium
        moves in it with IN_SILICON; its concentration is that of the electrolyte it is in
        equilibrium with.
        """
        feed = MassTransfer(TRANSFER, BULK)
        materials, conditions = {"sei": Material(self.diffusivity)}, {SOURCE: feed}
        if self.stores:
            theta = SILICON / BULK
            materials["particle"] = Material(theta * IN_SILICON, capacity=theta)
            if ("pore", "particle") in mesh.interfaces:
                conditions["pore", "particle"] = feed
        return Diffusion(mesh, materials, conditions, until=self.until)

    def solve(self, mesh: Mesh, tolerance: float = 1e-6) -> Solution:
        """By quadratic elements."""
        return anosim.solve(self.problem(mesh), solver="skfem", order=2, tolerance=tolerance)


@dataclass(frozen=True, eq=False)
class Places:
    """Points in the SEI/C/B, at the middles of pixels, and how far each is from a pore.

    Attributes:
        points: (x, y), m, shape (n, 2).
        straight: Euclidean distance to the nearest pore, m.
        around: the same through the SEI/C/B, around particles, m; infinite where no way leads.
    """

    points: Floats
    straight: Floats
    around: Floats


def mesh_of(image: Microstructure, triangles: int, *, staircase: bool = False) -> Mesh:
    """A mesh with about so many triangles in the SEI/C/B."""
    wanted = round(triangles / (0.88 * image.fractions["sei"]))  # others are meshed more finely
    return anosim.mesh(image, elements=wanted, least_pixels=SMALLEST, staircase=staircase)


def places(mesh: Mesh, image: Microstructure) -> Places:
    """Every pixel of the SEI/C/B and its distances to the pores."""
    from scipy.ndimage import distance_transform_edt

    pore = image.labels == image.phases["pore"]
    straight = distance_transform_edt(~pore, sampling=image.voxel)
    rows, columns = np.nonzero(image.labels == image.phases["sei"])
    size = np.array(image.voxel)
    points = (np.stack([columns, rows], axis=1) + 0.5) * size[::-1]
    domain = Domain.of(mesh, ["sei"], 1)
    weights, nodes, inside = interpolation(domain, points)
    way = distance(domain, [SOURCE])[nodes]
    lost = ~np.isfinite(way).all(axis=1)
    around = np.sum(np.where(np.isfinite(way), way, 0.0) * weights, axis=1)
    around[lost] = np.inf
    rim = straight[rows, columns] - 0.5 * size.min()  # EDT counts from the middle of a pore's pixel
    return Places(points[inside], rim[inside], around[inside])


def arrival(solved: Solution, points: Floats) -> Floats:
    """When each point is at 90 % of the bulk concentration, s; NaN where that is after the end."""
    values = np.asarray(solved.at(points, CURVES[solved.problem.until >= CURVES])) / BULK
    return crossing(values, 0.9)


def crossing(values: Floats, level: float) -> Floats:
    """When each column of values at the first times of CURVES has a level, s; NaN where never."""
    reached = values >= level
    after = np.argmax(reached, axis=0)
    column = np.arange(values.shape[1])
    before = np.maximum(after - 1, 0)
    low, high = values[before, column], values[after, column]
    part = np.clip((level - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    time = CURVES[before] * (CURVES[after] / CURVES[before]) ** part
    return np.where(reached.any(axis=0), time, np.nan)


def areas(
    times: Floats, points: Floats, image: Microstructure, parts: dict[str, float]
) -> dict[str, Disc]:
    """Discs that lithium reaches later and later, away from the region's edge.

    Args:
        times: to 90 % at points, s; only their order counts, which is the same for every D.
        points: middles of pixels of the SEI/C/B, m.
        image: the region.
        parts: of the places, by mean time over a disc there, that come before each area.
    """
    from scipy.signal import fftconvolve
    from skimage.morphology import disk

    known = np.isfinite(times)
    rows, columns = np.floor(points[known][:, ::-1] / image.voxel).astype(int).T
    late, inside = np.zeros(image.labels.shape), np.zeros(image.labels.shape)
    late[rows, columns], inside[rows, columns] = times[known], 1.0
    pixels = round(RADIUS / image.voxel[0])
    ball = disk(pixels).astype(float)
    total, count = (fftconvolve(part, ball, mode="same")[rows, columns] for part in (late, inside))
    ends = np.array(image.extent)
    whole = ((points[known] > RADIUS) & (points[known] < ends - RADIUS)).all(axis=1)
    kept = np.flatnonzero(whole & (count > 0.6 * ball.sum()))
    ranked = kept[np.argsort(total[kept] / count[kept], kind="stable")]
    chosen = {name: ranked[int(part * (len(ranked) - 1))] for name, part in parts.items()}
    return {name: Disc(tuple(points[known][at].tolist()), RADIUS) for name, at in chosen.items()}


def discs_of(fitted: Numbers) -> dict[str, Disc]:
    """The areas that the fit was made with."""
    return {name: Disc(tuple(centre), RADIUS) for name, centre in fitted["areas"].items()}


def times_of_areas(diffusivity: float, mesh: Mesh, discs: dict[str, Disc]) -> dict[str, float]:
    """When area I is at 90 %, and when area IV stops being low, s."""
    solved = Preset("fit", diffusivity, until=1e-10 / diffusivity).solve(mesh, 1e-4)
    return {
        "near": solved.time_to_average(discs["I"], 0.9),
        "far": solved.time_to_average(discs["IV"], LOW),
    }


def fit(desk: Desk) -> Numbers:
    """The diffusivity that the stated times need, m^2/s, and how well they fix it.

    The statements are bounds: area I is at 90 % before 10 s, area IV low at 100 s. ``value`` fits
    both at once, by the logarithms of the times; ``least`` and ``most`` meet each as an equality
    (mass transfer limits nothing, so times scale as 1 / D); ``sensitivity`` is the range of these
    bounds over other choices of the areas and of "low".
    """
    image = region(desk).phases
    mesh = mesh_of(image, 2_500 if desk.quick else COARSE)
    points = places(mesh, image).points
    solved = Preset("places", 1e-13, until=1e3).solve(mesh, 1e-4)
    times = arrival(solved, points)
    discs = areas(times, points, image, PARTS)
    run = partial(times_of_areas, mesh=mesh, discs=discs)
    bounds = {"diffusivity": Range("1e-14 m^2/s", "1e-12 m^2/s", log=True)}
    goals = {"near": NEAR_90, "far": END}

    def logarithms(diffusivity: float) -> dict[str, float]:
        found = run(diffusivity)
        return {name: np.log10(found[name] / goals[name]) + 1.0 for name in goals}

    both = calibrate(logarithms, bounds, dict.fromkeys(goals, 1.0), tolerance=1e-3)
    D = both.values["diffusivity"]
    least, most = (D * 10.0 ** float(both.found[name] - 1.0) for name in goals)
    return {
        "value": D,
        "factor_95": both.factors["diffusivity"],
        "least": least,
        "most": most,
        "compatible": least <= most,
        "sensitivity": _sensitivity(solved, times, points, image),
        "areas": {name: list(disc.centre) for name, disc in discs.items()},
        "runs": both.evaluations,
        "triangles": int((mesh.cell_phase == mesh.phase_index("sei")).sum()),
    }


def _sensitivity(solved: Solution, times: Floats, points: Floats, image: Microstructure) -> Numbers:
    """Least and greatest of both bounds over other areas and thresholds.

    One solution serves all: while mass transfer limits nothing, time scales as 1 / D.
    """
    near = areas(times, points, image, {str(p): p for p in (0.02, 0.05, 0.10)})
    far = areas(times, points, image, {str(p): p for p in (0.95, 0.99, 1.0)})
    D = 1e-13
    least = [D * solved.time_to_average(disc, 0.9) / NEAR_90 for disc in near.values()]
    most = [
        D * solved.time_to_average(disc, low) / END
        for disc in far.values()
        for low in (0.25, 0.5, 0.75)
    ]
    return {"least": [min(least), max(least)], "most": [min(most), max(most)]}
