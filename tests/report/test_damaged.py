"""A damaged folder of results: the error names the file."""

import json
import shutil

import pytest

from anosim.errors import InputError
from anosim.figures.frames import Frames
from anosim.report import html


@pytest.fixture
def copy(folder, tmp_path):
    """A copy of the results of a run."""
    return shutil.copytree(folder, tmp_path / "results")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("case.toml", lambda data: data + b"\xff"),
        ("curves.png", None),
        ("frames.png", lambda data: data[: len(data) // 2]),
        ("results.json", lambda data: data[:-40]),
        ("results.json", lambda data: b"[1]"),
    ],
)
def test_a_damaged_file_is_named(copy, name, change):
    path = copy / name
    if change is None:
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InputError, match=name):
        html(copy)


@pytest.mark.parametrize("rows", ["a,b\n1,2\n3\n", "a,b\n\xff\xfe,1\n"])
def test_a_table_with_a_short_row_or_another_encoding(copy, rows):
    (copy / "particles.csv").write_bytes(rows.encode("latin-1"))
    with pytest.raises(InputError, match=r"particles\.csv' is damaged"):
        html(copy)


@pytest.mark.parametrize("value", [None, [], 3, "x"])
@pytest.mark.parametrize("name", ["mesh", "provenance", "average_mol_per_m3", "times_s"])
def test_a_record_that_lacks_something(copy, name, value):
    path = copy / "results.json"
    found = json.loads(path.read_text())
    found[name] = value
    path.write_text(json.dumps(found))
    with pytest.raises(InputError, match=r"results\.json' is damaged"):
        html(copy)


def test_frames_of_another_size(copy):
    path = copy / "frames.png"
    good = path.read_bytes()
    path.write_bytes(good[:200])
    with pytest.raises(InputError, match=r"frames\.png'"):
        Frames.read(path)
