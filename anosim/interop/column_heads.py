"""Headings of columns: which quantity, in which unit, at which time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from anosim.errors import InputError, listing
from anosim.units import si

UNITS = {"x": "m", "y": "m", "z": "m", "t": "s", "c": "mol/m^3"}
_WORDS = {"time": "t", "conc": "c", "concentration": "c"} | {name: name for name in UNITS}
_HEAD = re.compile(r"([a-z]+)(?:[\s-]+(?:coord|coordinate|position|axis|lithium|li)\b)?(.*)", re.I)
_PARAVIEW = re.compile(
    r"(?:points?|coords?|(?:point )?coordinates|cell ?centers?)[:_ ]([012xyz])", re.IGNORECASE
)
_PARAMETER = re.compile(
    r"\s*(\w+)\s*=\s*([^\s,;\[]+)\s*(?:\[([^\]]*)\]|([^\W\d]\w*))?\s*(?:[,;]|$)"
)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@dataclass(frozen=True)
class Head:
    """A column's heading.

    Attributes:
        text: as it stands in the file.
        name: x, y, z, t or c; None for other columns.
        unit: as it is written; None where the heading has none.
        parameters: values that the column holds for, with their units, such as t.
    """

    text: str
    name: str | None
    unit: str | None = None
    parameters: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def factor(self, path: Path) -> float | None:
        """What the column is multiplied with to be SI; None without a unit.

        Raises:
            InputError: no unit, or one of another dimension.
        """
        if self.unit is None or self.name is None:
            return None
        try:
            return si(f"1 {_spelled(self.unit)}", UNITS[self.name], f"the unit of {self.name}")
        except InputError as error:
            raise InputError(f"{str(path)!r}, column {self.text!r}: {error}") from None

    def time(self, unit: str | None, path: Path) -> float:
        """Time that the column holds for, s; infinite without one.

        Args:
            unit: where the heading has none.
            path: the file, for messages.

        Raises:
            InputError: no time.
        """
        value, own = self.parameters.get("t", ("inf", "s"))
        if value == "inf":
            return float("inf")
        try:
            return si(f"{float(value)!r} {own or unit or 's'}", "s", "time")
        except (InputError, ValueError) as error:
            raise InputError(
                f"{str(path)!r}: the time in {self.text!r} cannot be read: {error}"
            ) from None


def head_of(text: str) -> Head:
    """The heading in a cell."""
    front, at, back = text.strip().strip('"').partition("@")
    if found := _PARAVIEW.fullmatch(front.strip()):
        return Head(text, {"0": "x", "1": "y", "2": "z"}.get(found[1], found[1].lower()))
    found = _HEAD.match(front.strip())
    name = _WORDS.get(found[1].lower()) if found else None
    if found is None or name is None:
        return Head(text, None)
    rest = found[2].strip()
    unit = re.sub(r"^(/|,|_|in\s)\s*", "", rest)
    if unit and not re.match(r"[/,(\[{]", rest) and not is_unit(unit):
        return Head(text, None)  # c_max, t_index: another quantity
    if found[1] == "T" and unit and not is_unit(unit, ("s",)):
        return Head(text, None)  # temperature
    return Head(text, name, unit or None, _parameters(back, text) if at else {})


def common_parameters(heads: Sequence[Head], path: Path) -> None:
    """Refuse columns that differ in more than the time.

    Raises:
        InputError: the parameter.
    """
    if len({str(head.parameters) for head in heads}) < len(heads):
        raise InputError(
            f"{str(path)!r} has {len(heads)} columns of c, which its times do not tell apart: "
            f"{listing(head.text for head in heads)}"
        )
    for name in {name for head in heads for name in head.parameters} - {"t"}:
        if len({head.parameters.get(name) for head in heads}) > 1:
            raise InputError(
                f"{str(path)!r} has columns for several {name}: export one value of it at a time"
            )


@cache
def is_unit(text: str, dimensions: tuple[str, ...] = ("m", "s", "mol/m^3")) -> bool:
    """Whether a text is a unit of length, time or concentration."""
    for unit in dimensions:
        try:
            si(f"1 {_spelled(text)}", unit, "unit")
            return True
        except InputError:
            continue
    return False


def _spelled(unit: str) -> str:
    """A unit as it is read elsewhere: without brackets, powers with ^."""
    unit = unit.strip()
    while (inner := re.fullmatch(r"[(\[{]\s*(.*?)\s*[)\]}]", unit)) is not None:
        unit = inner[1]
    unit = unit.translate(_POWERS).replace("_per_", "/").replace("**", "^")
    unit = re.sub(r"[·⋅]|(?<=[a-z])\.(?=[a-z])", "*", unit)
    return re.sub(r"(?<=[A-Za-z])(-?[1-9])(?![0-9])", r"^\1", unit)


def _parameters(text: str, head: str) -> dict[str, tuple[str, str | None]]:
    """Values after @: ``t=2``, ``t=0.5[h]``, ``2: D=1e-13, t=0.5 h``."""
    text = re.sub(r"^\s*[0-9]+\s*:", "", text)
    out: dict[str, tuple[str, str | None]] = {}
    place = 0
    while place < len(text):
        found = _PARAMETER.match(text, place)
        if not found:
            raise InputError(f"the column {head!r}: expected '@ t=VALUE', got {text.strip()!r}")
        name = "t" if found[1].lower() in ("t", "time") else found[1]
        out[name] = found[2], found[3] or found[4]
        place = found.end()
    return out
