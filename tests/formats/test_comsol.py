"""COMSOL's text files with elements of every shape, and with selections that overlap."""

import itertools

import numpy as np
import pytest
from test_mesh_split import REFERENCE, VOLUMES

import anosim
from anosim.errors import AnosimError, InputError
from anosim.formats.meshes.files import read_mesh

SHAPES = {"quadrangle": "quad", "pyramid": "pyr", "prism": "prism", "hexahedron": "hex"}


def text_of(points, elements, selections=()):
    """A file of kinds with their nodes and geometric entities, and selections of the latter."""
    points = np.asarray(points)
    dimension = points.shape[1]
    tags = ["mesh1", *(f"sel{k}" for k in range(len(selections)))]
    lines = ["0 1", f"{len(tags)}", *(f"{len(tag)} {tag}" for tag in tags), f"{len(tags)}"]
    lines += ["3 obj"] * len(tags)
    lines += ["0 0 1", "4 Mesh # class", "4 # version", f"{dimension}", f"{len(points)}", "0"]
    lines += [" ".join(map(str, point)) for point in points.tolist()]
    lines.append(str(len(elements)))
    for kind, nodes, entities in elements:
        lines += [f"{len(kind)} {kind} # type name", f"{len(nodes[0])}", f"{len(nodes)}"]
        lines += [" ".join(map(str, row)) for row in nodes]
        lines += [f"{len(entities)} # entities", *map(str, entities)]
    for name, d, entities in selections:
        lines += ["0 0 1", "9 Selection # class", "0", f"{len(name)} {name}", "5 mesh1", f"{d}"]
        lines += [f"{len(entities)}", *map(str, entities)]
    return "\n".join(lines) + "\n"


def lexicographic(name, order):
    """Nodes of an element as COMSOL numbers them: corners first, x running fastest."""
    corners = np.array(REFERENCE[name], float)
    rank = lambda rows: np.lexsort(rows.T)  # noqa: E731
    if name == "pyramid":
        corners[4] = 0, 0, 1
    corners = corners[rank(corners)]
    if order == 1:
        return corners
    grid = np.array([*itertools.product((0, 0.5, 1), repeat=corners.shape[1])])
    if name == "prism":
        grid = grid[grid[:, 0] + grid[:, 1] <= 1]
    if name == "pyramid":
        grid = grid[(grid[:, :2] <= 1 - grid[:, 2:]).all(axis=1)]
    extra = grid[~(grid[:, None] == corners).all(axis=2).any(axis=1)]
    return np.concatenate([corners, extra[rank(extra)]])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", SHAPES)
def test_every_shape(tmp_path, name, order):
    nodes = lexicographic(name, order)
    widths = {"quadrangle": (4, 9), "pyramid": (5, 14), "prism": (6, 18), "hexahedron": (8, 27)}
    assert len(nodes) == widths[name][order - 1]
    nodes[:, 0] += 0.3 * nodes[:, -1] ** 2  # bent, with the same volume
    kind = SHAPES[name] + ("2" if order == 2 else "")
    number = np.random.default_rng(1).permutation(len(nodes))
    points = np.empty_like(nodes)
    points[number] = nodes
    (tmp_path / "m.mphtxt").write_text(text_of(points, [(kind, [number.tolist()], [3])]))
    with pytest.warns(UserWarning, match=f"1 {name} is split into"):
        mesh = read_mesh(tmp_path / "m.mphtxt", unit="mm")
    assert mesh.phases == ("domain 3",)
    assert mesh.order == order
    unit = 1e-3**mesh.dimension
    assert mesh.volumes.sum() == pytest.approx(VOLUMES[name] * unit, rel=1e-9, abs=0)


def boundary_layer():
    """Two hexahedra, prisms beside them and tetrahedra on those, with faces of both kinds."""
    points = np.array([*itertools.product((0, 1, 2), (0, 1), (0, 1)), (0.5, 0.5, 2)], float)
    at = {tuple(point): number for number, point in enumerate(points.tolist())}
    quad = lambda x, z: [at[x + a, b, z] for b in (0, 1) for a in (0, 1)]  # noqa: E731
    cubes = [quad(x, 0) + quad(x, 1) for x in (0, 1)]
    top = [[*quad(0, 1), at[0.5, 0.5, 2]]]
    faces = [quad(0, 0), quad(1, 0)]
    slopes = [[at[0, 0, 1], at[1, 0, 1], at[0.5, 0.5, 2]]]
    return points, [
        ("hex", cubes, [1, 2]),
        ("pyr", top, [3]),
        ("quad", faces, [0, 1]),
        ("tri", slopes, [7]),
    ]


