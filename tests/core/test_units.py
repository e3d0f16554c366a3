import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anosim import Concentration, Flux, MassTransfer, Material
from anosim.errors import AnosimError, UnitError
from anosim.units import si


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("20 nm", "m", 2e-8),
        ("1 mol/L", "mol/m^3", 1000.0),
        ("3.01e-10 m^2/s", "m^2/s", 3.01e-10),
        ("1e-6 cm^2/s", "m^2/s", 1e-10),
        ("2 min", "s", 120.0),
        ("20nm", "m", 2e-8),
        ("1 mol L^-1", "mol/m^3", 1000.0),
        ("3 mol·m⁻³", "mol/m^3", 3.0),
        ("0.1 1/s", "1/s", 0.1),
        ("3 mol/(m^2 s)", "mol/m^2/s", 3.0),
        ("2 A/m^2 (m^3/mol)^1.5", "A/m^2*(m^3/mol)^1.5", 2.0),
        (5, "s", 5.0),
    ],
)
def test_strings_carry_their_unit_and_numbers_are_si(text, unit, expected):
    assert si(text, unit, "x") == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("20 kg", "not of the dimension of m"),
        ("20", "has no unit"),
        ("twenty nm", "not a number with a unit"),
        ("", "unit"),
        ("20,5 nm", "write a decimal point"),
        ("50", "write for example '20 nm'"),
        ("9**9**9 nm", "not a number with a unit"),
        ("1 m**9**9**9", "not a number with a unit"),
        ("1 (((m^9)^9)^9)^9^9", "not a number with a unit"),
        ("2*3 nm", "not a number with a unit"),
        ("1 m^99999999", "not a number with a unit"),
        ("1 " + "(m)^9" * 1000, "not a number with a unit"),
        (None, "expected a number"),
        (math.nan, "finite"),
        (math.inf, "finite"),
    ],
)
def test_a_wrong_length_names_the_field(value, says):
    with pytest.raises(UnitError, match="pitch") as error:
        si(value, "m", "pitch")
    assert says in str(error.value)


def test_fields_convert_and_check():
    assert Material("1e-9 cm^2/s").diffusivity == pytest.approx(1e-13, rel=1e-9, abs=0)
    assert MassTransfer("1 mm/s", "1 mol/L") == MassTransfer(1e-3, 1000.0)
    with pytest.raises(UnitError, match=r"Material\.diffusivity .* greater than 0"):
        Material(0.0)
    with pytest.raises(UnitError, match=r"MassTransfer\.coefficient .* at least 0"):
        MassTransfer(-1.0, 0.0)
    with pytest.raises(UnitError, match=r"Concentration\.value"):
        Concentration("1 mol")
    assert Flux("-1 mol/m^2/s").value == -1.0


def test_fields_cannot_be_reassigned():
    material = Material(1.0)
    with pytest.raises(AttributeError):
        material.diffusivity = 2.0


@given(st.text(max_size=20))
def test_any_text_is_a_length_or_one_clear_error(text):
    try:
        assert math.isfinite(si(text, "m", "size"))
    except AnosimError as error:
        assert str(error).startswith("size is ")
