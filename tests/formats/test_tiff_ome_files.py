"""OME-TIFF in several files: by any part the same stack, or what is missing."""

import shutil
import uuid

import numpy as np
import pytest
import tifffile

from anosim.errors import InputError
from anosim.formats.images import open_image

STACK = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
IDS = [f"urn:uuid:{uuid.UUID(int=rank + 1)}" for rank in range(6)]
SIZES = " ".join(
    f'PhysicalSize{axis}="{size}" PhysicalSize{axis}Unit="nm"'
    for axis, size in zip("XYZ", (10, 20, 40), strict=True)
)


def xml(own, entries):
    """Metadata of the whole stack; entries are attributes, file name and identity."""
    data = "".join(
        f'<TiffData {where}><UUID FileName="{name}">{ident}</UUID></TiffData>'
        for where, name, ident in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="{own}">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="5" '
        f'SizeY="4" SizeZ="6" SizeC="1" SizeT="1" {SIZES}>'
        f'<Channel ID="Channel:0:0" SamplesPerPixel="1"/>{data}</Pixels></Image></OME>'
    )


def slices(folder, order=range(6), compression="zlib"):
    """A file for each slice, their names in another order than their depths."""
    names = [f"part{order[z]}.ome.tif" for z in range(6)]
    entries = [
        (f'FirstZ="{z}" FirstC="0" FirstT="0" IFD="0" PlaneCount="1"', names[z], IDS[z])
        for z in range(6)
    ]
    for z in range(6):
        tifffile.imwrite(folder / names[z], STACK[z], description=xml(IDS[z], entries).encode(),
                         metadata=None, compression=compression if z else None)  # fmt: skip
    return [folder / name for name in names]


def halves(folder):
    """Two files of three slices each, the metadata without counts of pages in the second."""
    names = ["front.ome.tif", "back.ome.tif"]
    entries = [(f'FirstZ="{z}" IFD="{z}"', names[0], IDS[0]) for z in range(3)]
    entries += [('FirstZ="3"', names[1], IDS[1])]
    for rank, name in enumerate(names):
        with tifffile.TiffWriter(folder / name) as file:
            for z in range(3):
                text = xml(IDS[rank], entries).encode() if z == 0 else None
                file.write(STACK[3 * rank + z], description=text, metadata=None)
    return [folder / name for name in names]


def companion(folder):
    """Slices that refer to one file of metadata."""
    names = [f"z{z}.ome.tif" for z in range(6)]
    entries = [(f'FirstZ="{z}" IFD="0" PlaneCount="1"', names[z], IDS[z]) for z in range(6)]
    (folder / "scan.companion.ome").write_text(xml("urn:uuid:0", entries))
    for z, name in enumerate(names):
        text = (f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><BinaryOnly '
                f'MetadataFile="scan.companion.ome" UUID="{IDS[z]}"/></OME>')  # fmt: skip
        tifffile.imwrite(folder / name, STACK[z], description=text.encode(), metadata=None)
    return [folder / name for name in names]


MAKERS = [slices, lambda folder: slices(folder, [3, 5, 1, 0, 2, 4]), halves, companion]


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("make", MAKERS)
def test_every_part_and_the_folder_open_the_whole_stack(tmp_path, make, lazy):
    parts = make(tmp_path)
    for path in (*parts, tmp_path):
        found = open_image(path, lazy=lazy)
        assert np.array_equal(found.array(), STACK)
        assert np.array_equal(found.slab(2, 5), STACK[2:5])
        assert found.voxel_size() == pytest.approx((4e-8, 2e-8, 1e-8), rel=1e-9, abs=0)
        assert found.details["files"] == len(parts)


@pytest.mark.parametrize("make", MAKERS)
def test_missing_parts_are_named(tmp_path, make):
    parts = make(tmp_path)
    parts[1].unlink()
    for path in (parts[0], parts[-1], tmp_path)[: 3 if len(parts) > 2 else 1]:
        with pytest.raises(InputError, match=rf"{parts[1].name}'.*does not exist"):
            open_image(path)


def test_other_images_beside_the_parts_are_refused_in_the_folder(tmp_path):
    parts = slices(tmp_path)
    tifffile.imwrite(tmp_path / "zzz.tif", STACK[0])
    with pytest.raises(InputError, match=r"6 files of one OME-TIFF .* beside them 'zzz\.tif'"):
        open_image(tmp_path)
    assert np.array_equal(open_image(parts[2]).array(), STACK)


def test_parts_outside_of_the_folder_are_not_read(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    parts = slices(tmp_path / "a")
    entries = [(f'FirstZ="{z}" IFD="0" PlaneCount="1"', f"../a/{part.name}", IDS[z])
               for z, part in enumerate(parts)]  # fmt: skip
    entries[0] = ('FirstZ="0" IFD="0" PlaneCount="1"', "here.ome.tif", IDS[0])
    tifffile.imwrite(tmp_path / "b" / "here.ome.tif", STACK[0], metadata=None,
                     description=xml(IDS[0], entries).encode())  # fmt: skip
    with pytest.raises(InputError, match="lies outside of its folder"):
        open_image(tmp_path / "b" / "here.ome.tif")


def test_a_stack_in_one_file_may_have_a_new_name(tmp_path):
    tifffile.imwrite(tmp_path / "old.ome.tif", STACK, ome=True, photometric="minisblack",
                     metadata={"axes": "ZYX"})  # fmt: skip
    shutil.move(tmp_path / "old.ome.tif", tmp_path / "new.tif")
    assert np.array_equal(open_image(tmp_path / "new.tif").array(), STACK)


@pytest.mark.parametrize("depth", [7, 10**9, 0, -3])
def test_more_slices_than_there_are_is_an_error_at_once(tmp_path, depth):
    text = xml(IDS[0], []).replace('SizeZ="6"', f'SizeZ="{depth}"')
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as file:
        for z, plane in enumerate(STACK):
            file.write(plane, description=None if z else text.encode(), metadata=None)
    for lazy in (False, True):
        with pytest.raises(InputError, match=f"declare {depth} slices and say of"):
            open_image(tmp_path / "a.ome.tif", lazy=lazy)
