"""Quadrangles, hexahedra, prisms and pyramids become triangles and tetrahedra that conform."""

import itertools

import numpy as np
import pytest

from anosim.errors import MeshError, UnsupportedError
from anosim.formats.meshes.parts import Parts
from anosim.formats.meshes.shapes import SHAPES

REFERENCE = {
    "quadrangle": [[0, 0], [1, 0], [1, 1], [0, 1]],
    "pyramid": [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.5, 0.5, 1]],
    "prism": [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1]],
    "hexahedron": [*itertools.product((0, 1), repeat=3)],
}
REFERENCE["hexahedron"] = [REFERENCE["hexahedron"][k] for k in (0, 4, 6, 2, 1, 5, 7, 3)]
VOLUMES = {"quadrangle": 1.0, "pyramid": 1 / 3, "prism": 0.5, "hexahedron": 1.0}


def read(points, *blocks, groups=None, facets=None):
    return Parts.of(np.array(points, float), blocks, groups or {}, facets or {}).mesh(1.0, None)


def split(points, *blocks, **named):
    with pytest.warns(UserWarning, match="(are|is) split into"):
        return read(points, *blocks, **named)


def nodes_of(name, lagrange):
    """Nodes of an element of order 2 and their places on straight edges."""
    shape, corners = SHAPES[name], np.array(REFERENCE[name], float)
    more = [corners[list(ends)].mean(axis=0) for ends in shape.edges]
    if lagrange:
        more += [corners[list(face)].mean(axis=0) for face in shape.quadrangles]
        more += [corners.mean(axis=0)] if shape.opposite else []
    return np.concatenate([corners, more])


def cubes(n, seed):
    """n^3 hexahedra of size 1, numbered at random, whose inner points are moved at random."""
    rng = np.random.default_rng(seed)
    number = rng.permutation((n + 1) ** 3).reshape((n + 1,) * 3)
    points = np.empty((number.size, 3))
    points[number.ravel()] = [*itertools.product(range(n + 1), repeat=3)]
    inner = ((points > 0) & (points < n)).all(axis=1)
    points[inner] += rng.uniform(-0.2, 0.2, (inner.sum(), 3))
    steps = np.array(REFERENCE["hexahedron"])
    hexahedra = [
        [number[tuple(np.add(at, step))] for step in steps]
        for at in itertools.product(range(n), repeat=3)
    ]
    return points, np.array(hexahedra)


@pytest.mark.parametrize("seed", range(5))
def test_hexahedra_of_any_numbering_conform(seed):
    points, hexahedra = cubes(3, seed)
    right = np.flatnonzero(points[hexahedra][:, :, 0].mean(axis=1) > 2)
    bottom = hexahedra[points[hexahedra][:, :4, 2].max(axis=1) == 0][:, :4]
    mesh = split(
        points, ("hexahedron", hexahedra), groups={"right": right}, facets={"bottom": bottom}
    )
    assert mesh.volumes.sum() == pytest.approx(27.0, rel=1e-12)
    assert len(mesh.cells) == 6 * 27
    assert mesh.phases == ("right", "rest")
    outer = mesh.facets.cells[:, 1] < 0
    assert np.count_nonzero(outer) == 6 * 9 * 2
    low = outer & (mesh.points[mesh.facets.vertices][:, :, 2].max(axis=1) == 0)
    assert np.count_nonzero(low) == len(mesh.sides["bottom"]) == 18


def test_elements_of_all_shapes_together():
    """A cube with a prism beside it and a pyramid, with a tetrahedron on the pyramid."""
    points = [*REFERENCE["hexahedron"], (2, 0, 0), (2, 0, 1), (0.5, 0.5, 2), (1.5, 0.5, 1.5)]
    blocks = [
        ("hexahedron", np.arange(8)[None]),
        ("prism", np.array([[1, 8, 2, 5, 9, 6]])),
        ("pyramid", np.array([[4, 5, 6, 7, 10]])),
        ("tetrahedron", np.array([[5, 9, 6, 11]])),
    ]
    rng = np.random.default_rng(3)
    for _ in range(20):
        number = rng.permutation(12)
        moved = np.empty((12, 3))
        moved[number] = points
        mesh = split(
            moved,
            *((name, number[nodes]) for name, nodes in blocks),
            groups={"cube": np.array([0]), "prism": np.array([1])},
        )
        volumes = {"cube": 1.0, "prism": 0.5, "rest": 1 / 3 + 1 / 12}
        assert mesh.phase_volumes == pytest.approx(volumes)
        assert len(mesh.interfaces["cube", "prism"]) == 2


