"""Units of length as files of images and meshes spell them."""

import re
import unicodedata
from itertools import product

_PREFIXES = {"k": 1e3, "": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "μ": 1e-6, "u": 1e-6,
             "n": 1e-9, "p": 1e-12}  # fmt: skip
_NAMES = {"kilo": 1e3, "": 1.0, "deci": 1e-1, "centi": 1e-2, "milli": 1e-3, "micro": 1e-6,
          "μ": 1e-6, "nano": 1e-9, "pico": 1e-12}  # fmt: skip
_METRES = {
    **{f"{prefix}m": factor for prefix, factor in _PREFIXES.items()},
    **{
        f"{prefix}{name}{plural}": factor
        for (prefix, factor), name, plural in product(_NAMES.items(), ("meter", "metre"), ("", "s"))
    },
    **dict.fromkeys(("micron", "microns"), 1e-6),
    **dict.fromkeys(
        ("å", "a", "angstrom", "angstroms", "ångstrom", "ångstroms", "ångström", "ångströms"),
        1e-10,
    ),
    **dict.fromkeys(("in", "inch", "inches"), 0.0254),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
}
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{2,4});", re.IGNORECASE)


def metres(unit: object) -> float | None:
    r"""Length of a unit, m; None for pixels and whatever is no unit of length.

    Symbols and English names in singular and plural, whatever their case; the micro sign and the
    Greek letter, also escaped (``\u00B5m``) or decoded as Latin-1 by mistake.

    Args:
        unit: text, or bytes as they stand in the file.
    """
    text = _decoded(unit) if isinstance(unit, bytes) else str(unit)
    text = _ESCAPE.sub(lambda found: chr(int(next(filter(None, found.groups())), 16)), text)
    text = text.replace("&micro;", "µ").replace("&#181;", "µ").replace("&#956;", "μ")
    plain = unicodedata.normalize("NFKC", _mended(text)).lower()
    return _METRES.get(re.sub(r"[\s\"'()\[\]._-]|\0", "", plain))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _mended(text: str) -> str:
    """UTF-8 that a program took for Latin-1 or Windows' code page."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode()
        except UnicodeError:
            continue
    return text
