"""Abaqus' input files: elements of every shape, systems, generated nodes, parts and instances."""

import numpy as np
import pytest
from test_mesh_split import REFERENCE, VOLUMES, nodes_of

from anosim.errors import InputError, UnsupportedError
from anosim.formats.meshes.files import digest_of, read_mesh

TYPES = {
    "quadrangle": [("CPS4R", 4), ("S4R", 4), ("DC2D4", 4), ("CPE8R", 8), ("S9R5", 9)],
    "hexahedron": [("C3D8R", 8), ("DC3D20", 20), ("C3D27", 27)],
    "prism": [("C3D6", 6), ("SC6R", 6), ("C3D15", 15), ("C3D15V", 18)],
    "pyramid": [("C3D5", 5)],
}
FACES = {
    "quadrangle": {"S1": [(0, 0), (1, 0)], "S3": [(1, 1), (0, 1)], "E4": [(0, 1), (0, 0)]},
    "hexahedron": {"S2": "z1", "S3": "y0", "S4": "x1", "S6": "x0"},
    "prism": {"S1": "z0", "S2": "z1", "S3": "y0", "S5": "x0"},
    "pyramid": {"S1": "z0"},
}
"""Where some of the faces lie."""


def nodes(points):
    rows = np.column_stack([points, np.zeros((len(points), 3 - np.shape(points)[1]))]).tolist()
    return "*NODE\n" + "".join(f"{n}, {x!r}, {y!r}, {z!r}\n" for n, (x, y, z) in enumerate(rows, 1))


def wrapped(row):
    """Eight entries a line; a comma where it goes on."""
    row = [str(entry) for entry in row]
    return ",\n".join(", ".join(row[start : start + 8]) for start in range(0, len(row), 8)) + "\n"


@pytest.mark.parametrize(
    ("name", "kind", "count"), [(name, *pair) for name, pairs in TYPES.items() for pair in pairs]
)
def test_every_shape(tmp_path, name, kind, count):
    places = nodes_of(name, lagrange=True)[:count]
    if count == 27:  # the centre comes first, then bottom, top and the sides
        centre = places[:8].mean(axis=0)
        faces = [(0.5, 0.5, 0), (0.5, 0.5, 1), (0.5, 0, 0.5), (1, 0.5, 0.5), (0.5, 1, 0.5)]
        places = np.concatenate([places[:20], [centre], faces, [(0, 0.5, 0.5)]])
    text = nodes(places) + f"*ELEMENT, TYPE={kind}, ELSET=body\n"
    text += wrapped([9, *range(1, count + 1)])
    for label in FACES[name]:
        text += f"*SURFACE, NAME=on-{label}\nbody, {label}\n"
    (tmp_path / "m.inp").write_text(text)
    with pytest.warns(UserWarning, match=f"1 {name} is split into"):
        mesh = read_mesh(tmp_path / "m.inp")
    corners = len(REFERENCE[name])
    assert (mesh.order, mesh.phases) == (1 if count == corners else 2, ("body",))
    assert mesh.volumes.sum() == pytest.approx(VOLUMES[name], rel=1e-12)
    for label, where in FACES[name].items():
        at = mesh.points[mesh.sides[f"on-{label}"]].reshape(-1, mesh.dimension)
        if isinstance(where, str):
            assert at[:, "xyz".index(where[0])] == pytest.approx(float(where[1]))
        else:
            assert sorted(at.tolist()) == pytest.approx(np.array(sorted(where)))


SQUARE = nodes([(0, 0), (1, 0), (1, 1), (0, 1)])
QUAD = "*ELEMENT, TYPE=CPS4, ELSET=all\n1, 1, 2, 3, 4\n"


def read(path, text, **options):
    path.write_text(text)
    with pytest.warns(UserWarning, match="split into triangles"):
        return read_mesh(path, **options)


