"""What a run is said to need, against what it takes."""

import pytest

from anosim.case import Case
from anosim.forecast import forecast
from anosim.study import Study
from anosim.study.caseruns import CaseRuns
from anosim.study.chain import Chain
from anosim.study.costs import study_forecast


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


def test_a_study_costs_less_where_runs_share_a_reduced_model(folder):
    values = [f"{1 + i}e-13 m^2/s" for i in range(40)]
    alike = study_forecast(
        Study(folder / "case.toml", {"materials.sei.diffusivity": values}, folder=folder / "a")
    )
    assert alike is not None
    assert alike.runs == 40
    assert alike.seconds < 30 * forecast(Case.read(folder / "case.toml")).seconds
    assert study_forecast(Study(max, {"a": [1]}, folder=folder / "c")) is None
