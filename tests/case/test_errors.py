"""Every mistake in a case file gets one sentence with its line and field."""

from pathlib import Path

import numpy as np
import pytest
from small_case import GOOD

from anosim.case import Case, CaseError

MISTAKES = [
    # what is replaced, by what, the line, and words that the message has
    ("roi.png", "nope.png", 2, "image.file: there is no file"),
    ("roi.png", "roi.gif", 2, "expected one of .tif"),
    ("roi.png", "broken.png", 2, "damaged"),
    (
        "roi.png",
        "grey.npy",
        2,
        "holds float64 values that are not whole numbers: labels are integers",
    ),
    ("roi.png", "one.png", 2, "single voxel"),
    ('file = "roi.png"', 'sample = "nmc_slice"', 3, "image.voxel does not go with image.sample"),
    ('"20 nm"', '"20 s"', 3, "image.voxel is '20 s', which is not of the dimension of m"),
    ('"20 nm"', '"20"', 3, "image.voxel is '20', which has no unit"),
    ('"20 nm"', "-1", 3, "image.voxel is -1: it must be greater than 0 m"),
    ('"20 nm"', "true", 3, "image.voxel is true: expected a number"),
    ('"20 nm"', '["1 nm", "1 nm", "1 nm"]', 3, "image.voxel: voxel has 3 sizes, the image 2 axes"),
    ("sei = 2 }", "sei = 2, graphite = 3 }", 4, "label 3, which no voxel has"),
    ("particle = 1, ", "", 4, "voxels labelled 1 (12.06%)"),
    ("sei = 2", "sei = 1", 4, "image.phases.sei is 1, which is the label of 'particle'"),
    ("sei = 2", 'sei = "2"', 4, "expected a label, an integer"),
    ("\n[mesh]", "crop = [[0, 50], [0, 40]]\n[mesh]", 5, "image.crop: crop range [0, 50]"),
    ("\n[mesh]", "slice = 0\n[mesh]", 5, "image.slice is 0"),
    ("[mesh]", "[mehs]", 6, "a case has no 'mehs': did you mean 'mesh'?"),
    ("size", "siez", 7, "[mesh] has no 'siez': did you mean 'size'?"),
    ('"80 nm"', '"80 s"', 7, "mesh.size is '80 s'"),
    ('"80 nm"', "[1]", 7, "mesh.size is a list of 1: expected a number or text"),
    ("size", 'mesher = "netgen"\nsize', 7, "installed are 'gmsh'"),
    ("materials.sei", "materials.sie", 9, "materials.sie is unknown: did you mean 'sei'?"),
    ('diffusivity = "1e-13 m^2/s"', "", 9, "materials.sei has no 'diffusivity'"),
    ("1e-13 m^2/s", "1e-13 m/s", 10, "materials.sei.diffusivity is '1e-13 m/s'"),
    ("1e-13 m^2/s", "-1 m^2/s", 10, "materials.sei.diffusivity is -1.0: it must be greater"),
    ('["pore", "sei"]', '"top"', 12, "no phase with a material touches 'top'"),
    ('["pore", "sei"]', '["pore", "sie"]', 13, "conditions.on is 'sie': did you mean 'sei'?"),
    ('["pore", "sei"]', '["pore", "particle"]', 13, "of which none has a material"),
    ('["pore", "sei"]', '["sei", "sei"]', 13, "names 'sei' twice"),
    ('["pore", "sei"]', '"pore"', 13, "is one phase: an interface is two"),
    ('["pore", "sei"]', '"letf"', 13, "did you mean 'left'?"),
    ("mass transfer", "mass_transfer", 14, "did you mean 'mass transfer'?"),
    ('bulk = "1 mol/L"', "value = 1", 16, "conditions.value does not go with type"),
    ('bulk = "1 mol/L"', "", 12, "conditions has no 'bulk'"),
    ("1 mol/L", "1 g/L", 16, "conditions.bulk is '1 g/L'"),
    ("1e-3 m/s", "-1 m/s", 15, "conditions.coefficient is -1.0"),
    ("1e-3 m/s", "0 m/s", 12, "conditions has no source"),
    (
        "[solve]",
        '[[conditions]]\non = ["sei", "pore"]\ntype = "flux"\nvalue = 1\n[solve]',
        18,
        "second",
    ),
    ("order = 2", 'solver = "skfm"', 19, "solve.solver is 'skfm': did you mean 'skfem'?"),
    ("order = 2", "order = 2.0", 19, "solve.order is 2.0: expected an integer"),
    ("order = 2", "order = 3", 19, "solve: element order 3: choose 1 (linear) or 2"),
    ("order = 2", "tolerance = 1e-40", 19, "choose a number between 1e-12 and 1"),
    ('until = "1 s"', "", 18, "solve has no 'until'"),
    ('until = "1 s"', 'until = "0 s"', 20, "solve.until is '0 s': it must be greater than 0 s"),
    ('until = "1 s"', 'until = "inf"', 23, "has no meaning for a steady state"),
    ('"1 s"]', '"2 s"]', 23, "output.times is '2 s', outside of 0 to solve.until, 1 s"),
    (
        '["0.4 um", "0.25 um"]',
        '["0.4 um", "50 nm"]',
        24,
        "is in 'pore', a phase without a material",
    ),
    ('["0.4 um", "0.25 um"]', '["40 um", "0.25 um"]', 24, "is outside of the image, which is"),
    ('["0.4 um", "0.25 um"]', '["0.4 um", 0, 0]', 24, "has 3 coordinates, but the image has 2"),
    ('["pore", "sei"]', '"front"', 13, "conditions.on is 'front', but the image has no z"),
    ('["0.4 um", "0.25 um"]', '["0.4 um"]', 24, "output.probes.I is a list of 1: expected a p"),
    ('"1 mol/L"', "{ times = [0, 1], values = [0] }", 16, "values is a list of 1: expected a list"),
    (
        '"1 mol/L"',
        "{ times = [0, 1], values = [0, 1, 2] }",
        16,
        "bulk.values are 3, but",
    ),
    ('"1 mol/L"', "{ times = [1, 1], values = [0, 1] }", 16, "conditions.bulk.times do not asc"),
    ('"1 mol/L"', '{ times = [0, "1 m"], values = [0, 1] }', 16, "times is '1 m', which is not"),
    ('"1 mol/L"', "{ times = [0, 1], values = [0, -1] }", 16, "a concentration is not negative"),
    ('"1 mol/L"', "{ values = [0, 1] }", 16, "conditions.bulk has no 'times'; add"),
    ('"1 mol/L"', "{ tims = [0, 1] }", 16, "[conditions.bulk] has no 'tims': did you mean 'times'"),
    ('"1 mol/L"', "{ polynomial = [1] }", 16, "[conditions.bulk] has no 'polynomial'"),
    ('"1e-13 m^2/s"', "{ polynomial = [] }", 10, "expected a list of coefficients"),
    ('"1e-13 m^2/s"', "{ polynomial = [1e-13, -1e-15] }", 10, "at 100.5: it must be finite and at"),
    ('"1e-13 m^2/s"', '{ polynomial = ["1 m"] }', 10, "diffusivity.polynomial is '1 m'"),
    (
        '"1e-13 m^2/s"',
        "{ concentrations = [0, 1], values = [1e-13, -1e-13] }",
        10,
        "materials.sei.diffusivity is -1e-13 at 1",
    ),
    ("order = 2", "initial = { sie = 1 }", 19, "solve.initial.sie is unknown: did you mean 'sei'"),
    ("order = 2", "initial = {}", 19, "solve.initial has no 'sei'"),
    ("order = 2", 'initial = { sei = "1 s" }', 19, "solve.initial.sei is '1 s'"),
    ("order = 2", 'periodic = "z"', 19, "solve.periodic is 'z', but the image has no z"),
    ("order = 2", 'integrator = "rk4"', 19, "integrator is 'rk4': choose one of 'auto', 'krylov'"),
    ("order = 2", "steps = 3", 19, "give steps=1000 with it"),
    (
        "[output]",
        "[output]\nregions = { A = { disc = [[1, 1], 0.1] } }",
        23,
        "holds nothing of 'sei'",
    ),
    (
        "[output]",
        '[output]\nregions = { A = { mask = "no.png", label = 1 } }',
        23,
        "there is no file",
    ),
    (
        "[output]",
        '[output]\nregions = { A = { mask = "roi.png", label = 0 } }',
        23,
        "holds nothing of",
    ),
    (
        "[output]",
        '[output]\nregions = { A = { mask = "two.png", label = 1 } }',
        23,
        "has 2 x 2 pixels",
    ),
    (
        "[output]",
        '[output]\nsurfaces = "sei"',
        23,
        "output.surfaces is 'sei': expected true, or a list",
    ),
    ("[solve]", "[solve", 18, "column 7: this is not TOML"),
    ('voxel = "20 nm"', 'voxel = "20 nm"\nvoxel = 3', 4, "this is not TOML: cannot overwrite"),
    ("phases = { pore", "phases = { pore = {", 4, "this is not TOML"),
]

