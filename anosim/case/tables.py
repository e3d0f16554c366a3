"""The other tables of a case: materials, conditions, plugins with their options, output."""

import math
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from types import NoneType
from typing import Any, cast

from anosim import plugins
from anosim.case.entry import Entry
from anosim.case.values import least, read_value
from anosim.conditions import (
    Concentration,
    Condition,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Uptake,
    passes,
)
from anosim.domain import PERIODIC
from anosim.errors import listing
from anosim.meshes import Boundary
from anosim.plugins import Mesher, Solver

SIDES = ("left", "right", "top", "bottom", "front", "back")
UPTAKE = {"coefficient": "m/s", "equilibrium": "mol/m^3", "half_saturation": "mol/m^3"}
CONDITIONS: Mapping[str, tuple[type[Condition], Mapping[str, str]]] = {
    "mass transfer": (MassTransfer, {"coefficient": "m/s", "bulk": "mol/m^3"}),
    "concentration": (Concentration, {"value": "mol/m^3"}),
    "flux": (Flux, {"value": "mol/m^2/s"}),
    "uptake": (Uptake, UPTAKE),
    "interface transfer": (InterfaceTransfer, {"coefficient": "m/s", "partition": ""}),
}
"""What each type of condition becomes, and its keys with their units."""
OPTIONAL = ("partition", "equilibrium", "half_saturation")
OVER_TIME = ("bulk", "value")
UNBOUNDED = (("interface transfer", "coefficient"), ("uptake", "half_saturation"))
"""Keys of conditions that may be left out, depend on time, or be infinite."""
MATERIAL = {"diffusivity": "m^2/s", "capacity": "", "reaction": "1/s"}
DEFAULT_MESHER, DEFAULT_SOLVER = "gmsh", "skfem"


def read_materials(entry: Entry, phases: Collection[str]) -> dict[str, Material]:
    """Tables [materials.PHASE]."""
    materials = {}
    for name, item in entry.table().items():
        item.known(name, phases, "phases are")
        table = item.table(MATERIAL)
        item.required("diffusivity", '"1e-13 m^2/s"')
        with item.blamed("Material"):
            materials[name] = Material(
                **{
                    key: read_value(e, MATERIAL[key], "mol/m^3" if key == "diffusivity" else None)
                    for key, e in table.items()
                }  # type: ignore[arg-type]
            )
    if not materials:
        raise entry.error(
            "names no phase, so lithium has nowhere to diffuse; add for example "
            f'[materials.{next(iter(phases))}] with diffusivity = "1e-13 m^2/s"'
        )
    return materials


def read_conditions(
    entry: Entry,
    phases: Collection[str],
    materials: Collection[str],
    sides: Collection[str] = SIDES,
) -> dict[Boundary, Condition]:
    """The [[conditions]], of which one at least lets lithium in."""
    conditions: dict[Boundary, Condition] = {}
    for item in entry.array("tables, each under a line [[conditions]]") if entry.value else []:
        boundary, condition = _condition(item, phases, materials, sides)
        twin = boundary if isinstance(boundary, str) else boundary[::-1]
        if boundary in conditions or twin in conditions:
            raise item.error(f"has a second condition on {boundary!r}")
        conditions[boundary] = condition
    if not any(map(passes, conditions.values())):
        raise entry.error(
            "has no source, so the concentration stays as it is; add one on an interface or side "
            'that lets lithium through, for example on = "left" with type = "concentration"'
        )
    return conditions


def _condition(
    entry: Entry, phases: Collection[str], materials: Collection[str], sides: Collection[str]
) -> tuple[Boundary, Condition]:
    every = dict.fromkeys(key for _, units in CONDITIONS.values() for key in units)
    table = entry.table(("on", "type", *every))
    kind = entry.required("type", '"mass transfer"').one_of(CONDITIONS, "possible are")
    build, units = CONDITIONS[kind]
    within = build is InterfaceTransfer
    place = entry.required("on", '["pore", "sei"] or "left"')
    on = _boundary(place, phases, materials, within, sides)
    for key in table:
        if key not in ("on", "type", *units):
            raise table[key].error(f"does not go with type {kind!r}, which takes {listing(units)}")
    values = {
        key: read_value(
            entry.required(key, f'"1 {unit}"'),
            unit,
            "s" if key in OVER_TIME else None,
            bounded=(kind, key) not in UNBOUNDED,
        )
        for key, unit in units.items()
        if key in table or key not in OPTIONAL
    }
    for key, value in values.items():
        if units[key] == "mol/m^3" and least(value) < 0.0:
            raise table[key].error(f"is {least(value):g}: a concentration is not negative")
    with entry.blamed(build.__name__):
        return on, build(**values)  # type: ignore[arg-type]


