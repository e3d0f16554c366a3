"""Labels that the command or the package wrote say which phase each is."""

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
import tifffile

from anosim import Image, Microstructure
from anosim.case import Case, CaseError
from anosim.cli.phases import particle_of, pore_of
from anosim.errors import InputError
from anosim.formats.images import open_image
from anosim.formats.images.writing import write_labels
from anosim.segment import segment, segment_volume

NAMES = ("pore", "sei", "particle")
OWN = {"pore": 0, "sei": 1, "particle": 2}
SWAPPED = {"pore": 0, "particle": 1, "sei": 2}
CASE = """[image]
file = "labels.tif"
{phases}
[mesh]
size = "80 nm"
[materials.sei]
diffusivity = "1e-13 m^2/s"
[[conditions]]
on = ["pore", "sei"]
type = "concentration"
value = "1 mol/L"
[solve]
until = "1 s"
"""


def _grey(shape):
    x = np.arange(shape[-1]) * 3 // shape[-1]
    return np.broadcast_to(np.array([40, 120, 200], np.uint8)[x], shape)


def _run(*arguments, folder):
    verb = [sys.executable, "-m", "anosim.cli", *arguments]
    return subprocess.run(verb, cwd=folder, capture_output=True, text=True, check=False)


def _write(kind, folder):
    """A file of labels by one of the ways there are."""
    if kind == "imagej":
        found = segment(Image(_grey((20, 30)), "20 nm"), NAMES, method="otsu")
        write_labels(found.microstructure, folder / "labels.tif")
        return folder / "labels.tif"
    if kind == "ome":
        labels = np.arange(600).reshape(20, 30) // 200
        labels[labels == 2] = 70_000
        write_labels(Microstructure(labels, OWN | {"particle": 70_000}, 2e-8), folder / "l.tif")
        return folder / "l.tif"
    np.save(folder / "grey.npy", _grey((4, 20, 30)))
    source = open_image(folder / "grey.npy", lazy=True)
    path = folder / f"labels.{kind.split()[0]}"
    made = segment_volume(source, NAMES, path, voxel="20 nm", smooth=0)
    if kind == "npy by slabs":
        (folder / "labels.json").write_text(json.dumps(dict(made.record)))
    return path


@pytest.mark.parametrize("kind", ["imagej", "ome", "tif by slabs", "npy by slabs"])
def test_another_map_of_labels_is_warned_of(tmp_path, kind):
    path = _write(kind, tmp_path)
    own = dict(open_image(path).phases)
    assert own == (OWN | {"particle": 70_000} if kind == "ome" else OWN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Microstructure.read(path, phases=own, voxel="20 nm")
    swapped = {"pore": 0, "particle": own["sei"], "sei": own["particle"]}
    with pytest.warns(UserWarning, match=r"says of its labels pore = 0, sei = 1, particle"):
        image = Microstructure.read(path, phases=swapped, voxel="20 nm")
    assert image.phases == swapped


def test_commands_take_the_files_own_names_and_tell_of_others(tmp_path):
    tifffile.imwrite(tmp_path / "grey.tif", _grey((20, 30)), photometric="minisblack")
    given = ("--voxel", "20nm", "--phases", "pore,sei,particle", "--method", "otsu", "--quiet")
    assert _run("segment", "grey.tif", "labels.tif", *given, folder=tmp_path).returncode == 0
    assert json.loads((tmp_path / "labels.json").read_text())["labels"] == OWN
    own = _run("measure", "labels.tif", "--quiet", folder=tmp_path)
    assert own.returncode == 0, own.stderr
    assert "pores                   pore\nparticles               particle\n" in own.stdout
    assert "NOTE" not in own.stdout
    mapped = ",".join(f"{name}={label}" for name, label in SWAPPED.items())
    other = _run("measure", "labels.tif", "--phases", mapped, "--quiet", folder=tmp_path)
    assert "says of its labels pore = 0, sei = 1, particle = 2" in other.stdout


def test_cases_take_the_files_own_names_and_warn_of_others(tmp_path):
    _write("imagej", tmp_path)
    assert Case.parse(CASE.format(phases=""), base=tmp_path).microstructure().phases == OWN
    case = Case.parse(
        CASE.format(phases="phases = { pore = 0, particle = 1, sei = 2 }"), base=tmp_path
    )
    with pytest.warns(UserWarning, match="says of its labels"):
        assert case.microstructure().phases == SWAPPED
    tifffile.imwrite(tmp_path / "labels.tif", np.eye(20, 30, dtype=np.uint8))
    with pytest.raises(CaseError, match="has no 'phases'"):
        Case.parse(CASE.format(phases=""), base=tmp_path)


def test_which_phases_are_pores_and_particles():
    assert pore_of(["sei", "Pores", "x"], None) == "Pores"
    assert pore_of(["sei", "pore"], "sei") == "sei"
    assert particle_of(["pore", "nmc"], None, "pore") == "nmc"
    assert particle_of(["pore", "cbd", "active material"], None, "pore") == "active material"
    assert particle_of(["pore", "a", "b"], "none", "pore") is None
    assert particle_of(["pore"], None, "pore") is None
    with pytest.raises(InputError, match=r"'a', 'b': say so, as in --pore pore"):
        pore_of(["a", "b"], None)
    with pytest.raises(InputError, match=r"which phase is the pores"):
        pore_of(["open pore", "closed pore"], None)
    with pytest.raises(InputError, match=r"'a', 'b': say so, as in --particle"):
        particle_of(["pore", "a", "b"], None, "pore")
