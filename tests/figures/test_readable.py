import numpy as np
import pytest
from matplotlib.path import Path

from anosim.figures.outline import outline
from anosim.figures.readable import (
    duration,
    durations,
    length,
    log_ticks,
    number,
    percent,
    round_below,
)
from anosim.figures.style import colours
from anosim.testing import rectangle


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (2e-8, "20 ns"),
        (0.05, "50 ms"),
        (2.0, "2 s"),
        (100.0, "100 s"),
        (200.0, "200 s"),
        (600.0, "10 min"),
        (3600.0, "1 h"),
        (5400.0, "1.5 h"),
        (360000.0, "100 h"),
    ],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_neighbouring_times_are_told_apart():
    assert durations([10.001, 10.002]) == ["10.001 s", "10.002 s"]
    assert durations([1.0, 1.0]) == ["1 s", "1 s"]


def test_lengths_and_numbers():
    assert [length(x) for x in (5e-8, 2e-6, 1e-3, 0.4e-9)] == ["50 nm", "2 µm", "1 mm", "0.4 nm"]
    assert [number(x) for x in (1000.0, 123456.0, 0.05, 1e-9)] == [
        "1000",
        "123456",
        "0.05",
        "1e-09",
    ]
    assert [percent(x) for x in (0.0, 1e-5, 0.1234, 0.99999, 1.0)] == [
        "0.0 %",
        "< 0.1 %",
        "12.3 %",
        "> 99.9 %",
        "100.0 %",
    ]
    assert [round_below(x) for x in (1.0, 1.9, 4.99, 730.0)] == [1.0, 1.0, 2.0, 500.0]


def test_log_ticks():
    assert log_ticks(0.01, 100.0) == pytest.approx([0.01, 0.1, 1.0, 10.0, 100.0])
    assert log_ticks(3.0, 60.0) == pytest.approx([5.0, 10.0, 20.0, 50.0])
    assert log_ticks(2.1, 2.3) == [2.1, 2.3]


def test_colours_are_fixed_by_name_and_distinct():
    assert colours(["pore"])["pore"] == colours(["a", "b", "pore"])["pore"]
    many = colours(["pore", "sei", "cbd", "a", "b", "c", "d", "e", "f"])
    assert len(set(many.values())) == 9


def test_outline_of_a_ring():
    """A square with a hole: two loops, the hole turned the other way and left empty."""
    mesh = rectangle(3.0, 3.0, (3, 3))
    middle = mesh.points[mesh.cells].mean(axis=1)
    hole = np.all((middle > 1.0) & (middle < 2.0), axis=1)
    shape = outline(mesh.points, mesh.cells[~hole])
    assert np.sum(shape.codes == Path.MOVETO) == 2
    loops = np.split(shape.vertices, np.flatnonzero(shape.codes == Path.MOVETO)[1:])
    areas = sorted(
        float(np.sum(x[:-1] * np.roll(y[:-1], -1) - y[:-1] * np.roll(x[:-1], -1))) / 2
        for x, y in (loop.T for loop in loops)
    )
    assert areas == pytest.approx([-1.0, 9.0])
