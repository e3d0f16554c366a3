"""`anosim run` from outside: what it leaves, and that it leaves nothing when it fails."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import h5py
import pytest
from PIL import Image
from small_run import CASE, FILES, listen

from anosim import job
from anosim.case import Case
from anosim.cli.run import EXAMPLE
from anosim.cli.summary import print_summary

Command = Callable[..., subprocess.CompletedProcess[str]]
Finished = tuple[Path, str, str]


def test_a_run_leaves_every_file_with_the_right_numbers(finished: Finished) -> None:
    folder, _, _ = finished
    results = folder / "results"
    assert sorted(file.name for file in results.iterdir()) == FILES
    assert sorted(file.name for file in folder.iterdir()) == [
        "case.toml",
        "one.png",
        "results",
        "roi.png",
    ]
    found = json.loads((results / "results.json").read_text())
    assert max(found["mass_imbalance"]) < 1e-8
    assert found["times_s"] == [1.0, 10.0]
    assert found["image"]["area_fraction"]["pore"] == pytest.approx(9 * 40 / 1600)
    assert found["mesh"]["area_fraction"]["pore"] == pytest.approx(0.225, rel=1e-3)
    assert found["mesh"]["interface_length_m"]["pore|sei"] == pytest.approx(8e-7, rel=1e-2)
    assert found["average_mol_per_m3"]["sei"][1] == pytest.approx(1000, rel=0.01)
    assert found["unreachable_area_fraction"] == {"sei": 0.0}
    near, far = (found["probes"][name]["concentration_mol_per_m3"] for name in ("near", "far"))
    assert near[0] > far[0]
    check_dimensionless(found)
    check_provenance(found, folder)
    check_pictures_and_fields(results)


def check_dimensionless(found: dict) -> None:
    pure = found["dimensionless"]
    length = pure["largest_distance_to_source_m"]
    assert 0.62e-6 < length < 0.75e-6  # 31 pixels down, a little more around the particle
    assert pure["biot"] == [
        {"boundary": "pore|sei", "phase": "sei", "biot": pytest.approx(1e-3 * length / 1e-13)}
    ]
    assert pure["fourier"]["sei"] == pytest.approx([1e-13 / length**2, 1e-12 / length**2])


def check_provenance(found: dict, folder: Path) -> None:
    origin = found["provenance"]
    case = (folder / "results" / "case.toml").read_bytes()
    assert origin["image_sha256"] == sha256((folder / "roi.png").read_bytes()).hexdigest()
    assert origin["case_sha256"] == sha256(case).hexdigest()
    assert origin["solvers"]["skfem"]["order"] == "2"
    assert origin["mesher"]["options"]["size"] == pytest.approx(8e-8)
    assert origin["solvers"]["skfem"]["distribution"].startswith("anosim ")
    assert origin["mesher"]["name"] == "gmsh"
    assert origin["libraries"]["numpy"]
    assert set(origin["seconds"]) >= {"mesh", "solve by skfem", "draw"}


def check_pictures_and_fields(results: Path) -> None:
    for picture in set(results.glob("*.png")) - {results / "frames.png"}:  # pixels of the page
        with Image.open(picture) as image:
            assert min(image.size) > 300
    with h5py.File(results / "solution.vtkhdf") as file:
        assert "VTKHDF" in file
    rows = table(results / "curves.csv")
    assert {(row["kind"], row["name"]) for row in rows} == {
        ("average", "sei"),
        ("probe", "near"),
        ("probe", "far"),
    }
    assert float(rows[-1]["time_s"]) == 10.0


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_without_a_terminal_there_are_plain_lines(finished: Finished) -> None:
    _, out, progress = finished
    assert "\x1b" not in out + progress
    stages = ["load", "read image", "mesh", "solve by skfem", "evaluate", "write", "draw"]
    assert [line.split(":")[0] for line in progress.splitlines()] == stages
    assert "mean of sei" in out
    assert "Results in results: case.toml" in out


def test_the_case_in_the_results_runs_again(
    finished: Finished, anosim: Command, folder: Path
) -> None:
    shutil.copytree(finished[0] / "results", folder / "results")
    done = anosim("run", "results/case.toml", "--output", "deep/er", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = (
        json.loads((folder / name / "results.json").read_text()) for name in ("results", "deep/er")
    )
    for key in ("average_mol_per_m3", "mesh", "probes", "time_to_90_percent"):
        assert first[key] == second[key]


def test_a_steady_state(folder: Path) -> None:
    rest, _, _ = CASE.partition("[output]")
    found = job.run(Case.parse(rest.replace('"10 s"', '"inf"'), base=folder)).results
    assert found["average_mol_per_m3"]["sei"] == pytest.approx([1000.0])
    assert found["time_to_90_percent"] is None
    assert "time_to_90.png" not in found["files"]
    assert (folder / "results" / "concentration.png").is_file()


def test_a_run_that_only_a_flux_drives(folder: Path) -> None:
    start, end = CASE.index('type = "mass'), CASE.index("[solve]")
    text = CASE[:start] + 'type = "flux"\nvalue = "1e-6 mol/m^2/s"\n\n' + CASE[end:]
    found = job.run(Case.parse(text, base=folder)).results
    assert found["uptake_mol_per_m"]["pore|sei"][-1] == pytest.approx(
        8e-7 * 1e-6 * 10, rel=1e-2, abs=0
    )
    assert found["time_to_90_percent"] is None


REGIONS = """surfaces = true

