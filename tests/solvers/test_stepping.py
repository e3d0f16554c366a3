"""Time integration step by step: accuracy, balance, kinks, and going on after a kill."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from anosim import (
    Concentration,
    Diffusion,
    Flux,
    MassTransfer,
    Material,
    Table,
    Uptake,
    solve,
)
from anosim.errors import ConvergenceError, InputError
from anosim.testing import crank_slab, rectangle

TIMES = np.geomspace(3e-4, 30.0, 25)


def _slab(**more):
    return Diffusion(
        rectangle(1e-6, 1e-7, (40, 2), phases=("a", "b"), cuts=(0.5e-6,)),
        {"a": Material(1e-13), "b": Material(1e-14, capacity=3.0, reaction=0.02)},
        {"left": Concentration(1000.0), "right": MassTransfer(1e-8, 200.0)},
        until=30.0,
        **more,
    )


def _distance(one, other):
    weights = one.domain.weights()
    weights = np.where(weights > 0, weights, weights.max())
    a, b = one.values(TIMES), other.values(TIMES)
    return np.sqrt(((a - b) ** 2 @ weights) / (b**2 @ weights)).max()


@pytest.mark.parametrize("tolerance", [1e-4, 1e-7])
def test_the_methods_agree_within_their_tolerance(solver, tolerance):
    exact = solve(_slab(), solver=solver, tolerance=1e-11)
    assert exact.record["integrator"] == "rational Krylov"
    for integrator in ("krylov", "esdirk"):
        found = solve(_slab(), solver=solver, tolerance=tolerance, integrator=integrator)
        assert _distance(found, exact) < tolerance
        assert found.imbalance(TIMES).max() < 1e-8


def test_implicit_euler_comes_closer_with_more_steps_and_balances(solver):
    exact = solve(_slab(), solver=solver).values(30.0)
    errors = []
    for steps in (50, 100):
        found = solve(_slab(), solver=solver, integrator="euler", steps=steps)
        errors.append(np.abs(found.values(30.0) - exact).max())
        assert found.imbalance(TIMES).max() < 1e-8
        assert found.record["factorisations"] == "1"
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)


def test_krylov_refuses_what_it_cannot_do():
    problem = _slab()
    moving = Diffusion(
        problem.mesh, problem.materials, {"left": Concentration(lambda t: t)}, until=1.0
    )
    with pytest.raises(InputError, match="'krylov' does not fit: the problem depends on time"):
        solve(moving, integrator="krylov")
    bent = Diffusion(
        problem.mesh, {"a": Material(lambda c: 1.0 + c)}, {"left": Concentration(1.0)}, until=1.0
    )
    with pytest.raises(InputError, match="is not linear"):
        solve(bent, integrator="krylov")


def test_superposition_over_time(solver):
    """A ramp of the boundary value is the integral of the step response: Crank's slab."""
    mesh = rectangle(1.0, 0.05, (30, 1))
    problem = Diffusion(
        mesh,
        {"all": Material(1.0)},
        {"right": MassTransfer(1.0, Table([0.0, 1.0], [0.0, 1.0]))},
        until=1.0,
    )
    found = solve(problem, solver=solver, tolerance=1e-8).at([[0.0, 0.02]], [0.5, 1.0])[:, 0]
    nodes, weights = np.polynomial.legendre.leggauss(40)
    for time, value in zip((0.5, 1.0), found, strict=True):
        ago = (nodes + 1.0) / 2.0 * time
        response = 1.0 - crank_slab(ago, np.zeros(1), 1.0)[:, 0]
        assert value == pytest.approx(weights @ response * time / 2.0, abs=1e-6)


def test_a_pulse_that_ends_is_met(solver):
    pulse = Table(["0 s", "1 s", "1.001 s", "5 s"], [1e-5, 1e-5, 0.0, 0.0])
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (20, 2)), {"all": Material(1e-13)}, {"left": Flux(pulse)}, until=5.0
    )
    found = solve(problem, solver=solver, tolerance=1e-6)
    assert found.flux("left", [0.5, 3.0]) == pytest.approx([1e-12, 0.0], rel=1e-6, abs=1e-18)
    assert found.uptake("left", [0.5, 1.0, 5.0]) == pytest.approx(
        [0.5e-12, 1e-12, 1.0005e-12], rel=1e-6, abs=0
    )
    assert found.imbalance([0.1, 1.0, 1.001, 3.0, 5.0]).max() < 1e-8


def test_a_value_that_jumps_unannounced_costs_steps_not_accuracy():
    problem = Diffusion(
        rectangle(1.0, 0.1, (10, 1)),
        {"all": Material(1.0)},
        {"left": MassTransfer(1.0, lambda t: np.where(t < 0.3, 1.0, 0.0))},
        until=1.0,
    )
    try:
        found = solve(problem, tolerance=1e-4)
    except ConvergenceError as error:
        assert "Give it as a Table" in str(error)
        return
    announced = Table([0.0, 0.3, 0.3 + 1e-9, 1.0], [1.0, 1.0, 0.0, 0.0])
    known = Diffusion(
        problem.mesh, problem.materials, {"left": MassTransfer(1.0, announced)}, until=1.0
    )
    exact = solve(known, tolerance=1e-7).values(1.0)
    assert np.abs(found.values(1.0) - exact).max() < 1e-3 * exact.max()


