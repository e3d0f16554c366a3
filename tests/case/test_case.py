"""A case says what the library is told, and whatever it says never ends in another error."""

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_case import GOOD

from anosim.case import Case, CaseError, toml
from anosim.conditions import (
    Concentration,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Uptake,
)
from anosim.functions import Function
from anosim.masks import Mask
from anosim.regions import Box, Disc


def test_everything_arrives_in_si(folder: Path) -> None:
    case = Case.parse(GOOD, base=folder)
    assert case.microstructure().voxel == (2e-8, 2e-8)
    assert case.mesher.size == pytest.approx(8e-8)  # type: ignore[attr-defined]
    assert case.materials == {"sei": Material(1e-13)}
    assert case.conditions == {("pore", "sei"): MassTransfer(1e-3, 1000.0)}
    assert (case.until, case.initial) == (1.0, 0.0)
    assert case.output.times == (0.1, 1.0)
    assert case.output.probes["I"][1] == pytest.approx((4e-7, 2.5e-7))
    assert case.folder == folder / "results"


def test_sides_other_conditions_and_a_steady_state(folder: Path) -> None:
    start = GOOD.index("[[conditions]]")
    text = (
        GOOD[:start] + '[[conditions]]\non = "left"\ntype = "concentration"\nvalue = 5\n'
        '[[conditions]]\non = "right"\ntype = "flux"\nvalue = "1 mol/m^2/s"\n'
        '[solve]\nuntil = "inf"\ninitial = "1 mol/L"\n'
    )
    case = Case.parse(text, base=folder)
    assert case.conditions == {"left": Concentration(5.0), "right": Flux(1.0)}
    assert math.isinf(case.until)
    assert case.initial == 1000.0
    assert case.output.times == ()
    problem = case.problem(case.mesh(case.microstructure()))
    assert problem.steady


def test_particles_that_take_lithium_up_across_their_surface(folder: Path) -> None:
    solve = GOOD.index("[solve]")
    text = (
        GOOD[:solve] + '[materials.particle]\ndiffusivity = 1e-14\nreaction = "0.1 1/s"\n'
        '[[conditions]]\non = ["sei", "particle"]\ntype = "interface transfer"\n'
        'coefficient = "1e-7 m/s"\n' + GOOD[solve:]
    )
    pair, transfer = ("sei", "particle"), InterfaceTransfer(1e-7, 1.0)
    case = Case.parse(text, base=folder)
    assert case.materials["particle"] == Material(1e-14, 1.0, 0.1)
    assert case.conditions[pair] == transfer
    perfect = text.replace('"1e-7 m/s"', '"inf"\npartition = 2')
    assert Case.parse(perfect, base=folder).conditions[pair] == InterfaceTransfer(math.inf, 2.0)
    problem = case.problem(case.mesh(case.microstructure()))
    assert problem.transfers == {("particle", "sei"): transfer}
    with pytest.raises(CaseError, match="'particle'\\], of which one has a material; an interface"):
        Case.parse(text.replace('["sei", "particle"]', '["pore", "particle"]'), base=folder)


NYMAN = "diffusivity = { polynomial = [4.862e-10, -3.972e-13, 8.794e-17] }"


def test_values_over_time_and_concentration(folder: Path) -> None:
    text = GOOD.replace(
        'bulk = "1 mol/L"', 'bulk = { times = ["0 s", "0.5 s"], values = [0, "1 mol/L"] }'
    ).replace('diffusivity = "1e-13 m^2/s"', NYMAN)
    case = Case.parse(text, base=folder)
    bulk = case.conditions["pore", "sei"].bulk  # type: ignore[union-attr]
    assert isinstance(bulk, Function)
    assert bulk(np.array([0.0, 0.25, 0.5, 9.0])) == pytest.approx([0.0, 500.0, 1000.0, 1000.0])
    D = case.materials["sei"].diffusivity
    assert isinstance(D, Function)
    assert D(1000.0) == pytest.approx(8.794e-11 - 3.972e-10 + 4.862e-10, rel=1e-12, abs=0)
    problem = case.problem(case.mesh(case.microstructure()))
    assert (problem.linear, problem.constant) == (False, False)
    again = Case.parse(case.text(folder), base=folder)
    assert again.materials["sei"].diffusivity(700.0) == D(700.0)  # type: ignore[operator]
    table = '{ concentrations = [0, "1 mol/L"], values = ["1e-13 m^2/s", "3e-13 m^2/s"] }'
    case = Case.parse(GOOD.replace('"1e-13 m^2/s"', table), base=folder)
    assert case.materials["sei"].diffusivity(500.0) == pytest.approx(  # type: ignore[operator]
        2e-13, rel=1e-12, abs=0
    )


def test_uptake_surfaces_a_start_by_phase_and_periodic_sides(folder: Path) -> None:
    uptake = """
[materials.pore]
diffusivity = "1e-12 m^2/s"

[[conditions]]
on = ["sei", "particle"]
type = "uptake"
coefficient = "1e-7 m/s"
"""
    start = 'initial = { sei = 0, pore = "1 mol/L" }\nperiodic = "x"\nintegrator = "euler"\n'
    where = GOOD.index("[solve]")
    text = GOOD[: GOOD.index("[[conditions]]")] + uptake + "\n" + GOOD[where:]
    text = text.replace("[solve]\n", f"[solve]\nsteps = 4\n{start}")
    case = Case.parse(text, base=folder)
    assert case.conditions["sei", "particle"] == Uptake(1e-7)
    assert case.initial == {"sei": 0.0, "pore": 1000.0}
    assert case.mesher.periodic == "x"  # type: ignore[attr-defined]
    assert case.solvers["skfem"].steps == 4  # type: ignore[attr-defined]
    problem = case.problem(case.mesh(case.microstructure()))
    assert problem.periodic == "x"
    saturable = 'type = "uptake"\nequilibrium = "1 mol/m^3"\nhalf_saturation = "0.5 mol/L"'
    case = Case.parse(text.replace('type = "uptake"', saturable), base=folder)
    assert case.conditions["sei", "particle"] == Uptake(1e-7, 1.0, 500.0)


