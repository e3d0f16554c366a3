"""Values of a study's axes: as the user gave them, and in SI."""

import json
import math
import re
from hashlib import sha256
from typing import Any

from anosim.units import quantity

Given = float | int | str | bool | list[Any] | None
"""What TOML and JSON can hold in one place."""


def in_si(value: Any) -> tuple[Any, str]:
    """A value in SI base units, and the unit; what is no quantity stays as it is, without one.

    ``"20 nm"`` gives ``(2e-8, "m")``, ``0.3`` gives ``(0.3, "")``, ``"skfem"`` itself.
    """
    if not isinstance(value, str) or not re.match(r"\s*[+-]?\.?\d", value):
        return value, ""
    try:
        found = quantity(value).to_base_units()
    except ValueError:
        return value, ""
    return float(f"{found.magnitude:.15g}"), f"{found.units:~C}".replace("**", "^")


def number_of(value: Any) -> float | None:
    """A value as a number in SI; None where it is no number."""
    found, _ = in_si(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found)


def with_unit(number: float, unit: str) -> float | str:
    """A number as the user would give it: text with its unit where it has one."""
    return f"{number:.12g} {unit}" if unit else float(number)


def storable(value: Any) -> Any:
    """The same as JSON holds it: lists for arrays, text for what is infinite or no number."""
    if hasattr(value, "tolist"):  # arrays and scalars of numpy
        value = value.tolist()
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return value if math.isfinite(value) else repr(value)
        case list() | tuple():
            return [storable(item) for item in value]
        case dict():
            return {str(key): storable(item) for key, item in value.items()}
    return str(value)


def restored(value: Any) -> Any:
    """What ``storable`` was given, of numbers and lists of them."""
    if value in ("inf", "-inf", "nan"):
        return float(value)
    return [restored(item) for item in value] if isinstance(value, list) else value


def digest(data: Any) -> str:
    """What tells data from other data."""
    text = json.dumps(storable(data), sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:24]
