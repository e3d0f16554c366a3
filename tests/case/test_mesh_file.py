"""Cases on meshes of other programs: ``[mesh] file``."""

import json
from pathlib import Path

import meshio
import numpy as np
import pytest

from anosim import Mesh, job
from anosim.case import Case, CaseError
from anosim.cli import main
from anosim.figures.frames import Frames
from anosim.forecast import forecast
from anosim.report import FRAMES
from anosim.study.costs import study_forecast
from anosim.study.studyfile import read_study
from anosim.testing import box, rectangle
from tests.formats.mesh_files import ABAQUS

CASE = """
[mesh]
file = "{file}"
{mesh}

[materials.{phase}]
diffusivity = "1e-12 m^2/s"

[[conditions]]
on = {on}
type = "concentration"
value = "1 mol/L"

[solve]
until = {until}

[output]
folder = "out"
"""


def case_file(folder: Path, file: str, phase: str, on: str, mesh: str = "", until: str = '"inf"'):
    path = folder / "cell.toml"
    path.write_text(CASE.format(file=file, phase=phase, on=on, mesh=mesh, until=until))
    return path


def two_phases(path: Path, ends: tuple[float, ...] = (1.0, 3.0)) -> Path:
    """Electrolyte up to x = 1 um, then solid up to 3 um, 1 um high; in um in the file."""
    middle, end = ends
    mesh = rectangle(end, 1.0, (6, 2), phases=("electrolyte", "solid"), cuts=(middle,))
    mesh.write(path)
    return path


def test_a_mesh_by_its_names_and_unit(tmp_path: Path) -> None:
    two_phases(tmp_path / "cell.msh")
    path = case_file(
        tmp_path, "cell.msh", "solid", '["electrolyte", "solid"]', 'unit = "um"', '"1 s"'
    )
    outcome = job.run(Case.read(path))
    assert outcome.mesh.phase_volumes == pytest.approx({"electrolyte": 1e-12, "solid": 2e-12})
    # one-sided diffusion into a slab: 1 - sum 8/pi^2/k^2 exp(-k^2 pi^2/4 D t / L^2)
    odd = np.arange(1, 60, 2)
    mean = 1000 * (1 - np.sum(8 / (np.pi * odd) ** 2 * np.exp(-((odd * np.pi / 4) ** 2))))
    assert outcome.results["average_mol_per_m3"]["solid"][-1] == pytest.approx(mean, rel=1e-3)
    assert outcome.results["image"] is None
    assert not (tmp_path / "out" / "microstructure.png").exists()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "mesh of cell.msh" in page
    assert "no image to compare it with" in page


def test_groups_of_abaqus_get_other_names(tmp_path: Path) -> None:
    (tmp_path / "cell.inp").write_text(ABAQUS)
    names = 'unit = "um"\nphases = { "ELECTROLYTE" = "pore", "Solid Particle" = "graphite" }'
    case = Case.read(case_file(tmp_path, "cell.inp", "graphite", '"Collector"', names))
    assert case.mesh().phase_volumes == pytest.approx({"pore": 1e-12, "graphite": 1e-12})
    assert set(case.problem(case.mesh()).conditions) == {"Collector"}


def test_cell_data_of_a_volume_by_regions(tmp_path: Path) -> None:
    mesh = box((2e-6, 1e-6, 1e-6), (4, 2, 2), phases=("a", "b"), cuts=(1e-6,))
    other = np.arange(len(mesh.cells)) % 3
    data = {"marker": [mesh.cell_phase.astype(float)], "grain": [other]}
    meshio.Mesh(mesh.points, [("tetra", mesh.cells)], cell_data=data).write(tmp_path / "cell.vtu")
    condition = '["phase 0", "phase 1"]'
    path = case_file(tmp_path, "cell.vtu", '"phase 1"', condition, 'regions = "marker"')
    case = Case.read(path)
    problem = case.problem(case.mesh())
    assert case.solve(problem, "skfem").average("phase 1")[0] == pytest.approx(1000.0)
    with pytest.raises(CaseError, match=r"cell.toml, line 2.*'marker', 'grain' may each be"):
        Case.read(case_file(tmp_path, "cell.vtu", '"phase 1"', condition))


def test_an_image_goes_under_the_pictures(tmp_path: Path) -> None:
    two_phases(tmp_path / "cell.msh")
    labels = np.repeat([[0] * 10 + [1] * 20], 10, axis=0).astype(np.uint8)
    np.save(tmp_path / "roi.npy", labels)
    path = case_file(tmp_path, "cell.msh", "solid", '"right"', 'unit = "um"')
    image = '[image]\nfile = "roi.npy"\nvoxel = "{}"\nphases = {{ electrolyte = 0, solid = 1 }}\n'
    text = path.read_text()
    path.write_text(image.format("100 nm") + text)
    outcome = job.run(Case.read(path))
    assert outcome.results["image"]["area_fraction"]["solid"] == pytest.approx(2 / 3)
    assert (tmp_path / "out" / "microstructure.png").exists()
    path.write_text(image.format("50 nm") + text)
    with pytest.raises(CaseError, match=r"mesh.file.*the image covers"):
        job.run(Case.read(path))


