"""Concentrations that another program computed, from its text files."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anosim.data_frame import data_frame
from anosim.errors import InputError, listing
from anosim.interop.column_heads import UNITS, Head, common_parameters, head_of, is_unit
from anosim.interop.decimals import is_number, parse_columns
from anosim.interop.foreign_tables import Table, read_table
from anosim.meshes import Floats

if TYPE_CHECKING:
    import pandas as pd

MASK = "vtkvalidpointmask"
"""ParaView's column of samples, 0 outside of the data."""
_SHOWN = 5


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

    def frame(self) -> "pd.DataFrame":
        """One row per place and time as a pandas DataFrame.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return data_frame(
            {
                "time_s": self.times,
                **{f"{axis}_m": x for axis, x in zip("xyz", self.points.T, strict=False)},
                "concentration_mol_per_m3": self.values,
            }
        )


def read_samples(
    path: str | PathLike[str],
    *,
    length: str | None = None,
    time: str | None = None,
    concentration: str | None = None,
    decimal: str | None = None,
) -> Samples:
    """Read x, y[, z], t and c from a table with a header, or from a COMSOL spreadsheet.

    A table has the columns x, y, in space z, c and, unless it is a steady state, t; ParaView's
    ``Points:0`` is x; other columns are left alone. A COMSOL spreadsheet has ``%`` before its
    header and a column per time (``c (mol/m^3) @ t=2``, ``@ t=0.5[h]``). Units stand in the header,
    in brackets, after a slash or an underscore (``x_um``, ``concentration_mol_per_m3``), in a row
    below it, or are given; without any they are SI. Decimal commas, thousands separators and the
    usual encodings are recognised.

    Args:
        path: a text file, columns apart by commas, semicolons, tabs or blanks.
        length: unit of x, y and z where the header has none, such as "um".
        time: unit of t.
        concentration: unit of c, such as "mol/L".
        decimal: "." or "," where the table does not tell decimal marks from thousands separators.

    Raises:
        InputError: no such file, columns that are missing or there twice, a cell that is no number,
            a place or time that is missing, a unit that is none of its kind; the message names the
            line or the column.

    Warns:
        UserWarning: rows without a concentration (NaN, n/a) are left out, with their lines.
    """
    path = Path(path)
    if decimal not in (None, ".", ","):
        raise InputError(f"decimal is {decimal!r}: expected '.' or ','")
    table = read_table(path, lambda heads: {"x", "y"} <= {head_of(h).name for h in heads})
    given = {"x": length, "y": length, "z": length, "t": time, "c": concentration}
    for line in table.comments:
        if line.lower().startswith("length unit:"):
            given |= {name: given[name] or line.split(":", 1)[1].strip() for name in "xyz"}
    heads = [head_of(head) for head in table.heads]
    columns = _columns(heads, table, path)
    factors, start = _factors(heads, columns, table, given, path)
    numbers = parse_columns(
        [[row[k] for row in table.rows[start:]] for k in columns],
        table.lines[start:],
        path,
        decimal=decimal,
        point=table.mark in ("", ",") or "@" in "".join(table.heads),
    )
    found = dict(zip(columns, (numbers * factors).T, strict=True))
    return _samples(heads, found, table.lines[start:], given["t"], path)


def _columns(heads: Sequence[Head], table: Table, path: Path) -> list[int]:
    """Columns that are read: places, times, concentrations, ParaView's mask."""
    timed = [k for k, head in enumerate(heads) if head.name == "c" and head.parameters]
    for name in "xyztc":
        places = [k for k, head in enumerate(heads) if head.name == name and k not in timed]
        if len(places) + (name == "c" and bool(timed) and bool(places)) > 1:
            raise InputError(
                f"{str(path)!r} has {len(places) + len(timed) * (name == 'c')} columns of {name}: "
                f"{listing(table.heads)}"
            )
    names = {head.name for head in heads}
    if missing := [name for name in "xyc" if name not in names]:
        raise InputError(
            f"{str(path)!r} has no column {listing(missing)}: there are {listing(table.heads)}"
        )
    if not table.rows:
        raise InputError(f"{str(path)!r} has a header and no numbers")
    common_parameters([heads[k] for k in timed], path)
    return [k for k, h in enumerate(heads) if h.name or table.heads[k].lower() == MASK]


