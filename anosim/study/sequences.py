"""Mesh convergence: a sequence of meshes, and what it tells about the finest."""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import InputError, listing
from anosim.results.terms import TERMS
from anosim.study.axes import listed
from anosim.study.results import OVERSHOOT, RESOLVED, TIMES, Results
from anosim.study.richardson import Estimate, estimate, verdict
from anosim.study.study import Study, What, failures
from anosim.study.values import number_of

if TYPE_CHECKING:
    import pandas as pd

SIZE, CELLS = "mesh_size_m", [terms.cells for terms in TERMS.values()]
LEAST_FINER = 0.5
"""Share of the refinement that the sizes promise, in logarithms, below which a mesh is told."""
ABOUT_MESHES = (SIZE, *CELLS, *(f"{n}_inside" for n in CELLS), "unknowns")
NOT_CONVERGING = (*ABOUT_MESHES, "imbalance", RESOLVED, OVERSHOOT, TIMES)
"""Numbers of a case that tell about the mesh, or are rounding."""


@dataclass(frozen=True, eq=False)
class Convergence:
    """What a sequence of meshes tells.

    Attributes:
        results: the runs, from coarse to fine.
        estimates: of each quantity, by its name.
        meshes: what the two finest meshes are called.
        warning: which meshes are nearly the same though their sizes differ; "" if none are.
    """

    results: Results
    estimates: Mapping[str, Estimate]
    meshes: tuple[str, str]
    warning: str = ""

    @property
    def verdicts(self) -> dict[str, str]:
        """A sentence about each quantity."""
        return {name: verdict(name, e, self.meshes) for name, e in self.estimates.items()}

    def frame(self) -> "pd.DataFrame":
        """One row per quantity, or per point of a curve, as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            [
                {
                    "quantity": name,
                    "point": point,
                    "finest": float(found.finest[point]),
                    "extrapolated": float(found.extrapolated[point]),
                    "error": found.error,
                    "relative_error": found.relative,
                    "gci": found.gci,
                    "observed_order": found.observed,
                }
                for name, found in self.estimates.items()
                for point in range(len(found.finest))
            ]
        )

    def __str__(self) -> str:
        return "\n".join([*filter(None, [self.warning]), *self.verdicts.values()])


def convergence(
    run: What,
    axis: str,
    values: Sequence[Any],
    *,
    folder: str | os.PathLike[str],
    quantities: Sequence[str] | None = None,
    formal: float | None = None,
    fixed: Mapping[str, Any] | None = None,
    workers: int | None = None,
    executor: Any = None,
) -> Convergence:
    """Run a sequence of meshes and say how far the finest is from the limit.

    Args:
        run: a case, or a function of the axis that returns numbers and curves by name; its number
            ``mesh_size_m`` is the mesh size, or else the value of the axis is.
        axis: what makes the mesh finer: "mesh.size", "mesh.elements", "image.file" or the name
            that the function takes.
        values: its values, from coarse to fine; three or more.
        folder: where the runs are kept.
        quantities: names of those to look at; all without it.
        formal: the order that theory expects for all of them. Corners where phases meet limit it,
            whatever the elements; without it the observed order is taken as it is.
        fixed: more values of the case or function, the same for all runs, such as "solve.order".
        workers: as for ``Study.run``.
        executor: as for ``Study.run``.

    Raises:
        InputError: a run failed, or the meshes do not become finer.
    """
    points = [{**(fixed or {}), axis: value} for value in values]
    results = Study(run, listed(points), folder=folder).run(workers=workers, executor=executor)
    if results.failed:
        raise InputError(f"no convergence to look at: {failures(results)}")
    return analysed(results, axis, quantities, formal)


def analysed(
    results: Results,
    axis: str,
    quantities: Sequence[str] | None = None,
    formal: float | None = None,
) -> Convergence:
    """The same for runs that have been done, from coarse to fine."""
    rows = results.done
    sizes = [row.numbers.get(SIZE, number_of(row.inputs[axis])) for row in rows]
    if any(size is None for size in sizes):
        raise InputError(
            f"the axis {axis!r} is no number: let the function return its mesh size as {SIZE!r}"
        )
    known = [n for n in results.quantities if n not in NOT_CONVERGING]
    unknown = [name for name in quantities or () if name not in known]
    if unknown:
        raise InputError(f"the runs have no {listing(unknown)}: there are {listing(known)}")
    found = {}
    for name in quantities or known:
        curves = [np.atleast_1d(np.asarray(row.numbers[name], dtype=float)) for row in rows]
        if quantities is not None or all(np.isfinite(curve).all() for curve in curves):
            found[name] = estimate([float(size) for size in sizes], curves, formal)
    finest = tuple(_called(row.numbers, row.inputs[axis]) for row in rows[-2:])
    return Convergence(results, found, (finest[0], finest[1]), _alike(results, axis))


def _alike(results: Results, axis: str) -> str:
    """Which successive meshes have cells much more alike than the sizes on the axis promise."""
    told = []
    if not axis.endswith("size"):
        return ""
    for coarse, fine in itertools.pairwise(results.done):
        wide, narrow = number_of(coarse.inputs[axis]), number_of(fine.inputs[axis])
        before, after = coarse.numbers.get(SIZE), fine.numbers.get(SIZE)
        if not (wide and narrow and before and after):
            continue
        if np.log(before / after) < LEAST_FINER * np.log(wide / narrow):
            names = [_called(row.numbers, row.inputs[axis]) for row in (coarse, fine)]
            told.append(
                f"{axis} {coarse.inputs[axis]} and {fine.inputs[axis]} give nearly the same meshes "
                f"({names[0]} and {names[1]})"
            )
    if not told:
        return ""
    return (
        f"{'; '.join(told)}: narrow gaps (mesh.gap_elements) or other sizes decide there; vary "
        "mesh.elements for meshes that are finer everywhere"
    )


def _called(numbers: Mapping[str, Any], value: Any) -> str:
    for name in CELLS:
        count = numbers.get(f"{name}_inside")
        if count is not None:
            return f"{int(count):,} {name}".replace(",", " ")
    return str(value)
