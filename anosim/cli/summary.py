"""What came out of a run, as tables on the screen."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from anosim.cli.images import file_rows
from anosim.job import Outcome
from anosim.results.terms import terms_of

MOST_TIMES = 6
"""Columns of the table of concentrations; of more times the last ones are shown."""
NOTABLE = 0.01
"""Overshoot, as a share of the range, that asks for a word."""


def print_summary(outcome: Outcome) -> None:
    """Print a run's numbers on stdout."""
    found = outcome.results
    _print_facts(_image(found) + _mesh(found))
    Console(highlight=False).print(_concentrations(found))
    _print_facts(_arrival(found) + _checks(found))
    print(f"Results in {outcome.folder}: {', '.join(found['files'])}")


def _print_facts(rows: Iterable[tuple[str, str]]) -> None:
    """One fact per line, however long it is: a terminal wraps it, a file keeps it whole."""
    for name, text in rows:
        print(f"{name:<24}{text}")


def _image(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    image, terms = found["image"], terms_of(found)
    if image is None:
        return [("image", f"none: the mesh is that of {_options(found)['file']}")]
    shape = " x ".join(map(str, image["shape_voxels"]))
    voxel = " x ".join(f"{size * 1e9:g}" for size in image["voxel_m"])
    return [
        ("image", f"{shape} {terms.voxels} of {voxel} nm ({terms.axes})"),
        (f"{terms.measure} fraction, image", _shares(image[f"{terms.measure}_fraction"])),
        *file_rows(found["image_file"]),
    ]


def _options(found: Mapping[str, Any]) -> Mapping[str, Any]:
    options: Mapping[str, Any] = found["provenance"]["mesher"]["options"]
    return options


def _mesh(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    mesh, terms = found["mesh"], terms_of(found)
    counts = f"{mesh[terms.cells]} {terms.cells}, {found['nodes']} unknowns"
    quality = f"smallest angle {mesh['angle_smallest_degrees']:.1f} degrees"
    rows = [
        (f"{terms.measure} fraction, mesh", _shares(mesh[f"{terms.measure}_fraction"])),
        ("mesh", f"{counts}, {quality}"),
    ]
    return [*rows, ("taken out", found["cleaning"])] if found["cleaning"] else rows


def _concentrations(found: Mapping[str, Any]) -> Table:
    """Averages and probes at the output times."""
    times = found["times_s"][-MOST_TIMES:]
    table = Table(title="concentration, mol/m³", title_justify="left", title_style="bold")
    table.add_column("")
    for heading in [f"{time:g} s" for time in times] or ["steady state"]:
        table.add_column(heading, justify="right")
    for phase, values in found["average_mol_per_m3"].items():
        table.add_row(f"mean of {phase}", *_numbers(values))
    for name, region in found["regions"].items():
        table.add_row(f"mean of region {name}", *_numbers(region["average_mol_per_m3"]))
    for pair, surface in found["particle_surfaces"].items():
        particles, contact = pair.split("|")
        table.add_row(
            f"{contact} at {surface['particles']} {particles} surfaces",
            *_numbers(surface["mean_mol_per_m3"]),
        )
        for words in ("between", "within"):
            key = f"standard_deviation_{words}_particles_mol_per_m3"
            table.add_row(f"  standard deviation {words} particles", *_numbers(surface[key]))
    for name, probe in found["probes"].items():
        axes = [f"{axis}_m" for axis in "xyz" if f"{axis}_m" in probe]
        place = ", ".join(f"{probe[axis] * 1e6:.4g}" for axis in axes)
        table.add_row(f"{name} at ({place}) µm", *_numbers(probe["concentration_mol_per_m3"]))
    return table


def _arrival(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    arrival = found["time_to_90_percent"]
    if arrival is None:
        return []
    end = f"later than {found['until_s']:g} s"
    parts = zip(("a quarter", "half", "three quarters"), arrival["quartiles_s"], strict=True)
    times = [f"{part} {end if time is None else f'{time:.3g} s'}" for part, time in parts]
    measure = terms_of(found).measure
    late = arrival[f"share_of_reachable_{measure}_later_than_the_end"]
    rows = [
        ("time to 90 %", f"of the reachable {measure}: {', '.join(times)}"),
        ("not yet at 90 %", f"{late:.1%} of the reachable {measure} by the end"),
    ]
    for name, region in found["regions"].items():
        if region["average_mol_per_m3"][-1] is None:
            text = "never: no path to a source"
        else:
            time = region["time_to_90_percent_s"]
            text = end if time is None else f"{time:.3g} s"
        rows.append((f"time to 90 %, {name}", text))
    return rows


def _checks(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    pure = found["dimensionless"]
    length = pure["largest_distance_to_source_m"]
    biot = [f"{row['boundary']} ({row['phase']}) {row['biot']:.3g}" for row in pure["biot"]]
    measure = terms_of(found).measure
    lost = _shares(found[f"unreachable_{measure}_fraction"])
    rows = [] if found["times_s"] else _fluxes(found)
    rows += [
        ("no path to a source", f"{lost} of the {measure} (stays as it was; not in the means)"),
        ("farthest from a source", f"L = {length * 1e6:.3g} µm through the domain"),
    ]
    if biot:
        rows.append(("Biot number k L/D", ", ".join(biot)))
    for row in pure["damkoehler"]:
        text = f"{row['boundary']} ({row['phase']}) {row['damkoehler']:.3g}"
        rows.append(("Damköhler no. k_r L/D", text))
    for phase, values in pure["fourier"].items():
        if values:
            rows.append(("Fourier number D t/L²", f"{phase} {values[-1] or 0:.3g} at the end"))
    for phase, modulus in pure["thiele_modulus"].items():
        rows.append(("Thiele modulus L √(r/D)", f"{phase} {modulus:.3g}"))
    if found["resolved_from_s"]:
        rows.append(("resolved by the mesh", _resolved(found)))
    if found["overshoot_share"]:
        rows.append(("over- and undershoot", _overshoot(found)))
    rows.append(("time integration", found["integrator"] or "not told by the solver"))
    rows.append(("mass balance", f"closed to {max(found['mass_imbalance']):.1e}"))
    for pair, difference in found["agreement"].items():
        rows.append((pair, f"differ by at most {difference:.1e} of the largest change"))
    return [*rows, *(("note", note) for note in found["notes"])]


def _fluxes(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What enters through each boundary in the steady state."""
    terms = terms_of(found)
    fluxes = found[f"flux_{terms.amount}_per_s"].items()
    return [
        (f"flux in, {name.replace('|', ' | ')}", f"{values[-1]:.5g} {terms.amount_unit}/s")
        for name, values in fluxes
    ]


def _resolved(found: Mapping[str, Any]) -> str:
    start = found["resolved_from_s"]
    early = [time for time in found["times_s"] if time < start]
    text = f"from {start:.2g} s on"
    if early:
        listed = ", ".join(f"{time:g} s" for time in early)
        text += f": NOT at {listed}; a finer mesh or later times are needed"
    return text


def _overshoot(found: Mapping[str, Any]) -> str:
    """How far the concentration leaves the range that it cannot leave in nature."""
    shares, times = found["overshoot_share"], found["times_s"]
    worst = max(range(len(shares)), key=shares.__getitem__)
    text = f"at most {shares[worst]:.1g} of the range"
    if shares[worst] > NOTABLE and times:
        text += f", at {times[worst]:g} s: the mesh is too coarse for so early a time"
    return text


def _shares(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {part:.2%}" for name, part in parts.items())


def _numbers(values: list[float | None]) -> list[str]:
    return ["none" if value is None else f"{value:.4g}" for value in values[-MOST_TIMES:]]
