"""Numbers of a run against exact ones, and folders that are whole or not there."""

import json
from pathlib import Path

import numpy as np
import pytest

import anosim
from anosim.errors import InputError
from anosim.results import dimensionless, largest_difference, numbers, replacing_folder
from anosim.results.numbers import arrival_numbers, overshoot, plain, quantile, surface_numbers
from anosim.surfaces import ParticleSurfaces
from anosim.testing import rectangle


def slab(**changes: object) -> anosim.Diffusion:
    """1 um of material, with mass transfer on its right side."""
    parts: dict = {
        "mesh": rectangle(1e-6, 2e-7, (32, 4)),
        "materials": {"all": anosim.Material("1e-14 m^2/s")},
        "conditions": {"right": anosim.MassTransfer("1e-8 m/s", "1 mol/L")},
        "until": "100 s",
    }
    return anosim.Diffusion(**parts | changes)


def test_biot_and_fourier_of_a_slab() -> None:
    found = dimensionless(slab(), [1.0, 100.0])
    assert found["largest_distance_to_source_m"] == pytest.approx(1e-6)
    assert found["biot"] == [{"boundary": "right", "phase": "all", "biot": pytest.approx(1.0)}]
    assert found["fourier"]["all"] == pytest.approx([0.01, 1.0])


def test_damkoehler_of_an_uptake_surface() -> None:
    """1e-9 m/s over 1 um at the diffusivity that the source's concentration gives, 3e-14 m^2/s."""
    D = anosim.Table([0.0, 1000.0], [1e-14, 3e-14])
    conditions = {
        "right": anosim.Concentration("1 mol/L"),
        "left": anosim.Uptake("3e-9 m/s", half_saturation=100.0),
    }
    problem = slab(materials={"all": anosim.Material(D)}, conditions=conditions)
    found = dimensionless(problem, [1.0])
    assert found["damkoehler"] == [
        {"boundary": "left", "phase": "all", "damkoehler": pytest.approx(0.1)}
    ]
    assert found["biot"] == []
    assert found["fourier"]["all"] == pytest.approx([0.03])


def test_a_side_that_two_phases_touch_has_a_biot_number_for_each() -> None:
    mesh = rectangle(2e-6, 1e-6, (8, 4), phases=("a", "b"), cuts=(1e-6,))
    materials = {"a": anosim.Material(1e-14), "b": anosim.Material(2e-14)}
    found = dimensionless(
        slab(mesh=mesh, materials=materials, conditions={"top": anosim.MassTransfer(1e-8, 1.0)}), []
    )
    biot = {row["phase"]: row["biot"] for row in found["biot"]}
    assert biot["a"] == pytest.approx(2 * biot["b"])


def test_numbers_of_a_slab() -> None:
    solution = anosim.solve(slab(), solver="skfem")
    labels = np.zeros((4, 32), dtype=int)
    image = anosim.Microstructure(labels, {"all": 0}, (5e-8, 3.125e-8))
    arrival = solution.time_to(0.9)
    found = plain(numbers(image, solution, [10.0, 100.0], {"p": (5e-7, 1e-7)}, arrival))
    json.dumps(found, allow_nan=False)
    assert max(found["mass_imbalance"]) < 1e-8
    assert found["uptake_mol_per_m"]["right"] == pytest.approx(
        [mean * 2e-13 for mean in found["average_mol_per_m3"]["all"]], rel=1e-6, abs=0
    )
    middle = found["probes"]["p"]["concentration_mol_per_m3"]
    assert middle == pytest.approx(solution.at(np.array([[5e-7, 1e-7]]), [10.0, 100.0])[:, 0])
    assert found["mesh"]["triangles"] == 256
    late = found["time_to_90_percent"]
    assert late["share_of_reachable_area_later_than_the_end"] == 1.0
    assert late["quartiles_s"] == [None, None, None]


def test_arrival_quartiles_are_those_of_the_area() -> None:
    problem = slab(conditions={"right": anosim.Concentration(1.0)}, until="1000 s")
    solution = anosim.solve(problem, solver="skfem")
    found = arrival_numbers(solution, solution.time_to(0.9))
    assert found["share_of_reachable_area_later_than_the_end"] == 0.0
    for part, time in zip((0.25, 0.5, 0.75), found["quartiles_s"], strict=True):
        there = solution.at(np.array([[1e-6 * (1 - part), 1e-7]]), [time])[0, 0]
        assert there == pytest.approx(0.9, abs=0.01)


