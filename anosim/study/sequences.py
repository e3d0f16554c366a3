"""Mesh convergence: a sequence of meshes, and what it tells about the finest."""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from anosim.data_frame import data_frame
from anosim.errors import AnosimError, InputError, listing
from anosim.results.provenance import Stopwatch
from anosim.results.terms import TERMS
from anosim.study.axes import listed
from anosim.study.caseruns import CaseRuns
from anosim.study.chain import Chain
from anosim.study.results import OVERSHOOT, RESOLVED, TIMES, Results
from anosim.study.richardson import Estimate, estimate, verdict
from anosim.study.rows import Row
from anosim.study.running import CACHE
from anosim.study.study import Study, What, failures
from anosim.study.values import number_of

if TYPE_CHECKING:
    import pandas as pd

SIZE, CELLS = "mesh_size_m", [terms.cells for terms in TERMS.values()]
LEAST_FINER = 0.5
"""Share of the refinement that the sizes promise, in logarithms, below which a mesh is told."""
SAME, COARSER = 0.999, 1.05
"""Ratios of mesh sizes from which on a mesh is no finer, and from which on it is coarser."""
LEAST_MESHES = 3
DECIDING = (
    "Thin phases (mesh.gap_elements), small regions or another size decide there: vary "
    "mesh.elements for meshes that are finer everywhere, or leave these values out"
)
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
        InputError: a run failed, or fewer than three meshes are finer than those before; of a
            case this is found before any run.
    """
    points = [{**(fixed or {}), axis: value} for value in values]
    study = Study(run, listed(points), folder=folder)
    if isinstance(study.run_, CaseRuns) and axis.startswith("mesh."):
        sizes = _mesh_sizes(study.run_, points, study.folder / CACHE)
        if sizes:
            _finer(axis, values, sizes)
    results = study.run(workers=workers, executor=executor)
    if results.failed:
        raise InputError(f"no convergence to look at: {failures(results)}")
    return analysed(results, axis, quantities, formal)


def _mesh_sizes(runs: CaseRuns, points: Sequence[Mapping[str, Any]], cache: Path) -> list[float]:
    """Mesh size of each run, m, whose mesh is kept for it; none where a run will fail."""
    cache.mkdir(parents=True, exist_ok=True)
    chain = Chain(runs, cache)
    try:
        meshes = (chain.problem(runs.case(point), Stopwatch(), {}).mesh for point in points)
        return [float(mesh.volumes.mean() ** (1.0 / mesh.dimension)) for mesh in meshes]
    except AnosimError:  # that run will say so by itself
        return []


def _finer(axis: str, values: Sequence[Any], sizes: Sequence[float]) -> tuple[list[int], list[str]]:
    """Which meshes are finer than those before, and a sentence about each of the others.

    Raises:
        InputError: fewer than three are, or meshes become coarser.
    """
    kept, told = [0], list[str]()
    for rank in range(1, len(sizes)):
        before = kept[-1]
        ratio = sizes[rank] / sizes[before]
        if ratio > COARSER:
            raise InputError(
                f"{axis} {values[rank]} gives a coarser mesh than {values[before]}: mesh sizes "
                f"{list(sizes)} have to descend, the finest mesh last"
            )
        if ratio > SAME:
            told.append(f"{axis} {values[rank]} gives no finer mesh than {values[before]}")
        else:
            kept.append(rank)
    if len(kept) < LEAST_MESHES:
        raise InputError(
            "; ".join([*told, f"an order needs {LEAST_MESHES} different meshes, not {len(kept)}"])
            + (f". {DECIDING}" if told else "")
        )
    return kept, told


def analysed(
    results: Results,
    axis: str,
    quantities: Sequence[str] | None = None,
    formal: float | None = None,
) -> Convergence:
    """The same for runs that have been done, from coarse to fine."""
    rows = list(results.done)
    given = [row.numbers.get(SIZE, number_of(row.inputs[axis])) for row in rows]
    if any(size is None for size in given):
        raise InputError(
            f"the axis {axis!r} is no number: let the function return its mesh size as {SIZE!r}"
        )
    sizes = [float(size) for size in given]
    kept, told = _finer(axis, [row.inputs[axis] for row in rows], sizes)
    rows, sizes = [rows[rank] for rank in kept], [sizes[rank] for rank in kept]
    known = [n for n in results.quantities if n not in NOT_CONVERGING]
    unknown = [name for name in quantities or () if name not in known]
    if unknown:
        raise InputError(f"the runs have no {listing(unknown)}: there are {listing(known)}")
    found = {}
    for name in quantities or known:
        curves = [np.atleast_1d(np.asarray(row.numbers[name], dtype=float)) for row in rows]
        if quantities is not None or all(np.isfinite(curve).all() for curve in curves):
            found[name] = estimate(sizes, curves, formal)
    finest = tuple(_called(row.numbers, row.inputs[axis]) for row in rows[-2:])
    told += _alike(rows, axis)
    warning = f"{'; '.join(told)}. {DECIDING}" if told else ""
    return Convergence(results, found, (finest[0], finest[1]), warning)


def _alike(rows: Sequence[Row], axis: str) -> list[str]:
    """Which successive meshes have cells much more alike than the sizes on the axis promise."""
    told: list[str] = []
    if not axis.endswith("size"):
        return told
    for coarse, fine in itertools.pairwise(rows):
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
    return told


def _called(numbers: Mapping[str, Any], value: Any) -> str:
    for name in CELLS:
        count = numbers.get(f"{name}_inside")
        if count is not None:
            return f"{int(count):,} {name}".replace(",", " ")
    return str(value)
