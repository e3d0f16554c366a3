"""What arguments about images mean."""

from anosim.errors import InputError


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
