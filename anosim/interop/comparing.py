"""How far a concentration is from another program's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import InputError
from anosim.interop.fields import Fields
from anosim.interop.foreign import Samples
from anosim.meshes import Floats
from anosim.solution import Solution

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Comparison:
    """Differences at the other program's places and times, in its order.

    Attributes:
        samples: what the other program has.
        own: concentration here, mol/m^3, shape (n,); NaN outside of the domain.
        times: s, ascending, shape (n_times,).
        largest: greatest absolute difference at each time, mol/m^3.
        relative_l2: root of the sum of squared differences over that of the other program's
            squared values, at each time; NaN where those are all zero.
        points: compared at each time.
        outside: places that are outside of the domain, left out.
    """

    samples: Samples
    own: Floats
    times: Floats
    largest: Floats
    relative_l2: Floats
    points: tuple[int, ...]
    outside: int

    def frame(self) -> "pd.DataFrame":
        """Differences at each time as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            {
                "time_s": self.times,
                "points": self.points,
                "largest_mol_per_m3": self.largest,
                "relative_l2": self.relative_l2,
            }
        )

    @property
    def numbers(self) -> dict[str, Any]:
        """The same as plain data, with the norms over all times together."""
        off = self.own - self.samples.values
        known = np.isfinite(off)
        scale = float(np.sqrt(np.sum(self.samples.values[known] ** 2)))
        return {
            "times_s": self.times,
            "points": self.points,
            "outside": self.outside,
            "largest_mol_per_m3": self.largest,
            "relative_l2": self.relative_l2,
            "all_times": {
                "largest_mol_per_m3": float(np.abs(off[known]).max()),
                "relative_l2": float(np.linalg.norm(off[known]) / scale) if scale else None,
            },
        }


def compare(found: Solution | Fields, samples: Samples) -> Comparison:
    """Compare a solution with another program's concentrations, at its places and times.

    Norms are over the places as they are given, without weights.

    Args:
        found: a solution, known at every time, or fields of a finished run, known at its times.
        samples: see ``read_samples``.

    Raises:
        InputError: a time that is not known, or no place inside of the domain.
    """
    times = np.unique(samples.times)
    fields = Fields.of(found, times) if isinstance(found, Solution) else found
    points = _in_plane(samples.points) if fields.dimension == 2 else samples.points
    own = np.full(len(samples.values), np.nan)
    for time in times:
        rows = samples.times == time
        own[rows] = fields.at(points[rows], time)[0]
    known = np.isfinite(own)
    if not known.any():
        low, high = fields.points.min(axis=0), fields.points.max(axis=0)
        ends = [", ".join(f"{x:.3g}" for x in end) for end in (low, high)]
        raise InputError(
            "none of the places is inside of the domain, which reaches from "
            f"({ends[0]}) to ({ends[1]}) m: is the unit of length right, and does y run down?"
        )
    largest, relative, counts = [], [], []
    for time in times:
        rows = (samples.times == time) & known
        off, other = own[rows] - samples.values[rows], np.linalg.norm(samples.values[rows])
        largest.append(float(np.abs(off).max(initial=0.0)))
        relative.append(float(np.linalg.norm(off) / other) if other > 0.0 else np.nan)
        counts.append(int(rows.sum()))
    return Comparison(
        samples,
        own,
        times,
        np.array(largest),
        np.array(relative),
        tuple(counts),
        int(np.sum(~known)),
    )


def _in_plane(points: Floats) -> Floats:
    """Places without a z that is the same everywhere."""
    if points.shape[1] == 3 and np.ptp(points[:, 2]) == 0.0:
        return points[:, :2]
    return points
