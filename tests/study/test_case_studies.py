"""Studies of a case: shared meshes, the reduced model, resuming, errors."""

import time
from dataclasses import replace

import numpy as np
import pytest

from anosim import Concentration, Diffusion, InterfaceTransfer, MassTransfer, Material, plugins
from anosim.errors import InputError
from anosim.study import Range, Study
from anosim.study.affine import Affine
from anosim.study.caseruns import CaseRuns
from anosim.study.chain import Chain
from anosim.study.family import Family
from anosim.study.reduced import ReducedModel
from anosim.testing import rectangle

D, K = "materials.sei.diffusivity", "conditions.0.coefficient"
AXES = {
    D: Range("1e-14 m^2/s", "1e-12 m^2/s", log=True).spaced(6),
    K: Range("1e-8 m/s", "1e-5 m/s", log=True).spaced(6),
}
CURVES = ("average.sei", "probe.far", "region.I", "flux.pore|sei", "uptake.pore|sei")


def _problem(mesh, *, D=1e-13, theta=1.0, r=0.0, k=1e-7, h=1e-7, held=500.0):
    return Diffusion(
        mesh,
        {"a": Material(D, theta, r), "b": Material(3e-13), "c": Material(1e-13)},
        {
            "left": MassTransfer(k, 1000.0),
            "right": Concentration(held),
            ("a", "b"): InterfaceTransfer(h, 2.0),
        },
        until=10.0,
        initial=30.0,
    )


@pytest.mark.parametrize("solver", ["skfem", "fenicsx"])
def test_a_reduced_model_gives_what_the_solver_gives(solver):
    mesh = rectangle(2e-6, 1e-6, (16, 8), phases=("a", "b", "c"), cuts=(0.75e-6, 1.25e-6))
    random = np.random.default_rng(0)
    problems = [
        _problem(
            mesh,
            D=1e-13 * 10 ** random.uniform(-1, 1),
            theta=random.uniform(1, 3),
            r=random.uniform(0, 0.3),
            k=1e-7 * 10 ** random.uniform(-1, 1),
            h=1e-7 * 10 ** random.uniform(-1, 1),
            held=random.uniform(100, 900),
        )
        for _ in range(8)
    ]
    tolerance = 1e-5
    plugin = plugins.solver(solver)(tolerance=tolerance)
    family = Family(plugin, problems[0])
    family.grow(problems)
    exact = replace(plugin, tolerance=1e-10)
    times = np.geomspace(1e-3, 10.0, 15)
    for problem in problems:
        found, wanted = family.solve(problem), exact.solve(problem)
        assert found.record["integrator"].startswith("reduced model")
        change = np.linalg.norm(wanted.values(times) - wanted.values(0.0), axis=1)
        off = np.linalg.norm(found.values(times) - wanted.values(times), axis=1)
        assert (off / change).max() < 3 * tolerance
        assert found.imbalance(times).max() < 1e-8
        for name in ("left", "right", ("a", "b")):
            scale = np.abs(wanted.flux(name, times))
            assert found.flux(name, times)[5:] == pytest.approx(
                wanted.flux(name, times)[5:], abs=1e-3 * scale.max()
            )


def test_a_reduced_model_reaches_a_tight_tolerance():
    mesh = rectangle(2e-6, 1e-6, (16, 8), phases=("a", "b", "c"), cuts=(0.75e-6, 1.25e-6))
    problems = [_problem(mesh, D=1e-13 * d, k=1e-7 * k) for d in (1, 2, 4) for k in (1, 10)]
    affine = Affine.of(plugins.solver("skfem")(tolerance=1e-8), problems[0])
    model = ReducedModel(affine, 1e-8)
    errors = model.grow([affine.coefficients(problem) for problem in problems])
    assert errors.max() <= 1e-8


def test_a_family_solves_what_it_was_not_grown_for():
    mesh = rectangle(2e-6, 1e-6, (8, 4), phases=("a", "b", "c"), cuts=(0.75e-6, 1.25e-6))
    plugin = plugins.solver("skfem")(tolerance=1e-5)
    family = Family(plugin, _problem(mesh))
    far = _problem(mesh, D=1e-11, k=1e-5, h=1e-9)
    found, wanted = family.solve(far), replace(plugin, tolerance=1e-9).solve(far)
    assert found.average("c", [0.1, 10.0]) == pytest.approx(
        wanted.average("c", [0.1, 10.0]), rel=1e-4
    )


