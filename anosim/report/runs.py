"""The page of one run."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from anosim.figures.readable import duration
from anosim.formats.damage import reading
from anosim.report import words
from anosim.report.citing import references
from anosim.report.names import FRAMES
from anosim.report.page import Section, code, page, paragraphs, warnings
from anosim.report.pictures import picture
from anosim.report.scene import Scene, solution_scene
from anosim.report.tables import facts, table
from anosim.report.templates import joined
from anosim.report.viewer import viewer
from anosim.results.terms import TERMS, terms_of

_ORDER = ("microstructure", "concentration", "time_to_90", "curves")
_MOST_ROWS = 500


def run_page(folder: Path, found: Mapping[str, Any], name: str | None = None) -> str:
    """The page of a folder that ``anosim run`` made.

    Args:
        folder: of the results.
        found: what its ``results.json`` holds.
        name: of the results, where the folder is not in its place yet.
    """
    with reading(folder / "case.toml"):
        case = (folder / "case.toml").read_text(encoding="utf-8")
    made = found["provenance"]
    about = f"{name or folder.resolve().name}: anosim {made['anosim']}, {made['date_utc']}"
    scene = _scene(folder, found)
    sections = [
        Section("Summary", warnings(words.warnings(found)) + paragraphs(words.summary(found))),
        Section("Concentration over time", _viewer(folder)),
        Section("Scene", scene.body),
        Section("Figures", joined(_pictures(folder, _ORDER))),
        Section("Numbers", _numbers(found) + _particles(folder)),
        Section("Mesh", _mesh(folder, found)),
        Section("Input", code(case)),
        Section("Provenance", _provenance(found)),
        Section("How to cite", paragraphs(_references(found, case))),
    ]
    return page("Diffusion of lithium in a microstructure", about, sections, scene.scripts)


def _viewer(folder: Path) -> Markup:
    return viewer(folder / FRAMES) if (folder / FRAMES).exists() else Markup("")


def _scene(folder: Path, found: Mapping[str, Any]) -> Scene:
    """A 3D scene of a run on a volume."""
    path = folder / "solution.vtkhdf"
    if terms_of(found) is TERMS[2] or not path.exists():
        return Scene(Markup(""))
    with reading(path):
        return solution_scene(path)


def _pictures(folder: Path, names: tuple[str, ...]) -> list[Markup]:
    paths = [folder / f"{name}.png" for name in names]
    return [picture(path) for path in paths if path.exists()]


def _numbers(found: Mapping[str, Any]) -> Markup:
    when = [duration(t) for t in found["times_s"]] or ["steady state"]
    rows = [(f"mean of {name}", *v) for name, v in found["average_mol_per_m3"].items()]
    rows += [
        (f"mean of region {name}", *region["average_mol_per_m3"])
        for name, region in found["regions"].items()
    ]
    rows += [(f"probe {n}", *p["concentration_mol_per_m3"]) for n, p in found["probes"].items()]
    for pair, surface in found["particle_surfaces"].items():
        rows.append((f"surfaces {pair}", *surface["mean_mol_per_m3"]))
    terms = terms_of(found)
    fluxes = [(name, *v) for name, v in (found[f"flux_{terms.amount}_per_s"] or {}).items()]
    uptake = [(name, *v) for name, v in (found[f"uptake_{terms.amount}"] or {}).items()]
    depth = " per metre of depth" if terms.amount_unit == "mol/m" else ""
    return (
        table("Concentration, mol/m³", ("where", *when), rows)
        + table(f"Flux into the domain{depth}, {terms.amount_unit}/s", ("boundary", *when), fluxes)
        + table(f"Lithium taken up{depth}, {terms.amount_unit}", ("boundary", *when), uptake)
        + _checks(found)
    )


def _checks(found: Mapping[str, Any]) -> Markup:
    pure = found["dimensionless"]
    rows = [("largest distance to a source L", pure["largest_distance_to_source_m"], "m", "")]
    rows += [("Biot number k L/D", r["biot"], "1", f"{r['boundary']}, {r['phase']}")
             for r in pure["biot"]]  # fmt: skip
    rows += [("Damköhler number k_r L/D", r["damkoehler"], "1", f"{r['boundary']}, {r['phase']}")
             for r in pure["damkoehler"]]  # fmt: skip
    rows += [
        ("Fourier number D t/L²", value, "1", f"{phase}, {duration(t)}")
        for phase, values in pure["fourier"].items()
        for t, value in zip(found["times_s"], values, strict=False)
    ]
    rows += [
        ("Thiele modulus L √(r/D)", value, "1", p) for p, value in pure["thiele_modulus"].items()
    ]
    measure = terms_of(found).measure
    rows += [
        (f"{measure} without a path to a source", value, "1", phase)
        for phase, value in found[f"unreachable_{measure}_fraction"].items()
    ]
    arrival = found.get("time_to_90_percent")
    if arrival is not None:
        parts = zip(("a quarter", "half", "three quarters"), arrival["quartiles_s"], strict=True)
        rows += [
            ("time to 90 %", time, "s", f"{part} of the reachable {measure}")
            for part, time in parts
        ]
    rows.append(("resolved by the mesh from", found.get("resolved_from_s"), "s", ""))
    rows.append(("mass imbalance", max(found["mass_imbalance"] or [0.0]), "1", "largest"))
    return table("Dimensionless numbers and checks", ("quantity", "value", "unit", "where"), rows)


def _particles(folder: Path) -> Markup:
    path = folder / "particles.csv"
    if not path.exists():
        return Markup("")
    with reading(path), path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
        if any(len(row) != len(rows[0]) for row in rows):
            raise ValueError("its rows have different lengths")
    if len(rows) < 2:
        return Markup("")
    head, body = rows[0], [[_read(cell) for cell in row] for row in rows[1:]]
    kept = body[:_MOST_ROWS]
    more = f", the first {len(kept)} of {len(body)} rows" if len(body) > len(kept) else ""
    return table(f"Surface of each particle (particles.csv{more})", head, kept)


def _read(cell: str) -> float | str | None:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def _mesh(folder: Path, found: Mapping[str, Any]) -> Markup:
    mesh, image, terms = found["mesh"], found["image"], terms_of(found)
    fractions = f"{terms.measure}_fraction"
    rows = [
        (name, *([image[fractions].get(name)] if image else []), part)
        for name, part in mesh[fractions].items()
    ]
    heading = ("phase", *(["in the image"] if image else []), "in the mesh")
    sizes = list(mesh[f"interface_{terms.boundary}"].items())
    what = terms.boundary.split("_")[0]
    plain = {name.replace("_", " "): v for name, v in mesh.items() if isinstance(v, int | float)}
    return (
        facts("Counts and quality (SICN: 1 is equilateral, 0 is flat)", plain)
        + table("Fractions", heading, rows)
        + table(
            f"{what.capitalize()} of interfaces, {terms.boundary_unit}", ("interface", what), sizes
        )
        + paragraphs([f"Taken out of the image: {found['cleaning']}"] if found["cleaning"] else [])
        + joined(_pictures(folder, ("mesh", "mesh_report")))
    )


def _provenance(found: Mapping[str, Any]) -> Markup:
    made = found["provenance"]
    seconds = list(made["seconds"].items())
    machine = {
        name.replace("_", " "): value
        for name, value in made.items()
        if not isinstance(value, Mapping)
    }
    tables = [
        facts("Machine and time", machine),
        table("Seconds of each stage", ("stage", "seconds"), seconds),
        facts("Libraries", made["libraries"]),
        facts(f"Mesher {made['mesher']['name']}", made["mesher"]["options"]),
    ]
    about = found.get("image_file") or {}
    if about:
        told = {name: value for name, value in about.items() if value not in (None, [])}
        tables.insert(1, facts("File of the image", told))
    tables += [facts(f"Solver {name}", record) for name, record in made["solvers"].items()]
    files = [(name,) for name in found["files"]]
    return joined(tables) + table("Files of the run", ("file",), files)


def _references(found: Mapping[str, Any], case: str) -> list[str]:
    made = found["provenance"]
    plugins = [*made["solvers"], made["mesher"]["name"]]
    return references(made["anosim"], plugins, sample="sample =" in case)