@pytest.mark.parametrize(
    ("system", "options", "corner"),
    [
        ("", ", SYSTEM=R", (1, 1)),
        ("*SYSTEM\n3., 4., 0.\n", "", (4, 5)),
        ("*SYSTEM\n3., 4., 0., 3., 5., 0.\n", "", (2, 5)),
        ("*SYSTEM\n0.,0.,0., 0.,1.,0.\n-1.,0.,0.\n", "", (-1, 1)),
        ("*SYSTEM\n0.,0.,0., 0.,1.,0.\n1.,0.,0.\n", "", (1, 1)),  # with z turned over
        ("*SYSTEM\n3., 4., 0.\n*SYSTEM\n", "", (1, 1)),
    ],
)
def test_systems(tmp_path, system, options, corner):
    text = system + SQUARE.replace("*NODE", "*NODE" + options) + QUAD
    mesh = read(tmp_path / "m.inp", text)
    assert mesh.volumes.sum() == pytest.approx(1.0)
    assert any(np.allclose(point, corner) for point in mesh.points)


def test_cylindrical_coordinates_in_a_system(tmp_path):
    rows = "*NODE, SYSTEM=C\n1, 1., 0.\n2, 2., 0.\n3, 2., 90.\n4, 1., 90.\n"
    mesh = read(tmp_path / "m.inp", "*SYSTEM\n5., 0., 0., 5., 1., 0.\n" + rows + QUAD)
    expected = [(5, 1), (5, 2), (3, 0), (4, 0)]
    assert mesh.points == pytest.approx(np.array(expected), abs=1e-12)


def test_generated_nodes_and_elements(tmp_path):
    ends = "*NODE\n1, 0., 0.\n6, 5., 0.\n21, 0., 2.\n26, 5., 2.\n11, 0., 1.\n16, 5., 1.\n"
    text = ends + "*NGEN, NSET=bottom\n1, 6, 1\n*NGEN\n11, 16\n*NGEN\n21, 26, 1\n"
    text += "*ELEMENT, TYPE=CPS4\n1, 1, 2, 12, 11\n*ELGEN, ELSET=all\n1, 5, 1, 1, 2, 10, 5\n"
    mesh = read(tmp_path / "m.inp", text)
    assert mesh.phase_volumes == pytest.approx({"all": 10.0})
    assert len(mesh.sides["bottom"]) == 5
    copied = ends + "*NGEN\n1, 6\n*NGEN\n11, 16\n*ELEMENT, TYPE=CPS4, ELSET=one\n1, 1, 2, 12, 11\n"
    copied += "*ELCOPY, OLD SET=one, NEW SET=two, ELEMENT SHIFT=1, SHIFT NODES=1\n"
    mesh = read(tmp_path / "m.inp", copied)
    assert mesh.phase_volumes == pytest.approx({"one": 1.0, "two": 1.0})
    with pytest.raises(InputError, match="NGEN from 1 to 6 in steps of 4 does not fit"):
        read_mesh_of(tmp_path, text.replace("1, 6, 1", "1, 6, 4"))
    with pytest.raises(InputError, match="ELGEN repeats element 8, which is not defined before"):
        read_mesh_of(tmp_path, text.replace("all\n1, 5", "all\n8, 5"))
    with pytest.raises(UnsupportedError, match=r"on a curve .\*NGEN, LINE="):
        read_mesh_of(tmp_path, text.replace("NSET=bottom", "LINE=C"))


def read_mesh_of(folder, text):
    (folder / "m.inp").write_text(text)
    return read_mesh(folder / "m.inp")


PART = f"*PART, NAME=cell\n{SQUARE}{QUAD}*NSET, NSET=low\n1, 2\n*END PART\n"


def assembled(*instances, more=""):
    text = "*ASSEMBLY, NAME=a\n"
    for name, rows in instances:
        text += f"*INSTANCE, NAME={name}, PART=cell\n{rows}*END INSTANCE\n"
    return PART + text + more + "*END ASSEMBLY\n"


def test_instances_in_their_places(tmp_path):
    moved = "10., 0., 0.\n10., 0., 0., 10., 0., 1., 90.\n"
    more = "*NODE\n1, 99., 99., 5.\n*NSET, NSET=RP-1\n1,\n"
    more += "*ELSET, ELSET=second, INSTANCE=two\n1,\n*ELSET, ELSET=_s, INTERNAL, INSTANCE=two\n1,\n"
    more += "*SURFACE, NAME=end\n_s, S1\n*NSET, NSET=top\none.3, one.4\n"
    text = assembled(("one", ""), ("two", moved), more=more)
    inside = pytest.warns(UserWarning, match="'second' lies inside 'all'")
    with inside:
        mesh = read(tmp_path / "m.inp", text)
    assert mesh.phase_volumes == pytest.approx({"all": 1.0, "second": 1.0})
    expected = [(0, 0), (1, 0), (1, 1), (0, 1), (10, 0), (10, 1), (9, 1), (9, 0)]
    assert mesh.points == pytest.approx(np.array(expected, float))
    assert {name: len(ends) for name, ends in mesh.sides.items()} == {"end": 1, "low": 2, "top": 1}
    assert np.allclose(mesh.points[mesh.sides["end"]].mean(axis=1), (10, 0.5))


