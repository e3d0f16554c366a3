"""The reference's figures in a quick form; asserted is what the study's README states."""

import importlib
import json

import numpy as np
import pytest
from study_scripts import scripts_of


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    pytest.importorskip("pyvista")
    pytest.importorskip("cc3d")
    with scripts_of("vorauer2020"):
        reproduce = importlib.import_module("reproduce")
        desk = importlib.import_module("desk").Desk(tmp_path_factory.mktemp("v"), quick=True)
        found = reproduce.reproduce(desk)
        yield reproduce, desk, found


def test_the_stated_diffusivity_fills_the_region_before_the_first_map(study):
    _, _, found = study
    stated = found["figure-8"]["presets"]["paper_stated"]
    assert stated["t90"]["1.0"] < 0.6
    assert stated["mean"][0] == pytest.approx(1.0, rel=1e-6)
    stored = found["figure-8"]["presets"]["stored_capacity"]
    assert 30.0 < stored["t90"]["0.5"] / stated["t90"]["0.5"] < 300.0
    assert stored["areas"]["IV"][-1] > 0.99


def test_the_fitted_diffusivity_meets_both_statements(study):
    _, _, found = study
    fitted = found["fit"]
    assert 1e-14 < fitted["value"] < 1.5e-13
    assert fitted["value"] == pytest.approx((fitted["least"] * fitted["most"]) ** 0.5, rel=0.02)
    areas = found["figure-8"]["presets"]["paper_timescale"]
    assert areas["t90_areas"]["I"] == pytest.approx(10.0, rel=0.5)
    assert 0.2 < areas["areas"]["IV"][-1] < 0.6
    one = found["figure-8"]["presets"]["paper_stated"]["t90"]["0.5"]
    scaled = one * found["figure-8"]["presets"]["paper_stated"]["diffusivity"] / fitted["value"]
    assert areas["t90"]["0.5"] == pytest.approx(scaled, rel=0.3)  # mass transfer delays the stated


def test_what_is_near_a_pore_is_reached_first(study):
    _, _, found = study
    for one in (*found["thesis"]["local"].values(), found["thesis"]["particles"]):
        assert one["spearman"]["value"] > 0.7
        assert one["spearman"]["low"] < one["spearman"]["value"] < one["spearman"]["high"]
    assert found["thesis"]["no_path"] < 0.01


def test_ageing_shows_in_the_segmented_images(study):
    _, _, found = study
    volumes, ways = found["figure-5"], found["figure-6"]
    changes = [volumes[str(c)]["changes"]["pore"] for c in (3, 100, 300)]
    assert np.allclose(changes, (-0.372, -0.588, -0.765), atol=0.02)
    assert min(volumes[str(c)]["mean_iou"] for c in (0, 3, 100, 300)) > 0.85
    assert ways["surface"]["300"] < ways["surface"]["100"] < ways["surface"]["3"] < 1.0
    assert ways["channels"]["300"] < ways["channels"]["0"]
    for near in (found["figure-7"]["particle_to_pore"], found["figure-7"]["pore_to_particle"]):
        assert near["300"]["mean"] > 1.2 * near["0"]["mean"]


def test_finer_meshes_change_little(study):
    _, _, found = study
    assert max(found["mesh-study"]["errors"].values()) < 0.02
    assert max(found["mesh-study"]["pixel_edges"].values()) < 0.05


def test_every_figure_and_table_is_there_and_nothing_is_made_twice(study, capsys):
    reproduce, desk, found = study
    names = {path.stem for path in (desk.folder / "figures").glob("*.png")}
    assert {"figure-4bc", "figure-5", "figure-6", "figure-7", "figure-8a", "figure-8b"} <= names
    assert names == {path.stem for path in (desk.folder / "figures").glob("*.pdf")}
    rows = json.loads((desk.folder / "table.json").read_text())
    assert {row["status"] for row in rows} >= {
        "matched",
        "cannot be given by the stated parameters",
    }
    for ending in ("md", "csv"):
        assert len((desk.folder / f"table.{ending}").read_text().splitlines()) >= len(rows) + 1
    (desk.folder / "numbers" / "figure-6.json").unlink()  # as if it had been killed there
    capsys.readouterr()
    again = reproduce.reproduce(desk)
    told = capsys.readouterr().err
    assert told.count("done before") == len(found) - 1
    assert again["figure-6"]["channels"] == found["figure-6"]["channels"]
    with pytest.raises(SystemExit, match="other settings"):
        type(desk)(desk.folder, quick=False).open()
