"""Values that depend on time or on concentration: numbers, tables and callables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, UnitError
from anosim.units import si

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """A value given at some points of time or concentration, linear in between.

    Before the first and after the last point the value stays as it is there. Points and values
    are numbers in SI or strings with units, as the field that takes the table expects them.

    Attributes:
        points: ascending times or concentrations, at least two.
        values: the value at each point.
    """

    points: Sequence[float | str]
    values: Sequence[float | str]


@dataclass(frozen=True, eq=False)
class Function:
    """A value over time or concentration, SI in and SI out.

    Attributes:
        call: takes an array and returns one of the same shape.
        kinks: where the slope jumps, ascending, shape (n,).
        label: the field's name, for errors.
        least: the smallest value allowed.
    """

    call: Callable[[Floats], Any]
    kinks: Floats
    label: str
    least: float = -np.inf

    def __call__(self, x: Floats | float) -> Floats:
        """The values at x, checked, in the shape of x.

        Raises:
            InputError: a value that is not finite, or below the smallest allowed.
        """
        given = np.asarray(x, dtype=np.float64)
        found = np.broadcast_to(np.asarray(self._evaluated(given), dtype=np.float64), given.shape)
        wrong = ~np.isfinite(found) | (found < self.least)
        if wrong.any():
            place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
            raise InputError(
                f"{self.label} is {found[place]:g} at {given[place]:g}: it must be finite"
                + ("" if np.isinf(self.least) else f" and at least {self.least:g}")
            )
        return found

    def _evaluated(self, x: Floats) -> Any:
        try:
            return self.call(x)
        except (TypeError, ValueError):  # written for one number at a time
            return np.vectorize(self.call, otypes=[float])(x)

    def range(self, start: float, stop: float) -> tuple[float, float]:
        """Smallest and largest value between start and stop, sampled finely."""
        inner = self.kinks[(self.kinks > start) & (self.kinks < stop)]
        values = self(np.concatenate([np.linspace(start, stop, 2001), inner]))
        return float(values.min()), float(values.max())


Value = float | Function


def at(value: Value, x: float) -> float:
    """The value at a time or concentration."""
    return float(value(x)) if isinstance(value, Function) else value


def extremes(value: Value, start: float, stop: float) -> tuple[float, float]:
    """Smallest and largest value between start and stop."""
    return value.range(start, stop) if isinstance(value, Function) else (value, value)


class Varying:
    """A dataclass field for a quantity that may depend on another one.

    It takes a number in SI, a string with a unit, a Table, or a callable from SI to SI, and holds a
    float or a Function.

    Args:
        unit: the SI unit.
        over: the SI unit of what it may depend on.
        default: the value where none is given; without it the field is required.
        positive: whether zero and below are refused (a function may reach zero).
    """

    def __init__(
        self, unit: str, over: str, default: float | None = None, *, positive: bool = False
    ) -> None:
        self.unit = unit
        self.over = over
        self.default = default
        self.positive = positive

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.label = f"{owner.__name__}.{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> float: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> Value:
        if instance is not None:
            found: Value = instance.__dict__[self.name]
            return found
        if self.default is None:  # dataclasses reads "no default" from this
            raise AttributeError(self.name)
        return self.default

    def __set__(
        self, instance: object, value: float | str | Table | Function | Callable[[Floats], Any]
    ) -> None:
        instance.__dict__[self.name] = self._checked(value)

    def _checked(self, value: Any) -> Value:
        least = 0.0 if self.positive else -np.inf
        if isinstance(value, Function):
            return value
        if isinstance(value, Table):
            return self._tabulated(value, least)
        if callable(value):
            return Function(value, np.zeros(0), self.label, least)
        number = si(value, self.unit, self.label)
        if self.positive and number <= 0:
            raise UnitError(f"{self.label} is {value!r}: it must be greater than 0 {self.unit}")
        return number

    def _tabulated(self, table: Table, least: float) -> Function:
        points = np.array([si(point, self.over, f"{self.label}.points") for point in table.points])
        values = np.array([si(value, self.unit, f"{self.label}.values") for value in table.values])
        if len(points) != len(values) or len(points) < 2:
            raise InputError(
                f"{self.label} has {len(points)} points and {len(values)} values: a table needs "
                "as many of the one as of the other, at least two"
            )
        if np.any(np.diff(points) <= 0):
            raise InputError(f"{self.label}: the points of a table must ascend")
        function = Function(_Interpolation(points, values), points, self.label, least)
        function(points)
        return function


@dataclass(frozen=True, eq=False)
class _Interpolation:
    points: Floats
    values: Floats

    def __call__(self, x: Floats) -> Floats:
        return np.interp(x, self.points, self.values)
