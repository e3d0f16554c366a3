"""What a solution says, in numbers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from anosim.conditions import Condition, InterfaceTransfer
from anosim.meshes import Floats
from anosim.microstructure import Microstructure
from anosim.regions import Region
from anosim.results.dimensionless import dimensionless, label
from anosim.results.mesh_report import mesh_numbers
from anosim.results.terms import TERMS
from anosim.solution import Solution, Times
from anosim.surfaces import ParticleSurfaces

EMPTY: Mapping[str, Region] = MappingProxyType({})
Points = Mapping[str, tuple[float, ...]]
QUARTILES = (0.25, 0.5, 0.75)


def numbers(
    image: Microstructure | None,
    solution: Solution,
    times: Sequence[float],
    probes: Points,
    arrival: Floats | None,
    regions: Mapping[str, Region] = EMPTY,
    surfaces: Sequence[ParticleSurfaces] = (),
) -> dict[str, Any]:
    """Everything that is reported about a run, nested, SI units in the keys.

    Of the plane areas, and lithium per metre of depth; of space volumes, and lithium.

    Args:
        image: what was meshed; None where the mesh came from a file.
        solution: what came out.
        times: output times, s; empty for a steady state.
        probes: (x, y[, z]) of named points, m.
        arrival: ``solution.time_to(0.9)``, or None where that has no meaning.
        regions: by name.
        surfaces: of particles, at the output times.
    """
    problem, terms = solution.problem, TERMS[solution.domain.dimension]
    when = list(times) or None
    averages = {name: solution.average(name, when) for name in solution.domain.phases}
    names = [(name, label(name)) for name, c in problem.conditions.items() if _known(c)]
    return {
        "image": None if image is None else image_numbers(image),
        "mesh": mesh_numbers(problem.mesh),
        "until_s": problem.until,
        "times_s": list(times),
        "average_mol_per_m3": averages,
        "probes": _probes(solution, when, probes),
        "regions": {
            name: {
                "average_mol_per_m3": solution.average(region, when),
                "time_to_90_percent_s": (
                    None if arrival is None else solution.time_to_average(region, 0.9)
                ),
            }
            for name, region in regions.items()
        },
        "particle_surfaces": {
            label((found.particles, found.contact)): surface_numbers(found) for found in surfaces
        },
        f"flux_{terms.amount}_per_s": {text: solution.flux(name, when) for name, text in names},
        f"uptake_{terms.amount}": (
            {text: solution.uptake(name, when) for name, text in names} if when else None
        ),
        f"consumed_{terms.amount}": (
            solution.consumed(when) if when and _reacts(solution) else None
        ),
        "mass_imbalance": solution.imbalance(when),
        "overshoot_share": overshoot(solution, when),
        "resolved_from_s": None if problem.steady else solution.resolved_from,
        f"unreachable_{terms.measure}_fraction": dict(solution.unreachable),
        "time_to_90_percent": None if arrival is None else arrival_numbers(solution, arrival),
        "dimensionless": dimensionless(problem, times),
        "nodes": len(solution.domain.points),
        "integrator": solution.record.get("integrator"),
    }


def overshoot(solution: Solution, times: Times) -> Floats | None:
    """How far any node is outside of the range of the given concentrations, shape (n_times,).

    Diffusion stays between the initial and the sources' concentrations. Finite elements on a mesh
    that is too coarse for an early time do not. The largest excess is given as a share of the
    range; None where a flux drives, a partition coefficient or nothing changes, which leaves no
    such range. A reaction extends it to zero, an uptake to its equilibrium.
    """
    low, high = solution.problem.concentrations
    if not 0.0 < high - low < np.inf:
        return None
    values = solution.values(times)
    beyond = np.maximum(values.max(axis=1) - high, low - values.min(axis=1))
    return np.maximum(beyond, 0.0) / (high - low)


def surface_numbers(found: ParticleSurfaces) -> dict[str, Any]:
    """The surfaces of all particles together, each counted by the length that a source reaches.

    The variance over all surfaces is that between the particles' means plus that within.
    """
    length = found.contact_size * found.reached
    known = length > 0.0
    share = length[known] / length[known].sum()
    mean = found.mean[:, known] @ share
    between = (found.mean[:, known] - mean[:, None]) ** 2 @ share
    return {
        "particles": len(found),
        "particles_without_a_source": int(np.sum(~known)),
        "mean_mol_per_m3": mean,
        "standard_deviation_between_particles_mol_per_m3": np.sqrt(between),
        "standard_deviation_within_particles_mol_per_m3": np.sqrt(
            found.spread[:, known] ** 2 @ share
        ),
        "lowest_mol_per_m3": np.min(found.lowest[:, known], axis=1, initial=np.inf),
        "highest_mol_per_m3": np.max(found.highest[:, known], axis=1, initial=-np.inf),
    }


def _known(condition: Condition) -> bool:
    """Whether the flux through a boundary is known: not between two phases in perfect contact."""
    return not isinstance(condition, InterfaceTransfer) or np.isfinite(condition.coefficient)


def _reacts(solution: Solution) -> bool:
    return any(material.reaction > 0.0 for material in solution.problem.materials.values())


def image_numbers(image: Microstructure) -> dict[str, Any]:
    """Size and fractions of an image."""
    return {
        "shape_voxels": list(image.labels.shape),
        "voxel_m": list(image.voxel),
        f"{TERMS[image.labels.ndim].measure}_fraction": dict(image.fractions),
    }


def arrival_numbers(solution: Solution, arrival: Floats) -> dict[str, Any]:
    """Quartiles over what a source reaches, and the share of it that is not there yet."""
    weights = solution.domain.weights(solution.reached)
    measure = TERMS[solution.domain.dimension].measure
    known = ~np.isnan(arrival)
    arrival, weights = arrival[known], weights[known]
    share = weights[np.isinf(arrival)].sum() / weights.sum()
    return {
        "reference_mol_per_m3": solution.reference,
        "quartiles_s": [quantile(arrival, weights, part) for part in QUARTILES],
        f"share_of_reachable_{measure}_later_than_the_end": float(share),
    }


def quantile(values: Floats, weights: Floats, part: float) -> float:
    """The smallest value below or at which at least a part of the weight lies."""
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    place = min(int(np.searchsorted(running, part * running[-1])), len(values) - 1)
    return float(values[order][place])


def plain(value: Any) -> Any:
    """The same as JSON can hold it: lists for arrays, None for what is infinite or no number."""
    match value:
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case np.ndarray() | list() | tuple():
            return [plain(inner) for inner in value]
        case float() | np.floating():
            return float(value) if np.isfinite(value) else None
        case np.integer():
            return int(value)
    return value


def _probes(solution: Solution, when: list[float] | None, probes: Points) -> dict[str, Any]:
    points = np.array(list(probes.values()), dtype=float)
    values = solution.at(points, when) if len(points) else np.empty((0, 0))
    return {
        name: {
            **{f"{axis}_m": x for axis, x in zip("xyz", place, strict=False)},
            "concentration_mol_per_m3": values[:, rank],
        }
        for rank, (name, place) in enumerate(probes.items())
    }
