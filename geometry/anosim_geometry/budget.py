"""How many triangles: edge lengths scaled to a wanted number or below a limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim_geometry.curves import Curves
from anosim_geometry.lines import Cut, cut_to_size
from anosim_geometry.network import OUTSIDE, Network
from anosim_geometry.sizing import Pair, Wishes, expected, label_pairs, wishes_of

Floats = NDArray[np.float64]

MOST_TRIANGLES = 50_000_000
"""Gmsh needs about 0.8 kB for each."""
PER_SEGMENT = 1.7
"""Triangles beyond the field's that each segment on a boundary brings (0.6 to 2.4 were seen)."""
SCALES = (1e-3, 1e4)
CLOSE = 0.02
"""Relative error of the expected number at which the search for a scale stops."""
CHEAP, COSTLY = 12, 6
"""The most trials of a scale, without and with the segments on the boundaries."""


@dataclass(frozen=True, eq=False)
class Plan:
    """The one-dimensional mesh and what the triangles between it are to be.

    Attributes:
        cut: the segments on the boundaries.
        field: edge length at every pixel, shape (rows, columns).
        scale: the factor on all edge lengths.
        count: triangles expected.
    """

    cut: Cut
    field: Floats
    scale: float
    count: float


def plan(network: Network, smooth: Curves, wishes: Wishes, scale: float = 1.0) -> Plan:
    """What the edge lengths times ``scale`` lead to.

    Raises:
        InputError: they are so small that memory would not hold the triangles.
    """
    field = wishes.field(scale)
    _check_affordable(expected(field, wishes.sizes), wishes)
    cut, field = cut_to_size(network, smooth, field, wishes.sizes)
    count = expected(field, wishes.sizes) + PER_SEGMENT * len(cut.curves.segments)
    return Plan(cut, field, scale, count)


def plan_for(network: Network, smooth: Curves, wishes: Wishes, count: float) -> Plan:
    """Edge lengths scaled so that about ``count`` triangles are expected, or as near as can be."""
    plans: list[Plan] = []

    def counted(scale: float) -> float:
        plans.append(plan(network, smooth, wishes, scale))
        return plans[-1].count

    start = _scale_for(lambda s: expected(wishes.field(s), wishes.sizes), count, 1.0, CHEAP)
    _scale_for(counted, count, start, COSTLY)
    return min(plans, key=lambda made: abs(np.log(made.count / count)))


def _scale_for(count_of: Callable[[float], float], count: float, start: float, most: int) -> float:
    """The factor that leads to ``count`` triangles: secants between logarithms."""
    x, power = float(np.log(start)), -1.5
    before: tuple[float, float] | None = None
    for _ in range(most):
        off = float(np.log(count_of(float(np.exp(x))) / count))
        if abs(off) < CLOSE:
            break
        if before is not None and x != before[0]:
            power = float(np.clip((off - before[1]) / (x - before[0]), -2.5, -0.5))
        before = (x, off)
        x = float(np.clip(x - off / power, *np.log(SCALES)))
    return float(np.exp(x))


def asking_most(network: Network, wishes: Wishes, names: Mapping[int, str]) -> str:
    """Which wish costs the most triangles, for a message.

    Args:
        network: the regions and arcs.
        wishes: what they ask for.
        names: the phase of each label.
    """
    if wishes.given:
        return "the given edge lengths (all of the triangles)"
    sizes = wishes.sizes
    whole = expected(wishes.field(), sizes)
    without: dict[str, Wishes] = {}
    if sizes.gap_elements:
        name = f"gap_elements = {sizes.gap_elements}"
        without[name] = replace(wishes, gap=np.full_like(wishes.gap, np.inf))
    for a, b in _touching(network):
        name = f"the edge length at the interface of {names[a]!r} and {names[b]!r}"
        pairs = {**sizes.pairs, (a, b): sizes.bulk}
        without[name] = replace(
            wishes_of(network, replace(sizes, pairs=pairs, gap_elements=0)), gap=wishes.gap
        )
    saved = {name: 1.0 - expected(w.field(), sizes) / whole for name, w in without.items()}
    saved["size"] = expected(np.full((1, 1), sizes.bulk), sizes) * wishes.gap.size / whole
    most = max(saved, key=lambda name: saved[name])
    return f"{most} ({saved[most]:.0%} of the triangles)"


def _touching(network: Network) -> list[Pair]:
    """Labels that meet, lower one first."""
    inside = (network.left != OUTSIDE) & (network.right != OUTSIDE)
    pairs = np.unique(np.sort(label_pairs(network)[inside], axis=1), axis=0)
    return [(int(a), int(b)) for a, b in pairs]


def _check_affordable(count: float, wishes: Wishes) -> None:
    if count > MOST_TRIANGLES:
        sizes = wishes.sizes
        raise InputError(
            f"edges of {sizes.interface:.3g} at interfaces and {sizes.bulk:.3g} elsewhere, in "
            f"pixels, make about {count:.1e} triangles; up to {MOST_TRIANGLES:.0e} are "
            "possible: raise GmshMesher.size and interface_size, set max_elements, or crop the "
            "image"
        )
