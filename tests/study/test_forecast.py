"""What a run is said to need, against what it takes."""

import numpy as np
import pytest

from anosim import Microstructure
from anosim.case import Case
from anosim.errors import InputError
from anosim.forecast import forecast
from anosim.study import Study
from anosim.study.caseruns import CaseRuns
from anosim.study.chain import Chain
from anosim.study.costs import study_forecast
from anosim_geometry import GmshMesher

pytestmark = pytest.mark.filterwarnings("ignore:edges at interfaces are")


@pytest.mark.parametrize("mesh", ['size = "120 nm"', 'size = "40 nm"', "elements = 5000"])
def test_counts_are_right_within_a_factor_of_two(folder, mesh):
    text = (folder / "case.toml").read_text()
    text = text.replace('size = "120 nm"\ninterface_size = "60 nm"', mesh)
    (folder / "case.toml").write_text(text)
    found = forecast(Case.read(folder / "case.toml"))
    outcome = Chain(CaseRuns.of(folder / "case.toml"), folder).run({}, None)
    assert 0.5 < found.cells / outcome.numbers["triangles"] < 2.0
    assert 0.5 < found.unknowns / outcome.numbers["unknowns"] < 2.0
    assert found.voxels == 1600
    assert "GB of memory" in str(found)


def test_thin_phases_count():
    """Stripes of one pixel: three triangles across ask for far more than the sizes do."""
    labels = np.zeros((40, 40), np.uint8)
    labels[::4], labels[:, :8] = 2, 1
    counts = {}
    for gap in (0, 3):
        mesher = GmshMesher(size="160 nm", interface_size="80 nm", gap_elements=gap)
        image = Microstructure(labels, {"pore": 0, "particle": 1, "sei": 2}, "20 nm")
        counts[gap] = sum(mesher.expected_cells(image).values())
        assert counts[gap] / len(mesher.mesh(image).cells) == pytest.approx(1.0, abs=0.3)
    assert counts[3] > 1.5 * counts[0]


@pytest.mark.parametrize("shape", [(40, 40), (12, 12, 12)])
@pytest.mark.parametrize("elements", [None, 6000])
def test_cells_of_each_phase(shape, elements):
    grid = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"))
    middle = np.array(shape).reshape(-1, *[1] * len(shape)) / 2
    far = np.sqrt(((grid + 0.5 - middle) ** 2).sum(axis=0))
    labels = (far < 0.3 * shape[0]).astype(np.uint8)
    image = Microstructure(labels, {"pore": 0, "particle": 1}, "20 nm")
    mesher = GmshMesher(elements=elements)
    told, made = mesher.expected_cells(image), mesher.mesh(image)
    for name, count in told.items():
        real = int((made.cell_phase == made.phase_index(name)).sum())
        assert 0.6 < count / real < 1.6, name


def test_a_finished_study_has_nothing_left(folder):
    study = Study(folder / "case.toml", {"solve.order": [1]}, folder=folder / "s")
    assert study_forecast(study).runs == 1
    study.run(workers=1)
    assert str(study_forecast(study)) == "nothing is left to do: every run has its row"


def test_a_study_that_cannot_be_done_says_why(folder):
    study = Study(folder / "case.toml", {"mesh.size": ["0.01 nm"]}, folder=folder / "s")
    with pytest.raises(InputError, match=r"none of the study's runs can be done: .*above size"):
        study_forecast(study)


def test_runs_on_one_mesh_count_it_once(folder):
    def cost(axis, values):
        return study_forecast(Study(folder / "case.toml", {axis: values}, folder=folder / "s"), 1)

    same = cost("materials.sei.diffusivity", ["1e-13 m^2/s", "2e-13 m^2/s"])
    other = cost("mesh.size", ["119 nm", "121 nm"])
    assert other.seconds - same.seconds == pytest.approx(same.preparing, rel=0.05)


def test_a_study_costs_less_where_runs_share_a_reduced_model(folder):
    values = [f"{1 + i}e-13 m^2/s" for i in range(40)]
    alike = study_forecast(
        Study(folder / "case.toml", {"materials.sei.diffusivity": values}, folder=folder / "a")
    )
    assert alike is not None
    assert alike.runs == 40
    assert alike.seconds < 30 * forecast(Case.read(folder / "case.toml")).seconds
    assert study_forecast(Study(max, {"a": [1]}, folder=folder / "c")) is None