def test_runs_on_one_mesh_agree_with_single_ones(folder):
    results = Study(folder / "case.toml", AXES, folder=folder / "sweep").run(workers=0)
    assert len(results.done) == 36
    assert len(list((folder / "sweep" / "cache").glob("mesh-*.npz"))) == 1
    assert len({row.hashes["mesh"] for row in results}) == 1
    chain = Chain(CaseRuns.of(folder / "case.toml"), folder / "sweep" / "cache")
    for row in (results.rows[0], results.rows[17], results.rows[35]):
        assert row.record["integrator"].startswith("reduced model")
        alone = chain.run(dict(row.inputs), None)
        assert alone.record["integrator"] == "rational Krylov"
        for name in CURVES:
            scale = 1e-4 * np.abs(alone.numbers[name]).max()
            assert row.numbers[name] == pytest.approx(alone.numbers[name], rel=1e-4, abs=scale)
        arrival = alone.numbers["mean_reaches_90.sei"]
        assert row.numbers["mean_reaches_90.sei"] == pytest.approx(arrival, rel=1e-3)


def test_a_study_that_lost_rows_ends_as_if_nothing_had_happened(folder):
    study = Study(folder / "case.toml", AXES, folder=folder / "sweep")
    before = study.run(workers=0)
    for row in before.rows[2:7]:
        (folder / "sweep" / "runs" / f"{row.key}.json").unlink()
    kept = [folder / "sweep" / "runs" / f"{row.key}.json" for row in before.rows[:2]]
    stamps = [path.stat().st_mtime_ns for path in kept]
    time.sleep(0.01)
    after = study.run(workers=0)
    assert [row.numbers for row in after] == [row.numbers for row in before]
    assert [path.stat().st_mtime_ns for path in kept] == stamps


def test_other_axes_and_errors(folder):
    whole, beyond = [[0, 40], [0, 40]], [[0, 4000], [0, 40]]
    axes = {"image.crop": [whole, beyond], "solve.order": [1, 2]}
    results = Study(folder / "case.toml", axes, folder=folder / "sweep").run(workers=2)
    assert [row.status for row in results] == ["done", "done", "failed", "failed"]
    assert "crop range [0, 4000] does not fit" in results.failed[0].error
    assert results.column("unknowns")[0] < results.column("unknowns")[1]
    for name, value, says in (
        ("mesh.size", "-3 nm", "mesh.size is '-3 nm'"),
        ("output.times", ["2 kg"], "output.times"),
        ("materials.sei.diffusivity", "1 kg", "materials.sei.diffusivity"),
    ):
        study = Study(folder / "case.toml", {name: [value]}, folder=folder / "refused")
        with pytest.raises(InputError, match=says):
            study.run(workers=0)
        assert not (folder / "refused").exists()
    wrong = Study(folder / "case.toml", {"conditions.7.bulk": [1.0]}, folder=folder / "wrong")
    with pytest.raises(InputError, match="a number from 0 to 0"):
        wrong.run(workers=0)


def test_another_image_makes_other_runs(folder):
    study = Study(folder / "case.toml", {"solve.order": [1]}, folder=folder / "sweep")
    before = study.keys
    from PIL import Image

    labels = np.asarray(Image.open(folder / "roi.png")).copy()
    labels[30:, :3] = 0
    Image.fromarray(labels).save(folder / "roi.png")
    again = Study(folder / "case.toml", {"solve.order": [1]}, folder=folder / "sweep")
    assert again.keys != before


def test_a_reduced_model_is_not_grown_where_it_cannot_pay(folder):
    few = {D: [1e-13, 2e-13, 3e-13], K: [1e-7, 1e-6]}
    results = Study(folder / "case.toml", few, folder=folder / "few").run(workers=0)
    assert {row.record["integrator"] for row in results} == {"rational Krylov"}
    mesh = rectangle(2e-6, 1e-6, (8, 4), phases=("a", "b", "c"), cuts=(0.75e-6, 1.25e-6))
    plugin = plugins.solver("skfem")(tolerance=1e-8)
    problems = [_problem(mesh, D=1e-14 * 10**d) for d in np.linspace(0.0, 4.0, 8)]
    family = Family(plugin, problems[0])
    family.grow(problems, most=2)
    assert family.solve(problems[-1]).record["integrator"] == "rational Krylov"
