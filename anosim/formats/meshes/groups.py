"""Groups of cells in mesh files, and which of them are the phases."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from anosim.errors import InputError, listing
from anosim.meshes import Ints

Phases = Mapping[str, str] | Sequence[str] | None
"""The groups of a file that are phases, with the phases' names where they shall differ."""

Regions = tuple[str, ...]
"""Names of a file's cell data, or of its groups of cells, that say which phase a cell is."""


def selected(
    groups: Mapping[str, Ints], regions: Regions, own: Mapping[str, Ints] | None = None
) -> dict[str, Ints]:
    """The groups of the given names, in the order of the names; all of them without names.

    Raises:
        InputError: the file has no such group, nor such a domain.
    """
    every = {**(own or {}), **groups}
    for name in regions:
        if name not in every:
            raise InputError(
                f"regions names {name!r}, but the file has no group of cells of that name; "
                f"its groups: {listing(_offered(groups, own or {}))}"
            )
    return {name: every[name] for name in regions} if regions else dict(groups)


def _offered(groups: Mapping[str, Ints], own: Mapping[str, Ints]) -> list[str]:
    """Names to choose from: groups, and domains with cells of no group or of several."""
    count = 1 + max((int(rows.max()) for rows in own.values() if len(rows)), default=-1)
    times = np.zeros(count, dtype=np.int64)
    for rows in groups.values() if count else ():
        times[rows] += 1
    domains = [name for name, rows in own.items() if np.any(times[rows] != 1)]
    return [*groups, *(name for name in domains if name not in groups)]


def phases_of(
    count: int, groups: Mapping[str, Ints], own: Mapping[str, Ints], chosen: Phases
) -> tuple[Ints, tuple[str, ...]]:
    """The phase of each cell, and the names of the phases.

    A cell belongs to the smallest group that holds it, or else to its domain.

    Args:
        count: of cells.
        groups: cells of each group.
        own: cells of each domain of the file.
        chosen: the groups that are phases; all of them without it.

    Raises:
        InputError: groups that cross each other, an unknown one, or cells of no chosen group.
    """
    every = {**own, **groups}
    names = _chosen(groups, own, chosen)
    owner, inside = np.full(count, -1, dtype=np.int64), list[tuple[int, int]]()
    for rank in sorted(range(len(names)), key=lambda r: -len(every[names[r][0]])):
        name, cells = names[rank][0], every[names[rank][0]]
        before = np.unique(owner[cells])
        if len(before) > 1:
            other = names[int(before[-1])][0]
            raise InputError(
                f"the groups {other!r} and {name!r} of the file share only some of their cells: "
                f"say which are the phases, phases=[...], of {listing(_offered(groups, own))}"
            )
        inside += [(rank, int(outer)) for outer in before if outer >= 0]
        owner[cells] = rank
    if chosen is None:
        taken = [
            (names[a][0], names[b][0])
            for a, b in inside
            if (owner == b).any() or len(every[names[a][0]]) == len(every[names[b][0]])
        ]
        _tell_overlaps(taken, every, own)
    left = int(np.sum(owner < 0))
    if left and chosen is not None:
        raise InputError(
            f"{left} of {count} cells are in none of the groups {listing(n for n, _ in names)}; "
            f"groups of the file: {listing(_offered(groups, own))}"
        )
    if left:
        names = _name_rest(owner, names, groups, own)
    present = [rank for rank in range(len(names)) if (owner == rank).any()]
    given = list(dict.fromkeys(names[rank][1] for rank in present))
    phase_of = np.zeros(len(names), dtype=np.int64)
    phase_of[present] = [given.index(names[rank][1]) for rank in present]
    return phase_of[owner], tuple(given)


def _tell_overlaps(
    pairs: Sequence[tuple[str, str]],
    groups: Mapping[str, Ints],
    own: Mapping[str, Ints],
) -> None:
    """Warn of groups that lie inside others or equal them, with what is in both."""
    for inner, outer in pairs:
        cells = groups[inner]
        domains = [name for name, rows in own.items() if np.isin(rows, cells).any()]
        both = ", ".join(domains) or f"{len(cells)} cells"
        equal = len(cells) == len(groups[outer])
        where, rest = ("equals", "has none") if equal else ("lies inside", "has only the rest")
        warnings.warn(
            f"the group {inner!r} {where} {outer!r}: what is in both ({both}) counts as "
            f"{inner!r}, and {outer!r} {rest}; name the groups that are meant "
            "(regions=[...], --regions) to choose",
            UserWarning,
            stacklevel=2,
        )


def _name_rest(
    owner: Ints,
    names: list[tuple[str, str]],
    groups: Mapping[str, Ints],
    own: Mapping[str, Ints],
) -> list[tuple[str, str]]:
    """Give cells of no group to phases called after their domains; the names of all phases."""
    named = bool(names)
    for name, cells in own.items():
        rest = cells[owner[cells] < 0]
        if len(rest):
            owner[rest] = len(names)
            names = [*names, ("", name)]
    if (owner < 0).any():
        owner[owner < 0] = len(names)
        names = [*names, ("", _free_name(groups, "rest" if named or own else "all"))]
    return names


def _chosen(
    groups: Mapping[str, Ints], own: Mapping[str, Ints], chosen: Phases
) -> list[tuple[str, str]]:
    """Groups that are phases with the phases' names, in the order of the phases."""
    if chosen is None:
        return [(name, name) for name, cells in groups.items() if len(cells)]
    if isinstance(chosen, str):
        raise InputError(f"phases is {chosen!r}: give a list of groups, or new names by group")
    pairs = list(chosen.items()) if isinstance(chosen, Mapping) else [(n, n) for n in chosen]
    for name, _ in pairs:
        if name not in groups and name not in own:
            offered = listing(_offered(groups, own))
            raise InputError(f"the file has no group {name!r}; its groups: {offered}")
    return pairs


def _free_name(groups: Mapping[str, Ints], name: str) -> str:
    while name in groups:
        name += "_"
    return name
