"""The methods by name, and the one function that runs any of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError, MissingDependencyError, listing
from anosim.image import Image
from anosim.microstructure import Microstructure
from anosim.progress import stage
from anosim.segment.cleaning import Cleaning, clean
from anosim.segment.regions import Regions
from anosim.segment.staged import Staged
from anosim.segment.strokes import Strokes
from anosim.segment.usual import Otsu, Pixels, RandomWalker, Thresholds

MOST_PHASES = 20
_KINDS: Mapping[Any, str] = {int: "a whole number", float: "a number"}


class Method(Protocol):
    """Decides which phase every voxel belongs to."""

    def check(self, phases: Sequence[str], *, strokes: bool) -> None:
        """Refuse phases, strokes or their absence, before any work."""
        ...

    def decide(
        self, image: Image, phases: Sequence[str], strokes: Strokes | None, /
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Positions in ``phases``, and what was decided as plain values."""
        ...


METHODS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "regions": Regions,
        "staged": Staged,
        "otsu": Otsu,
        "thresholds": Thresholds,
        "random walker": RandomWalker,
        "pixels": Pixels,
    }
)
"""Regions: superpixels with features, per slice. Staged: histogram thresholds in stages. The usual
ones: multi-level Otsu thresholds, given thresholds, random walker, a forest on pixel features."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A segmented image and how it came about.

    Attributes:
        microstructure: the phases.
        image: the grey values that were segmented.
        record: method, options, thresholds, counts, fractions before and after cleaning, as plain
            values.
    """

    microstructure: Microstructure
    image: Image
    record: Mapping[str, Any]


@stage("segment")
def segment(
    image: Image,
    phases: Sequence[str],
    *,
    method: str | None = None,
    strokes: Strokes | None = None,
    cleaning: Cleaning | None = None,
    **options: Any,
) -> Segmentation:
    """Segment a grey image.

    Args:
        image: the grey values.
        phases: names of the phases from dark to bright.
        method: a name from ``METHODS``; without it "thresholds" where these are given, else
            "regions".
        strokes: examples of every phase; "regions", "random walker" and "pixels" learn from them.
        cleaning: what is taken out afterwards; nothing without it.
        **options: fields of the method.

    Raises:
        InputError: no such method or option, phases or strokes that do not fit, or an image in
            which there is nothing to tell apart.
        MissingDependencyError: the library that the method uses is not installed.
    """
    names = check_phases(phases)
    method = method or usual_method(options)
    chosen = create(method, options, names, strokes=strokes is not None)
    if strokes is not None:
        strokes.check(image, names)
    try:
        labels, decisions = chosen.decide(image, names, strokes)
    except ImportError as error:
        raise MissingDependencyError(
            f"segmentation by {method!r} needs {error.name or error}: "
            "install it with: pip install 'anosim[segment]'"
        ) from error
    raw = named(labels, names, image.voxel)
    record: dict[str, Any] = {
        "method": method,
        "options": asdict(chosen),  # type: ignore[call-overload]
        "phases": list(names),
        "decisions": decisions,
        "fractions_before_cleaning": dict(raw.fractions),
    }
    found = raw
    if cleaning is not None:
        found, record["cleaning"] = clean(raw, cleaning)
    record["fractions"] = dict(found.fractions)
    record["labels"] = dict(found.phases)
    return Segmentation(found, image, MappingProxyType(record))


def usual_method(options: Mapping[str, Any]) -> str:
    """The method where none is named."""
    return "thresholds" if "thresholds" in options else "regions"


def create(
    method: str, options: Mapping[str, Any], phases: Sequence[str], *, strokes: bool
) -> Method:
    """The method of that name with its options, checked as far as is possible without an image.

    Args:
        method: a name from ``METHODS``.
        options: its fields.
        phases: names from dark to bright.
        strokes: whether there are some.

    Raises:
        InputError: no such method or option, a wrong value, or phases or strokes that do not fit.
    """
    if method not in METHODS:
        raise InputError(f"there is no segmentation {method!r}: possible are {listing(METHODS)}")
    known = [field.name for field in fields(METHODS[method])]
    unknown = [name for name in options if name not in known]
    if unknown:
        raise InputError(
            f"segmentation {method!r} has no option {listing(unknown)}; its options: "
            f"{listing(known)}"
        )
    for field in fields(METHODS[method]):
        if field.type in _KINDS and field.name in options:
            _check_kind(field.name, options[field.name], field.type)
    made: Method = METHODS[method](**options)
    made.check(phases, strokes=strokes)
    return made


def _check_kind(name: str, value: Any, kind: Any) -> None:
    whole = isinstance(value, int | np.integer)
    if isinstance(value, bool) or not (whole or (kind is float and isinstance(value, float))):
        raise InputError(f"{name} is {value!r}: give {_KINDS[kind]}")


def check_phases(phases: Sequence[str]) -> tuple[str, ...]:
    """The names of the phases, from dark to bright.

    Raises:
        InputError: fewer than two, too many, or one twice.
    """
    names = tuple(phases) if not isinstance(phases, str) else (phases,)
    if not 2 <= len(names) <= MOST_PHASES or len(set(names)) < len(names):
        raise InputError(
            f"phases are {listing(names)}: give two to {MOST_PHASES} different names from dark to "
            "bright"
        )
    return names


def named(
    labels: NDArray[np.uint8], phases: Sequence[str], voxel: tuple[float, ...]
) -> Microstructure:
    """The microstructure of positions in phases; a phase without a voxel loses its name."""
    present = np.flatnonzero(np.bincount(labels.ravel(), minlength=len(phases)))
    return Microstructure(labels, {phases[int(rank)]: int(rank) for rank in present}, voxel)