def _boundary(
    on: Entry,
    phases: Collection[str],
    materials: Collection[str],
    within: bool,
    sides: Collection[str],
) -> Boundary:
    """A side or interface; ``within`` the domain, between two phases with a material, or not."""
    if isinstance(on.value, str):
        if on.value in phases and on.value not in sides:
            raise on.error(f'is one phase: an interface is two, ["{on.value}", ...]')
        if within:
            raise on.unlike("a list of two phases: an interface transfer is between them")
        return on.one_of(sides, "give a side or a list of two phases; sides are")
    first, second = read_interface(on, phases, "a side or a list of two phases")
    inside = [name for name in (first, second) if name in materials]
    if len(inside) != (2 if within else 1):
        which = ("none has", "one has", "both have")[len(inside)]
        raise on.error(
            f"is [{first!r}, {second!r}], of which {which} a material; "
            + (
                "an interface transfer belongs between two phases that have one"
                if within
                else "a condition belongs where exactly one of the two phases has one"
                + ("; between two that do use an interface transfer" if inside else "")
            )
        )
    return first, second


def read_interface(
    entry: Entry, phases: Collection[str], expected: str = "a list of two phases"
) -> tuple[str, str]:
    """Two phases."""
    items = entry.array(expected, 2, 2)
    first, second = (item.one_of(phases, "phases are") for item in items)
    if first == second:
        raise entry.error(f"names {first!r} twice: an interface is between two phases")
    return first, second


def read_mesher(entry: Entry, periodic: str) -> Mesher:
    """Table [mesh]: the mesher and its options; it is told which sides have to match."""
    name = entry.table().get("mesher", Entry(entry.source, (*entry.path, "mesher"), DEFAULT_MESHER))
    mesher = _plugin(entry, ("mesher",), plugins.MESHERS, name)
    if periodic and getattr(mesher, "periodic", None) == "":
        mesher = replace(mesher, periodic=periodic)
    return cast(Mesher, mesher)


def read_solvers(entry: Entry, times: Sequence[float], until: float) -> dict[str, Solver]:
    """Table [solve]: one solver or several, all with the same options.

    They are told the first of the output times when it is so early that they would not have
    taken it for granted.
    """
    given = entry.table().get(
        "solver", Entry(entry.source, (*entry.path, "solver"), DEFAULT_SOLVER)
    )
    several = isinstance(given.value, list)
    names = given.array("one solver or a list", 1) if several else [given]
    found = {}
    for name in names:
        solver = _plugin(entry, ("solver", "until", "initial", "periodic"), plugins.SOLVERS, name)
        earliest = min((time for time in times if time > 0), default=math.inf)
        if getattr(solver, "earliest", 0.0) is None and earliest < 1e-5 * until:
            solver = replace(solver, earliest=earliest)
        found[str(name.value)] = cast(Solver, solver)
    return found


def _plugin(entry: Entry, own: Collection[str], group: str, name: Entry) -> Any:
    """The plugin of that name, with the entries of a table as its options.

    Args:
        entry: the table.
        own: keys of the table that are no options.
        group: of entry points.
        name: the plugin's name.

    Raises:
        CaseError: no such plugin, no such option, or a value that is wrong.
        MissingDependencyError: the plugin's library is not installed.
    """
    name.one_of(plugins.names(group), "installed are")
    load = plugins.mesher if group == plugins.MESHERS else plugins.solver
    with name.blamed():
        plugin = load(name.value)
    hints = typing.get_type_hints(plugin)
    table = entry.table((*own, *(option.name for option in fields(plugin))))
    options = {key: item for key, item in table.items() if key not in own}
    for key, item in options.items():
        _check_type(item, hints[key])
    with entry.blamed(plugin.__name__):
        return plugin(**{key: item.value for key, item in options.items()})


def _check_type(entry: Entry, hint: Any) -> None:
    """Refuse a value whose type the option's annotation excludes; unusual annotations pass."""
    kinds = [kind for kind in typing.get_args(hint) or (hint,) if kind is not NoneType]
    names = {int: "an integer", float: "a number", str: "text", bool: "true or false"}
    if any(kind not in names for kind in kinds):
        return
    allowed = (*kinds, int) if float in kinds else tuple(kinds)
    fits = bool in kinds if isinstance(entry.value, bool) else isinstance(entry.value, allowed)
    if not fits:
        raise entry.unlike(" or ".join(names[kind] for kind in kinds))
    if isinstance(entry.value, int) and not isinstance(entry.value, bool):
        entry.integer()


def read_until(entry: Entry) -> float:
    """The end of the simulated time, s; infinity for the steady state."""
    if entry.value in ("inf", math.inf):
        return math.inf
    return entry.positive("s", '; "inf" asks for the steady state')


def read_periodic(solve: Entry) -> str:
    """Which opposite sides are joined: "x", "y", "z", several, or none without an entry."""
    entry = solve.table().get("periodic")
    return "" if entry is None else entry.one_of(PERIODIC, "possible are")
