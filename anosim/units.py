"""Units at the door, SI floats inside.

A plain number is SI; a string carries its unit: ``"20 nm"``, ``"1 mol/L"``.
"""

import math
import re
from functools import cache
from typing import Any, Self, overload

from anosim.errors import UnitError

_EXAMPLES = {
    "m": "20 nm",
    "m^2/s": "1e-13 m^2/s",
    "m/s": "1e-3 m/s",
    "s": "100 s",
    "mol/m^3": "1 mol/L",
}
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")
_POWER = r"(?:\s*(?:\^|\*\*)\s*\(?[+-]?\d(?:\.\d)?\)?|⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹])?"
_TOKEN = rf"(?:(?:(?:[^\W\d_]|[°%])(?:[^\W\d]|[°%])*|\)){_POWER}|[(*·⋅/]|1(?=\s*/))\s*"
_UNIT = re.compile(rf"(?:{_TOKEN})*+")
"""Symbols with a power of one digit, brackets and signs between them: pint evaluates no more."""
_LONGEST = 80
"""Characters of a quantity; no unit is as long."""


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


def quantity(text: str) -> Any:
    """Parse a number and a unit, such as ``"1e-13 m^2/s"``; nothing else is evaluated.

    Returns:
        A quantity of pint.

    Raises:
        ValueError: the text is something else, such as a formula, or the unit is not known.
    """
    number = _NUMBER.match(text)
    if number is None or len(text) > _LONGEST:
        raise ValueError(f"{text[:_LONGEST]!r} is not a number with a unit")
    unit = text[number.end() :].strip()
    unit = f"1{unit}" if unit.startswith("/") else unit.removeprefix("*")
    if not _UNIT.fullmatch(unit):
        raise ValueError(f"{unit!r} is not a unit")
    registry = _registry()
    try:
        plain = re.sub(r"(?<=[^\s(*/^])\s*\(", "*(", re.sub("[·⋅]", "*", unit))
        units = registry.parse_units(plain)
        found = registry.Quantity(float(number[1]), units)
        found.to_base_units()  # which overflows where powers of powers are too large
        return found
    except Exception:  # pint raises a dozen unrelated types on text it cannot parse
        raise ValueError(f"{unit!r} is not a unit") from None


def si(value: float | str, unit: str, name: str) -> float:
    """The value in SI.

    Args:
        value: a number, already in SI, or a string with a unit.
        unit: the SI unit expected, for example ``"m^2/s"``.
        name: the field's name, for the error message.

    Raises:
        UnitError: not a finite number, no unit in the string, or a wrong dimension.
    """
    if isinstance(value, str):
        value = _convert(value, unit, name)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise UnitError(
            f"{name} is {value!r}: expected a number in {unit} or a string like {example(unit)}"
        ) from None
    if math.isnan(number) or math.isinf(number):
        raise UnitError(f"{name} is {number}: expected a finite number in {unit}")
    return number


def example(unit: str) -> str:
    """A usual value of the dimension of an SI unit, in quotes, to be written instead."""
    return f"'{_EXAMPLES.get(unit, f'1 {unit}')}'"


def _convert(text: str, unit: str, name: str) -> float:
    import pint

    if "," in text:  # which pint would leave out: 1,5 would be 15
        raise UnitError(f"{name} is {text!r}: write a decimal point, as in {example(unit)}")
    registry = _registry()
    try:
        found = quantity(text)
    except ValueError:
        raise UnitError(
            f"{name} is {text!r}, which is not a number with a unit; write for example "
            f"{example(unit)}, powers with ^ as in cm^2/s"
        ) from None
    if found.dimensionless and not registry.Quantity(1.0, unit).dimensionless:
        raise UnitError(f"{name} is {text!r}, which has no unit; write for example {example(unit)}")
    try:
        converted = found.to(unit).magnitude
        return float(f"{converted:.15g}")  # a litre's factor leaves 999.9999999999999 mol/m^3
    except pint.DimensionalityError:
        raise UnitError(
            f"{name} is {text!r}, which is not of the dimension of {unit}; "
            f"write for example {example(unit)}"
        ) from None


class Quantity:
    """A dataclass field that takes a number in SI or a string with a unit and holds SI.

    Args:
        unit: the SI unit.
        default: the value where none is given; without it the field is required.
        minimum: the smallest value allowed.
        positive: whether zero and below are refused.
        unbounded: whether infinity is a value.
    """

    def __init__(
        self,
        unit: str,
        default: float | None = None,
        *,
        minimum: float = -math.inf,
        positive: bool = False,
        unbounded: bool = False,
    ) -> None:
        self.unit = unit
        self.default = default
        self.minimum = minimum
        self.positive = positive
        self.unbounded = unbounded

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.label = f"{owner.__name__}.{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> float: ...
    @overload
    def __get__(self, instance: object, owner: type) -> float: ...
    def __get__(self, instance: object | None, owner: type) -> float:
        if instance is not None:
            return float(instance.__dict__[self.name])
        if self.default is None:  # dataclasses reads "no default" from this
            raise AttributeError(self.name)
        return self.default

    def __set__(self, instance: object, value: float | str) -> None:
        if self.unbounded and value in (math.inf, "inf"):
            number = math.inf
        else:
            number = si(value, self.unit, self.label)
        if self.positive and number <= 0:
            raise UnitError(f"{self.label} is {value!r}: it must be greater than 0 {self.unit}")
        if number < self.minimum:
            raise UnitError(
                f"{self.label} is {value!r}: it must be at least {self.minimum:g} {self.unit}"
            )
        instance.__dict__[self.name] = number


class VoxelSize:
    """A dataclass field for the voxel size per array axis, in metres.

    Takes one length for all axes or one per axis in the order of the array: (y, x) or (z, y, x).
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.label = f"{owner.__name__}.{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> tuple[float, ...]: ...
    def __get__(self, instance: object | None, owner: type) -> Self | tuple[float, ...]:
        if instance is None:  # no default: the voxel size is never guessed
            raise AttributeError(self.name)
        return tuple(instance.__dict__[self.name])

    def __set__(
        self, instance: object, value: float | str | tuple[float | str, ...] | list[float | str]
    ) -> None:
        sizes = value if isinstance(value, tuple | list) else (value,)
        metres = tuple(si(size, "m", self.label) for size in sizes)
        if not metres or min(metres) <= 0:
            raise UnitError(f"{self.label} is {value!r}: every size must be greater than 0 m")
        instance.__dict__[self.name] = metres
