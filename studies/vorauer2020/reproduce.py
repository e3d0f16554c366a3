"""Counterparts of the figures and numbers of Vorauer et al. 2020, on SYNTHETIC images.

Run with:  python studies/vorauer2020/reproduce.py [FOLDER] [--quick]

Every stage is kept in the folder: after a kill the same command goes on where it was.
"""

import argparse
from functools import partial
from pathlib import Path

import table
from desk import Desk, Numbers
from diffusion import figure_8, paper_size
from fibsem import figure_4
from meshstudy import mesh_study
from microct import figure_5, figure_6, figure_7
from model import fit
from outlook import outlook
from thesis import thesis


def reproduce(desk: Desk) -> dict[str, Numbers]:
    """All stages, each from its file or made now, then the table; numbers by stage."""
    desk.open()
    found: dict[str, Numbers] = {}
    for name, make in (
        ("figure-4", figure_4),
        ("figure-5", figure_5),
        ("figure-6", figure_6),
        ("figure-7", figure_7),
        ("fit", fit),
    ):
        found[name] = desk.stage(name, make)
    for name, take in (
        ("figure-8", figure_8),
        ("figure-8a", paper_size),
        ("thesis", thesis),
        ("mesh-study", mesh_study),
        ("outlook", outlook),
    ):
        found[name] = desk.stage(name, partial(take, fitted=found["fit"]))
    table.write(desk, table.rows(found))
    return found


def main() -> None:
    """Make everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("vorauer2020-results"))
    parser.add_argument("--quick", action="store_true", help="small images and coarse meshes")
    given = parser.parse_args()
    found = reproduce(Desk(given.folder, given.quick))
    print((given.folder / "table.md").read_text(encoding="utf-8"))
    seconds = sum(one["seconds"] for one in found.values())
    cpu = sum(one["cpu_seconds"] for one in found.values())
    peak = max(one["peak_memory_megabytes"] or 0.0 for one in found.values())
    print(f"{seconds:.0f} s, {cpu:.0f} s of CPU, at most {peak:.0f} MB; figures in {given.folder}")


if __name__ == "__main__":
    main()
