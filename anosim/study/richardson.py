"""What a sequence of meshes tells about the error on the finest one.

Observed order, Richardson extrapolation, grid convergence index (GCI). Sources: Roache, J. Fluids
Eng. 116 (1994) 405; Celik et al., J. Fluids Eng. 130 (2008) 078001; ASME V&V 20-2009, section 2;
Oberkampf and Roy, Verification and Validation in Scientific Computing (2010), table 8.1 (safety
factors by how near the observed order is to the formal one).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anosim.errors import InputError
from anosim.meshes import Floats

CREDIBLE, DOUBTFUL = 1.25, 3.0
"""Safety factors."""
NEAR = 0.25
"""Relative distance to the formal order within which an observed one is credible."""
LEAST_ORDER = 0.5
LEAST_CREDIBLE, ALIKE = 1.0, 0.35
"""Where no formal order is known: the least order that is believed, and how much the last two may
differ."""
HIGHEST = 4.5
"""Above it no order is credible: 2 x 2 is what averages converge with at best, on smooth fields
without corners, with quadratic elements (points with 3)."""
ROUNDING = 1e-10
"""Relative change below which nothing is left to converge."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """The error of a quantity on the finest of three or more meshes.

    Differences and errors of a curve are the largest of any of its points, relative ones to the
    largest value of the curve.

    Attributes:
        sizes: mesh sizes, from coarse to fine.
        values: the quantity on each mesh, shape (n_meshes, n_points).
        formal: the order that theory expects; None where nobody knows.
        observed: the order of the three finest meshes; NaN where they do not converge.
        orders: the order of every three successive meshes.
        used: the order that error and extrapolation are made with.
        extrapolated: the value for mesh size zero, shape (n_points,).
        error: estimated error on the finest mesh, absolute.
        relative: the same over the largest value.
        gci: the error times the safety factor: a bound that should hold in 95 of 100 cases.
        safety: the safety factor.
        change: relative change between the two finest meshes.
    """

    sizes: Floats
    values: Floats
    formal: float | None
    observed: float
    orders: Floats
    used: float
    extrapolated: Floats
    error: float
    relative: float
    gci: float
    safety: float
    change: float

    @property
    def credible(self) -> bool:
        """Whether the observed order is one that can be believed."""
        return self.safety == CREDIBLE

    @property
    def finest(self) -> Floats:
        """The value on the finest mesh, shape (n_points,)."""
        return np.asarray(self.values[-1])


def estimate(
    sizes: Sequence[float] | Floats, values: Sequence[object] | Floats, formal: float | None = None
) -> Estimate:
    """The error of a quantity on the finest of some meshes.

    Args:
        sizes: mesh size of each, from coarse to fine, for example sqrt(area / triangles).
        values: the quantity on each: a number or a curve.
        formal: the order that theory expects, if there is one.

    Raises:
        InputError: fewer than three meshes, sizes that do not descend, values that are not finite.
    """
    h = np.asarray(sizes, dtype=float)
    table = np.array([np.atleast_1d(np.asarray(value, dtype=float)) for value in values])
    if len(h) < 3 or table.shape[0] != len(h):
        raise InputError(
            f"{len(h)} mesh sizes and {len(table)} values: an order needs three meshes or more"
        )
    if np.any(np.diff(h) >= 0) or h[-1] <= 0:
        raise InputError(f"mesh sizes {h.tolist()} have to descend, the finest mesh last")
    if not np.isfinite(table).all():
        raise InputError("a value is infinite or missing: an order needs the value on every mesh")
    scale = float(np.abs(table[-1]).max()) or 1.0
    changes = np.abs(np.diff(table, axis=0)).max(axis=1)
    orders = np.array([_order(h[i : i + 3], changes[i : i + 2]) for i in range(len(h) - 2)])
    observed = float(orders[-1])
    if changes[-1] <= ROUNDING * scale:
        used, safety = formal or 1.0, CREDIBLE
    else:
        used, safety = _used(orders, formal, table[-3:])
    ratio = float(h[-2] / h[-1]) ** used - 1.0
    step = (table[-1] - table[-2]) / ratio
    error = float(np.abs(step).max())
    return Estimate(
        sizes=h,
        values=table,
        formal=formal,
        observed=observed,
        orders=orders,
        used=used,
        extrapolated=table[-1] + step,
        error=error,
        relative=error / scale,
        gci=safety * error,
        safety=safety,
        change=float(changes[-1]) / scale,
    )


def verdict(name: str, found: Estimate, meshes: tuple[str, str]) -> str:
    """What there is to say about a quantity in one sentence.

    Args:
        name: of the quantity.
        found: its estimate.
        meshes: what the two finest meshes are called, for example "215 000 triangles".
    """
    change = f"{name} changes by {share(found.change)} between {meshes[0]} and {meshes[1]}"
    if found.change <= ROUNDING:
        return f"{change}: nothing is left to converge"
    scale = float(np.abs(found.finest).max()) or 1.0
    error = f"estimated error {share(found.relative)}, at most {share(found.gci / scale)} (GCI)"
    if found.credible:
        return f"{change}; {error}; observed order {found.observed:.2f}"
    if not np.isfinite(found.observed):
        return f"{change}; {error}; the changes do not shrink: a finer mesh is needed to be sure"
    if found.observed > HIGHEST:
        return (
            f"{change}; observed order {found.observed:.2f}, more than quadratic elements can have "
            "(order + 1 = 3 at points, 2 x order = 4 in averages and fluxes): the meshes are not "
            "yet in the asymptotic range, or nearly the same, so there is no bound on the error; "
            f"with order {found.used:.2g} it would be {share(found.relative)}"
        )
    expected = "" if found.formal is None else f" instead of {found.formal:g}"
    return f"{change}; {error}; observed order {found.observed:.2f}{expected}, so with caution"


def share(part: float) -> str:
    """A part of 1 in percent, two digits."""
    percent = 100.0 * part
    return f"{percent:.2g} %" if percent >= 1e-3 else f"{percent:.0e} %"


def _order(sizes: Floats, changes: Floats) -> float:
    """The p for which ``changes`` are those of ``value + a h^p``; NaN where there is none."""
    coarse, fine = changes
    if fine <= 0.0 or coarse <= 0.0:
        return float("nan")
    a, b, c = sizes

    def off(p: float) -> float:
        return float(np.log(coarse / fine) - np.log((a**p - b**p) / (b**p - c**p)))

    from scipy.optimize import brentq

    low, high = 1e-3, 20.0
    if off(low) * off(high) > 0.0:
        return float("nan")
    return float(brentq(off, low, high))


def _used(orders: Floats, formal: float | None, last: Floats) -> tuple[float, float]:
    """The order to work with, and the safety factor."""
    observed = float(orders[-1])
    if not np.isfinite(observed):
        return (min(formal, 1.0) if formal else 1.0), DOUBTFUL
    if last.shape[1] == 1 and np.prod(np.diff(last[:, 0])) < 0.0:  # it swings
        return max(min(observed, formal or 1.0), LEAST_ORDER), DOUBTFUL
    if formal is None:
        steady = bool(np.all(np.abs(orders[-2:] / observed - 1.0) <= ALIKE))
        if observed > HIGHEST:
            return 1.0, DOUBTFUL
        credible = steady and observed >= LEAST_CREDIBLE
        return max(observed, LEAST_ORDER), CREDIBLE if credible else DOUBTFUL
    if abs(observed / formal - 1.0) <= NEAR:
        return observed, CREDIBLE
    return min(max(observed, LEAST_ORDER), formal), DOUBTFUL
