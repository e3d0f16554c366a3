"""The numbers of an image as a reader wants them."""

from collections.abc import Mapping
from math import inf
from typing import Any


def summary(numbers: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What matters of an image's numbers: name, value and unit, for a terminal or a page.

    Args:
        numbers: those of an ``Overview``, or of the ``results.json`` that ``anosim measure`` left.
    """
    rows = []
    for phase, row in numbers["fraction"].items():
        ends = row["interval_95"]
        spread = f" ({100 * ends[0]:.2f} to {100 * ends[1]:.2f})" if ends else ""
        rows.append(
            (f"fraction of {phase} (95 % interval)", f"{100 * row['mean']:.2f}{spread}", "%")
        )
        low, high = 100 * row["slice_min"], 100 * row["slice_max"]
        rows.append((f"fraction of {phase} per slice", f"{low:.2f} to {high:.2f}", "%"))
    for pair, value in numbers["surface"]["per_volume_1_per_m"].items():
        rows.append((f"surface {pair.replace('|', ' | ')}", f"{value * 1e-6:.4g}", "1/µm"))
    pore, way, flux = numbers["pore"], numbers["geodesic_tortuosity"], numbers["tortuosity_factor"]
    depth = f"{way['deepest_reached_m'] * 1e6:.4g} µm"
    rows += [
        (f"geodesic tortuosity of {pore} at {depth}",
         f"{_known(way['mean_at_deepest']):.4g} ± {_known(way['std_at_deepest']):.2g}", ""),
        (f"{pore} without a way from the {way['side']}", f"{100 * way['unreached']:.2f}", "%"),
        ("channels at the entry, at the end",
         f"{way['channels_at_entry']}, {way['channels_at_end']}", ""),
        (f"tortuosity factor of {pore} ({flux['axis']})",
         f"{_known(flux['tortuosity_factor']):.5g}", ""),
        ("D_eff / D", f"{flux['effective_over_bulk']:.5g}", ""),
        (f"{pore} that leads through", f"{100 * flux['shares']['through']:.2f}", "%"),
    ]  # fmt: skip
    for phase, row in numbers["width"].items():
        for name, key in (("local thickness", "local_thickness"), ("chord length", "chord_length")):
            value = row[f"{key}_mean_m"]
            if value is not None:
                rows.append((f"mean {name} of {phase}", f"{value * 1e6:.4g}", "µm"))
    return rows + _particle_rows(numbers)


def _particle_rows(numbers: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    if "particles" in numbers:
        found, name = numbers["particles"], numbers["particle"]
        density = found["number_per_slice_area_1_per_m2"] * 1e-12
        mean, largest = found["equivalent_diameter_mean_m"], found["extension_max_m"]
        rows += [
            (f"parts of {name}", f"{found['number']}", ""),
            ("  per area of a slice", f"{density:.4g}", "1/µm²"),
            ("  mean equivalent diameter", f"{mean * 1e6:.4g}", "µm"),
            ("  greatest extension", f"{largest * 1e6:.4g}", "µm"),
        ]
    for near in numbers.get("proximity", ()):
        text = f"{near['mean_m'] * 1e6:.4g}, {near['max_m'] * 1e6:.4g}"
        rows.append((f"{near['of']} to {near['to']}: mean, greatest", text, "µm"))
    return rows


def _known(value: float | None) -> float:
    """A number that files without infinity leave out where it is infinite."""
    return inf if value is None else value
