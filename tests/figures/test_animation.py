"""Moving pictures, and pictures one column wide."""

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from PIL import Image

from anosim.errors import InputError
from anosim.figures.animation import animate
from anosim.figures.frames import FIRST, Frames
from anosim.figures.sheet import Window, sheet
from anosim.figures.style import MM, colours, muted


@pytest.fixture
def rising():
    """A domain that fills from 0 to 1000 mol/m^3 below a pore."""
    levels = np.zeros((3, 8, 12), dtype=np.uint8)
    levels[:, 2:] = np.array([FIRST, 120, 255])[:, None, None]
    times = np.array([0.0, 1.0, 10.0])
    return Frames(times, levels, 0.0, 1000.0, ("pore", "sei"), (12e-6, 8e-6))


def test_frames_come_back_from_their_file(rising, tmp_path):
    rising.write(tmp_path / "frames.png")
    found = Frames.read(tmp_path / "frames.png")
    assert np.array_equal(found.levels, rising.levels)
    assert np.array_equal(found.times, rising.times)
    assert (found.phases, found.extent) == (rising.phases, rising.extent)
    Image.new("L", (3, 3)).save(tmp_path / "other.png")
    with pytest.raises(InputError, match="holds no frames"):
        Frames.read(tmp_path / "other.png")


def test_a_gif_goes_from_violet_to_yellow(rising, tmp_path):
    animate(rising, tmp_path / "c.gif")
    with Image.open(tmp_path / "c.gif") as found:
        assert found.n_frames == 3
        middle = []
        for rank in range(3):
            found.seek(rank)
            picture = found.convert("RGB")
            middle.append(picture.getpixel((picture.width // 3, picture.height // 2)))
    assert middle[0][2] > middle[0][1]  # violet: more blue than green
    assert middle[2][0] > 200  # yellow
    assert middle[2][1] > 200


def test_an_mp4_has_all_frames_and_a_pause(rising, tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    animate(rising, tmp_path / "c.mp4")
    frames, seconds = ffmpeg.count_frames_and_secs(str(tmp_path / "c.mp4"))
    assert frames == 3 + 2  # two a second, and the last one for 1.3 s
    assert seconds == pytest.approx(5 / 2, rel=0.1)


def test_a_volume_moves_as_a_block_cut_open(tmp_path):
    """Each of the six faces has a colour of its own, from where it lies in the volume."""
    n = 8
    z, y, x = np.indices((n, n, n))
    late = np.full((n, n, n), 255)
    late[:, :, n - 1] = 1  # behind the face across x; then above, and in front
    late[:, 0, :] = np.where(x[:, 0] < n - 1, 2, 1)
    late[0] = np.where((y[0] > 0) & (x[0] < n - 1), 3, late[0])
    inner = (z < n // 2) & (y < n // 2) & (x >= n // 2)
    late[inner] = FIRST  # what is cut away is seen nowhere
    levels = np.stack([np.full((n, n, n), FIRST), late]).astype(np.uint8)
    names = ("sei", "right", "above", "front")
    found = Frames(np.array([0.0, 1.0]), levels, 0.0, 1.0, names, (1e-6, 1e-6, 1e-6))
    animate(found, tmp_path / "c.gif")
    with Image.open(tmp_path / "c.gif") as moving:
        assert moving.n_frames == 2
        moving.seek(1)
        shown = np.asarray(moving.convert("RGB")).reshape(-1, 3)[:, :3].astype(int)
    yellow = to_rgb(colormaps["viridis"](1.0))
    inks = [to_rgb(muted(colours(names)[name][0])) for name in names[1:]]
    shares = [
        np.mean(np.abs(shown - 255 * np.array(ink)).max(axis=1) < 12) for ink in [yellow, *inks]
    ]
    assert min(shares) > 0.03
    violet = 255 * np.array(to_rgb(colormaps["viridis"](0.0)))
    edge_of_bar = np.mean(np.abs(shown - violet).max(axis=1) < 12)
    assert edge_of_bar < 0.01


def test_what_cannot_move_is_refused(rising, tmp_path):
    with pytest.raises(InputError, match=r"expected \.gif or \.mp4"):
        animate(rising, tmp_path / "c.avi")
    still = Frames(np.array([np.inf]), rising.levels[:1], 0.0, 1.0, ("pore",), (1e-6, 1e-6))
    with pytest.raises(InputError, match="does not move"):
        animate(still, tmp_path / "c.gif")


@pytest.mark.parametrize(("columns", "most"), [(1, 88.0), (2, 180.0)])
def test_a_sheet_fits_its_columns(columns, most):
    page = sheet([Window(0, 0, 1e-6, 1e-6)] * 4, titles=list("abcd"), bar=True, columns=columns)
    width = page.figure.get_size_inches()[0] / MM
    assert 0.85 * most < width <= most + 1e-9
    with pytest.raises(InputError, match="1 or 2 columns"):
        sheet([Window(0, 0, 1e-6, 1e-6)], columns=3)