def test_regions_and_surfaces(folder: Path) -> None:
    output = """surfaces = true

[output.regions]
I = { box = [["0 um", "0.3 um"], ["0.2 um", "0.8 um"]] }
II = { disc = [["0.5 um", "0.3 um"], "0.1 um"] }
III = { mask = "roi.png", label = 2 }
"""
    case = Case.parse(GOOD + output, base=folder)
    problem = case.problem(case.mesh(case.microstructure()))
    assert case.surfaces(problem) == (("particle", "sei"),)
    box, disc, mask = case.regions.values()
    assert box == Box(("0 um", "0.3 um"), ("0.2 um", "0.8 um"))
    assert isinstance(disc, Disc)
    assert isinstance(mask, Mask)
    assert mask.voxel == (2e-8, 2e-8)
    assert mask.contains(np.array([[1e-8, 7.9e-7], [1e-8, 1e-8]])).tolist() == [True, False]
    elsewhere = folder / "some" / "results"
    elsewhere.mkdir(parents=True)
    again = Case.parse(case.text(elsewhere), base=elsewhere)
    assert list(again.regions) == ["I", "II", "III"]
    assert np.array_equal(again.regions["III"].mask, mask.mask)  # type: ignore[attr-defined]
    named = Case.parse(GOOD + 'surfaces = [["sei", "pore"]]', base=folder)
    assert named.surfaces(problem) == (("sei", "pore"),)
    assert Case.parse(GOOD, base=folder).surfaces(problem) == ()


def test_default_times_and_an_early_time_that_the_solver_must_hear_of(folder: Path) -> None:
    rest, _, _ = GOOD.partition("[output]")
    assert Case.parse(rest, base=folder).output.times == pytest.approx((0.02, 0.1, 1.0))
    early = Case.parse(rest + '[output]\ntimes = ["1 us", "1 s"]', base=folder)
    assert early.solvers["skfem"].earliest == pytest.approx(1e-6)  # type: ignore[attr-defined]


def test_the_solver_can_be_chosen_from_outside(folder: Path) -> None:
    assert list(Case.parse(GOOD, base=folder, solver="skfem").solvers) == ["skfem"]
    with pytest.raises(CaseError, match="did you mean 'skfem'"):
        Case.parse(GOOD, base=folder, solver="skfm")


def test_the_text_of_a_case_is_the_same_case_from_another_folder(folder: Path) -> None:
    case = Case.parse(GOOD, base=folder)
    elsewhere = folder / "some" / "results"
    elsewhere.mkdir(parents=True)
    text = case.text(elsewhere)
    assert tomllib.loads(text)["image"]["file"] == "../../roi.png"
    again = Case.parse(text, base=elsewhere)
    assert again.materials == case.materials
    assert again.conditions == case.conditions
    assert again.output.times == case.output.times
    assert again.image.digest() == case.image.digest()


KEYS = ["image", "mesh", "materials", "conditions", "solve", "output", "file", "voxel", "phases"]
KEYS += ["crop", "slice", "size", "sei", "pore", "diffusivity", "on", "type", "bulk", "until"]
KEYS += ["order", "tolerance", "times", "probes", "I", "folder", "x y", "", "\n", "regions"]
KEYS += ["box", "disc", "mask", "label", "surfaces", "values", "polynomial", "concentrations"]
KEYS += ["initial", "periodic", "equilibrium", "half_saturation", "integrator", "steps"]
TEXTS = ["20 nm", "1 s", "inf", "flux", "concentration", "left", "pore", "sei", "roi.png", "."]
SCALARS = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(TEXTS + KEYS)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)


def same(a: Any, b: Any) -> bool:
    """Equal, with a number that is none equal to itself."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


@given(st.dictionaries(st.one_of(st.text(max_size=4), st.sampled_from(KEYS)), VALUES, max_size=4))
def test_toml_is_written_as_it_is_read(data: dict[str, Any]) -> None:
    text = toml.dumps(data)
    assert tomllib.loads(text).keys() == data.keys()
    for key, value in tomllib.loads(text).items():
        assert same(value, data[key])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way into nested tables and lists."""
    items = value.items() if isinstance(value, dict) else []
    items = enumerate(value) if isinstance(value, list) else items
    return [path, *(way for key, inner in items for way in places(inner, (*path, key)))]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_change_to_a_case_gives_a_case_or_one_sentence(
    folder: Path, data: st.DataObject
) -> None:
    table = tomllib.loads(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from([way for way in places(table) if way]))
        inner = table
        for key in way:
            inner = inner[key]
        change = data.draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove":
            del inner[last]
        elif change == "replace" or isinstance(inner, list):
            inner[last] = data.draw(VALUES)
        else:
            inner[data.draw(st.sampled_from(KEYS))] = data.draw(VALUES)
    check(toml.dumps(table), folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="[]{}=\"',.\n #abx1-\\", max_size=60)))
def test_any_text_gives_a_case_or_one_sentence(folder: Path, text: str) -> None:
    check(text, folder)


def check(text: str, folder: Path) -> None:
    try:
        case = Case.parse(text, base=folder)
        case.microstructure()
    except CaseError as error:
        assert str(error).startswith("case")
        assert str(error).isprintable()
