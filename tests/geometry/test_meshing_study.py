"""The meshing study in a quick form."""

import pytest
from study_scripts import scripts_of


@pytest.fixture(scope="module", autouse=True)
def _scripts():
    with scripts_of("meshing"):
        yield


@pytest.mark.parametrize(("staircase", "numbers"), [(False, (300, 324)), (True, (400, 408))])
def test_random_and_adversarial_images(staircase, numbers):
    from robustness import meshed

    for kind, figures, _, seconds, moved in meshed(range(*numbers), staircase=staircase):
        assert figures.topology, kind
        assert figures.boundary, kind
        assert figures.box < 1e-12, kind
        assert figures.area < (1e-9 if staircase else 0.005), kind
        assert figures.quality > 0.4, kind
        assert figures.angle > 15, kind
        assert seconds < 20, kind
        assert moved < (1e-9 if staircase else 0.45), kind


def test_the_paper_size_in_small():
    from timing import whole_pipeline

    made = whole_pipeline((60, 100), {"elements": 26_000})
    assert made.triangles == pytest.approx(26_000, rel=0.1)
    assert made.figures["SICN"] > 0.5
    assert made.figures["angle"] > 20
    assert made.figures["area/%"] < 0.1
    assert list(made.split) == ["network", "segments", "Gmsh", "quality", "Mesh"]


def test_discs():
    from discs import errors

    small, large = errors(20, 0.5, 0.5), errors(80, 0.5, 0.5)
    assert abs(small[0]) < 0.002
    assert max(abs(small[1]), abs(large[1])) < 1e-5
    assert 0 < large[2] < small[2] < 0.01
    assert errors(20, staircase=True)[2] == pytest.approx(0.27, abs=0.01)