@pytest.mark.parametrize(
    ("mesh", "on", "reason"),
    [
        ("", '"right"', r'line 3: mesh.file holds a mesh of 3 x 1, .*unit = "um"'),
        ('unit = "kg"', '"right"', r"line 4: .*unit"),
        (
            'unit = "um"\nsize = "80 nm"',
            '"right"',
            r"line 5: mesh.size .*does not go with mesh.file",
        ),
        ('unit = "um"', '"left side"', r"line 10: .*sides are 'left', 'right', 'top', 'bottom'"),
        ('unit = "um"\nphases = ["sei"]', '"right"', r"no group 'sei'.*'electrolyte', 'solid'"),
        ('unit = "um"\nregions = "sei"', '"right"', r"line 3: .*'electrolyte', 'solid'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, mesh: str, on: str, reason: str
) -> None:
    two_phases(tmp_path / "cell.msh")
    with pytest.raises(CaseError, match=reason):
        Case.read(case_file(tmp_path, "cell.msh", "solid", on, mesh))


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"line 3: .*there is no file"):
        Case.read(case_file(tmp_path, "cell.msh", "solid", '"right"'))
    with pytest.raises(CaseError, match=r"neither|expected one of .msh"):
        Case.read(case_file(tmp_path, "cell.stl", "solid", '"right"'))


def test_a_large_mesh_in_metres_is_one_if_said(tmp_path: Path) -> None:
    two_phases(tmp_path / "cell.msh")
    case = Case.read(case_file(tmp_path, "cell.msh", "solid", '"right"', 'unit = "m"'))
    assert case.mesh().phase_volumes["solid"] == pytest.approx(2.0)


def test_the_mesh_is_that_of_the_file_now(tmp_path: Path) -> None:
    path = case_file(tmp_path, "cell.xdmf", "solid", '"right"', 'unit = "um"')
    found = []
    for end in (3.0, 5.0):  # the .xdmf stays as it is: only the .h5 beside it changes
        two_phases(tmp_path / "cell.xdmf", (1.0, end))
        case = Case.read(path)
        found.append((case.digest(), case.mesh().phase_volumes["solid"]))
    assert [area for _, area in found] == pytest.approx([2e-12, 4e-12])
    assert found[0][0] != found[1][0]


def test_a_forecast_counts_the_cells_of_the_file(tmp_path: Path) -> None:
    mesh = Mesh.read(two_phases(tmp_path / "cell.msh"))
    case = Case.read(case_file(tmp_path, "cell.msh", "solid", '"right"', 'unit = "um"'))
    found = forecast(case)
    assert found.cells == len(mesh.cells)
    assert "0 pixels" not in str(found)
    assert f"about {len(mesh.cells)} triangles" in str(found)


def test_a_study_over_files(tmp_path: Path) -> None:
    for name, end in (("short", 2.0), ("long", 3.0)):
        two_phases(tmp_path / f"{name}.msh", (1.0, end))
    case_file(tmp_path, "short.msh", "solid", '["electrolyte", "solid"]', 'unit = "um"', '"9 s"')
    path = tmp_path / "sweep.toml"
    path.write_text('case = "cell.toml"\n[axes]\n"mesh.file" = ["short.msh", "long.msh"]\n')
    study = read_study(path)
    cost = study_forecast(study, 1)
    assert cost is not None
    assert cost.cells == 24
    results = study.run(workers=0)
    taken = [row.numbers["uptake.electrolyte|solid"][-1] for row in results.rows]
    assert taken == pytest.approx([1e-9, 2e-9], rel=0.01)  # mol/m: areas of 1 and 2 um^2, filled
    two_phases(tmp_path / "long.msh", (1.0, 4.0))
    again = read_study(path)
    assert [row.numbers for row in again.results().rows] == [results.rows[0].numbers]
    assert again.run(workers=0).rows[1].numbers["average.solid"][-1] == pytest.approx(1000, rel=0.1)


def test_what_follows_a_run_needs_no_image(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two_phases(tmp_path / "cell.msh")
    path = case_file(tmp_path, "cell.msh", "solid", '"right"', 'unit = "um"', '"1 s"')
    out = str(tmp_path / "out")
    assert main(["run", str(path), "--quiet"]) == 0
    repeated = ["run", str(tmp_path / "out" / "case.toml"), "--output", str(tmp_path / "b")]
    assert main([*repeated, "--quiet"]) == 0
    one, other = (json.loads((tmp_path / n / "results.json").read_text()) for n in ("out", "b"))
    assert one["average_mol_per_m3"] == other["average_mol_per_m3"]
    assert one["provenance"]["mesh_sha256"] == other["provenance"]["mesh_sha256"]
    for words in (
        ["mesh", str(path), "--output", str(tmp_path / "a.vtu"), "--quiet"],
        ["report", out],
        ["export", out, "--to", "csv", "--output", str(tmp_path / "a.csv")],
        ["animate", out, "--output", str(tmp_path / "a.gif")],
    ):
        assert main(words) == 0
    assert "solid" in capsys.readouterr().out
    assert Mesh.read(tmp_path / "a.vtu").phase_volumes["solid"] == pytest.approx(2e-12)
    assert (tmp_path / "a.gif").stat().st_size > 1000
    about = Frames.read(tmp_path / "out" / FRAMES)
    assert about.phases == ("electrolyte", "solid")
    share = np.mean(about.levels[0] == 0)
    assert share == pytest.approx(1 / 3, abs=0.01)
