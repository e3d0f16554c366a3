"""Values at dotted paths, ``conditions.0.coefficient``, in what a TOML file holds."""

from typing import Any

from anosim.errors import InputError


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a path; tables on the way are made.

    Raises:
        InputError: the path leads through something that is no table or list, or past a list's end.
    """
    place: Any = data
    *before, last = path.split(".")
    for word in before:
        place = _inside(place, word, path)
    if isinstance(place, list):
        place[_index(place, last, path)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise InputError(f"axis {path!r} leads nowhere: {'.'.join(before)!r} is no table")


def _inside(place: Any, word: str, path: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, word, path)]
    if not isinstance(place, dict):
        raise InputError(f"axis {path!r} leads nowhere: there is no table before {word!r}")
    return place.setdefault(word, {})


def _index(place: list[Any], word: str, path: str) -> int:
    if not word.isdigit() or int(word) >= len(place):
        raise InputError(
            f"axis {path!r} leads nowhere: {word!r} has to be a number from 0 to {len(place) - 1}, "
            "the place in a list"
        )
    return int(word)