def test_overshoot_is_told() -> None:
    fast = {"right": anosim.MassTransfer(1.0, 1.0)}
    problem = slab(mesh=rectangle(1e-6, 2e-7, (4, 1)), conditions=fast)
    image = anosim.Microstructure(np.zeros((2, 2), dtype=int), {"all": 0}, 1.0)
    solution = anosim.solve(problem, solver="skfem")
    early, late = numbers(image, solution, [0.01, 100.0], {}, None)["overshoot_share"]
    assert early > 0.05
    assert late < 1e-3


def test_the_range_of_concentrations_with_uptake_and_values_over_time() -> None:
    """The bulk goes to 0.2 mol/L, an uptake surface ends at 0.3 mol/L: nothing leaves 0.1 to 1."""
    bulk = anosim.Table([0.0, 50.0], [1000.0, 200.0])
    conditions = {"right": anosim.MassTransfer("1e-8 m/s", bulk), "left": anosim.Uptake(1e-8, 300)}
    solution = anosim.solve(slab(conditions=conditions, initial=100.0), tolerance=1e-6)
    assert overshoot(solution, [1.0, 10.0, 100.0]) == pytest.approx(0.0, abs=1e-6)
    with_flux = slab(conditions=conditions | {"top": anosim.Flux(1e-9)}, initial=100.0)
    assert overshoot(anosim.solve(with_flux, tolerance=1e-4), [1.0]) is None


def test_surfaces_of_all_particles_together() -> None:
    def table(*values: float) -> np.ndarray:
        return np.array([values])

    found = surface_numbers(
        ParticleSurfaces(
            "particle",
            "sei",
            np.array([1.0]),
            mean=table(10.0, 40.0, np.nan),
            spread=table(1.0, 2.0, np.nan),
            lowest=table(9.0, 30.0, np.nan),
            highest=table(12.0, 41.0, np.nan),
            contact_size=np.array([2.0, 2.0, 5.0]),
            reached=np.array([1.0, 0.5, 0.0]),
            volume=np.ones(3),
            centroid=np.zeros((3, 2)),
            number=np.arange(1, 4),
        )
    )
    assert (found["particles"], found["particles_without_a_source"]) == (3, 1)
    assert found["mean_mol_per_m3"] == pytest.approx([20.0])
    assert found["standard_deviation_between_particles_mol_per_m3"] == pytest.approx([200**0.5])
    assert found["standard_deviation_within_particles_mol_per_m3"] == pytest.approx([2**0.5])
    assert (found["lowest_mol_per_m3"][0], found["highest_mol_per_m3"][0]) == (9.0, 41.0)


def test_two_solutions_are_compared_by_the_change() -> None:
    first = anosim.solve(slab(initial=500.0), solver="skfem")
    second = anosim.solve(slab(initial=500.0), solver="skfem", tolerance=1e-4)
    assert largest_difference(first, first, [10.0]) == 0.0
    assert 0.0 < largest_difference(first, second, [10.0, 100.0]) < 1e-3


def test_weighted_quantile() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 1.0])
    assert [quantile(values, weights, part) for part in (0.0, 0.5, 0.51, 0.8, 1.0)] == [
        1,
        1,
        2,
        3,
        3,
    ]


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with replacing_folder(folder) as place:
        (place / "x").touch()
        assert not folder.exists()
    assert [file.name for file in folder.iterdir()] == ["x"]
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_a_failure_leaves_earlier_results(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "results.json").write_text('{"files": ["results.json"]}')
    with pytest.raises(ZeroDivisionError), replacing_folder(folder) as place:
        place.with_name(f"{place.name}/{1 / 0}").touch()
    assert [file.name for file in folder.iterdir()] == ["results.json"]
    with replacing_folder(folder) as place:
        (place / "x").touch()
    assert [file.name for file in folder.iterdir()] == ["x"]
    assert [file.name for file in tmp_path.iterdir()] == ["results"]


@pytest.mark.parametrize("record", ["", "[]", '{"files": 3}', '{"files": ["results.json"]}'])
def test_what_no_run_wrote_is_not_replaced(tmp_path: Path, record: str) -> None:
    (tmp_path / "results.json").write_text(record)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"), replacing_folder(tmp_path):
        pass
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "results"):
        with pytest.raises(InputError), replacing_folder(path):
            pass
