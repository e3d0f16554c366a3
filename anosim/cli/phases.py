"""What arguments about images mean."""

from collections.abc import Iterable

from anosim.errors import InputError, listing

_PORES = ("pore", "void", "electrolyte")
_PARTICLES = ("particle", "active")
"""Parts of names that say what a phase is."""


def phases_of(text: str) -> dict[str, int]:
    """Phases and their labels.

    Raises:
        InputError: the text is something else.
    """
    made: dict[str, int] = {}
    for part in text.split(","):
        name, _, label = part.partition("=")
        try:
            made[name.strip()] = int(label)
        except ValueError:
            raise InputError(
                f"--phases has {part!r}: expected NAME=LABEL, as in pore=0,particle=1"
            ) from None
    return made


def voxel_of(text: str | None) -> str | tuple[str, ...] | None:
    """The voxel size for all axes, or of each; None, for the file's own, without a text."""
    if not text:
        return None
    sizes = tuple(text.split(","))
    return sizes[0] if len(sizes) == 1 else sizes


def whole_number(text: str) -> int:
    """A number of elements.

    Raises:
        InputError: the text is something else.
    """
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--elements is {text!r}: give a whole number") from None


def pore_of(phases: Iterable[str], given: str | None) -> str:
    """The phase that transport goes through: the given one, else the only one named so.

    Raises:
        InputError: none is given, and none or several are named so.
    """
    return given or _only(phases, _PORES, "pores", "--pore pore")


def particle_of(phases: Iterable[str], given: str | None, pore: str) -> str | None:
    """The phase of the particles: the given one, the only one named so, or the only other one.

    Raises:
        InputError: none is given, and which one it is cannot be told.
    """
    others = [name for name in phases if name != pore]
    if given == "none" and given not in others:
        return None
    if given or not others:
        return given
    if len(others) == 1:
        return others[0]
    return _only(others, _PARTICLES, "particles", "--particle particle, or --particle none")


def _only(phases: Iterable[str], words: tuple[str, ...], what: str, example: str) -> str:
    phases = list(phases)
    found = [name for name in phases if any(word in name.lower() for word in words)]
    if len(found) != 1:
        raise InputError(
            f"which phase is the {what}? It cannot be told from the names {listing(phases)}: say "
            f"so, as in {example}"
        )
    return found[0]