[output.regions]
everything = { box = [["0 um", "0.8 um"], ["0 um", "0.8 um"]] }
above = { disc = [["0.4 um", "0.3 um"], "0.05 um"] }
sei = { mask = "roi.png", label = 2 }
"""
BULK = 'bulk = { times = ["0 s", "1 s"], values = ["0.5 mol/L", "1 mol/L"] }'
UPTAKE = """[[conditions]]
on = ["particle", "sei"]
type = "uptake"
coefficient = "1e-7 m/s"
half_saturation = "0.5 mol/L"

[solve]
"""


def test_regions_and_particles_of_a_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CASE.replace("[solve]\n", UPTAKE).replace('bulk = "1 mol/L"', BULK) + REGIONS
    text = text.replace('"1e-13 m^2/s"', "{ polynomial = [1.5e-13, -5e-17] }")  # below 0 far off
    case = Case.parse(text, base=folder)
    outcome = job.run(case)
    found, results = outcome.results, folder / "results"
    regions, whole = found["regions"], found["average_mol_per_m3"]["sei"]
    assert regions["everything"]["average_mol_per_m3"] == pytest.approx(whole, rel=1e-6)
    assert regions["sei"]["average_mol_per_m3"] == pytest.approx(whole, rel=0.01)
    assert regions["above"]["average_mol_per_m3"][1] > whole[1]
    arrived = regions["above"]["time_to_90_percent_s"]
    there = outcome.solutions["skfem"].average(case.regions["above"], arrived)
    assert there == pytest.approx(900.0, rel=1e-6)
    surface = found["particle_surfaces"]["particle|sei"]
    assert surface["particles"] == 1
    (row, _) = table(results / "particles.csv")
    assert float(row["mean_mol_per_m3"]) == pytest.approx(surface["mean_mol_per_m3"][0])
    assert float(row["area_m2"]) == pytest.approx(
        found["mesh"]["area_fraction"]["particle"] * 6.4e-13, rel=1e-6, abs=0
    )
    taken = found["uptake_mol_per_m"]["particle|sei"]
    assert taken[1] < taken[0] < 0.0
    assert found["flux_mol_per_m_per_s"]["particle|sei"][1] < 0.0
    assert max(found["mass_imbalance"]) < 1e-8
    assert found["integrator"] == outcome.solutions["skfem"].record["integrator"] == "ESDIRK5(4)"
    rows = table(results / "curves.csv")
    assert {row["name"] for row in rows if row["kind"] == "region"} == set(regions)
    print_summary(outcome)
    told = capsys.readouterr().out
    for words in ("mean of region above", "1 particle surfaces", "Damköhler", "ESDIRK5(4)"):
        assert words in told
    assert "time to 90 %, above" in told
    assert "'particles.csv'" in str(found["files"])


def test_the_example_of_the_help_is_a_case(folder: Path) -> None:
    case = Case.parse(EXAMPLE, base=folder)
    case.problem(case.mesh(case.microstructure()))


ERRORS = [
    ("roi.png", "nope.png", "line 2", "there is no file"),
    ('"20 nm"', '"20 s"', "line 3", "not of the dimension of m"),
    ("materials.sei", "materials.sie", "line 9", "did you mean 'sei'?"),
    ("particle = 1, ", "", "line 4", "voxels labelled 1"),
    ("sei = 2 }", "sei = 2, graphite = 3 }", "line 4", "the phase is empty"),
    ("roi.png", "one.png", "line 2", "single voxel"),
    ("1e-3 m/s", "0 m/s", "line 12", "has no source"),
    ("size", "siez", "line 7", "did you mean 'size'?"),
    ("[solve]", "[solve", "line 18", "this is not TOML"),
    ("order = 2", "order = 3", "line 19", "choose 1 (linear) or 2 (quadratic)"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), ERRORS)
def test_one_sentence_and_nothing_left(
    anosim: Command, folder: Path, old: str, new: str, line: str, words: str
) -> None:
    (folder / "case.toml").write_text(CASE.replace(old, new, 1))
    before = sorted(folder.iterdir())
    done = anosim("run", "case.toml", "--quiet")
    assert done.returncode == 2
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"error: case.toml, {line}")
    assert words in sentence
    assert sorted(folder.iterdir()) == before


def test_a_missing_case_file(anosim: Command, folder: Path) -> None:
    done = anosim("run", "nope.toml")
    assert done.returncode == 2
    assert done.stderr == "error: there is no case file 'nope.toml'\n"


def test_a_folder_with_something_else_is_refused_before_any_work(
    anosim: Command, folder: Path
) -> None:
    (folder / "results").mkdir()
    (folder / "results" / "thesis.tex").write_text("years of work")
    done = anosim("run", "case.toml")
    assert done.returncode == 2
    assert "error: the output folder" in done.stderr
    assert "'thesis.tex'" in done.stderr
    assert "mesh" not in done.stderr
    assert (folder / "results" / "thesis.tex").read_text() == "years of work"


def test_earlier_results_survive_a_run_that_fails(
    finished: Finished, anosim: Command, folder: Path
) -> None:
    shutil.copytree(finished[0] / "results", folder / "results")
    record = folder / "results" / "results.json"
    before = record.read_bytes()
    (folder / "bad.toml").write_text(CASE.replace("order = 2", "order = 3"))
    assert anosim("run", "bad.toml").returncode == 2
    assert record.read_bytes() == before
    (folder / "other.toml").write_text(CASE.replace("order = 2", "order = 1"))
    assert anosim("run", "other.toml").returncode == 0
    assert json.loads(record.read_text())["provenance"]["solvers"]["skfem"]["order"] == "1"


def test_an_interrupted_run_leaves_nothing(folder: Path) -> None:
    left, code, before = interrupted(folder, signal.SIGINT)
    assert code == 130, left
    assert left.splitlines()[-1] == "interrupted: what was not finished is removed"
    assert sorted(folder.iterdir()) == before


def test_a_terminated_run_leaves_nothing(folder: Path) -> None:
    _, code, before = interrupted(folder, signal.SIGTERM)
    assert code == 143
    assert sorted(folder.iterdir()) == before


def interrupted(folder: Path, number: int) -> tuple[str, int, list[Path]]:
    """Send a signal while a run meshes."""
    (folder / "case.toml").write_text(CASE.replace('"80 nm"', '"4 nm"\ninterface_size = "1 nm"'))
    before = sorted(folder.iterdir())
    command = [sys.executable, "-m", "anosim.cli", "run", "case.toml"]
    with subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, text=True, preexec_fn=listen
    ) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("read image"):
            pass
        time.sleep(0.3)
        process.send_signal(number)
        left = process.stderr.read()
    return left, process.returncode, before


def test_the_page_is_called_as_its_folder(finished):
    page = (finished[0] / "results" / "report.html").read_text(encoding="utf-8")
    assert '<p class="soft">results: anosim' in page
