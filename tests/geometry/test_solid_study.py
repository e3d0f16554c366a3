"""The study of meshes of volumes in a quick form."""

import pytest
from study_scripts import scripts_of


@pytest.fixture(scope="module", autouse=True)
def _scripts():
    with scripts_of("meshing"):
        yield


def test_random_and_adversarial_volumes():
    from volume_robustness import meshed

    for kind, figures, *_, balance in meshed(range(16), side=13):
        assert figures.conforming, kind
        assert figures.parts, kind
        assert figures.box < 1e-12, kind
        assert figures.volume < 0.005, kind
        assert figures.quality > 0.0, kind
        assert balance < 1e-8, kind


@pytest.mark.parametrize("number", [6, 7])
def test_exact_stairs(number):
    from volume_robustness import meshed

    ((_, figures, *_),) = meshed([number], side=13, staircase=True)
    assert figures.conforming
    assert figures.parts
    assert figures.volume < 1e-12


def test_balls():
    from volumes import of_ball

    volume, of_voxels, area = of_ball(10, 26)
    assert abs(volume) < 0.01
    assert abs(of_voxels) < 1e-4
    assert abs(area) < 0.02


def test_coarser_than_the_voxel():
    from volumes import of_four_phases

    fine, coarse = (of_four_phases(32, 1.0, voxels) for voxels in (1, 2.2))
    assert fine.figures["checks"] == coarse.figures["checks"] == "ok"
    assert fine.tetrahedra > 6 * coarse.tetrahedra
    assert fine.figures["below5/%"] < 0.01
    assert coarse.figures["volume/%"] < 0.1
    pair = "phase0|phase2"
    assert coarse.figures[pair] == pytest.approx(fine.figures[pair], rel=0.3)
