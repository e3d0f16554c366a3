"""The report on a mesh of tetrahedra."""

import json

import numpy as np
import pytest

import anosim
from anosim.errors import InputError
from anosim.results import mesh_report
from anosim.results.holes import image_parts_and_holes, mesh_parts_and_holes
from anosim.voxels import split_voxels

H = 1e-7


def volume(labels, voxel=H):
    labels = np.asarray(labels)
    return anosim.Microstructure(labels, {f"p{k}": int(k) for k in np.unique(labels)}, voxel)


def of_voxels(image):
    return split_voxels(image.labels, image.phases, image.voxel)


def shell():
    """A closed shell in a box, and two voxels that touch at a corner."""
    labels = np.zeros((7, 8, 12), dtype=int)
    labels[1:6, 1:6, 1:6] = 1
    labels[2:5, 2:5, 2:5] = 0
    labels[2, 2, 8] = labels[3, 3, 9] = 1
    return volume(labels)


def test_numbers_of_split_voxels():
    image = shell()
    found = mesh_report(of_voxels(image), image)
    assert json.loads(json.dumps(found)) == found
    assert found["tetrahedra"] == 6 * image.labels.size
    assert found["volume_m3"] == pytest.approx(image.labels.size * H**3, rel=1e-12, abs=0)
    assert found["phases"]["p1"]["volume_m3"] == pytest.approx(100 * H**3, rel=1e-12, abs=0)
    assert found["phases"]["p1"]["volume_error"] == pytest.approx(0, abs=1e-12)
    for phase, (parts, holes) in {"p0": (2, 2), "p1": (3, 1)}.items():
        row = found["phases"][phase]
        assert (row["parts"], row["image_parts"]) == (parts, parts)
        assert (row["holes"], row["image_holes"]) == (holes, holes)
    area = (6 * 25 + 6 * 9 + 2 * 6) * H**2
    assert found["interface_area_m2"] == pytest.approx({"p0|p1": area}, rel=1e-12, abs=0)
    assert found["side_area_m2"]["front"] == pytest.approx(96 * H**2, rel=1e-12, abs=0)
    quality = found["quality"]
    assert quality["smallest_dihedral_angle_degrees"]["worst"] == pytest.approx(45)
    assert quality["aspect_ratio"]["median"] == pytest.approx(1 / np.sqrt(2) + 1)
    assert sum(quality["sicn"]["histogram_tetrahedra"]) == found["tetrahedra"]


def test_worst_tetrahedron_has_its_place():
    image = volume(np.pad(np.ones((1, 1, 1), dtype=int), 2), (2 * H, H, H))
    mesh = of_voxels(image)
    points = mesh.points.copy()
    corner = np.flatnonzero(np.all(np.isclose(points / H, [3, 3, 6]), axis=1))
    points[corner] -= 0.45 * H
    mesh = anosim.Mesh(points, mesh.cells, mesh.cell_phase, mesh.phases, mesh.sides)
    worst = mesh_report(mesh, image)["worst"]
    place = mesh.points[mesh.cells[worst["tetrahedron"]]].mean(axis=0)
    assert [worst[f"{axis}_m"] for axis in "xyz"] == place.tolist()
    voxel = [worst[f"voxel_{name}"] for name in ("slice", "row", "column")]
    assert voxel == (place[::-1] / image.voxel).astype(int).tolist()
    assert worst["sicn"] == mesh.quality.min()


@pytest.mark.parametrize("seed", range(8))
def test_parts_and_holes_agree_on_noise(seed):
    rng = np.random.default_rng(seed)
    image = volume(rng.choice(3, (rng.integers(2, 7), 5, 6), p=[0.6, 0.3, 0.1]))
    assert mesh_parts_and_holes(of_voxels(image)) == image_parts_and_holes(image)


def test_a_slice_is_no_image_of_a_volume():
    image = shell()
    mesh = of_voxels(image)
    with pytest.raises(InputError, match="compared with a volume"):
        mesh_report(mesh, volume(image.labels[2]))
    with pytest.raises(InputError, match="by 0 to 7e-07 m: give the image"):
        mesh_report(mesh, volume(np.zeros((9, 8, 12), dtype=int)))
