"""Which runs a study has: grids, lists, pairs and samples of named values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from anosim.errors import InputError, listing
from anosim.study.values import in_si, number_of, with_unit

Inputs = Mapping[str, Any]
"""The values of one run by the names of the axes, as the user gave them."""


@dataclass(frozen=True)
class Range:
    """An interval that samples are drawn from.

    Attributes:
        low: a number in SI or text with a unit.
        high: the same, above ``low``.
        log: whether the logarithm is even, as suits diffusivities.

    Raises:
        InputError: bounds that are no numbers, of two dimensions, or do not ascend.
    """

    low: float | str
    high: float | str
    log: bool = False

    def __post_init__(self) -> None:
        low, high = self.bounds
        if low is None or high is None or in_si(self.low)[1] != in_si(self.high)[1]:
            raise InputError(
                f"the range from {self.low!r} to {self.high!r} needs two numbers of one unit, such "
                'as "1e-14 m^2/s" and "1e-12 m^2/s"'
            )
        if not low < high or (self.log and low <= 0):
            least = " and be above zero" if self.log else ""
            raise InputError(f"the range from {self.low!r} to {self.high!r} must ascend{least}")

    @property
    def bounds(self) -> tuple[Any, Any]:
        """Both ends in SI."""
        return number_of(self.low), number_of(self.high)

    @property
    def unit(self) -> str:
        """The SI unit."""
        return in_si(self.low)[1]

    def at(self, part: float) -> float | str:
        """The value that a part (0 to 1) of the interval lies below."""
        low, high = self.bounds
        number = low * (high / low) ** part if self.log else low + part * (high - low)
        return with_unit(number, self.unit)

    def spaced(self, count: int) -> list[float | str]:
        """Evenly spaced values, both ends among them."""
        return [self.at(part) for part in np.linspace(0.0, 1.0, count).tolist()]


@dataclass(frozen=True)
class Design:
    """The runs of a study, in order.

    Attributes:
        points: the inputs of each run.
        shape: number of values of each axis where the runs are a full grid, else empty.
        kind: how they were chosen, in words.
    """

    points: tuple[Inputs, ...]
    shape: Mapping[str, int] = field(default_factory=dict)
    kind: str = "list"

    def __post_init__(self) -> None:
        if not self.points:
            raise InputError("the study has no run: give each axis at least one value")

    @property
    def names(self) -> tuple[str, ...]:
        """The axes, in order."""
        return tuple(dict.fromkeys(name for point in self.points for name in point))


def grid(axes: Mapping[str, Sequence[Any]]) -> Design:
    """Every combination of the values of all axes; the last axis varies fastest."""
    values = _checked(axes)
    points = tuple(dict(zip(values, run, strict=True)) for run in product(*values.values()))
    return Design(points, {name: len(each) for name, each in values.items()}, "grid")


def paired(axes: Mapping[str, Sequence[Any]]) -> Design:
    """The first values of all axes together, then the second ones, and so on.

    Raises:
        InputError: axes of different lengths.
    """
    values = _checked(axes)
    counts = {name: len(each) for name, each in values.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise InputError(f"paired axes need as many values each, but there are: {told}")
    runs = zip(*values.values(), strict=True)
    return Design(tuple(dict(zip(values, run, strict=True)) for run in runs), kind="zip")


def listed(points: Sequence[Inputs]) -> Design:
    """The runs one by one.

    Raises:
        InputError: a run that leaves out a value that others have.
    """
    names = set().union(*points) if points else set()
    for rank, point in enumerate(points):
        missing = sorted(names - set(point))
        if missing:
            raise InputError(f"run {rank} has no value of {listing(missing)}")
    return Design(tuple(dict(point) for point in points), kind="list")


def latin_hypercube(axes: Mapping[str, Range], runs: int, *, seed: int = 0) -> Design:
    """Samples that fall once into each of ``runs`` equal parts of every range."""
    from scipy.stats import qmc

    parts = qmc.LatinHypercube(d=len(axes), rng=seed).random(runs)
    return _sampled(axes, parts, "latin hypercube")


def sobol(axes: Mapping[str, Range], runs: int, *, seed: int = 0) -> Design:
    """Scrambled Sobol samples.

    Raises:
        InputError: ``runs`` is no power of 2, of which the samples' balance depends.
    """
    from scipy.stats import qmc

    power = math.log2(runs) if runs > 0 else -1.0
    if not power.is_integer():
        raise InputError(f"Sobol samples come in powers of 2: {runs} runs are not one")
    parts = qmc.Sobol(d=len(axes), rng=seed).random_base2(int(power))
    return _sampled(axes, parts, "sobol")


def design_of(axes: "Design | Mapping[str, Any]") -> Design:
    """A design as it is; a mapping of names to values as their grid."""
    return axes if isinstance(axes, Design) else grid(axes)


def _sampled(axes: Mapping[str, Range], parts: Any, kind: str) -> Design:
    wrong = [name for name, given in axes.items() if not isinstance(given, Range)]
    if wrong or not axes:
        raise InputError(
            f"samples are drawn from ranges, which {listing(wrong)} is not: give for example "
            'Range("1e-14 m^2/s", "1e-12 m^2/s", log=True)'
        )
    points = [
        {name: given.at(float(part)) for (name, given), part in zip(axes.items(), row, strict=True)}
        for row in parts
    ]
    return Design(tuple(points), kind=kind)


def _checked(axes: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    values = {}
    for name, given in axes.items():
        if isinstance(given, str | Range) or not hasattr(given, "__iter__"):
            raise InputError(
                f"axis {name!r} is {given!r}: give a list of its values; a range is sampled by "
                "latin_hypercube or sobol, or spaced by Range(...).spaced(8)"
            )
        values[name] = given.tolist() if hasattr(given, "tolist") else list(given)
    return values
