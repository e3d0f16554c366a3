"""Folders of slices: their order by a rule that is told, or one sentence that refuses."""

import numpy as np
import pytest
import tifffile
from image_samples import VOLUME
from PIL import Image

from anosim.errors import InputError
from anosim.formats.images import open_image


def _folder(path, names):
    """Slice k, which holds k everywhere, under the k-th name."""
    for k, name in enumerate(names):
        tifffile.imwrite(path / f"{name}.tif", np.full((3, 5), k, np.uint8))
    return path


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("names", "rule"),
    [
        ([f"slice_{k}" for k in range(8, 13)], "the number"),
        ([f"slice-{k:03d}" for k in range(4)], "the number"),
        ([f"Slice_{k}" if k % 2 else f"slice_{k}" for k in range(4)], "the number"),
        ([f"scan2_{k}_of_12_20nm" for k in range(7, 13)], "the number"),
        ([f"s{k}_z{k * 40}nm" for k in range(12)], "the number"),
        ([f"z{k - 5:+d}um" for k in range(10)], "the signed number"),
        (["z-2", "z-1", "z0", "z1"], "the signed number"),
        ([f"z={k * 0.25:g}" for k in range(10)], "the decimal number"),
        ([f"z={k / 3:.2f}um" for k in range(7)], "the decimal number"),
        ([f"z={k * 0.25:g}".replace(".", ",") for k in range(1, 6)], "the decimal number"),
        ([f"z{k * 0.5:+g}" for k in range(-3, 4)], "the signed decimal number"),
        (["2024-03-01_22-00", "2024-03-01_23-30", "2024-03-02_01-00"], "date and time"),
        (["part_a", "part_b", "part_c"], "the letter"),
        (["one"], "the only slice"),
    ],
)
def test_the_order_is_that_of_the_names_and_is_told(tmp_path, names, rule, lazy):
    found = open_image(_folder(tmp_path, names), lazy=lazy)
    assert found.array()[:, 0, 0].tolist() == list(range(len(names)))
    assert found.details["slices"].startswith(f"{len(names)} by {rule}" if names[1:] else "1 by")
    assert found.details["slices"].endswith(f"from {names[0]}.tif to {names[-1]}.tif")
    assert "left out" not in found.details


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([f"z{k:03d}_c{c}" for k in range(4) for c in (1, 2)], "several numbers that do not rise"),
        ([f"t{t}_z{k}" for t in (0, 1) for k in range(3)], "several numbers that do not rise"),
        ([f"cell_ch{c:02d}" for c in range(3)], "number channels or times"),
        ([f"s{k:03d}{m}" for k in range(4) for m in ("", "_mask")], "4 such as 's000_mask.tif'"),
        ([f"{s}_{k}" for s in ("aged", "pristine") for k in range(3)], "3 such as 'aged_0.tif'"),
        ([*(f"s{k}" for k in range(4)), "overview"], "1 such as 'overview.tif'"),
        (["s_1", "s_01", "s_2"], "repeat one"),
        (["s_1", "s_2", "s_4"], "missing .* between 's_2.tif' and 's_4.tif'"),
        (["z=0.1", "z=0.2", "z=0.4", "z=0.5"], "missing .* between 'z=0.2.tif' and 'z=0.4.tif'"),
        ([f"i{k}_z{9 - k}" for k in range(4)], "do not rise together"),
        (["v1.2", "v1.5", "v1.11"], "allow more than one order"),
        (["before", "after"], "have no numbers"),
    ],
)
def test_names_that_are_no_stack_are_refused(tmp_path, names, says):
    for lazy in (False, True):
        with pytest.raises(InputError, match=says):
            open_image(_folder(tmp_path, names), lazy=lazy)


def test_what_is_no_slice_is_left_out_and_named(tmp_path):
    folder = _folder(tmp_path, [f"s_{k}" for k in range(3)])
    for name in ("._s_0.tif", "._s_1.tif", ".DS_Store", "Thumbs.db", "notes.txt"):
        (folder / name).write_bytes(b"\0\5\x16\7")
    (folder / "old.tif").mkdir()
    found = open_image(folder)
    assert found.array()[:, 0, 0].tolist() == [0, 1, 2]
    assert found.details["left out"] == ("6: .DS_Store, ._s_0.tif, ._s_1.tif, Thumbs.db and 2 more")


def test_slices_of_other_pixels_or_kinds_are_refused(tmp_path):
    folder = _folder(tmp_path, ["s_0", "s_1"])
    pixels = {"imagej": True, "metadata": {"unit": "nm"}}
    for name, resolution in (("s_0", 0.05), ("s_1", 0.025)):
        tifffile.imwrite(folder / f"{name}.tif", VOLUME[0], resolution=(resolution,) * 2, **pixels)
    with pytest.raises(InputError, match=r"pixels of 4e-08 m x 4e-08 m, but 's_0.tif' has 2e-08 m"):
        open_image(folder)
    Image.fromarray(VOLUME[0]).save(folder / "s_2.png")
    with pytest.raises(InputError, match=r"both .tif and .png"):
        open_image(folder)
    with pytest.raises(InputError, match="has no dataset 'a'"):
        open_image(folder, dataset="a")
