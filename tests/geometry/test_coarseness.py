"""Coarse interfaces, oblong pixels, and what the mesher says where sizes cannot be met."""

import re
import warnings

import numpy as np
import pytest
from label_images import NASTY, PIXEL, disc, grains, meshed, noise, structure

from anosim_geometry import MeshSizeWarning


def quietly(labels, voxel=PIXEL, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MeshSizeWarning)
        return meshed(labels, voxel, **options)


def area_error(mesh, labels, voxel=PIXEL):
    shares = structure(labels, voxel).fractions
    whole = mesh.volumes.sum()
    return max(abs(mesh.phase_volumes[name] / whole / share - 1) for name, share in shares.items())


IMAGES = {
    "disc": disc(20.0, 60),
    "grains": grains((50, 65), scale=6.0),
    "thin bands": grains((50, 65), scale=3.0),
    "particles under salt": np.where(noise((50, 65), 40) == 0, 4, grains((50, 65), scale=6.0)),
}


@pytest.mark.parametrize("name", IMAGES)
def test_coarser_interfaces_make_fewer_triangles(name):
    labels = IMAGES[name]
    meshes = [quietly(labels, size=10 * PIXEL, interface_size=k * PIXEL) for k in (1, 2, 3, 5)]
    counts = [len(mesh.cells) for mesh in meshes]
    assert counts[1] < 0.75 * counts[0]
    assert counts[2] < counts[1]
    assert counts[3] < 0.95 * counts[2]
    assert counts[3] < 0.45 * counts[0]
    for mesh in meshes:
        assert area_error(mesh, labels) < 0.01
        assert mesh.angles.min() > 20


@pytest.mark.parametrize(("width", "interface"), [(2, 2), (3, 3), (4, 5)])
def test_films_keep_their_triangles_beside_coarse_interfaces(width, interface):
    labels = np.tile(np.repeat([0, 1, 0], [20, width, 20]), (30, 1))
    mesh = quietly(labels, size=10 * PIXEL, interface_size=interface * PIXEL)
    rows = width / (np.sqrt(np.sqrt(3.0) * mesh.volumes[mesh.cell_phase == 1]).mean() / PIXEL)
    assert rows == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize(
    ("labels", "options", "word"),
    [
        (IMAGES["thin bands"], {}, "the main reason is gap_elements = 3 across thin phases"),
        (noise(), {"gap_elements": 0}, "the main reason is small regions"),
        (np.tile([0, 1], (30, 15)), {}, "1.2 pixels long in the mean where interface_size asks"),
    ],
)
def test_what_keeps_interfaces_fine_is_said(labels, options, word):
    with pytest.warns(MeshSizeWarning, match=word):
        meshed(labels, interface_size=5 * PIXEL, **options)


def test_nothing_is_said_where_interfaces_are_as_asked_for():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        meshed(disc(), interface_size=3 * PIXEL)
        meshed(IMAGES["thin bands"])


@pytest.mark.parametrize("voxel", [(20.0, 1.0), (1.0, 20.0), (8.0, 1.0)], ids=str)
@pytest.mark.parametrize("name", ["disc", "grains", "noise"])
def test_oblong_pixels_have_good_meshes_of_fair_size(name, voxel):
    images = {"disc": disc(14.0, 39), "grains": grains((39, 39), 3.0), "noise": noise((24, 24), 2)}
    labels, sides = images[name], (voxel[0] * PIXEL, voxel[1] * PIXEL)
    mesh = meshed(labels, sides)
    assert mesh.angles.min() > 18
    assert area_error(mesh, labels, sides) < 0.005
    assert len(mesh.cells) < 4 * len(meshed(labels).cells)


@pytest.mark.parametrize(
    ("labels", "options", "asked"),
    [
        (noise((16, 16), 2), {"elements": 50}, "elements is 50"),
        (NASTY["islands"], {"max_elements": 40}, "max_elements is 40"),
        (NASTY["one-pixel rings"], {"elements": 100}, "elements is 100"),
    ],
)
def test_the_number_in_the_warning_is_that_of_the_mesh(labels, options, asked):
    with pytest.warns(MeshSizeWarning) as caught:
        mesh = meshed(labels, **options)
    (words,) = [str(w.message) for w in caught if asked in str(w.message)]
    assert re.findall(r"the mesh has (\d+) triangles", words) == [str(len(mesh.cells))]
    assert f"or ask for {len(mesh.cells)} or more" in words


@pytest.mark.parametrize("gap", [0, 1, 3])
def test_specks_keep_their_area_with_bent_sides(gap):
    labels = np.zeros((30, 30), dtype=int)
    labels[tuple(np.random.default_rng(3).integers(1, 29, (2, 30)))] = 1
    mesh = meshed(labels, order=2, gap_elements=gap)
    assert area_error(mesh, labels) < 0.005