def test_sides_of_quadrangles_are_split_with_the_cells(tmp_path):
    path = tmp_path / "m.mphtxt"
    path.write_text(text_of(*boundary_layer(), [("base", 2, [0, 1]), ("slope", 2, [7])]))
    with pytest.warns(UserWarning, match="2 hexahedra and 1 pyramid are split into tetrahedra"):
        mesh = read_mesh(path)
    assert mesh.phase_volumes == pytest.approx({"domain 1": 1, "domain 2": 1, "domain 3": 1 / 3})
    assert {name: len(facets) for name, facets in mesh.sides.items()} == {"base": 4, "slope": 1}
    problem = anosim.Diffusion(
        mesh,
        materials={name: anosim.Material(1.0) for name in mesh.phases},
        conditions={"base": anosim.Concentration(2.0), "slope": anosim.Concentration(2.0)},
        until="inf",
    )
    assert anosim.solve(problem, solver="skfem", order=1).average("domain 1") == pytest.approx(2.0)


INSIDE = "'two' lies inside 'many': what is in both .domain 2, domain 3. counts as 'two'"


@pytest.mark.filterwarnings("ignore:.* split into:UserWarning")
def test_selections_that_overlap(tmp_path):
    selections = [("many", 3, [1, 2, 3]), ("two", 3, [2, 3])]
    path = tmp_path / "m.mphtxt"
    path.write_text(text_of(*boundary_layer(), selections))
    with pytest.warns(UserWarning, match=INSIDE):
        mesh = read_mesh(path)
    assert mesh.phase_volumes == pytest.approx({"many": 1.0, "two": 4 / 3})
    assert read_mesh(path, regions="many").phase_volumes == pytest.approx({"many": 7 / 3})
    mesh = read_mesh(path, regions=["two"])
    assert mesh.phase_volumes == pytest.approx({"two": 4 / 3, "domain 1": 1.0})


@pytest.mark.filterwarnings("ignore:.* split into:UserWarning")
def test_selections_that_are_equal(tmp_path):
    path = tmp_path / "m.mphtxt"
    path.write_text(text_of(*boundary_layer(), [("a", 3, [1, 2, 3]), ("b", 3, [1, 2, 3])]))
    with pytest.warns(UserWarning, match="'b' equals 'a': .* counts as 'b', and 'a' has none"):
        assert read_mesh(path).phase_volumes == pytest.approx({"b": 7 / 3})
    assert read_mesh(path, regions="a").phase_volumes == pytest.approx({"a": 7 / 3})


@pytest.mark.filterwarnings("ignore:.* split into:UserWarning")
def test_selections_that_cross(tmp_path):
    path = tmp_path / "m.mphtxt"
    path.write_text(text_of(*boundary_layer(), [("a", 3, [1, 2]), ("b", 3, [2, 3])]))
    with pytest.raises(InputError, match="'a' and 'b' of the file share only some of their cells"):
        read_mesh(path)
    mesh = read_mesh(path, regions=["b"])
    assert mesh.phase_volumes == pytest.approx({"b": 4 / 3, "domain 1": 1.0})
    mesh = read_mesh(path, phases=["a", "domain 3"])
    assert mesh.phase_volumes == pytest.approx({"a": 2.0, "domain 3": 1 / 3})
    with pytest.raises(InputError, match=r"regions names 'c', .* its groups: 'a', 'b', 'domain 2'"):
        read_mesh(path, regions=["c"])


@pytest.mark.parametrize("count", ["99999999999999", "-1"])
@pytest.mark.parametrize("line", [2, 11, 12, 26, 28])
def test_counts_that_the_file_cannot_hold(tmp_path, line, count):
    lines = text_of(*boundary_layer()).splitlines()
    lines[line - 1] = f"{count}"
    (tmp_path / "m.mphtxt").write_text("\n".join(lines))
    with pytest.raises(AnosimError):
        read_mesh(tmp_path / "m.mphtxt")
