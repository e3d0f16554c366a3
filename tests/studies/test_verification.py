import pytest
from study_scripts import scripts_of

with scripts_of("verification"):
    from agreement import FEATURES, difference_and_imbalance
    from cases import CASES
    from effective_diffusivity import by_elements, by_volumes, image, limit
    from orders import space_orders, time_orders
    from space_cases import CASES_IN_SPACE


@pytest.mark.parametrize("solver", ["skfem", "fenicsx"])
@pytest.mark.parametrize("case", [*CASES, *CASES_IN_SPACE], ids=lambda case: case.__name__)
def test_published_numbers_with_quadratic_elements(solver, case):
    for row in case(solver, 2):
        assert row.error < row.allowed, f"{row.quantity}: {row.value} instead of {row.target}"


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("feature", FEATURES)
def test_solvers_agree_and_balance(feature, order):
    difference, imbalance = difference_and_imbalance(feature, order)
    assert difference < 1e-8
    assert imbalance < 1e-8


@pytest.mark.parametrize("solver", ["skfem", "fenicsx"])
@pytest.mark.parametrize("order", [1, 2])
def test_orders_in_space(solver, order):
    l2, h1 = space_orders(solver, order)
    assert l2 == pytest.approx(order + 1, abs=0.15)
    assert h1 == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize("solver", ["skfem", "fenicsx"])
@pytest.mark.parametrize("order", [1, 2])
def test_orders_in_three_dimensions(solver, order):
    l2, h1 = space_orders(solver, order, 3)
    assert l2 == pytest.approx(order + 1, abs=0.2)
    assert h1 == pytest.approx(order, abs=0.15)


def test_orders_in_time():
    found = time_orders("skfem")
    assert found["euler"] == pytest.approx(1.0, abs=0.1)
    assert found["esdirk"] == pytest.approx(5.0, abs=0.5)


@pytest.mark.parametrize("solver", ["skfem", "fenicsx"])
def test_elements_and_volumes_come_to_one_effective_diffusivity(solver):
    given = image(12)
    coarse, fine = by_volumes(given, 2), by_volumes(given, 4)
    elements = by_elements(given, 1, True, solver)
    assert coarse < fine < limit(coarse, fine) < elements
    assert elements == pytest.approx(limit(coarse, fine), rel=0.02)
