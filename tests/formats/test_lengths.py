"""Units of length in all spellings that files use."""

import pytest

from anosim.formats.images.lengths import metres


@pytest.mark.parametrize(
    ("metre", "spellings"),
    [
        (1.0, ["m", "meter", "Metres", '"m"']),
        (1e-2, ["cm", "centimeters"]),
        (1e-3, ["mm", "MM", "millimetre", "Millimeters"]),
        (1e-6, ["um", "µm", "μm", "\\u00B5m", "\\u03bcm", "\\xb5m", "&#181;m", "&micro;m",
                "Âµm", "Î¼m", "micron", "Microns", "micrometer", "Micrometers", "micro-metre",
                "µmeter", b"\xb5m", "µm".encode(), " um\0"]),
        (1e-9, ["nm", "nanometer", "nanometers", "Nanometres", "nano meters", "[nm]", b"nm"]),
        (1e-12, ["pm", "picometers"]),
        (1e-10, ["Å", "\u212b", "A", "angstrom", "Angstroms", "Ã…", b"\xc5", "ångström"]),
        (0.0254, ["inch", "in", "Inches"]),
    ],
)  # fmt: skip
def test_spellings_of_a_unit(metre, spellings):
    found = {spelling: metres(spelling) for spelling in spellings}
    assert found == {spelling: pytest.approx(metre, rel=1e-15, abs=0) for spelling in spellings}


@pytest.mark.parametrize("unit", ["pixel", "pixels", "sec", "", "µ", "reference frame", "furlong",
                                  "???", "mol", "s", "none", None, b"\xff\xfe"])  # fmt: skip
def test_what_is_no_length(unit):
    assert metres(unit) is None
