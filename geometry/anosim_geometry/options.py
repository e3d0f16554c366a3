"""The mesher's options as a user may write them, checked."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from anosim.errors import InputError, UnsupportedError, listing
from anosim.meshes import Floats
from anosim.microstructure import Microstructure
from anosim.units import si
from anosim_geometry.islands import RULES

if TYPE_CHECKING:
    from anosim_geometry.mesher import GmshMesher

PairSizes = tuple[tuple[str, str, float], ...]
GivenPairSizes = Mapping[tuple[str, str], float | str] | Iterable[tuple[str, str, float | str]]

WHOLE_NUMBERS = {
    "gap_elements": (0, "the number of triangles across a thin phase (0 for any)"),
    "elements": (1, "the wanted number of triangles"),
    "max_elements": (1, "the most triangles"),
    "least_pixels": (0, "the fewest pixels that a region may have (0 keeps all regions)"),
}
"""The least value of each option that counts, and what it is."""
PERIODIC = ("", "x", "y", "z", "xy", "xz", "yz", "xyz")


def length(given: float | str, name: str) -> float:
    """An edge length in m.

    Raises:
        InputError: it is no length, or not positive.
    """
    metres = si(given, "m", name)
    if metres <= 0:
        raise InputError(f"{name} is {given!r}: an edge length must be greater than 0 m")
    return metres


def growth(given: float) -> float:
    """A growth rate above 0 and at most 1.

    Raises:
        InputError: it is not.
    """
    value = si(given, "", "GmshMesher.growth")
    if not 0 < value <= 1:
        raise InputError(
            f"GmshMesher.growth is {given!r}: it must be above 0 and at most 1; "
            "0.3 grades gently, 1 coarsens as fast as triangles allow"
        )
    return value


def check_edge_lengths(given: Floats, microstructure: Microstructure) -> None:
    """Refuse edge lengths that are not one positive length for each pixel.

    Raises:
        InputError: they are not.
    """
    lengths, shape = np.asarray(given), microstructure.labels.shape
    if lengths.shape != shape:
        raise InputError(
            f"edge lengths of shape {lengths.shape} for an image of shape {shape}: give one in m "
            "for each pixel"
        )
    if lengths.dtype.kind != "f" or not np.all(lengths > 0.0):
        raise InputError(
            f"edge lengths go down to {lengths.min():g} m: give lengths in m, greater than 0; "
            "infinite where any will do"
        )


def check_numbers(mesher: "GmshMesher") -> None:
    """Refuse counts that are no whole numbers in their range.

    Raises:
        InputError: one is not.
    """
    for name, (least, what) in WHOLE_NUMBERS.items():
        given = getattr(mesher, name)
        if given is None and name in ("elements", "max_elements"):
            continue
        whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
        if not whole or given < least:
            raise InputError(
                f"GmshMesher.{name} is {given!r}: it must be {what}, a whole number from {least} on"
            )


def check_finest(mesher: "GmshMesher") -> None:
    """Refuse interfaces coarser than the bulk.

    Raises:
        InputError: one is.
    """
    if mesher.size is None:
        return
    pairs = pair_sizes(mesher.interface_sizes)
    lengths = {f"interface_sizes of {a!r} and {b!r}": metres for a, b, metres in pairs}
    if mesher.interface_size is not None:
        lengths["interface_size"] = float(mesher.interface_size)
    for name, metres in lengths.items():
        if metres > float(mesher.size):
            raise InputError(
                f"GmshMesher.{name} is {metres:g} m, above size, {mesher.size:g} m: meshes are "
                "finest at interfaces; lower it or raise size"
            )


def check_exclusive(mesher: "GmshMesher") -> None:
    """Refuse a wanted number of triangles together with what would set another.

    Raises:
        InputError: both are given.
    """
    if mesher.elements is None:
        return
    for name in ("size", "interface_size", "interface_sizes", "max_elements"):
        if getattr(mesher, name):
            raise InputError(
                f"GmshMesher.elements and GmshMesher.{name} are both given: elements scales the "
                "default sizes to a number of triangles; leave one of the two out"
            )


def pair_sizes(given: GivenPairSizes) -> PairSizes:
    """Edge lengths in m by pairs of phases, each pair and all of them sorted.

    Raises:
        InputError: an entry is not two phases and a length, or names a pair twice.
    """
    name = "GmshMesher.interface_sizes"
    entries = [(*_pair(k), v) for k, v in given.items()] if isinstance(given, Mapping) else given
    found: dict[tuple[str, str], float] = {}
    for entry in entries:
        if isinstance(entry, str) or len(entry) != 3:
            raise InputError(
                f"{name} has the entry {entry!r}: give two phases and a length, such as "
                "{('pore', 'sei'): '15 nm'} or, in a case file, [['pore', 'sei', '15 nm']]"
            )
        first, second = sorted(_pair(entry[:2]))
        if (first, second) in found:
            raise InputError(f"{name} names the interface of {first!r} and {second!r} twice")
        found[first, second] = length(entry[2], f"{name} of {first!r} and {second!r}")
    return tuple((*pair, metres) for pair, metres in sorted(found.items()))


def by_labels(sizes: PairSizes, microstructure: Microstructure) -> dict[tuple[int, int], float]:
    """Edge lengths by pairs of labels, the lower one first.

    Raises:
        InputError: a pair names a phase that the image does not have.
    """
    phases = microstructure.phases
    found = {}
    for first, second, metres in sizes:
        for name in (first, second):
            if name not in phases:
                raise InputError(
                    f"GmshMesher.interface_sizes names the phase {name!r}, which the image does "
                    f"not have; its phases: {listing(phases)}"
                )
        low, high = sorted((phases[first], phases[second]))
        found[low, high] = metres
    return found


def _pair(given: object) -> tuple[str, str]:
    names = tuple(given) if isinstance(given, tuple | list) else ()
    if len(names) != 2 or not all(isinstance(n, str) for n in names) or names[0] == names[1]:
        raise InputError(
            f"GmshMesher.interface_sizes has the pair {given!r}: an interface lies between two "
            "different phases, such as ('pore', 'sei')"
        )
    return names[0], names[1]


def check_choices(mesher: "GmshMesher") -> None:
    """Refuse what is none of the words or orders that there are.

    Raises:
        InputError: another rule for islands or other periodic sides.
        UnsupportedError: another element order.
    """
    if mesher.islands not in RULES:
        raise InputError(
            f"GmshMesher.islands is {mesher.islands!r}; the rules for small regions are "
            f"{listing(RULES)}, and least_pixels = 0 keeps them all"
        )
    if mesher.order not in (1, 2):
        raise UnsupportedError(
            f"GmshMesher.order is {mesher.order!r}: choose 1 (straight) or 2 (bent sides)"
        )
    if mesher.periodic not in PERIODIC:
        raise InputError(
            f'GmshMesher.periodic is {mesher.periodic!r}: choose "x" (left and right match), '
            '"y" (top and bottom), in volumes "z" (front and back), or several, as "xy"'
        )


def check_plane(mesher: "GmshMesher") -> None:
    """Refuse what only volumes have.

    Raises:
        UnsupportedError: periodic sides along z.
    """
    if "z" in mesher.periodic:
        raise UnsupportedError(
            f"GmshMesher.periodic is {mesher.periodic!r}, but the image has no z: choose "
            '"x", "y" or "xy"'
        )