def _factors(
    heads: Sequence[Head],
    columns: Sequence[int],
    table: Table,
    given: dict[str, str | None],
    path: Path,
) -> tuple[list[float], int]:
    """What each column is multiplied with to be SI, and the first row of numbers."""
    cells = [table.rows[0][k] for k in columns]
    below = not any(is_number(cell) for cell in cells if cell)
    if below:
        for cell in cells:
            if cell and not is_unit(cell):
                raise InputError(
                    f"{str(path)!r}, line {table.lines[0]}: {cell!r} is neither a number nor a unit"
                )
        if len(table.rows) == 1:
            raise InputError(f"{str(path)!r} has a header and no numbers")
    factors = []
    for k, cell in zip(columns, cells, strict=True):
        name = heads[k].name
        if not name:
            factors.append(1.0)
            continue
        written = heads[k].factor(path)
        row = Head(table.heads[k], name, cell).factor(path) if below and cell else None
        if None not in (written, row) and written != row:
            raise InputError(
                f"{str(path)!r}, line {table.lines[0]}: the unit {cell!r} contradicts the header's "
                f"{table.heads[k]!r}"
            )
        known = written if written is not None else row
        other = Head(table.heads[k], name, given[name] or UNITS[name]).factor(path)
        factors.append(known if known is not None else float(other or 1.0))
    return factors, int(below)


def _samples(
    heads: Sequence[Head],
    found: dict[int, Floats],
    lines: Sequence[int],
    unit: str | None,
    path: Path,
) -> Samples:
    columns = {heads[k].name: values for k, values in found.items()}
    points = np.column_stack([columns[name] for name in "xyz" if name in columns])
    count = len(points)
    _check_known(points, columns.get("t"), lines, path)
    concentrations = {k: values for k, values in found.items() if heads[k].name == "c"}
    times = [np.full(count, heads[k].time(unit, path)) for k in concentrations]
    if "t" in columns:
        times = [columns["t"]]
    values = np.concatenate(list(concentrations.values()))
    if np.isinf(values).any():
        line = lines[int(np.flatnonzero(np.isinf(values))[0]) % count]
        raise InputError(f"{str(path)!r}, line {line}: an infinite concentration")
    known = np.isfinite(values)
    if None in columns:  # ParaView fills with zeros what is outside of the data
        known &= np.tile(columns[None] != 0.0, len(concentrations))
    if not known.any():
        raise InputError(f"{str(path)!r} has no row with numbers for x, y and c")
    if not known.all():
        _warn_missing(np.unique(np.array(lines)[np.flatnonzero(~known) % count]), path)
    return Samples(
        np.tile(points, (len(concentrations), 1))[known],
        np.concatenate(times)[known],
        values[known],
    )


def _check_known(points: Floats, times: Floats | None, lines: Sequence[int], path: Path) -> None:
    """Refuse rows whose place or time is missing."""
    bad = ~np.isfinite(points).all(axis=1)
    late = np.zeros(len(points), dtype=np.bool_) if times is None else np.isnan(times)
    if bad.any() or late.any():
        line = lines[int(np.flatnonzero(bad | late)[0])]
        what = "place" if bad.any() and line == lines[int(np.flatnonzero(bad)[0])] else "time"
        raise InputError(f"{str(path)!r}, line {line}: the {what} is missing")


def _warn_missing(lines: NDArray[np.int_], path: Path) -> None:
    shown = ", ".join(map(str, lines[:_SHOWN])) + (", ..." if len(lines) > _SHOWN else "")
    what = f"line {shown} has" if len(lines) == 1 else f"{len(lines)} lines ({shown}) have"
    warnings.warn(
        f"{str(path)!r}: {what} no concentration at some time and place; these are left out",
        UserWarning,
        stacklevel=4,
    )
