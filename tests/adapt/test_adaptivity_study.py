"""The adaptivity study in a quick form."""

import pytest
from study_scripts import scripts_of


@pytest.fixture(scope="module", autouse=True)
def _scripts():
    with scripts_of("adaptivity"):
        yield


@pytest.mark.parametrize("case", ["Crank slab, mean at Fo = 0.1", "annulus with sink, steady flux"])
@pytest.mark.parametrize("order", [1, 2])
def test_estimates_are_close_to_the_errors(case, order):
    from adaptivity import effectivity

    error, ratio = effectivity(case, order, 10)
    assert 0.7 < ratio < 1.3
    assert abs(error) < (5e-3 if order == 1 else 5e-5)


def test_a_real_image_is_refined_until_the_tolerance_is_met():
    from adaptivity import adapted

    made, finer = adapted("real crop", 1, 5e-3), adapted("real crop", 2, 5e-4)
    assert made.met
    assert made.rounds[-1].value == pytest.approx(finer.rounds[-1].value, rel=5e-3)


def test_unknowns_needed_by_uniform_meshes():
    from adaptivity import needed

    assert needed([10, 100], [0.1, 0.01], 0.001) == pytest.approx(1000.0)
