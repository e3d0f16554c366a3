"""Units of length as image files spell them."""

_METRES = {
    "m": 1.0,
    "meter": 1.0,
    "metre": 1.0,
    "cm": 1e-2,
    "centimeter": 1e-2,
    "mm": 1e-3,
    "millimeter": 1e-3,
    "millimetre": 1e-3,
    "um": 1e-6,
    "µm": 1e-6,
    "μm": 1e-6,
    "micron": 1e-6,
    "microns": 1e-6,
    "micrometer": 1e-6,
    "micrometre": 1e-6,
    "nm": 1e-9,
    "nanometer": 1e-9,
    "nanometre": 1e-9,
    "pm": 1e-12,
    "picometer": 1e-12,
    "å": 1e-10,
    "angstrom": 1e-10,
    "a": 1e-10,
    "inch": 0.0254,
    "in": 0.0254,
}


def metres(unit: object) -> float | None:
    """The length of a unit in m; None for pixels and what is no unit of length."""
    text = str(unit).strip().strip('"').lower()
    return _METRES.get(text.replace("\\u00b5", "µ"))
