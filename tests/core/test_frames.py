"""Tables as pandas DataFrames, with units in the columns' names."""

import sys

import numpy as np
import pytest

from anosim import Concentration, Diffusion, MassTransfer, Material, Microstructure, measure, solve
from anosim.adapt import Average, Refinement, Round
from anosim.errors import MissingDependencyError
from anosim.interop import Fields, Samples, compare
from anosim.study import Calibration, Convergence, Range, SobolIndices, Tornado, estimate
from anosim.study.results import Results
from anosim.testing import rectangle

LABELS = np.array([[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 1]])


@pytest.fixture(scope="module")
def image():
    return Microstructure(LABELS, {"pore": 0, "particle": 1}, "100 nm")


@pytest.fixture(scope="module")
def solution():
    problem = Diffusion(
        rectangle(2.0, 1.0, (8, 4), phases=("sei", "pore"), cuts=(1.0,)),
        {"sei": Material(1.0)},
        {"left": Concentration(1.0), ("sei", "pore"): MassTransfer(2.0, 0.5)},
        until=10.0,
    )
    return solve(problem)


def test_a_solution_over_time(solution):
    frame = solution.frame(["1 s", 10.0])
    assert list(frame) == [
        "time_s", "average_sei_mol_per_m3", "content_mol_per_m", "flux_left_mol_per_m_per_s",
        "uptake_left_mol_per_m", "flux_sei|pore_mol_per_m_per_s", "uptake_sei|pore_mol_per_m",
    ]  # fmt: skip
    assert frame["time_s"].tolist() == [1.0, 10.0]
    assert frame["average_sei_mol_per_m3"].to_numpy() == pytest.approx(
        solution.average("sei", [1.0, 10.0])
    )
    gained = frame["uptake_left_mol_per_m"] + frame["uptake_sei|pore_mol_per_m"]
    assert gained.to_numpy() == pytest.approx(frame["content_mol_per_m"].to_numpy())
    # steady: D (1 - c) / L = k (c - 0.5), c = 2/3 at the pore
    assert frame["flux_left_mol_per_m_per_s"].iloc[1] == pytest.approx(1 / 3, rel=1e-3)
    assert len(solution.frame()) == 102
    steady = solve(Diffusion(solution.problem.mesh, solution.problem.materials,
                             solution.problem.conditions, until="inf")).frame()  # fmt: skip
    assert steady["time_s"].tolist() == [np.inf]
    assert steady["average_sei_mol_per_m3"].tolist() == pytest.approx([5 / 6])


def test_fields_and_comparisons(solution):
    fields = Fields.of(solution, [1.0, 10.0])
    assert len(fields.frame()) == 2 * len(fields.points)
    samples = Samples(np.array([[0.25, 0.5], [0.5, 0.5]]), np.full(2, 10.0), np.array([0.9, 0.8]))
    frame = samples.frame()
    assert list(frame) == ["time_s", "x_m", "y_m", "concentration_mol_per_m3"]
    found = compare(solution, samples).frame()
    assert list(found) == ["time_s", "points", "largest_mol_per_m3", "relative_l2"]
    assert found["largest_mol_per_m3"].tolist() == pytest.approx([0.1 / 3], rel=1e-2)


def test_measures(image):
    frame = measure.profile(image, "y").frame()
    assert list(frame) == ["y_m", "fraction_pore", "fraction_particle"]
    assert frame["fraction_particle"].tolist() == [0.5, 0.25, 0.25, 0.5]
    assert frame["y_m"].tolist() == pytest.approx([5e-8, 1.5e-7, 2.5e-7, 3.5e-7])
    frame = measure.percolation(image, "pore").frame()
    assert frame.index.tolist() == ["through", "first side only", "last side only", "closed"]
    assert frame.loc["through"].tolist() == [1, 1.0]
    frame = measure.two_point_correlation(image, "particle").frame()
    assert list(frame) == ["distance_m", "probability"]
    assert frame["probability"].iloc[0] == pytest.approx(6 / 16)
    pair = measure.Surfaces({("pore", "particle"): 2e-7}, 4e-14, 2).frame()
    assert list(pair) == ["phase", "other_phase", "length_m", "per_volume_1_per_m"]
    assert pair["per_volume_1_per_m"].tolist() == pytest.approx([5e6])
    near = measure.Proximity("a", "b", (2, 2), np.array([1e-7], np.float32), np.array([3])).frame()
    assert (near.index.tolist(), near["distance_m"].tolist()) == ([3], pytest.approx([1e-7]))


def test_particles_of_an_image(image):
    columns = {
        "volume": np.array([3e-14]), "surface": np.array([8e-7]), "sphericity": np.array([0.7]),
        "equivalent_diameter": np.array([2e-7]), "x": np.array([1.5e-7]), "y": np.array([1e-7]),
    }  # fmt: skip
    frame = measure.Particles(image, "particle", LABELS.astype(np.uint32), columns).frame()
    assert list(frame) == [
        "area_m2", "perimeter_m", "sphericity", "equivalent_diameter_m", "x_m", "y_m"
    ]  # fmt: skip
    assert frame.loc[1, "area_m2"] == 3e-14


def test_what_studies_find(solution):
    values = [[1.16], [1.04], [1.01]]  # 1 + h^2
    found = Convergence(Results((), ()), {"c": estimate([0.4, 0.2, 0.1], values)}, ("m", "f"))
    frame = found.frame()
    assert frame["extrapolated"].tolist() == pytest.approx([1.0])
    assert frame["observed_order"].tolist() == pytest.approx([2.0])
    fit = Calibration({"D": 2.0, "k": 3.0}, {"D": 4.0, "k": np.inf}, np.eye(2), np.zeros(1), {}, 5,
                      ("k",), {"D": "m^2/s", "k": "m/s"}).frame()  # fmt: skip
    assert fit.loc["D"].tolist() == [2.0, 0.5, 8.0, "m^2/s", False]
    assert fit.loc["k", "high_95"] == np.inf
    ends = Tornado("t_s", 2.0, {"D": 1.0}, {"D": 5.0}, {"D": Range(1, 2)}, Results((), ())).frame()
    assert ends.loc["D"].tolist() == [1.0, 2.0, 5.0]
    shares = SobolIndices("t", {"D": 0.7}, {"D": 0.8}, {"D": ((0.6, 0.8), (0.7, 0.9))}, 64).frame()
    assert shares.loc["D", "total_high_95"] == 0.9
    rounds = (Round(100, 50, 2.0, 0.2), Round(400, 200, 2.1, 0.021))
    frame = Refinement(Average("sei", 1.0), 0.01, rounds, solution, None).frame()
    assert frame["relative_error"].tolist() == pytest.approx([0.1, 0.01])


def test_without_pandas_the_extra_is_named(solution, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for table in (solution, solution.particles("sei"), solution.surfaces(("sei", "pore"))):
        with pytest.raises(MissingDependencyError, match=r"pip install 'anosim\[study\]'"):
            table.frame()
