"""Nastran's bulk data: elements of every shape, coordinate systems, lines that go on, INCLUDE."""

import numpy as np
import pytest
from test_mesh_split import REFERENCE, VOLUMES

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.files import digest_of, read_mesh

ENDS = {
    "quadrangle": ["12", "23", "34", "41"],
    "hexahedron": ["12 23 34 41", "15 26 37 48", "56 67 78 85"],
    "prism": ["12 23 31", "14 25 36", "45 56 64"],
    "pyramid": ["12 23 34 41", "15 25 35 45"],
}
"""Corners around the midpoints in the order of the quick reference guide."""
CARDS = {
    ("quadrangle", 1): "CQUAD4",
    ("quadrangle", 2): "CQUAD8",
    **{("hexahedron", order): "CHEXA" for order in (1, 2)},
    **{("prism", order): "CPENTA" for order in (1, 2)},
    **{("pyramid", order): "CPYRAM" for order in (1, 2)},
}


def grids(points, system=""):
    rows = np.column_stack([points, np.zeros((len(points), 3 - points.shape[1]))]).tolist()
    return "".join(f"GRID,{n},{system},{x!r},{y!r},{z!r}\n" for n, (x, y, z) in enumerate(rows, 1))


def element(kind, nodes, mark=""):
    """An entry in small fields whose lines go on with a mark."""
    fields = [f"{entry:>8}" for entry in (1, 7, *nodes)]
    lines = ["".join(fields[start : start + 8]) for start in range(0, len(fields), 8)]
    text = f"{kind:<8}{lines[0]:<64}"
    for number, line in enumerate(lines[1:]):
        text += f"{mark and f'+{mark}{number}'}\n{f'+{mark}{number}' if mark else '':<8}{line:<64}"
    return text.rstrip() + "\n"


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", ENDS)
def test_every_shape(tmp_path, name, order):
    nodes = np.array(REFERENCE[name], float)
    if order == 2:
        pairs = [[int(a) - 1, int(b) - 1] for a, b in " ".join(ENDS[name]).split()]
        nodes = np.concatenate([nodes, nodes[np.array(pairs)].mean(axis=1)])
    nodes[:, 0] += 0.3 * nodes[:, -1] ** 2  # bent, with the same volume
    text = grids(nodes) + element(CARDS[name, order], range(1, len(nodes) + 1), "A")
    (tmp_path / "m.bdf").write_text(text)
    with pytest.warns(UserWarning, match=f"1 {name} is split into"):
        mesh = read_mesh(tmp_path / "m.bdf")
    assert (mesh.order, mesh.phases) == (order, ("property 7",))
    assert mesh.volumes.sum() == pytest.approx(VOLUMES[name], rel=1e-9)


def test_sides_on_quadrangles(tmp_path):
    text = grids(np.array(REFERENCE["hexahedron"], float))
    text += element("CHEXA", range(1, 9)) + "CQUAD4,2,11,1,2,3,4\nCTRIA3,3,11,5,6,7\n"
    text += "CTRIA3,4,11,5,7,8\n"
    (tmp_path / "m.bdf").write_text(text)
    with pytest.warns(UserWarning, match="1 hexahedron is split"):
        mesh = read_mesh(tmp_path / "m.bdf")
    assert {name: len(facets) for name, facets in mesh.sides.items()} == {"boundary 11": 4}


TRIANGLE = np.array([(1.0, 0.0, 0.0), (2.0, 0.0, 0.0), (2.0, 30.0, 0.0)])
"""In cylindrical coordinates: points at 0, 0 and 30 degrees."""
AREA = 0.5 * 1.0 * 1.0


def triangle(path, *systems, points=TRIANGLE, system="5", more=""):
    path.write_text("\n".join(systems) + "\n" + grids(points, system) + more + "CTRIA3,1,1,1,2,3\n")
    return read_mesh(path)