OUTPUTS = [
    ("regions = { A = 3 }", "output.regions.A is 3: expected a table"),
    ("regions = { A = {} }", "output.regions.A is no region: give box ="),
    ("regions = { A = { bix = 1 } }", "did you mean 'box'"),
    ("regions = { A = { box = [[1, 0], [0, 1]] } }", "it must ascend"),
    ("regions = { A = { disc = [[0, 0], 0] } }", "greater than 0 m"),
    ('regions = { A = { mask = "roi.png" } }', "with label = 1"),
    ('regions = { A = { mask = "roi.png", label = 9 } }', "labelled 9"),
    ('surfaces = [["sei", "poer"]]', "did you mean 'pore'"),
    ('surfaces = [["pore", "particle"]]', "do not touch"),
]
MISTAKES += [("[output]", f"[output]\n{line}", 23, words) for line, words in OUTPUTS]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("old", "new", "line", "words"), MISTAKES)
def test_mistake(folder: Path, old: str, new: str, line: int, words: str) -> None:
    assert GOOD.count(old) == 1 or old in (
        "size",
        "roi.png",
        '["pore", "sei"]',
        "[mesh]",
        GOOD[-2:],
    )
    with pytest.raises(CaseError) as caught:
        solve(GOOD.replace(old, new, 1), folder)
    message = str(caught.value)
    assert message.startswith(f"case.toml, line {line}"), message
    assert words in message
    assert "\n" not in message


