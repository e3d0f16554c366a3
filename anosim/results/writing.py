"""Results as JSON, and curves over time as CSV."""

import csv
import json
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np

from anosim.formats.atomic import replacing
from anosim.regions import Region
from anosim.results.numbers import EMPTY, Points, plain
from anosim.solution import Solution
from anosim.surfaces import ParticleSurfaces
from anosim.time_course import curve_times


def write_results(results: Mapping[str, Any], path: str | PathLike[str]) -> None:
    """Write results as JSON; null stands for what is infinite or has no value."""
    with replacing(path) as temporary:
        text = json.dumps(plain(results), indent=2, ensure_ascii=False, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")


def write_curves(
    solution: Solution,
    probes: Points,
    path: str | PathLike[str],
    regions: Mapping[str, Region] = EMPTY,
) -> None:
    """Write averages over phases and regions, and probes, over time as CSV, one value per row.

    Columns: ``time_s``, ``kind`` (average, region or probe), ``name``,
    ``concentration_mol_per_m3``. A steady state has one value of each, at time ``inf``.
    """
    times = curve_times(solution)
    when = None if solution.problem.steady else times
    curves = [("average", name, solution.average(name, when)) for name in solution.domain.phases]
    curves += [("region", n, solution.average(region, when)) for n, region in regions.items()]
    if probes:
        values = solution.at(np.array(list(probes.values())), when)
        curves += [("probe", name, values[:, rank]) for rank, name in enumerate(probes)]
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["time_s", "kind", "name", "concentration_mol_per_m3"])
        for kind, name, curve in curves:
            writer.writerows(
                [f"{time:.9g}", kind, name, f"{value:.9g}"]
                for time, value in zip(times, curve, strict=True)
            )


def write_particles(surfaces: Sequence[ParticleSurfaces], path: str | PathLike[str]) -> None:
    """Write the surface of each particle at each time as CSV: see ``ParticleSurfaces.rows``."""
    rows = [row for found in surfaces for row in found.rows()]
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        if not rows:
            return
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in row.items()})
