"""A study as a TOML file: a case, the axes, how runs are chosen."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anosim.case import Case, CaseError, toml
from anosim.case.entry import Entry
from anosim.case.text import read_text
from anosim.study.axes import Design, Range, grid, latin_hypercube, paired, sobol
from anosim.study.study import Study
from anosim.study.values import number_of

FILE, CASE = "study.toml", "case.toml"
KINDS = ("grid", "zip", "latin hypercube", "sobol")
FEW, MANY = 16, 64


def read_study(path: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None) -> Study:
    """The study that a file describes, or that a folder of runs came from.

    Args:
        path: ``study.toml``, or a folder that has one.
        folder: for the runs, instead of the file's own; by default the file's name with
            ``-runs`` beside it.

    Raises:
        CaseError: what is wrong, with file, line and field.
    """
    path = Path(path)
    if path.is_dir():
        path = path / FILE
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        raise CaseError(f"there is no study file {str(path)!r}") from None
    except (OSError, ValueError):
        raise CaseError(f"cannot read the study file {str(path)!r}: it is no text") from None
    entry = read_text(text, str(path))
    if {"image", "mesh"} & entry.value.keys() and "axes" not in entry.value:
        raise CaseError(
            f"{str(path)!r} is a case file: anosim run {path}; a study file has case, folder and "
            "axes"
        )
    table = entry.table(("case", "folder", "axes", "design"))
    case = Case.read(path.parent / entry.required("case", '"case.toml"').text("a file's name"))
    design = _design(entry, table)
    place = path.parent / f"{path.stem}-runs"
    if "folder" in table:
        place = path.parent / table["folder"].text("a folder's name")
    study = Study(case, design, folder=Path(folder) if folder else place)
    with entry.required("axes", 'a table [axes] with "mesh.size" = ["80 nm", "40 nm"]').blamed():
        _ = study.keys
    return study


def keep_files(path: str | os.PathLike[str], study: Study) -> None:
    """Put the study's file into the folder of runs, from where it can be gone on with.

    It leads to the case where that is; beside it is a copy of the case, for the record.
    """
    path = Path(path)
    if path.is_dir():
        return
    study.folder.mkdir(parents=True, exist_ok=True)
    entry = read_text(path.read_text(encoding="utf-8"), str(path))
    where = path.parent / entry.value["case"]
    (study.folder / CASE).write_text(Case.read(where).text(study.folder), encoding="utf-8")
    back = Path(os.path.relpath(where.resolve(), study.folder.resolve())).as_posix()
    data = {**entry.value, "case": back, "folder": "."}
    (study.folder / FILE).write_text(toml.dumps(data), encoding="utf-8")


def _design(entry: Entry, table: Mapping[str, Entry]) -> Design:
    axes = entry.required("axes", '[axes], such as "mesh.size" = ["80 nm", "40 nm"]').table()
    options = table["design"].table(("kind", "runs", "seed")) if "design" in table else {}
    kind = options["kind"].one_of(KINDS, "possible are") if "kind" in options else "grid"
    seed = options["seed"].integer() if "seed" in options else 0
    with entry.part("axes").blamed():
        if kind in ("grid", "zip"):
            values = {name: _values(item) for name, item in axes.items()}
            return grid(values) if kind == "grid" else paired(values)
        runs = options["runs"].integer() if "runs" in options else MANY
        ranges = {name: _range(item)[0] for name, item in axes.items()}
        return (latin_hypercube if kind == "latin hypercube" else sobol)(ranges, runs, seed=seed)


def _values(entry: Entry) -> list[Any]:
    if isinstance(entry.value, dict):
        given, count = _range(entry)
        return given.spaced(count)
    return [item.value for item in entry.array('values, or { from = "1 nm", to = "9 nm" }', 1)]


def _range(entry: Entry) -> tuple[Range, int]:
    table = entry.table(("from", "to", "count", "scale"))
    scale = "linear"
    if "scale" in table:
        scale = table["scale"].one_of(("linear", "log"), "possible are")
    low, high = entry.required("from", '"1 nm"').value, entry.required("to", '"9 nm"').value
    if number_of(low) is None or number_of(high) is None:
        raise entry.error("goes from and to something that is no number")
    count = table["count"].integer() if "count" in table else FEW
    with entry.blamed():
        return Range(low, high, log=scale == "log"), count
