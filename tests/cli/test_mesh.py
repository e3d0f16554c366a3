"""``anosim mesh`` and ``anosim convert``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from anosim import Mesh

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_mesh_and_convert(anosim: Command, folder: Path) -> None:
    files = ("--output", "m.msh", "--report", "m.json", "--picture", "m.png")
    done = anosim("mesh", "case.toml", *files)
    assert done.returncode == 0, done.stderr
    for words in ("worst triangle", "aspect ratio", "pore", "length of pore|sei", "Wrote m.msh"):
        assert words in done.stdout
    assert "mesh: " in done.stderr
    found = json.loads((folder / "m.json").read_text())
    assert {name: phase["parts"] for name, phase in found["phases"].items()} == {
        "pore": 1,
        "particle": 1,
        "sei": 1,
    }
    assert found["phases"]["sei"]["holes"] == found["phases"]["sei"]["image_holes"] == 1
    assert all(abs(phase["area_error"]) < 5e-3 for phase in found["phases"].values())
    assert (folder / "m.png").stat().st_size > 10_000
    mesh = Mesh.read(folder / "m.msh")
    assert len(mesh.cells) == found["triangles"]
    assert mesh.phases == ("pore", "particle", "sei")

    done = anosim("convert", "m.msh", "m.inp", "--phase", "pore=void", "--phase", "particle",
                  "--phase", "sei", "--quiet")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert Mesh.read(folder / "m.inp").phases == ("void", "particle", "sei")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("mesh", "case.toml", "--output", "m.stl"), "expected one of .msh, .xdmf"),
        (("convert", "none.msh", "m.vtu"), "there is no file 'none.msh'"),
        (("convert", "case.toml", "m.vtu"), "cannot read a mesh as 'case.toml'"),
        (("convert", "none.msh", "m.vtu", "--unit", "furlongs/s"), "unit"),
    ],
)
def test_errors(anosim: Command, folder: Path, arguments: tuple[str, ...], says: str) -> None:
    done = anosim(*arguments)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert says in done.stderr


def test_small_regions_taken_out_are_reported(anosim: Command, folder: Path) -> None:
    text = (folder / "case.toml").read_text().replace("[mesh]", "[mesh]\nleast_pixels = 300")
    (folder / "case.toml").write_text(text)
    done = anosim("mesh", "case.toml", "--quiet")
    assert "regions of fewer than 300 pixels, rule 'merge'" in done.stdout, done.stderr
    assert "particle: 1 regions of " in done.stdout
