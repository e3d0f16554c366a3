"""Concentrations that another program computed, from its text files."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from anosim.errors import InputError, listing
from anosim.meshes import Floats
from anosim.units import si

_UNITS = {"x": "m", "y": "m", "z": "m", "t": "s", "c": "mol/m^3"}
_NAMES = {
    "x": ("x",),
    "y": ("y",),
    "z": ("z",),
    "t": ("t", "time"),
    "c": ("c", "conc", "concentration"),
}
_UNIT = re.compile(r"[(\[]\s*([^)\]]+?)\s*[)\]]")
_AT = re.compile(r"@\s*t\s*=\s*([-+0-9.eE]+)(?:\[?\s*([a-zµ]+)\]?)?")
_LARGEST = 2**31


@dataclass(frozen=True, eq=False)
class Samples:
    """Concentrations at places and times, one each.

    Attributes:
        points: (x, y[, z]), m, shape (n, 2 or 3).
        times: s, shape (n,); infinite for a steady state.
        values: mol/m^3, shape (n,).
    """

    points: Floats
    times: Floats
    values: Floats


def read_samples(
    path: str | PathLike[str],
    *,
    length: str | None = None,
    time: str | None = None,
    concentration: str | None = None,
) -> Samples:
    """Read x, y[, z], t and c from a table with a header, or from a COMSOL spreadsheet.

    A table has the columns x, y, in space z, c and, unless it is a steady state, t; other columns
    are left alone. A COMSOL spreadsheet has ``%`` before its header and a column per time
    (``c (mol/m^3) @ t=2``). Units stand in the header, in brackets or after an underscore
    (``x_um``, ``concentration_mol_per_m3``), or are given; without either they are SI.

    Args:
        path: a text file, columns apart by commas, semicolons, tabs or blanks.
        length: unit of x, y and z where the header has none, such as "um".
        time: unit of t.
        concentration: unit of c, such as "mol/L".

    Raises:
        InputError: no such file, columns that are missing or given twice, no numbers, a unit that
            is none of its kind; the message names the line or the column.
    """
    path = Path(path)
    given = {"x": length, "y": length, "z": length, "t": time, "c": concentration}
    lines = _lines(path)
    comments = [line.lstrip("%# ") for line in lines if line.startswith(("%", "#"))]
    for line in comments:
        if line.lower().startswith("length unit:"):
            given |= {name: given[name] or line.split(":", 1)[1].strip() for name in "xyz"}
    body = [(k + 1, line) for k, line in enumerate(lines) if not line.startswith(("%", "#"))]
    if comments:
        heads = _comsol_heads(comments[-1], path)
    else:
        if not body:
            raise InputError(f"{str(path)!r} has no header")
        heads = _cells(body.pop(0)[1])
    table = _numbers(body, len(heads), path)
    return _samples(heads, table, given, path)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{str(path)!r} is larger than 2 GB: export fewer points or times")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {str(path)!r}: {error}") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _cells(line: str) -> list[str]:
    for mark in ("\t", ";", ","):
        if mark in line:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]
    return line.split()


def _comsol_heads(line: str, path: Path) -> list[str]:
    """Columns of a spreadsheet: names hold blanks: one ends with its unit or its time."""
    if "," in line:
        return _cells(line)
    found = re.match(r"\s*(x)\s+(y)\s+(?:(z)\s+)?(.*)$", line, re.IGNORECASE)
    if not found:
        raise InputError(f"{str(path)!r}: expected a header '% X Y ...', got {line[:60]!r}")
    pattern = r"\S+(?:\s*[(\[][^)\]]*[)\]])?(?:\s*@\s*t\s*=\s*\S+)?"
    axes = [axis for axis in found.group(1, 2, 3) if axis]
    return [*axes, *re.findall(pattern, found[4])]


def _numbers(body: Sequence[tuple[int, str]], width: int, path: Path) -> Floats:
    if not body:
        raise InputError(f"{str(path)!r} has a header and no numbers")
    rows = []
    for number, line in body:
        cells = _cells(line)
        if len(cells) != width:
            raise InputError(
                f"{str(path)!r}, line {number}: {len(cells)} columns, the header has {width}"
            )
        try:
            rows.append([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            rows.append([_number(cell) for cell in cells])
    return np.array(rows)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _samples(
    heads: Sequence[str], table: Floats, given: dict[str, str | None], path: Path
) -> Samples:
    kinds = [_kind(head) for head in heads]
    timed = {k: match for k, head in enumerate(heads) if (match := _AT.search(head))}
    columns = {}
    for name in "xyztc":
        places = [k for k, kind in enumerate(kinds) if kind == name and k not in timed]
        if len(places) > 1:
            raise InputError(f"{str(path)!r} has {len(places)} columns of {name}: {heads}")
        if places:
            columns[name] = places[0]
    missing = [n for n in "xy" if n not in columns] + ["c"] * ("c" not in columns and not timed)
    if missing:
        raise InputError(
            f"{str(path)!r} has no column {listing(missing)}: there are {listing(heads)}"
        )

    def column(name: str, k: int) -> Floats:
        return table[:, k] * _factor(name, heads[k], given[name], path)

    points = np.column_stack([column(name, columns[name]) for name in "xyz" if name in columns])
    if timed:
        each = [(column("c", k), _time(match, given["t"], path)) for k, match in timed.items()]
        values = np.concatenate([c for c, _ in each])
        times = np.repeat([t for _, t in each], len(table))
        points = np.tile(points, (len(each), 1))
    else:
        values = column("c", columns["c"])
        times = column("t", columns["t"]) if "t" in columns else np.full(len(values), np.inf)
    known = np.isfinite(points).all(axis=1) & np.isfinite(values) & ~np.isnan(times)
    if not known.any():
        raise InputError(f"{str(path)!r} has no row with numbers for x, y and c")
    return Samples(points[known], times[known], values[known])


def _kind(head: str) -> str | None:
    """Which of x, y, t and c a column is, by the first word of its heading."""
    word = re.split(r"[\s(\[@_]", head.strip().lower(), maxsplit=1)[0]
    return next((name for name, words in _NAMES.items() if word in words), None)


def _factor(name: str, head: str, given: str | None, path: Path) -> float:
    """What a column is multiplied with to be SI."""
    bracketed = _UNIT.search(_AT.sub("", head))
    tail = head.split("_", 1)[1] if "_" in head and not bracketed else ""
    written = bracketed[1] if bracketed else tail.replace("_per_", "/")
    unit = (written or given or _UNITS[name]).replace("m3", "m^3").replace("m^^3", "m^3")
    try:
        return float(si(f"1 {unit}", _UNITS[name], f"the unit of {name}"))
    except InputError as error:
        raise InputError(f"{str(path)!r}, column {head!r}: {error}") from None


def _time(match: re.Match[str], given: str | None, path: Path) -> float:
    try:
        return float(si(f"{float(match[1])!r} {match[2] or given or 's'}", "s", "time"))
    except (InputError, ValueError) as error:
        raise InputError(f"{str(path)!r}: the time {match[0]!r} cannot be read: {error}") from None
