"""The table [segment] of a case."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from small_case import GOOD

from anosim.case import Case, CaseError
from anosim.study import Study

IMAGE = '[image]\nfile = "grey.tif"\n'
SEGMENT = """
[segment]
phases = ["pore", "sei", "particle"]
method = "otsu"
prepare = ["median"]
islands = 5
"""


def _text(segment: str = SEGMENT, image: str = IMAGE) -> str:
    return image + segment + GOOD[GOOD.index("\n[mesh]") :]


@pytest.fixture
def grey(folder: Path) -> Path:
    """The small image of these tests in grey: pores dark, particles bright."""
    y, x = np.mgrid[:40, :40]
    labels = np.where(y > 8, 1, 0)
    labels[(x - 20) ** 2 + (y - 25) ** 2 < 64] = 2
    rng = np.random.default_rng(0)
    values = np.array([30, 110, 200])[labels] + 8.0 * rng.standard_normal(labels.shape)
    pixels = np.clip(values, 0, 255).astype(np.uint8)
    tifffile.imwrite(
        folder / "grey.tif", pixels, imagej=True, resolution=(50, 50), metadata={"unit": "um"}
    )
    tifffile.imwrite(folder / "silent.tif", pixels)
    np.save(folder / "truth.npy", labels)
    painted = np.zeros((40, 40), dtype=np.uint8)
    painted[4, 5:30], painted[12, 5:30], painted[25, 15:26] = 1, 2, 3
    tifffile.imwrite(folder / "strokes.tif", painted)
    return folder


def test_a_grey_image_becomes_phases(grey: Path) -> None:
    case = Case.parse(_text(), base=grey)
    image = case.microstructure()
    assert list(image.phases) == ["pore", "sei", "particle"]
    assert np.mean(image.labels == np.load(grey / "truth.npy")) > 0.97
    assert image.voxel == pytest.approx((2e-8, 2e-8), rel=1e-6, abs=0)
    mesh = case.mesh(image)
    assert set(mesh.phases) == {"pore", "sei", "particle"}


def test_strokes_as_a_file_and_as_lines(grey: Path) -> None:
    method = SEGMENT.replace('"otsu"', '"pixels"\ntrees = 20').replace('prepare = ["median"]', "")
    lines = """
strokes = [
  { phase = "pore", points = [["0.1 um", "0.08 um"], ["0.6 um", "0.08 um"]] },
  { phase = "sei", points = [["0.1 um", "0.25 um"], ["0.6 um", "0.25 um"]], width = "40 nm" },
  { phase = "particle", points = [["0.32 um", "0.5 um"], ["0.5 um", "0.5 um"]] },
]
"""
    for strokes in ('strokes = "strokes.tif"\n', lines):
        case = Case.parse(_text(method + strokes), base=grey)
        assert np.mean(case.microstructure().labels == np.load(grey / "truth.npy")) > 0.9
        (grey / "elsewhere").mkdir(exist_ok=True)
        again = Case.parse(case.text(grey / "elsewhere"), base=grey / "elsewhere")
        assert np.array_equal(again.microstructure().labels, case.microstructure().labels)


def test_thresholds_in_a_case_and_as_an_axis_of_a_study(grey: Path) -> None:
    segment = SEGMENT.replace('method = "otsu"', "thresholds = [70, 150]")
    image = Case.parse(_text(segment), base=grey).microstructure()
    assert np.mean(image.labels == np.load(grey / "truth.npy")) > 0.97
    (grey / "case.toml").write_text(_text(segment), encoding="utf-8")
    axes = {"segment.thresholds": [[70, 150], [70, 199.5]]}
    study = Study(grey / "case.toml", axes, folder=grey / "sweep")
    results = study.run(workers=0)
    assert [row.status for row in results] == ["done", "done"]
    assert len({row.hashes["mesh"] for row in results}) == 2
    made = [study.run_.case(point).microstructure() for point in study.axes.points]
    assert made[0].fractions["particle"] > 1.5 * made[1].fractions["particle"] > 0.0
    wrong = Study(grey / "case.toml", {"segment.thresholds": [[70, 150], [150, 70]]}, folder=grey)
    with pytest.raises(CaseError, match="give rising grey values"):
        wrong.run(workers=0)
    assert not (grey / "runs").exists()


def test_rules_reach_the_method(grey: Path) -> None:
    rules = SEGMENT.replace(
        'method = "otsu"', 'rules = [{ phase = "particle", mean = [-1, 0.2] }]\nregion_pixels = 40'
    )
    image = Case.parse(_text(rules), base=grey).microstructure()
    assert image.labels[4, 20] == image.phases["particle"]


@pytest.mark.parametrize(
    ("segment", "image", "says"),
    [
        (SEGMENT.replace("otsu", "magic"), IMAGE, "line 6: segment.method is 'magic'"),
        (SEGMENT.replace("median", "magic"), IMAGE, "segment.prepare"),
        (SEGMENT.replace('method = "otsu"', "thresholds = [9, 1]"), IMAGE, "rising grey values"),
        (SEGMENT.replace('method = "otsu"', "thresholds = [9]"), IMAGE, "thresholds are 1, phases"),
        (SEGMENT.replace('method = "otsu"', 'trees = "x"'), IMAGE, "give a whole number"),
        (SEGMENT + "trees = 3\n", IMAGE, "has no 'trees'"),
        (SEGMENT.replace('"sei", ', '"pore", '), IMAGE, "two to 20 different names"),
        (SEGMENT.replace("phases =", "# "), IMAGE, "has no 'phases'"),
        (SEGMENT + 'feature = "1 s"\n', IMAGE, "segment.feature"),
        (SEGMENT.replace("islands = 5", "islands = -5"), IMAGE, "islands -5"),
        (SEGMENT + 'strokes = "none.tif"\n', IMAGE, "there is no file"),
        (SEGMENT + 'strokes = [{ phase = "x" }]\n', IMAGE, "expected phase, points"),
        (SEGMENT, IMAGE + "phases = { pore = 0 }\n", "image.phases does not go with"),
        (SEGMENT, IMAGE.replace("grey", "silent"), "states no voxel size along y, x"),
        (SEGMENT, IMAGE.replace("grey", "none"), "there is no file"),
        (SEGMENT, '[image]\nsample = "nmc_slice"\n', "does not go with image.sample"),
        (SEGMENT, IMAGE + "slice = 3\n", "but the image has the shape"),
    ],
)
def test_mistakes(grey: Path, segment: str, image: str, says: str) -> None:
    with pytest.raises(CaseError) as error:
        Case.parse(_text(segment, image), base=grey).microstructure()
    assert says in str(error.value)
