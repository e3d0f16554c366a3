"""Numbers as people write them: 20 nm, 1.5 h, ticks at 1, 2 and 5."""

import math
from collections.abc import Sequence

from anosim.meshes import Floats

_TIMES = ((3600.0, "h"), (600.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_SIZE = {"h": 3600.0, "min": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
_LENGTHS = ((1.0, "m"), (1e-3, "mm"), (1e-6, "µm"), (1e-9, "nm"))


def time_unit(time: float) -> tuple[float, str]:
    """The unit that a time in s reads best in: its size in s and its symbol."""
    for start, symbol in _TIMES:
        if time >= start * (1.0 - 1e-9):
            return _SIZE[symbol], symbol
    return (1.0, "s") if time == 0.0 else (1e-9, "ns")


def duration(time: float, digits: int = 3) -> str:
    """A time in s with the unit that it reads best in."""
    size, symbol = time_unit(time)
    return f"{number(time / size, digits)} {symbol}"


def durations(times: Sequence[float] | Floats) -> list[str]:
    """Times in s, with as many digits as it takes to tell them apart."""
    for digits in range(3, 9):
        texts = [duration(float(time), digits) for time in times]
        if len(set(texts)) == len(texts):
            break
    return texts


def length_unit(metres: float) -> tuple[float, str]:
    """The unit that a length in m reads best in: its size in m and its symbol."""
    for size, symbol in _LENGTHS:
        if metres >= size * (1.0 - 1e-9):
            return size, symbol
    return _LENGTHS[-1]


def length(metres: float) -> str:
    """A length in m with the unit that it reads best in."""
    size, symbol = length_unit(metres)
    return f"{number(metres / size)} {symbol}"


def number(value: float, digits: int = 3) -> str:
    """Some significant digits, without an exponent where that is possible."""
    if value == 0.0 or not 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits}g}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)) + 1e-12))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share between 0 and 1, without hiding that something is left."""
    if 0.0 < share < 5e-4:
        return "< 0.1 %"
    if 1.0 - 5e-4 < share < 1.0:
        return "> 99.9 %"
    return f"{100.0 * share:.1f} %"


def round_below(value: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that is not above a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return power * max(step for step in (1.0, 2.0, 5.0) if step * power <= value * (1.0 + 1e-9))


def log_ticks(low: float, high: float, most: int = 10) -> list[float]:
    """Ticks of a logarithmic axis: powers of ten, with 2 and 5 between where they fit."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1.0, 2.0, 5.0), (1.0,)):
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        inside = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        if 1 < len(inside) <= most:
            return inside
    return inside if len(inside) > 1 else [low, high]
