"""Order of the slices in a folder, from the numbers in their names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from anosim.errors import InputError, listing

_READINGS = {
    "the number": r"[0-9]+",
    "the signed number": r"[+-]?[0-9]+",
    "the decimal number": r"[0-9]+(?:[.,][0-9]+)?",
    "the signed decimal number": r"[+-]?[0-9]+(?:[.,][0-9]+)?",
}
"""What counts as a number in a name, the plainest first."""
_TIME = re.compile(r"[-_.:T h]?")
"""Text between the numbers of a date and time."""
_OTHER = re.compile(r"[^a-z](?:c|ch|chan|channel|t|time|timepoint|w|wavelength)[-_=]?$")
"""Text before the number of a channel or a time, which is not that of a slice."""
_YEARS = range(1900, 2200)
_APART = "put each series into a folder of its own"


@dataclass(frozen=True)
class _Reading:
    """Files in the order of one reading of their names, and their numbers in that order.

    ``blur`` is the last digit of a decimal number: steps of rounded depths differ by that much.
    """

    rule: str
    files: tuple[Path, ...]
    numbers: tuple[Fraction, ...]
    blur: Fraction

    @property
    def gap(self) -> int | None:
        """Position of the first file behind which a number is missing; None if none is."""
        steps = [b - a for a, b in pairwise(self.numbers)]
        common = sorted(steps)[(len(steps) - 1) // 2] if steps else Fraction(0)
        blur = self.blur if common > 2 * self.blur else 0
        wrong = (k for k, step in enumerate(steps) if abs(step - common) > blur)
        return next(wrong, None) if len(steps) > 1 else None


def in_order(folder: Path, files: Sequence[Path]) -> tuple[tuple[Path, ...], str]:
    """Files of one stack in the order of the numbers in their names, and the rule in words.

    Names must be alike but for one number; several numbers may differ if they rise together or are
    a date and time. Names without numbers may differ in one letter.

    Raises:
        InputError: files of several series, numbers that are missing or stand twice, or names that
            allow more than one order.
    """
    if len(files) == 1:
        return tuple(files), "the only slice"
    if not any(re.search(r"[0-9]", file.stem) for file in files):
        return _by_letter(folder, files)
    found = [r for r in (_read(rule, files) for rule in _READINGS) if isinstance(r, _Reading)]
    if not found:
        raise InputError(_why_none(folder, files))
    whole = [reading for reading in found if reading.gap is None]
    best = (whole or found)[0]
    unsigned = [r for r in (whole or found) if "signed" not in r.rule or "signed" in best.rule]
    if any(reading.files != best.files for reading in unsigned):
        raise InputError(
            f"the names of the slices in {str(folder)!r}, such as {best.files[0].name!r} and "
            f"{best.files[-1].name!r}, allow more than one order: number them with digits of equal "
            "length, as in slice_001.tif"
        )
    if best.gap is not None:
        before, behind = best.files[best.gap : best.gap + 2]
        raise InputError(
            f"slices are missing in the folder {str(folder)!r} between {before.name!r} and "
            f"{behind.name!r}: put copies of their neighbours there, or number the files "
            "without gaps"
        )
    return best.files, best.rule


def _read(rule: str, files: Sequence[Path]) -> _Reading | None:
    """The files as a reading of their names orders them; None if it gives them no order."""
    number = re.compile(f"({_READINGS[rule]})")
    parts = [number.split(file.stem.casefold()) for file in files]
    if len({tuple(row[::2]) for row in parts}) > 1:
        return None
    between = parts[0][::2]
    texts = list(zip(*(row[1::2] for row in parts), strict=True))
    values = [[Fraction(text.replace(",", ".")) for text in column] for column in texts]
    varying = [k for k, column in enumerate(values) if len(set(column)) > 1]
    if not varying:
        return None
    rows = list(zip(*(values[k] for k in varying), strict=True))
    order = sorted(range(len(files)), key=lambda k: rows[k])
    rising = all(a < b for p, q in pairwise(order) for a, b in zip(rows[p], rows[q], strict=True))
    ordered = tuple(files[k] for k in order)
    if rising:
        digits = max(len(re.sub("^[^.,]*[.,]?", "", text)) for text in texts[varying[0]])
        numbers = tuple(rows[k][0] for k in order)
        blur = Fraction(1, 10**digits) if digits else Fraction(0)
        if _OTHER.search(between[varying[0]]):
            return None
        return _Reading(f"{rule} in their names", ordered, numbers, blur)
    dated = rule == "the number" and _is_date(between, values, varying)
    if dated and len(set(rows)) == len(rows):
        return _Reading("date and time in their names", ordered, (), Fraction(0))
    return None


def _is_date(
    between: Sequence[str], values: Sequence[Sequence[Fraction]], varying: Sequence[int]
) -> bool:
    """Whether the numbers that differ are those of a date and time that starts with a year."""
    years = [k for k in range(varying[0] + 1) if all(v in _YEARS for v in values[k])]
    if not years:
        return False
    return all(_TIME.fullmatch(text) for text in between[years[-1] + 1 : varying[-1] + 1])


def _by_letter(folder: Path, files: Sequence[Path]) -> tuple[tuple[Path, ...], str]:
    """Files whose names differ in one letter, which are in the order of the alphabet."""
    ordered = sorted(files, key=lambda file: file.stem.casefold())
    stems = [file.stem.casefold() for file in ordered]
    shortest = min(map(len, stems))
    columns = [k for k in range(shortest) if len({stem[k] for stem in stems}) > 1]
    letters = [ord(stem[k]) for stem in stems for k in columns]
    alike = shortest == max(map(len, stems)) and len(columns) == 1
    if not alike or any(b - a != 1 for a, b in pairwise(letters)):
        raise InputError(
            f"the names of the slices in {str(folder)!r} have no numbers, such as "
            f"{ordered[0].name!r} and {ordered[-1].name!r}: number them in their order, as in "
            f"slice_001.tif, and {_APART}"
        )
    return tuple(ordered), "the letter in their names"


def _why_none(folder: Path, files: Sequence[Path]) -> str:
    """Why the names give no order."""
    kinds = Counter(re.sub(r"[0-9]+", "#", file.stem.casefold()) for file in files)
    if len(kinds) > 1:
        first: dict[str, str] = {}
        for file in sorted(files):
            first.setdefault(re.sub(r"[0-9]+", "#", file.stem.casefold()), file.name)
        series = [f"{kinds[k]} such as {name!r}" for k, name in sorted(first.items())]
        more = f" and {len(series) - 4} more" if len(series) > 4 else ""
        return (
            f"the folder {str(folder)!r} holds files of several series: {', '.join(series[:4])}"
            f"{more}: {_APART}"
        )
    names = [file.name for file in sorted(files)[:2]]
    return (
        f"the names in the folder {str(folder)!r} differ in several numbers that do not rise "
        f"together, repeat one, or number channels or times, such as {listing(names)}: "
        f"{_APART}, or number the slices anew, as in slice_001.tif"
    )


def left_out(names: Iterable[str]) -> str:
    """Names of what is no slice, in words: at most four of them."""
    ordered = sorted(names)
    more = f" and {len(ordered) - 4} more" if len(ordered) > 4 else ""
    return f"{len(ordered)}: {', '.join(ordered[:4])}{more}" if ordered else ""