def solve(text: str, folder: Path) -> None:
    case = Case.parse(text, base=folder, name="case.toml")
    case.solve(case.problem(case.mesh(case.microstructure())), "skfem")


@pytest.mark.parametrize("table", ["image", "materials", "solve"])
def test_a_missing_table_is_named(folder: Path, table: str) -> None:
    parts = [part for part in GOOD.split("\n\n") if not part.startswith(f"[{table}")]
    with pytest.raises(CaseError, match=table):
        Case.parse("\n".join(parts), base=folder)


def test_a_crop_may_lose_a_phase_but_not_one_with_a_material(folder: Path) -> None:
    part = "crop = [[0, 8], [0, 40]]\n\n[mesh]"
    case = Case.parse(GOOD.replace("\n[mesh]", part), base=folder)
    with pytest.raises(CaseError, match=r"materials.sei is unknown: phases of this part"):
        case.microstructure()


def test_files_that_are_no_case(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, words in [
        (tmp_path / "nope.toml", "there is no case file"),
        (tmp_path, "cannot read the case file"),
        (binary, "no text in UTF-8"),
    ]:
        with pytest.raises(CaseError, match=words):
            Case.read(path)


def test_values_too_large_or_too_deep(folder: Path) -> None:
    for value in ("9" * 5000, "[" * 3000 + "]" * 3000, "9" * 400):
        with pytest.raises(CaseError):
            Case.parse(GOOD.replace('"20 nm"', value), base=folder)


def test_a_stack_is_read_slice_by_slice(folder: Path) -> None:
    stack = np.zeros((3, 8, 8), dtype=np.uint8)
    stack[1, 4:] = 2
    stack[2] = 1
    np.save(folder / "stack.npy", stack)
    text = GOOD.replace("roi.png", "stack.npy").replace("\n[mesh]", "slice = 1\n[mesh]")
    text = text.replace('["0.4 um", "0.25 um"]', '["0.1 um", "0.1 um"]')
    image = Case.parse(text, base=folder).microstructure()
    assert image.labels.shape == (8, 8)
    assert dict(image.phases) == {"pore": 0, "sei": 2}
    assert image.voxel == (2e-8, 2e-8)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('voxel = "20 nm"', "voxel = 20", "image.voxel is 20 m, too large for a voxel"),
        ('bulk = "1 mol/L"', "bulk = -1", "conditions.bulk is -1: a concentration is not negative"),
        ("1e-13 m^2/s", "1e-9 cm2/s", "powers with ^ as in cm^2/s"),
    ],
)
def test_mistakes_of_a_first_day(folder: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(CaseError) as error:
        Case.parse(GOOD.replace(old, new), base=folder).microstructure()
    assert says in str(error.value)
    assert ", line " in str(error.value)
