"""What tells one run from another."""

from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.functions import Function
from anosim.weakform import WeakForm

if TYPE_CHECKING:
    from anosim.integrate.drive import TimeOptions


def digest(form: WeakForm, options: "TimeOptions", integrator: str) -> str:
    """A digest of what a run solves and how; functions count by samples of their values."""
    found = sha256()
    own = (options.tolerance, options.earliest, options.steps, integrator)
    for piece in _pieces((form.domain.connectivity, form.domain.twins, form, own)):
        found.update(piece)
    return found.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.ndarray):
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Function):
        yield from _pieces(value.kinks)
        points = np.concatenate([np.geomspace(1e-6, 1e6, 97), value.kinks])
        yield from _pieces(np.array([_value(value, point) for point in points]))
    elif isinstance(value, tuple):
        for item in value:
            yield from _pieces(item)
    elif hasattr(value, "__dataclass_fields__"):
        for part in fields(value):
            if part.name != "domain":
                yield from _pieces(getattr(value, part.name))
    else:
        yield repr(value).encode()


def _value(function: Function, point: np.float64) -> float:
    """The value, no number where the function has none: samples go farther than a run does."""
    try:
        with np.errstate(all="ignore"):
            return float(function.call(np.asarray(point)))
    except Exception:  # whatever a user's function raises far from where it is used
        return float("nan")