def test_uptake_takes_the_field_to_its_equilibrium(solver):
    problem = Diffusion(
        rectangle(1e-6, 1e-7, (20, 2)),
        {"all": Material(1e-13)},
        {"right": Uptake(1e-6, equilibrium=100.0, half_saturation=50.0)},
        until=1000.0,
        initial=1000.0,
    )
    found = solve(problem, solver=solver, tolerance=1e-6)
    assert found.average("all") == pytest.approx(100.0, rel=1e-6)
    assert found.uptake("right") == pytest.approx(-900.0 * 1e-13, rel=1e-6, abs=0)
    early = found.flux("right", 1e-3)[0] / 1e-7
    assert -early < 1e-6 * 50.0  # never above the largest rate


SCRIPT = """
import sys
import anosim
from anosim import Concentration, Diffusion, Material
from anosim.integrate import checkpoint
from anosim.testing import rectangle

checkpoint.EVERY = 0.0
if sys.argv[2] == "kill":
    import os, signal
    save = checkpoint.Checkpoint.save
    left = [int(sys.argv[4])]
    def dying(self, *given):
        save(self, *given)
        left[0] -= 1
        if left[0] == 0:
            with open(self.folder / "modes.bin", "ab") as file:
                file.write(b"half a mode")
            os.kill(os.getpid(), signal.SIGKILL)
    checkpoint.Checkpoint.save = dying
D = (lambda c: 1.0 + c) if sys.argv[3] == "esdirk" else 1.0
problem = Diffusion(
    rectangle(1.0, 0.2, (24, 4)), {"all": Material(D)}, {"left": Concentration(1.0)}, until=1.0
)
solution = anosim.solve(
    problem, tolerance=1e-6, integrator=sys.argv[3], checkpoint=sys.argv[1]
)
print(repr(solution.at([[0.1, 0.1]], [1e-4, 1e-3, 0.01, 0.1, 1.0])[:, 0].tolist()))
print(solution.record.get("solves", ""))
"""


@pytest.mark.parametrize("integrator", ["krylov", "esdirk"])
def test_a_killed_run_goes_on(tmp_path, integrator):
    folder, script = tmp_path / "state", tmp_path / "run.py"
    script.write_text(textwrap.dedent(SCRIPT))

    def run(*arguments):
        command = [sys.executable, str(script), str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    whole = run("run", integrator)
    assert whole.returncode == 0, whole.stderr
    assert not folder.exists()
    killed = run("kill", integrator, "12")
    assert killed.returncode == -9
    assert (folder / "state.npz").is_file()
    resumed = run("run", integrator)
    assert resumed.returncode == 0, resumed.stderr
    assert not folder.exists()
    first, second = whole.stdout.split("\n")[:2], resumed.stdout.split("\n")[:2]
    assert np.allclose(eval(first[0]), eval(second[0]), rtol=1e-9, atol=1e-11)
    if integrator == "esdirk":
        assert int(second[1]) < int(first[1])  # what was done is not done again


def test_a_checkpoint_of_another_problem_is_refused(tmp_path):
    from anosim.integrate.checkpoint import Checkpoint

    state = {"now": np.zeros(4)}
    Checkpoint(tmp_path / "c", "one").save(state, np.ones((2, 3)))
    again = Checkpoint(tmp_path / "c", "one").load()
    assert again is not None
    assert again[1].tolist() == [[1.0] * 3] * 2
    with pytest.raises(InputError, match="belongs to another problem"):
        Checkpoint(tmp_path / "c", "two").load()
    (tmp_path / "c" / "state.npz").write_bytes(b"PK\x03\x04 cut")


@pytest.mark.parametrize("file", ["state.npz", "modes.bin"])
def test_a_damaged_checkpoint_is_not_used(tmp_path, file):
    from anosim.integrate.checkpoint import Checkpoint

    first = Checkpoint(tmp_path / "c", "one")
    first.save({"now": np.zeros(4)}, np.ones((2, 3)))
    first.save({"now": np.ones(4)}, np.arange(12.0).reshape(4, 3))
    assert Checkpoint(tmp_path / "c", "one").load()[1][3].tolist() == [9.0, 10.0, 11.0]
    data = bytearray((tmp_path / "c" / file).read_bytes())
    for change in (data[: len(data) // 2], data[:60] + b"\x07" + data[61:], b"", b"PK\x03\x04 cut"):
        (tmp_path / "c" / file).write_bytes(change)
        with pytest.warns(UserWarning, match="is damaged and is not used"):
            assert Checkpoint(tmp_path / "c", "one").load() is None
