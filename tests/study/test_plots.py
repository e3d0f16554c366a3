"""Pictures of studies that run, have been stopped or failed in part."""

import numpy as np
import pytest

from anosim.errors import InputError
from anosim.figures.studies import sweep
from anosim.study.results import Results
from anosim.study.rows import FAILED, Row
from anosim.study.selected import select

TIMES = [1.0, 10.0, 100.0]
CURVES = {1e-14: [1.0, 5.0, 9.0], 2e-14: [2.0, 8.0, 9.5], 4e-14: [3.0, 9.0, 9.9]}


def row(value: object, status: str = "done", **numbers: object) -> Row:
    return Row(key=str(value), inputs={"D": value}, status=status, numbers=numbers)


def results(*more: Row, total: int = 8) -> Results:
    rows = [
        row(D, times_s=TIMES, **{"average.sei": curve, "triangles": 100 + k, "name": "mumps"})
        for k, (D, curve) in enumerate(CURVES.items())
    ]
    return Results((*more, *rows), ("D",), {}, total)


BROKEN = (
    row(8e-14, FAILED),
    row(16e-14),  # ended without numbers
    row(32e-14, times_s=TIMES, **{"average.sei": [4.0, None, 9.99]}),  # not reached
)


@pytest.mark.parametrize("more", [(), BROKEN])
@pytest.mark.parametrize(("at", "place"), [(1.0, 0), (100.0, 2)])
def test_a_curve_at_a_time(more: tuple[Row, ...], at: float, place: int) -> None:
    found = results(*more)
    chosen = select(found, "average.sei", at)
    wanted = {D: curve[place] for D, curve in CURVES.items()}
    assert (
        wanted.items()
        <= dict(zip((r.inputs["D"] for r in chosen.rows), chosen.values, strict=True)).items()
    )
    (axes,) = sweep(found, "average.sei", at=at).axes
    assert axes.get_ylabel() == f"average.sei at {at:g} s / mol/m³"
    assert set(wanted.values()) <= set(axes.lines[0].get_ydata())


def test_without_a_time_it_is_that_at_which_runs_differ_most() -> None:
    chosen = select(results(*BROKEN[:2]), "average.sei")
    assert chosen.time == 1.0  # (3 - 1) / 3 is more than (9 - 5) / 9 and (9.9 - 9) / 9.9
    assert chosen.values.tolist() == [1.0, 2.0, 3.0]


def test_runs_with_other_times_are_taken_where_all_have_one() -> None:
    other = row(1e-13, times_s=[10.0, 20.0], **{"average.sei": [9.5, 9.6]})
    found = results(other)
    assert select(found, "average.sei").time == 10.0
    chosen = select(found, "average.sei", 20.0)
    assert chosen.values[0] == 9.6
    assert np.isnan(chosen.values[1:]).all()


@pytest.mark.parametrize("number", ["triangles", "average.sei"])
def test_one_run_is_enough(number: str) -> None:
    one = Results(results().rows[:1], ("D",), {}, 8)
    (axes,) = sweep(one, number).axes
    assert len(axes.lines[0].get_xdata()) == 1


def test_axes_without_numbers_have_places() -> None:
    rows = [Row(key=n, inputs={"solver": n}, numbers={"triangles": k}) for k, n in enumerate("ba")]
    (axes,) = sweep(Results(tuple(rows), ("solver",), {}, 2), "triangles").axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["b", "a"]
    assert axes.lines[0].get_ydata().tolist() == [0, 1]


@pytest.mark.parametrize(
    ("number", "options", "message"),
    [
        ("flux", {}, "no run that is done has a 'flux': there are"),
        ("name", {}, "'name' is 'mumps' in a run, which cannot be drawn"),
        ("triangles", {"at": 1.0}, "'triangles' is no curve over time"),
        ("average.sei", {"at": 7.0}, "no run has 'average.sei' at 7 s: its times are 1, 10, 100 s"),
        ("average.sei", {"axis": "k"}, "the study has no axis 'k': there are 'D'"),
    ],
)
def test_what_cannot_be_drawn_is_said(number: str, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        sweep(results(*BROKEN), number, **options)
