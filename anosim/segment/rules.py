"""Rules: which phase a region is, by bounds on its features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing


@dataclass(frozen=True)
class Rule:
    """A region within all bounds is of this phase.

    Attributes:
        phase: its name.
        bounds: (least, greatest) of each feature by name, both included.
    """

    phase: str
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Any) -> Self:
        """A rule from a table such as ``{phase = "pore", mean = [0, 0.2]}``.

        Raises:
            InputError: no phase, or bounds that are no two rising numbers.
        """
        if isinstance(given, cls):
            return given
        if not isinstance(given, Mapping) or not isinstance(given.get("phase"), str):
            raise InputError(f"{given!r} is no rule: write {{phase = 'pore', mean = [0, 0.2]}}")
        bounds = {}
        for name, pair in given.items():
            if name == "phase":
                continue
            try:
                low, high = (float(value) for value in pair)
            except (TypeError, ValueError):
                low, high = 1.0, 0.0
            if not low <= high:
                raise InputError(
                    f"rule for {given['phase']!r}: {name} is {pair!r}: give [least, most]"
                )
            bounds[name] = (low, high)
        return cls(given["phase"], bounds)


def check_rules(rules: Sequence[Rule], phases: Sequence[str], features: Sequence[str]) -> None:
    """Refuse rules for other phases or features.

    Raises:
        InputError: a rule names an unknown phase or feature.
    """
    for rule in rules:
        if rule.phase not in phases:
            raise InputError(f"a rule is for {rule.phase!r}: phases are {listing(phases)}")
        for name in rule.bounds:
            if name not in features:
                raise InputError(f"a rule names {name!r}: features are {listing(features)}")


def by_rules(
    rules: Sequence[Rule],
    features: Mapping[str, NDArray[np.floating]],
    phases: Sequence[str],
    otherwise: NDArray[np.integer],
) -> NDArray[np.int64]:
    """Phase of each region: of the first rule that holds, else the given one."""
    found = np.asarray(otherwise, dtype=np.int64).copy()
    decided = np.zeros(len(found), dtype=bool)
    for rule in rules:
        holds = ~decided
        for name, (low, high) in rule.bounds.items():
            holds &= (features[name] >= low) & (features[name] <= high)
        found[holds] = list(phases).index(rule.phase)
        decided |= holds
    return found