def test_instances_that_touch_are_not_joined(tmp_path):
    text = assembled(("one", ""), ("two", "1., 0., 0.\n"))
    with pytest.warns(UserWarning, match="split"), pytest.raises(Exception, match="merge coincid"):
        read_mesh_of(tmp_path, text)


def test_sets_of_one_name_in_two_parts(tmp_path):
    other = PART.replace("NAME=cell", "NAME=other")
    text = other + assembled(("one", "")).replace(
        "*END ASSEMBLY", "*INSTANCE, NAME=two, PART=other\n5.,\n*END INSTANCE\n*END ASSEMBLY"
    )
    mesh = read(tmp_path / "m.inp", text)
    assert mesh.phase_volumes == pytest.approx({"one.all": 1.0, "two.all": 1.0})
    mesh = read(tmp_path / "m.inp", text, regions="two.all")
    assert mesh.phase_volumes == pytest.approx({"two.all": 1.0, "rest": 1.0})


def test_internal_sets_of_sections_are_called_after_the_material(tmp_path):
    text = SQUARE + nodes([(2, 0), (2, 1)]).replace("\n1,", "\n5,").replace("\n2,", "\n6,")
    text += "*ELEMENT, TYPE=CPS4R\n1, 1, 2, 3, 4\n2, 2, 5, 6, 3\n"
    for number, material in ((1, "Graphite"), (2, "LiPF6")):
        text += f"*ELSET, ELSET=_Picked{number}, INTERNAL\n{number},\n"
        text += f"*SOLID SECTION, ELSET=_Picked{number}, MATERIAL={material}\n,\n"
    mesh = read(tmp_path / "m.inp", text)
    assert mesh.phase_volumes == pytest.approx({"Graphite": 1.0, "LiPF6": 1.0})


def test_other_files(tmp_path):
    (tmp_path / "nodes.inp").write_text(SQUARE)
    (tmp_path / "data.txt").write_text(SQUARE.partition("\n")[2])
    for head in ("*INCLUDE, INPUT=nodes.inp\n", "*Include, input=nodes.inp\n"):
        mesh = read(tmp_path / "m.inp", head + QUAD)
        assert mesh.volumes.sum() == pytest.approx(1.0)
    before = digest_of(tmp_path / "m.inp")
    (tmp_path / "nodes.inp").write_text(SQUARE + "** later\n")
    assert digest_of(tmp_path / "m.inp") != before
    mesh = read(tmp_path / "m.inp", "*NODE, INPUT=data.txt\n" + QUAD)
    assert mesh.volumes.sum() == pytest.approx(1.0)
    before = digest_of(tmp_path / "m.inp")
    (tmp_path / "data.txt").write_text(SQUARE.partition("\n")[2] + "5, 0., 0.\n")
    assert digest_of(tmp_path / "m.inp") != before
    for name, says in (("/etc/hostname", "outside of its folder"), ("x.inp", "does not exist")):
        with pytest.raises(InputError, match=says):
            read_mesh_of(tmp_path, f"*INCLUDE, INPUT={name}\n" + QUAD)
        with pytest.raises(InputError, match=says):
            read_mesh_of(tmp_path, f"*NODE, INPUT={name}\n" + QUAD)
    with pytest.raises(InputError, match="includes itself"):
        read_mesh_of(tmp_path, "*INCLUDE, INPUT=m.inp\n" + QUAD)


@pytest.mark.parametrize(
    "keyword", ["NFILL", "NCOPY, CHANGE NUMBER=9", "NMAP", "IMPORT", "PARAMETER", "IMPERFECTION"]
)
def test_keywords_that_are_refused_by_name(tmp_path, keyword):
    with pytest.raises(UnsupportedError, match=rf"it has \*{keyword.partition(',')[0]}"):
        read_mesh_of(tmp_path, SQUARE + f"*{keyword}\n" + QUAD)


