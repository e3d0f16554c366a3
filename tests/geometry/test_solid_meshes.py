"""Meshes of volumes: what holds for each of them, whatever the labels."""

import warnings

import numpy as np
import pytest
from label_volumes import NASTY, VOXEL, boxed, check, grains, sphere, touching
from scipy import ndimage, sparse

from anosim_geometry import GmshMesher, MeshWarning
from anosim_geometry.solid import meshing

VOXELS = {"cubes": VOXEL, "bricks": (4e-8, 2e-8, 2e-8)}


@pytest.mark.parametrize("voxel", VOXELS.values(), ids=VOXELS)
@pytest.mark.parametrize("name", NASTY)
def test_any_volume_conforms_and_keeps_its_volumes(name, voxel):
    image = boxed(NASTY[name], voxel)
    mesh = GmshMesher().mesh(image)
    check(mesh, image, 5e-3)
    assert mesh.angles.min() > 1


@pytest.mark.parametrize("voxel", VOXELS.values(), ids=VOXELS)
@pytest.mark.parametrize("name", ["islands", "four phases of noise", "grains"])
def test_stairs_are_kept_exactly(name, voxel):
    image = boxed(NASTY[name], voxel)
    mesh = GmshMesher(staircase=True).mesh(image)
    check(mesh, image, 1e-12)
    size = np.broadcast_to(voxel, 3)[::-1]
    for facets in mesh.interfaces.values():
        places = mesh.points[facets] / size
        assert np.abs(places - np.rint(places)).max() < 1e-9


def test_second_order_has_a_point_in_the_middle_of_each_edge():
    image = boxed(grains((12, 12, 12)))
    mesh = GmshMesher(order=2).mesh(image)
    check(mesh, image, 1e-3)
    assert mesh.order == 2
    middle = mesh.points[mesh.edges.vertices].mean(axis=1)
    assert mesh.points[mesh.midpoints] == pytest.approx(middle, rel=1e-12, abs=0)


def parts(mesh, phase):
    own = np.flatnonzero(mesh.cell_phase == mesh.phase_index(phase))
    pairs = mesh.facets.cells[mesh.facets.cells[:, 1] >= 0]
    pairs = pairs[np.isin(pairs, own).all(axis=1)]
    n = len(mesh.cells)
    graph = sparse.coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(n, n))
    return len(np.unique(sparse.csgraph.connected_components(graph, directed=False)[1][own]))


@pytest.mark.parametrize(
    ("places", "shared"), [([(3, 3, 3), (3, 4, 4)], 2), ([(3, 3, 3), (4, 4, 4)], 1)]
)
def test_voxels_that_touch_at_an_edge_or_corner_are_parts_that_share_points(places, shared):
    mesh = GmshMesher().mesh(boxed(touching(*places)))
    assert parts(mesh, "phase1") == 2
    one = np.unique(mesh.cells[mesh.cell_phase == 1])
    assert len(one) == 16 - shared
    volume = mesh.phase_volumes["phase1"] / VOXEL**3
    assert volume == pytest.approx(2, rel=1e-3)


def test_a_sphere_has_its_volume_and_area():
    labels = sphere(10.0)
    mesh = GmshMesher().mesh(boxed(labels))
    a, b, c = mesh.points[mesh.interfaces["phase0", "phase1"]].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2 / VOXEL**2
    volume = mesh.phase_volumes["phase1"] / VOXEL**3
    assert volume == pytest.approx(labels.sum(), rel=1e-4)
    assert volume == pytest.approx(4 / 3 * np.pi * 1000, rel=0.01)
    assert area == pytest.approx(4 * np.pi * 100, rel=0.02)


SINGLE = {
    "one voxel": [(3, 3, 3)],
    "two, one apart": [(3, 3, 2), (3, 3, 4)],
    "eight in a lattice": [(z, y, x) for z in (1, 4) for y in (1, 4) for x in (1, 4)],
    "one beside larger ones": [(1, 1, 1), (4, 4, 4), (4, 4, 5), (4, 5, 4), (5, 4, 4)],
    "one on the box": [(0, 3, 3)],
}


