"""No command replaces what it reads, and what cannot be written is refused before any work."""

import numpy as np
import pytest

from anosim.cli import main
from anosim.testing import rectangle


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    np.save("grey.npy", np.repeat([40, 200], 200).reshape(20, 20) + rng.integers(0, 9, (20, 20)))
    np.save("labels.npy", np.repeat([0, 1], 200).reshape(20, 20))
    rectangle(1e-6, 1e-6, (2, 2)).write("m.msh")
    (tmp_path / "notes.txt").write_text("mine")
    return tmp_path


LABELS = ["labels.npy", "--voxel", "20nm", "--phases", "a=0,b=1"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["segment", "grey.npy", "./grey.npy", "--voxel", "1nm", "--phases", "a,b"], "is read"),
        (["convert", "m.msh", "m.msh"], "is read and would be replaced"),
        (["mesh", *LABELS, "--report", "labels.npy"], "is read and would be replaced"),
        (["export", *LABELS, "--to", "json", "--output", "labels.npy"], "writes .json"),
        (["report", "here", "--output", "notes.txt"], "ends in .html"),
        (["mesh", *LABELS, "--output", "none/m.msh"], "there is no folder 'none'"),
        (["mesh", *LABELS, "--output", "/proc/m.msh"], "'/proc"),
    ],
)
def test_files_of_the_user_stay(place, capsys, arguments, says):
    before = {path: path.read_bytes() for path in place.iterdir()}
    assert main([*arguments, "--quiet"] if arguments[0] in ("segment", "mesh") else arguments) == 2
    told = capsys.readouterr().err
    assert says in told
    assert len(told.splitlines()) == 1
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def test_more_processes_than_processors_are_refused(anosim):
    done = anosim("run", "case.toml", "--mpi", "5000", "--solver", "fenicsx")
    assert done.returncode == 2
    assert "processors here" in done.stderr


def test_a_reference_with_other_labels_is_explained(place, capsys):
    np.save("reference.npy", np.full((20, 20), 7))
    given = ["segment", "grey.npy", "out.npy", "--voxel", "20nm", "--phases", "a,b", "--quiet"]
    assert main([*given, "--method", "otsu", "--reference", "reference.npy"]) == 2
    assert "in the order of --phases" in capsys.readouterr().err


def test_a_steady_run_tells_the_flux(folder, anosim):
    case = folder / "case.toml"
    case.write_text(case.read_text().replace('until = "10 s"', 'until = "inf"'))
    text = case.read_text()
    start = text.index("times =")
    case.write_text(text[:start] + text[text.index("\n", start) :])
    done = anosim("run", "case.toml")
    assert done.returncode == 0, done.stderr
    assert "flux in, pore | sei" in done.stdout
    assert "mol/m/s" in done.stdout