def test_a_mesh_of_avs_is_named(tmp_path):
    text = "# UCD\n4 1 0 0 0\n1 0 0 0\n2 1 0 0\n3 1 1 0\n4 0 1 0\n1 0 quad 1 2 3 4\n"
    with pytest.raises(UnsupportedError, match="a file of AVS UCD, not of Abaqus"):
        read_mesh_of(tmp_path, text)


NODES = nodes([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)])


def length(mesh, side):
    return np.linalg.norm(np.diff(mesh.points[mesh.sides[side]], axis=1), axis=2).sum()


def two(name="a", comma=""):
    first = f"*ELEMENT, TYPE=CPS4, ELSET={name}\n1, 1, 2, 5, 4{comma}\n"
    return f"{NODES}{first}*ELEMENT, TYPE=CPS4, ELSET=b\n2, 2, 3, 6, 5{comma}\n"


@pytest.mark.parametrize("comma", ["", ",", " , "])
def test_a_comma_after_the_last_node(tmp_path, comma):
    mesh = read(tmp_path / "m.inp", two("b", comma))
    assert mesh.phase_volumes == pytest.approx({"b": 2.0})
    (tmp_path / "t.inp").write_text(
        f"{NODES}*ELEMENT, TYPE=CPS3, ELSET=a\n1, 1, 2, 5{comma}\n2, 1, 5, 4{comma}\n"
    )
    assert read_mesh(tmp_path / "t.inp").phase_volumes == pytest.approx({"a": 1.0})


@pytest.mark.parametrize("row", ["a", "a,", "1,", "a, S1\na, S3\na, S4"])
def test_a_surface_of_all_free_faces(tmp_path, row):
    mesh = read(tmp_path / "m.inp", two() + f"*SURFACE, NAME=skin\n{row}\n")
    assert length(mesh, "skin") == pytest.approx(3.0)


def test_nodes_of_a_set_of_elements(tmp_path):
    mesh = read(tmp_path / "m.inp", two() + "*NSET, NSET=around, ELSET=a\n")
    assert length(mesh, "around") == pytest.approx(3.0)


@pytest.mark.parametrize("name", ['"NMC 8.1.1"', '"x.y"', "solid.1"])
def test_names_with_points(tmp_path, name):
    mesh = read(tmp_path / "m.inp", two(name) + f"*SURFACE, NAME=end\n{name}, S4\n")
    assert mesh.phase_volumes == pytest.approx({name.strip('"'): 1.0, "b": 1.0})
    assert length(mesh, "end") == pytest.approx(1.0)


def test_elements_of_the_assembly_are_not_left_out(tmp_path):
    more = f"{SQUARE}*ELEMENT, TYPE=CPS4, ELSET=orphan\n1, 1, 2, 3, 4\n"
    with pytest.raises(UnsupportedError, match="the assembly has elements of its own"):
        read_mesh_of(tmp_path, assembled(("one", ""), more=more))


BOMBS = {
    "sets of sets": "*ELSET, ELSET=a\na, a\n" * 40,
    "sets by numbers": "*NSET, NSET=n, GENERATE\n" + "1, 4000000\n" * 9,
    "copies of copies": "*ELCOPY, OLD SET=a, NEW SET=a, ELEMENT SHIFT=9, SHIFT NODES=0\n" * 40,
    "nodes": "*NODE\n9000001, 5., 5.\n*NGEN\n1, 9000001\n",
    "elements": "*ELGEN, ELSET=a\n1, 9000, 1, 1, 9000, 1, 9000\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_lines_that_stand_for_gigabytes(tmp_path, name):
    with pytest.raises(InputError, match=r"stand for over .* in .* lines"):
        read_mesh_of(tmp_path, two() + BOMBS[name])


def test_instances_that_stand_for_gigabytes(tmp_path):
    part = PART.replace("*NSET", "*NSET, NSET=many, GENERATE\n1, 900000\n*NSET")
    many = "".join(f"*INSTANCE, NAME=i{n}, PART=cell\n*END INSTANCE\n" for n in range(9))
    with pytest.raises(InputError, match=r"stand for over .* in .* lines"):
        read_mesh_of(tmp_path, part + "*ASSEMBLY, NAME=a\n" + many)