@pytest.mark.parametrize("voxel", VOXELS.values(), ids=VOXELS)
@pytest.mark.parametrize("name", SINGLE)
def test_each_part_of_a_phase_keeps_its_volume(name, voxel):
    labels = touching(*SINGLE[name])
    mesh = GmshMesher().mesh(boxed(labels, voxel))
    found, count = ndimage.label(labels)
    nearest = ndimage.distance_transform_edt(found == 0, return_indices=True)[1]
    size = np.broadcast_to(voxel, 3)
    cells = mesh.cell_phase == 1
    places = mesh.points[mesh.cells[cells]].mean(axis=1)[:, ::-1] / size
    at = tuple(nearest[(slice(None), *places.astype(int).T)])
    volumes = np.bincount(found[at], mesh.volumes[cells], count + 1)[1:] / np.prod(size)
    assert volumes == pytest.approx(np.bincount(found.ravel())[1:], rel=2e-3)


@pytest.mark.parametrize(("axes", "scale"), [("xz", 2.5), ("z", 0.7), ("xyz", 1.0)])
def test_opposite_sides_match(axes, scale):
    image = boxed(grains((14, 12, 16), scale, seed=4))
    mesh = GmshMesher(periodic=axes).mesh(image)
    check(mesh, image, 5e-3)
    sides = {"x": ("left", "right", 0), "y": ("top", "bottom", 1), "z": ("front", "back", 2)}
    for first, second, axis in map(sides.get, axes):
        here, there = mesh.opposite(first, second).T
        off = np.delete(mesh.points[there] - mesh.points[here], axis, axis=1)
        assert np.all(off == 0)
        twin = np.arange(len(mesh.points))
        twin[here] = there
        facets = np.sort(twin[mesh.sides[first]], axis=1).tolist()
        assert sorted(facets) == sorted(np.sort(mesh.sides[second], axis=1).tolist())


def test_the_same_image_gives_the_same_bits():
    meshes = [GmshMesher().mesh(boxed(grains())) for _ in range(2)]
    assert np.array_equal(meshes[0].points, meshes[1].points)
    assert np.array_equal(meshes[0].cells, meshes[1].cells)


@pytest.mark.parametrize("name", NASTY)
def test_without_gmsh_voxels_are_split(name, monkeypatch):
    from anosim.errors import MeshError

    def failing(*_):
        raise MeshError("no luck")

    monkeypatch.setattr(meshing, "filled", failing)
    monkeypatch.setattr(meshing, "for_gmsh", lambda voxels: np.ones(len(voxels), dtype=bool))
    image = boxed(NASTY[name])
    with pytest.warns(MeshWarning, match="no luck.*six tetrahedra"):
        mesh = GmshMesher().mesh(image)
    assert len(mesh.cells) == 6 * image.labels.size
    check(mesh, image, 1e-3)


def test_a_mesh_that_does_not_conform_is_not_given_out(monkeypatch):
    from anosim_geometry.solid.tetrahedra import Tetrahedra

    real = meshing.filled

    def lossy(*arguments):
        made = real(*arguments)
        return Tetrahedra(made.points, made.cells[1:], made.region[1:])

    monkeypatch.setattr(meshing, "filled", lossy)
    image = boxed(grains((10, 10, 10)))
    with pytest.warns(MeshWarning, match="does not conform"):
        mesh = GmshMesher().mesh(image)
    check(mesh, image, 1e-3)


@pytest.mark.parametrize("voxel", [(2e-7, 2e-8, 2e-8), (2e-8, 2e-8, 2e-7)], ids=str)
@pytest.mark.parametrize("name", ["islands", "thin shells", "grains"])
def test_very_oblong_voxels_are_split_and_it_is_said(name, voxel):
    # Gmsh ends with a segmentation fault between thin shells of voxels of 10 : 1 : 1
    field = ndimage.gaussian_filter(np.random.default_rng(4).standard_normal((7, 9, 8)), 2) > 0
    shells = field + (field & ~ndimage.binary_erosion(field, border_value=1))
    image = boxed(shells if name == "thin shells" else NASTY[name], voxel)
    with pytest.warns(MeshWarning, match="10 times as long as wide.*resamples them to cubes"):
        mesh = GmshMesher().mesh(image)
    check(mesh, image, 5e-3)


def test_resampled_to_cubes_oblong_voxels_need_no_warning():
    image = boxed(sphere(8.0, 20)[::4], (8e-8, 2e-8, 2e-8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mesh = GmshMesher(interface_size=8e-8).mesh(image)
    check(mesh, image, 0.02)
