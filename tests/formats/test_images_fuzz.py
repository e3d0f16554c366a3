"""Cut and changed image files are an image or one clear error: no other exception, no warning."""

import shutil
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from image_samples import FILES, VOLUME, WRITERS, write

from anosim.errors import InputError
from anosim.formats.images import open_image

SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    return {kind: write(kind, folder) for kind in WRITERS}


def _is_image_or_error(path):
    for lazy in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found = open_image(path, lazy=lazy)
                found.array()
                found.describe("1 nm")
            except InputError as error:
                assert "\n" not in str(error)
                assert len(str(error)) < 700


def _copy(samples, kind, folder):
    source = samples[kind]
    for file in source.parent.iterdir():
        if file.name.startswith(source.name) or file.name == "values.bin":
            shutil.copy(file, folder)
    return folder / source.name


@pytest.mark.parametrize("kind", FILES)
@SETTINGS
@given(data=st.data())
def test_cut_files(samples, tmp_path, kind, data):
    path = _copy(samples, kind, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole) - 1))])
    _is_image_or_error(path)


@pytest.mark.parametrize("kind", FILES)
@SETTINGS
@given(data=st.data())
def test_changed_files(samples, tmp_path, kind, data):
    path = _copy(samples, kind, tmp_path)
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        # most of a file is values; what matters stands at its start
        place = data.draw(st.integers(0, min(len(whole), 400) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)
    _is_image_or_error(path)


@pytest.mark.parametrize("kind", ["ome-zarr 0.4", "ome-zarr 0.5"])
@SETTINGS
@given(data=st.data())
def test_changed_zarr_stores(samples, tmp_path, kind, data):
    path = tmp_path / samples[kind].name
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(samples[kind], path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    file = data.draw(st.sampled_from(files))
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    file.write_bytes(whole[:cut] + data.draw(st.binary(max_size=4)) + whole[cut + 1 :])
    _is_image_or_error(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize(
    "kind", ["imagej", "ome", "ome zlib", "nrrd raw", "mrc", "npy", "raw", "mha"]
)
def test_a_file_that_ends_early_is_an_error_or_has_lost_no_value(samples, tmp_path, kind, share):
    path = _copy(samples, kind, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    for lazy in (False, True):
        try:
            found = open_image(path, lazy=lazy).array()
        except InputError:
            continue
        assert share > 0.5  # what ends there are metadata
        assert np.array_equal(found, VOLUME)