@pytest.mark.parametrize(
    ("system", "points", "expected"),
    [
        ("CORD2R,5,0,1.,1.,0.,1.,1.,1.\n+,1.,2.,0.", [(1, 0, 0), (2, 0, 0), (2, 1, 0)], None),
        ("CORD2C,5,,0.,0.,0.,0.,0.,1.\n+,1.,0.,0.", TRIANGLE, (2 * 3**0.5 / 2, 1.0)),
        ("CORD2C,5,,0.,0.,0.,0.,0.,1.\n+,0.,1.,0.", TRIANGLE, (-1.0, 3**0.5)),
        (
            "CORD2S,5,0,0.,0.,0.,0.,0.,1.\n+,1.,0.,0.",
            [(1, 90, 0), (2, 90, 0), (2, 90, 30)],
            (3**0.5, 1.0),
        ),
        # one system within another: x of the inner is y of the outer
        (
            "CORD2R,9,0,0.,0.,0.,0.,0.,1.\n+,0.,1.,0.\nCORD2C,5,9,0.,0.,0.,0.,0.,1.\n+,1.,0.,0.",
            TRIANGLE,
            (-1.0, 3**0.5),
        ),
    ],
)
def test_coordinate_systems_by_three_places(tmp_path, system, points, expected):
    mesh = triangle(tmp_path / "m.bdf", system, points=np.array(points, float))
    if expected is None:  # turned by 90 degrees around (1, 1)
        assert mesh.points == pytest.approx(np.array([(1, 2), (1, 3), (0, 3)]))
    else:
        assert mesh.points[2] == pytest.approx(expected)
        assert mesh.volumes.sum() == pytest.approx(AREA)


@pytest.mark.parametrize(("kind", "angle"), [("R", 0.0), ("C", 30.0)])
def test_coordinate_systems_by_three_points(tmp_path, kind, angle):
    frame = "GRID,11,0,0.,0.,0.\nGRID,12,0,0.,0.,3.\nGRID,13,0,0.,4.,0.\n"
    points = TRIANGLE if kind == "C" else np.array([(1.0, 0, 0), (2, 0, 0), (2, 1, 0)])
    mesh = triangle(tmp_path / "m.bdf", f"CORD1{kind},5,11,12,13", points=points, more=frame)
    turn = np.radians(90 + angle) if kind == "C" else np.arctan2(2, -1)
    length = 2.0 if kind == "C" else 5**0.5
    assert mesh.points[2] == pytest.approx((length * np.cos(turn), length * np.sin(turn)))


def test_the_system_of_points_that_name_none(tmp_path):
    cylinder = "CORD2C,5,,0.,0.,0.,0.,0.,1.\n+,1.,0.,0."
    mesh = triangle(tmp_path / "m.bdf", cylinder, "GRDSET,,5", system="")
    assert mesh.points[2] == pytest.approx((3**0.5, 1.0))
    mesh = triangle(tmp_path / "m.bdf", cylinder, "GRDSET,,5", system="0")
    assert mesh.points[2] == pytest.approx((2.0, 30.0))


@pytest.mark.parametrize(
    ("systems", "says"),
    [
        ("", "coordinate system 5, which it does not define"),
        ("CORD2R,5,5,0.,0.,0.,0.,0.,1.\n+,1.,0.,0.", "5 is defined by itself"),
        ("CORD2R,5,0,0.,0.,0.,0.,0.,1.\n+,0.,0.,2.", "of the coordinate system 5 lie on a line"),
        ("CORD1R,5,1,2,3", "5 is defined by itself"),
        ("CORD1R,5,77,2,3", "point 77 of a coordinate system is not defined"),
    ],
)
def test_coordinate_systems_that_cannot_be_used(tmp_path, systems, says):
    with pytest.raises(InputError, match=says):
        triangle(tmp_path / "m.bdf", systems)


@pytest.mark.parametrize("card", ["CORD3G,5,0", "GRIDB,9,1", "CQUADX,9,1,1,2,3", "=,*(1),==\n=3"])
def test_entries_that_are_refused_by_name(tmp_path, card):
    with pytest.raises(UnsupportedError, match=card[:5].partition(",")[0]):
        triangle(tmp_path / "m.bdf", system="", more=card + "\n")


