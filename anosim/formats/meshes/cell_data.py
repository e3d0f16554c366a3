"""Which cell data of VTK's formats and XDMF are the phases, and which are numbers of the cells."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, listing
from anosim.formats.meshes.groups import Regions
from anosim.meshes import Floats

_KNOWN = (
    *("phase", "phases", "PhysicalIds", "gmsh:physical", "MaterialIds", "medit:ref"),
    "CellEntityIds",
)
"""Cell data that this package and others keep regions in, the first before the others."""
_NUMBERS = re.compile(
    r"vtk.*|(original|global|elem(ent)?|cell|pedigree|local|proc(ess(or)?)?|mpi|partition|thread)?"
    r"[ _]?(elem(ent)?|cell)?[ _]?(ids?|ranks?|numbers?|no|index)|proc(ess(or)?)?s?|partition|"
    r"ghost(type|level)?s?",
    re.IGNORECASE,
)
"""Names of data that number the cells or the processes that had them."""


def region_values(
    data: Mapping[str, NDArray[Any]], cell: NDArray[np.bool_], regions: Regions
) -> Floats | None:
    """The number of each element's region; not a number for one without, None without regions.

    Without ``regions`` the data are taken whose name is a usual one, or the only ones that are
    whole numbers, number neither cells nor processes, and vary.

    Args:
        data: all cell data by name.
        cell: which elements are cells, not facets; shape (n_elements,).
        regions: the name of the data with the phases.

    Raises:
        InputError: no data of that name, none of whole numbers, or several that may be the phases.
    """
    columns = {name: a.ravel() for name, a in data.items() if a.size == len(cell)}
    whole = {name: a.astype(np.float64) for name, a in columns.items() if _whole(a[cell])}
    if regions:
        return whole[_named(columns, whole, regions)]
    found = {name: a for name, a in whole.items() if _may_be_phases(name, a[cell])}
    varied = {name: a for name, a in found.items() if len(np.unique(a[cell])) > 1}
    known = {name: found[name] for name in _KNOWN if name in found}
    usual = {name: a for name, a in known.items() if name in varied}
    choice = list((usual or known | varied or found).items())
    if any(not _same_regions(choice[0][1][cell], a[cell]) for _, a in choice[1:]):
        raise InputError(
            f"the cell data {listing(dict(choice))} may each be the phases: choose one by "
            "regions=NAME (on the command line --regions NAME)"
        )
    return choice[0][1] if choice else None


def _same_regions(one: Floats, other: Floats) -> bool:
    """Whether the cells of each value of the one are those of a value of the other."""
    kinds = [np.unique(values, return_inverse=True)[1] for values in (one, other)]
    pairs = np.unique(np.column_stack(kinds), axis=0)
    return all(len(pairs) == len(np.unique(kind)) for kind in kinds)


def _named(
    columns: Mapping[str, NDArray[Any]], whole: Mapping[str, Floats], regions: Regions
) -> str:
    if len(regions) > 1:
        raise InputError(f"regions is {listing(regions)}: name one of its cell data")
    if regions[0] not in columns:
        raise InputError(
            f"regions is {regions[0]!r}, but the file has no cell data of that name; "
            f"its cell data: {listing(columns)}"
        )
    if regions[0] not in whole:
        raise InputError(
            f"regions is {regions[0]!r}, whose values are no whole numbers; cell data of whole "
            f"numbers: {listing(whole)}"
        )
    return regions[0]


def _whole(values: NDArray[Any]) -> bool:
    """Whether the values are whole numbers that doubles hold, but for cells that have none."""
    if values.dtype.kind not in "iuf":
        return False
    values = values[np.isfinite(values)]
    return len(values) > 0 and bool(
        np.all(np.abs(values.astype(np.float64)) < 2**53) and np.all(values % 1 == 0)
    )


def _may_be_phases(name: str, values: Floats) -> bool:
    if name in _KNOWN:
        return True
    numbered = len(values) > 2 and len(np.unique(values)) == len(values)
    return not (numbered or _NUMBERS.fullmatch(name))
