"""A concentration as ImageJ has it."""

import json

import numpy as np
import pytest
import tifffile

from anosim.cli import main
from anosim.errors import InputError
from anosim.formats import vtkhdf
from anosim.interop import Fields, write_tiff
from anosim.results.numbers import image_numbers
from anosim.testing import box
from anosim.voxel_grid import VoxelGrid

TIMES = [1.0, 10.0]


def _frames(path):
    with tifffile.TiffFile(path) as file:
        tag = file.pages[0].tags["XResolution"].value
        return file.asarray(), file.series[0].axes, file.imagej_metadata, tag[1] / tag[0]


def test_export_of_a_run(solution, image, tmp_path, monkeypatch):
    vtkhdf.write_solution(solution, tmp_path / "solution.vtkhdf", TIMES)
    (tmp_path / "results.json").write_text(json.dumps({"image": image_numbers(image)}))
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(tmp_path), "--to", "tiff", "--output", "c.tif"]) == 0
    values, axes, about, micrometres = _frames(tmp_path / "c.tif")
    assert (values.shape, values.dtype, axes) == ((2, 20, 40), np.float32, "TYX")
    assert values == pytest.approx(solution.image(TIMES, over=image), rel=1e-6, nan_ok=True)
    assert np.isnan(values[:, :, :20]).all()
    assert (about["unit"], micrometres) == ("um", pytest.approx(0.05))
    assert about["Labels"] == ["c / mol m-3, 1 s", "c / mol m-3, 10 s"]


def test_a_volume_with_voxels_of_three_sizes(tmp_path):
    mesh = box((0.4e-6, 0.3e-6, 0.4e-6))
    c = 1000.0 + 1e9 * mesh.points[:, 0] + 2e9 * mesh.points[:, 2]
    fields = Fields(mesh.points, mesh.cells, np.array([np.inf]), c[None])
    grid = VoxelGrid((2, 3, 4), (0.2e-6, 0.1e-6, 0.1e-6))
    write_tiff(fields, tmp_path / "c.tif", grid)
    values, axes, about, micrometres = _frames(tmp_path / "c.tif")
    assert axes == "ZYX"
    z, _, x = (np.indices((2, 3, 4)).T + 0.5).T
    assert values == pytest.approx(1000.0 + 100.0 * x + 400.0 * z, rel=1e-6)
    assert (about["spacing"], micrometres) == (pytest.approx(0.2), pytest.approx(0.1))
    assert set(about["Labels"]) == {"c / mol m-3, steady state"}


def test_what_is_refused(solution, tmp_path, capsys):
    fields = Fields.of(solution, TIMES)
    with pytest.raises(InputError, match=r"expected \.tif"):
        write_tiff(fields, tmp_path / "c.png", VoxelGrid((20, 40), (5e-8, 5e-8)))
    with pytest.raises(InputError, match="does not fit fields in 2 dimensions"):
        write_tiff(fields, tmp_path / "c.tif", VoxelGrid((2, 20, 40), (5e-8,) * 3))
    vtkhdf.write_solution(solution, tmp_path / "solution.vtkhdf", TIMES)
    assert main(["export", str(tmp_path), "--to", "tiff", "--output", str(tmp_path / "c.tif")])
    assert "holds no results.json with the size of an image" in capsys.readouterr().err
