"""Units of each axis in ImageJ's TIFF and in OME-TIFF."""

import numpy as np
import pytest
import tifffile

from anosim.errors import InputError
from anosim.formats.images import open_image

STACK = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)


def imagej(path, extra, spacing, resolution=(1 / 20, 1 / 20), unit="nm"):
    """A stack as ImageJ writes one, with the given lines in its description."""
    lines = f"ImageJ=1.54f\nimages=3\nslices=3\nunit={unit}\n{extra}spacing={spacing}\nloop=false\n"
    with tifffile.TiffWriter(path) as file:
        for rank, plane in enumerate(STACK):
            file.write(
                plane, description=None if rank else lines, metadata=None, resolution=resolution,
                resolutionunit="NONE", contiguous=True,
            )  # fmt: skip
    return path


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("extra", "spacing", "resolution", "unit", "expected"),
    [
        ("", 40, (1 / 20, 1 / 20), "nm", (4e-8, 2e-8, 2e-8)),
        ("zunit=um\n", 0.04, (1 / 20, 1 / 20), "nm", (4e-8, 2e-8, 2e-8)),
        ("zunit=\\u00B5m\n", 0.04, (1 / 20, 1 / 20), "nanometers", (4e-8, 2e-8, 2e-8)),
        ("yunit=microns\n", 40, (1 / 20, 1 / 0.03), "nm", (4e-8, 3e-8, 2e-8)),
        ("yunit=mm\nzunit=nm\n", 40, (50, 1 / 3e-5), "Micrometers", (4e-8, 3e-8, 2e-8)),
        ("", -40, (1 / 20, 1 / 20), "nm", (4e-8, 2e-8, 2e-8)),
    ],
)
def test_every_axis_has_its_own_unit(tmp_path, extra, spacing, resolution, unit, expected, lazy):
    path = imagej(tmp_path / "a.tif", extra, spacing, resolution, unit)
    assert open_image(path, lazy=lazy).voxel_size() == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("zunit", ["pixel", "sec", "frames"])
def test_a_depth_without_a_length_is_asked_for(tmp_path, zunit):
    found = open_image(imagej(tmp_path / "a.tif", f"zunit={zunit}\n", 1))
    assert found.voxel == (None, pytest.approx(2e-8, rel=1e-6), pytest.approx(2e-8, rel=1e-6))
    with pytest.raises(InputError, match=rf"no voxel size along z .*zunit '{zunit}' is no length"):
        found.voxel_size()


def test_only_the_plane_is_counted_in_pixels(tmp_path):
    found = open_image(imagej(tmp_path / "a.tif", "yunit=nm\nzunit=nm\n", 40, unit="pixel"))
    with pytest.raises(InputError, match=r"z 4e-08 m, y 2e-08 m but no voxel size along x .*unit"):
        found.voxel_size()


@pytest.mark.parametrize("unit", ["nanometers", "nm", "NM", "nanometre"])
def test_units_of_ome(tmp_path, unit):
    sizes = {f"PhysicalSize{axis}": size for axis, size in zip("ZYX", (40, 20, 10), strict=True)}
    tifffile.imwrite(tmp_path / "a.ome.tif", STACK, ome=True, photometric="minisblack",
                     metadata={"axes": "ZYX", **sizes, **{
                         f"PhysicalSize{axis}Unit": "nm" for axis in "ZYX"}})  # fmt: skip
    raw = (tmp_path / "a.ome.tif").read_bytes()
    assert raw.count(b'Unit="nm"') == 3
    with tifffile.TiffFile(tmp_path / "a.ome.tif") as file:
        xml = file.ome_metadata
    tifffile.imwrite(tmp_path / "b.ome.tif", STACK, photometric="minisblack", metadata=None,
                     description=xml.replace('Unit="nm"', f'Unit="{unit}"').encode())  # fmt: skip
    found = open_image(tmp_path / "b.ome.tif").voxel_size()
    assert found == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-6, abs=0)
