"""Meshes that follow the error."""

import numpy as np
import pytest

from anosim import Concentration, Diffusion, Material, Microstructure, plugins, progress
from anosim.adapt import Average, NotMetError, SteadyFlux, refine
from anosim.errors import InputError, UnsupportedError
from anosim_geometry import GmshMesher

ELL = np.zeros((48, 48), dtype=int)
ELL[24:, 24:] = 1
IMAGE = Microstructure(ELL, {"in": 0, "out": 1}, 1.0 / 48.0)
START = GmshMesher(size=0.125, interface_size=0.125, staircase=True, gap_elements=0)
TRUE = 0.39085
"""By meshes that were refined much further."""


def _flux(mesh):
    conditions = {"right": Concentration(1.0), "bottom": Concentration(0.0)}
    return Diffusion(mesh, {"in": Material(1.0)}, conditions, until="inf")


@pytest.mark.parametrize(("order", "tolerance", "gain"), [(1, 2e-3, 3.0), (2, 3e-4, 3.0)])
def test_fewer_unknowns_than_uniform_meshes_for_the_same_error(order, tolerance, gain):
    solver = plugins.solver("skfem")(order=order)
    found = refine(
        IMAGE, _flux, SteadyFlux("right"), tolerance, mesher=START, solver=solver, most_rounds=6
    )
    last = found.rounds[-1]
    error = abs(last.value / TRUE - 1.0)
    assert found.met
    assert error < 2.0 * tolerance
    assert 0.3 < last.relative / error < 3.0
    pixels = 1.0 if order == 1 else 2.0
    fine = GmshMesher(size=pixels / 48, interface_size=pixels / 48, staircase=True, gap_elements=0)
    uniform = solver.solve(_flux(fine.mesh(IMAGE)))
    assert abs(uniform.flux("right")[0] / TRUE - 1.0) > error
    assert len(uniform.base) > gain * last.unknowns


def test_the_outcome_in_words_and_progress():
    told = []
    solver = plugins.solver("skfem")(order=2)
    with progress.watched_by(lambda stage, fraction: told.append((stage, fraction))):
        found = refine(IMAGE, _flux, SteadyFlux("right"), 0.01, mesher=START, solver=solver)
    assert str(found) == (
        f"{found.estimate}, tolerance 1 %, {found.rounds[-1].triangles} triangles, "
        f"round {len(found.rounds)}"
    )
    assert str(found.estimate) == (
        "estimated error of the steady flux through 'right': "
        f"{100.0 * found.estimate.relative:.2g} %"
    )
    assert ("refine", 1.0) in told
    assert {"mesh", "assemble", "solve"} <= {stage for stage, _ in told}


def test_a_mean_in_time_is_refined_where_it_matters():
    labels = np.zeros((30, 60), dtype=int)
    image = Microstructure(labels, {"all": 0}, 1.0 / 60.0)
    solver = plugins.solver("skfem")(order=1)

    def problem_of(mesh):
        conditions = {"left": Concentration(1.0)}
        return Diffusion(mesh, {"all": Material(1.0)}, conditions, until=0.002)

    start = GmshMesher(size=4.0 / 60.0, growth=1.0)
    found = refine(image, problem_of, Average("all", 0.002), 0.01, mesher=start, solver=solver)
    mesh = found.solution.problem.mesh
    x = mesh.points[mesh.cells].mean(axis=1)[:, 0]
    near, far = mesh.volumes[x < 0.1], mesh.volumes[x > 0.5]
    assert np.median(far) > 10.0 * np.median(near)
    exact = 2.0 * np.sqrt(0.002 / np.pi)
    assert found.rounds[-1].value == pytest.approx(exact, rel=0.012)


def test_what_was_reached_is_kept_when_the_tolerance_is_not_met():
    solver = plugins.solver("skfem")(order=1)
    with pytest.raises(NotMetError, match="was not met: estimated error") as caught:
        refine(IMAGE, _flux, SteadyFlux("right"), 1e-6, mesher=START, solver=solver, most_rounds=2)
    assert len(caught.value.refinement.rounds) == 2
    assert not caught.value.refinement.met


def test_what_makes_no_sense_is_refused_before_any_work():
    class Plain:
        def mesh(self, microstructure):
            raise AssertionError("it was asked for a mesh")

    solver = plugins.solver("skfem")(order=1)
    with pytest.raises(UnsupportedError, match="Plain takes no edge lengths"):
        refine(IMAGE, _flux, SteadyFlux("right"), 0.01, mesher=Plain(), solver=solver)
    for options in ({"tolerance": 2.0}, {"tolerance": 0.1, "most_rounds": 0}):
        with pytest.raises(InputError, match="choose a tolerance between 0 and 1"):
            refine(IMAGE, _flux, SteadyFlux("right"), mesher=START, solver=solver, **options)