@pytest.mark.parametrize("lagrange", [False, True])
@pytest.mark.parametrize("name", REFERENCE)
def test_second_order(name, lagrange):
    """A straight element stays straight; a bent one has the volume of its own shape functions."""
    nodes = nodes_of(name, lagrange)
    mesh = split(nodes, (name, np.arange(len(nodes))[None]))
    assert mesh.order == 2
    assert mesh.volumes.sum() == pytest.approx(VOLUMES[name], rel=1e-12)
    assert mesh.volumes == pytest.approx(mesh.volumes[0], rel=1e-9)
    mapped = nodes.copy()
    mapped[:, 0] += 0.2 * nodes[:, 1] ** 2  # a shear keeps volumes, and these elements have it
    mesh = split(mapped, (name, np.arange(len(nodes))[None]))
    assert mesh.volumes.sum() == pytest.approx(VOLUMES[name], rel=1e-9)
    assert mesh.volumes.min() > 0


def test_midpoints_of_diagonals_lie_on_the_cylinder():
    """One hexahedron with a bent side: with the 20 nodes that are given, and with 27."""
    for lagrange in (False, True):
        nodes = nodes_of("hexahedron", lagrange)
        out = nodes[:, 0] > 0.4
        nodes[:, 0] += np.where(out, nodes[:, 0] * (nodes[:, 1] - nodes[:, 1] ** 2), 0.0)
        mesh = split(nodes, ("hexahedron", np.arange(len(nodes))[None]))
        assert mesh.volumes.sum() == pytest.approx(1 + 1 / 6, rel=1e-2)
        assert any(np.allclose(point, (1.25, 0.5, 0.5)) for point in mesh.points)


def test_missing_midpoints_are_those_of_straight_edges():
    nodes = np.arange(20)[None].copy()
    nodes[0, 9:12] = -1
    mesh = split(nodes_of("hexahedron", False), ("hexahedron", nodes))
    assert mesh.order == 2
    assert mesh.volumes.sum() == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "corners", "volume"),
    [
        ("quadrangle", [0, 1, 2, 2], 0.5),
        ("hexahedron", [0, 1, 2, 2, 4, 5, 6, 6], 0.5),
        ("hexahedron", [0, 1, 2, 3, 4, 4, 4, 4], 1 / 3),
        ("hexahedron", [0, 1, 2, 2, 4, 4, 4, 4], 1 / 6),
        ("prism", [0, 1, 2, 4, 4, 6], 1 / 6 + 1 / 6),
        ("prism", [0, 1, 2, 4, 4, 4], 1 / 6),
    ],
)
def test_collapsed_elements(name, corners, volume):
    points = REFERENCE["quadrangle" if name == "quadrangle" else "hexahedron"]
    mesh = split(points, (name, np.array([corners])))
    assert mesh.volumes.sum() == pytest.approx(volume)
    with pytest.raises(MeshError, match=f"{SHAPES[name].many}.* has no volume"):
        read(points, (name, np.array([[0, 1] * 4])[:, : SHAPES[name].corners]))


def test_a_twisted_hexahedron_is_split_around_its_middle():
    """Its top is turned by 60 degrees: tetrahedra between its corners alone would overlap."""
    points = np.array(REFERENCE["hexahedron"], float)
    angle = np.radians(60)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points[4:, :2] = (points[4:, :2] - 0.5) @ turn.T + 0.5
    mesh = split(points, ("hexahedron", np.arange(8)[None]))
    assert len(mesh.cells) == 12
    assert len(mesh.points) == 9
    assert mesh.volumes.min() > 0


def test_quadrangles_that_are_not_convex():
    arrow = [(0, 0), (1, 0.4), (2, 0), (1, 2)]
    for turn in range(4):
        mesh = split(np.roll(arrow, turn, axis=0), ("quadrangle", np.arange(4)[None]))
        assert mesh.volumes.sum() == pytest.approx(1.6)
    with pytest.warns(UserWarning, match="is split"), pytest.raises(MeshError):
        read([(0, 0), (1, 1), (1, 0), (0, 1)], ("quadrangle", np.arange(4)[None]))


def test_bends_that_would_fold_are_left_out_with_a_word():
    nodes = nodes_of("quadrangle", lagrange=False)
    nodes[4] = (0.5, 0.8)
    first_order = pytest.warns(UserWarning, match="read in first order")
    with first_order, pytest.warns(UserWarning, match="is split"):
        mesh = read(nodes, ("quadrangle", np.arange(8)[None]))
    assert mesh.order == 1
    assert mesh.volumes.sum() == pytest.approx(1.0)


def test_elements_that_are_refused():
    nodes = nodes_of("hexahedron", lagrange=True)
    with pytest.raises(UnsupportedError, match="hexahedra with 21 nodes"):
        read(nodes, ("hexahedron", np.arange(21)[None]))
    with pytest.raises(UnsupportedError, match=r"both orders \(hexahedra with 8 nodes, hex"):
        read(nodes, ("hexahedron", np.arange(8)[None]), ("hexahedron", np.arange(20)[None]))
    with pytest.raises(MeshError, match="outside 0 to 26"):
        read(nodes, ("hexahedron", 20 + np.arange(8)[None]))