def test_lines_that_go_on_elsewhere(tmp_path):
    """All second lines at the end: their marks say whose they are."""
    nodes = np.array(REFERENCE["hexahedron"], float)
    both = np.concatenate([nodes, np.add(nodes[4:], (0, 0, 1))])
    cards = [element("CHEXA", range(1, 9), "A"), element("CHEXA", range(5, 13), "B")]
    cards[1] = cards[1].replace("CHEXA          1", "CHEXA          2")
    lines = [line for card in cards for line in card.splitlines()]
    text = grids(both) + "\n".join(lines[::2] + lines[1::2][::-1]) + "\n"
    (tmp_path / "m.bdf").write_text(text)
    with pytest.warns(UserWarning, match="2 hexahedra are split"):
        mesh = read_mesh(tmp_path / "m.bdf")
    assert mesh.volumes.sum() == pytest.approx(2.0)


def test_included_files(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "points.bdf").write_text(grids(np.array([(0.0, 0), (1, 0), (0, 1)])))
    (tmp_path / "all.bdf").write_text("BEGIN BULK\nINCLUDE 'parts\\\n  points.bdf'\nENDDATA\n")
    path = tmp_path / "m.bdf"
    whole = "SOL 101\nCEND\nBEGIN BULK\ninclude 'parts/points.bdf'\nCTRIA3,1,1,1,2,3\nENDDATA\n"
    path.write_text(whole)
    assert read_mesh(path).volumes.sum() == pytest.approx(0.5)
    before = digest_of(path)
    (folder / "points.bdf").write_text(grids(np.array([(0.0, 0), (1, 0), (0, 2)])))
    assert digest_of(path) != before
    (folder / "points.bdf").write_text(grids(np.array([(0.0, 0), (1, 0), (0, 1)])))
    path.write_text(whole.replace("'parts/points.bdf'", "'parts\\\n    points.bdf'"))
    assert read_mesh(path).volumes.sum() == pytest.approx(0.5)
    path.write_text(whole.replace("'parts/points.bdf'", "/etc/hostname"))
    with pytest.raises(InputError, match="outside of its folder"):
        read_mesh(path)
    path.write_text(whole.replace("parts/points", "other"))
    with pytest.raises(InputError, match=r"'other\.bdf' beside it, which does not exist"):
        read_mesh(path)
    path.write_text(whole.replace("parts/points", "m"))
    with pytest.raises(InputError, match="includes itself"):
        read_mesh(path)


def test_names_of_several_properties_do_not_join_them(tmp_path):
    places = [(0, 0), (1, 0), (1, 1), (0, 1)]
    grid = "".join(f"GRID,{n},,{x}.,{y}.,0.\n" for n, (x, y) in enumerate(places, 1))
    cells = "CTRIA3,1,1,1,2,3\nCTRIA3,2,2,1,3,4\n"
    for title in ("Femap with NX Nastran", "Femap"):
        names = "".join(f"$ {title} Property {n} : Untitled\n" for n in (1, 2))
        (tmp_path / "m.nas").write_text(f"{names}BEGIN BULK\n{grid}{cells}")
        volumes = read_mesh(tmp_path / "m.nas").phase_volumes
        assert volumes == pytest.approx({"Untitled 1": 0.5, "Untitled 2": 0.5})
    third = "GRID,5,,2.,0.,0.\nCTRIA3,3,3,2,5,3\n"
    names = '$HMNAME COMP 7"anode" 2 "PSHELL_2" 4\n$HMNAME COMP 2"foil" 1 "PSHELL_1" 4\n'
    (tmp_path / "m.nas").write_text(
        f'{names}$HMNAME COMP 3"foil"\nBEGIN BULK\n{grid}{cells}{third}'
    )
    volumes = read_mesh(tmp_path / "m.nas").phase_volumes
    assert volumes == pytest.approx({"foil 1": 0.5, "anode": 0.5, "foil 3": 0.5})


def test_a_file_that_is_included_again_and_again(tmp_path):
    (tmp_path / "x.bdf").write_text("GRID,1,,0.,0.,0.\n")
    (tmp_path / "m.bdf").write_text("BEGIN BULK\n" + "INCLUDE 'x.bdf'\n" * 30)
    with pytest.raises(InputError, match=r"'x.bdf' is included over 20 times"):
        read_mesh(tmp_path / "m.bdf")
