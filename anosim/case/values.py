"""Values in a case file that depend on time or on concentration."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from numpy.polynomial import Polynomial

from anosim.case.entry import Entry
from anosim.functions import Table
from anosim.initial import Start

Value = float | Table | Callable[[Any], Any]
POINTS = {"s": "times", "mol/m^3": "concentrations"}
"""What the points of a table are called, by their unit."""
EXAMPLES = {"s": '["0 s", "10 s"]', "mol/m^3": '["0 mol/L", "1 mol/L"]'}
TERMS = 12
"""Most coefficients of a polynomial."""


def read_value(entry: Entry, unit: str, over: str | None = None, *, bounded: bool = True) -> Value:
    """A quantity, or a table of points and values, or a polynomial.

    Args:
        entry: a number, text with a unit, or a table.
        unit: the SI unit of the value.
        over: the SI unit of what it may depend on; None if it may not.
        bounded: whether infinity is no value.
    """
    if over is None or not isinstance(entry.value, dict):
        return entry.quantity(unit, unbounded=not bounded)
    points = POINTS[over]
    kinds = (points, "values") if over == "s" else (points, "values", "polynomial")
    table = entry.table(kinds)
    if "polynomial" in table:
        return _polynomial(entry, unit)
    x = _column(entry.required(points, EXAMPLES[over]), over)
    y = _column(entry.required("values", f'["0 {unit}", "1 {unit}"]'), unit)
    if len(x) != len(y):
        raise table["values"].error(
            f"are {len(y)}, but {entry.name}.{points} are {len(x)}: give one value for each"
        )
    for before, item in zip(x, table[points].array("a list")[1:], strict=False):
        if item.quantity(over) <= before:
            raise item.error("do not ascend")
    return Table(x, y)


def _column(entry: Entry, unit: str) -> list[float]:
    return [item.quantity(unit) for item in entry.array("a list of two or more", 2)]


def _polynomial(entry: Entry, unit: str) -> Polynomial:
    """``a0 + a1 c + a2 c^2 ...`` of the concentration in mol/m^3."""
    table = entry.table()
    for key in table:
        if key != "polynomial":
            raise table[key].error("does not go with a polynomial, which needs no points")
    terms = table["polynomial"].array(f"a list of coefficients, at most {TERMS}", 1, TERMS)
    units = [unit, *(f"{unit}/(mol/m^3)^{power}" for power in range(1, len(terms)))]
    return Polynomial([term.quantity(u) for term, u in zip(terms, units, strict=True)])


def least(value: Value) -> float:
    """The smallest value that an entry names itself."""
    if isinstance(value, Table):
        return min(float(item) for item in value.values)
    return float(value) if isinstance(value, int | float) else 0.0


def read_initial(solve: Entry, materials: Collection[str]) -> Start:
    """The concentration at time zero, mol/m^3, one or by phase; none without an entry."""
    initial = solve.table().get("initial")
    if initial is None:
        return 0.0
    if not isinstance(initial.value, dict):
        return initial.quantity("mol/m^3")
    table: Mapping[str, Entry] = initial.table()
    for name, item in table.items():
        item.known(name, materials, "phases with a material are")
    for name in materials:
        initial.required(name, '"1 mol/L"')
    return {name: item.quantity("mol/m^3") for name, item in table.items()}
