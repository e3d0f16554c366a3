"""The other verbs: demo, solvers, doctor, and the help."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from anosim import cli, plugins
from anosim.case import Case
from anosim.cli import demo, doctor, solvers
from anosim.cli.options import option_lines
from anosim.features import FEATURES
from anosim.plugins import MESHERS, SOLVERS
from anosim.units import Quantity

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_demo(anosim: Command, folder: Path) -> None:
    done = anosim("demo")
    assert done.returncode == 0, done.stderr
    for words in ("REAL:", "ADDED NUMERICALLY:", "ILLUSTRATIVE:", "Usseglio-Viretta"):
        assert words in done.stdout
    found = json.loads((folder / "demo-results" / "results.json").read_text())
    assert max(found["mass_imbalance"]) < 1e-8
    assert found["average_mol_per_m3"]["cbd"] == pytest.approx([462, 719, 962], rel=0.01)
    assert all(difference < 1e-8 for difference in found["agreement"].values())
    assert 0.003 < found["unreachable_area_fraction"]["cbd"] < 0.01
    last = [probe["concentration_mol_per_m3"][1] for probe in found["probes"].values()]
    assert last == sorted(last, reverse=True)


@pytest.mark.parametrize("order", [1, 2])
def test_the_demo_is_a_case_like_any_other(order: int) -> None:
    case = Case.parse(demo.text(("skfem",), order, with_particles=True))
    assert set(case.materials) == {"cbd", "particle"}
    assert set(case.conditions) == {("pore", "cbd"), ("pore", "particle")}
    assert case.solvers["skfem"].order == order  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reasons", "names"),
    [(("", ""), ("skfem", "fenicsx")), (("", "no gcc"), ("skfem",)), (("no", "no"), ("skfem",))],
)
def test_the_demo_makes_do_with_what_works(
    monkeypatch: pytest.MonkeyPatch, reasons: tuple[str, str], names: tuple[str, ...]
) -> None:
    monkeypatch.setattr(demo, "trials", lambda named: dict(zip(named, reasons, strict=True)))
    assert demo.usable() == names


def test_solvers_lists_names_options_and_state(anosim: Command) -> None:
    done = anosim("solvers")
    assert done.returncode == 0, done.stderr
    for words in ("skfem", "fenicsx", "gmsh", "tolerance = 1e-08", "growth = 0.3", "usable"):
        assert words in done.stdout
    rows = [line.strip("│").split("│") for line in done.stdout.splitlines() if "│" in line]
    cells = [[cell.strip() for cell in row] for row in rows]
    for feature in FEATURES:
        assert [feature.name, "yes", "yes"] in cells


def test_options_are_told_with_their_meaning_and_unit() -> None:
    @dataclass(frozen=True)
    class Base:
        """Base.

        Attributes:
            order: of the elements; 1 or 2. More is not
                possible.
        """

        order: int = 2

    @dataclass(frozen=True)
    class Plugin(Base):
        """A plugin.

        Attributes:
            pause: between two
                steps.

        Raises:
            never: this.
        """

        pause: Quantity = Quantity("s", 1.0)  # noqa: RUF009
        plain: int = 3

    assert option_lines(Plugin) == [
        "order = 2: of the elements; 1 or 2",
        "pause = 1.0 [s]: between two steps",
        "plain = 3",
    ]


def test_a_solver_that_does_not_tell_its_features(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        pass

    class Modest:
        supports = frozenset({"mass transfer"})

    found = {"modest": Modest, "silent": Silent}
    monkeypatch.setattr(plugins, "names", lambda group: tuple(found))
    monkeypatch.setattr(plugins, "solver", found.__getitem__)
    _, modest, silent = (list(column.cells) for column in solvers.features().columns)
    assert modest.count("yes") == 1
    assert set(modest) == {"yes", "no"}
    assert set(silent) == {"not told"}


def test_doctor_where_all_is_well(anosim: Command) -> None:
    done = anosim("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("Python", "numpy", "C compiler", "mpiexec", "mesher gmsh", "solver skfem"):
        assert words in done.stdout


def test_doctor_where_nothing_solves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    states = {(MESHERS, "gmsh"): "", (SOLVERS, "skfem"): "install it with: pip install x"}
    monkeypatch.setattr(doctor, "trials", lambda names: states)
    monkeypatch.setattr(doctor, "installed", lambda name: None)
    assert cli.main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "solver skfem: install it with: pip install x" in printed
    assert "scikit-fem: pip install 'anosim[skfem]'" in printed
    assert "conda-forge" in printed
    assert "No solver works" in printed


@pytest.mark.parametrize("verb", ["demo", "run", "solvers", "doctor"])
def test_help_has_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([verb, "--help"])
    assert caught.value.code == 0
    assert f"example: anosim {verb}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith("anosim 0.")
