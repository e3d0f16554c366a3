"""Where the nodes of Abaqus' input files are: *NODE, *SYSTEM, *NGEN and moved instances."""

from collections.abc import Mapping, Sequence

import numpy as np

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.abaqus_count import Count
from anosim.formats.meshes.abaqus_lines import Rows
from anosim.formats.meshes.nastran_systems import axes_of, cartesian
from anosim.meshes import Floats, Ints

Frame = tuple[Floats, Floats]
"""Origin and axes, as rows, of a coordinate system."""


def nodes_of(rows: Rows, options: Mapping[str, str], frame: Frame | None) -> tuple[Ints, Floats]:
    """Numbers and coordinates, shape (n, 3), of a block of nodes.

    Raises:
        UnsupportedError: coordinates of an unknown kind.
    """
    plain = [[entry for entry in row[:4] if entry != ","] for row in rows]
    padded = [[entry or "0" for entry in row] + ["0"] * (4 - len(row)) for row in plain]
    numbers = np.array([row[0] for row in padded], dtype=np.int64)
    points = np.array([row[1:] for row in padded], dtype=np.float64).reshape(-1, 3)
    kind = options.get("SYSTEM", "R").upper()
    if kind not in ("R", "C"):
        raise UnsupportedError(
            f"it has coordinates of *NODE, SYSTEM={kind}: write them as Cartesian or cylindrical "
            "ones (R, C)"
        )
    points = cartesian(kind, points)
    return numbers, points if frame is None else frame[0] + points @ frame[1]


def frame_of(rows: Rows) -> Frame | None:
    """The system of *SYSTEM: origin, a point on its x axis, and one beside it; None without data.

    Raises:
        InputError: points on a line.
    """
    given = [float(entry or 0) for row in rows for entry in row if entry != ","]
    if not given:
        return None
    origin, *others = (np.array(given[k : k + 3]) for k in range(0, len(given), 3))
    if any(len(point) != 3 for point in (origin, *others)) or len(others) > 2:
        raise InputError(f"*SYSTEM has {len(given)} numbers: expected 3, 6 or 9")
    if not others:
        return origin, np.eye(3)
    along = others[0] - origin
    beside = others[1] - origin if len(others) > 1 else np.cross([0.0, 0.0, 1.0], along)
    axes = axes_of(np.zeros(3), np.cross(along, beside), along)
    if axes is None:
        raise InputError("the points of *SYSTEM lie on a line")
    return origin, axes


def generated(
    rows: Rows, options: Mapping[str, str], known: tuple[Ints, Floats], count: Count
) -> tuple[Ints, Floats]:
    """Numbers and places, shape (n, 3), of the nodes of *NGEN between two others on a line.

    Args:
        rows: first and last number, and the step.
        options: parameters of the keyword.
        known: numbers and places of the nodes so far.
        count: of what is generated.

    Raises:
        UnsupportedError: a curve.
        InputError: ends that are not defined, or steps that do not fit.
    """
    if options.get("LINE"):
        raise UnsupportedError("it generates nodes on a curve (*NGEN, LINE=): write them out")
    numbers, points = [np.empty(0, np.int64)], [np.empty((0, 3))]
    for row in rows:
        first, last, *more = (int(entry) for entry in row if entry not in ("", ","))
        step = more[0] if more else 1
        parts = (last - first) // (step or 1)
        if step == 0 or parts < 1 or first + parts * step != last:
            raise InputError(f"*NGEN from {first} to {last} in steps of {step} does not fit")
        at = [np.flatnonzero(known[0] == end) for end in (first, last)]
        if not (len(at[0]) and len(at[1])):
            raise InputError(f"*NGEN is between the nodes {first} and {last}: one is not defined")
        count.add(parts)
        rank = np.arange(1, parts)
        start, end = (known[1][places[-1]] for places in at)
        numbers.append(first + step * rank)
        points.append(start + np.outer(rank / parts, end - start))
    return np.concatenate(numbers), np.concatenate(points)


def moved(points: Floats, rows: Sequence[Sequence[str]]) -> Floats:
    """Points of an instance: translated by the first line, then rotated as the second says.

    The second has two points on the axis and the angle in degrees.
    """
    lines = [[float(entry or 0) for entry in row if entry != ","] for row in rows]
    if lines:
        points = points + np.array([*lines[0], 0.0, 0.0, 0.0][:3])
    if len(lines) > 1:
        if len(lines) > 2 or len(lines[1]) != 7:
            raise InputError("*INSTANCE has data that are no translation and rotation")
        start, end, angle = np.array(lines[1][:3]), np.array(lines[1][3:6]), lines[1][6]
        axis = (end - start) / np.linalg.norm(end - start)
        cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        off = points - start
        points = start + cos * off + sin * np.cross(axis, off)
        points = points + (1 - cos) * np.outer(off @ axis, axis)
    return points
