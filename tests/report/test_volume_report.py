"""What a page shows of a volume: the block that sliders cut open, and the scene."""

import matplotlib
import numpy as np
import pytest
from chromium import browser, opened

import anosim
from anosim import Concentration, Diffusion, Material, Solution
from anosim.figures.block import Block, project
from anosim.figures.frames import FIRST, WIDEST, Frames, frames
from anosim.formats import vtkhdf
from anosim.report.page import Section, page
from anosim.report.scene import solution_scene
from anosim.report.viewer import viewer
from anosim.voxels import split_voxels

in_browser = pytest.mark.skipif(browser() is None, reason="there is no Chromium on this machine")
H = 50e-9


@pytest.fixture(scope="module")
def image():
    """Sei with a particle in the front, upper left corner; (z, y, x)."""
    labels = np.full((6, 8, 12), 1)
    labels[:2, :3, :4] = 0
    return anosim.Microstructure(labels, {"particle": 0, "sei": 1}, H)


@pytest.fixture(scope="module")
def solution(image):
    """c = 1000 t x / (until L), linear in time."""
    mesh = split_voxels(image.labels, image.phases, (H, H, H))
    condition = {("particle", "sei"): Concentration("1 mol/L")}
    problem = Diffusion(mesh, {"sei": Material(1e-14)}, condition, until=10.0)
    domain = problem.domain(2)
    end = 1000.0 * domain.points[:, 0] / (12 * H)
    return Solution.from_samples(problem, domain, np.array([0.0, 10.0]), np.stack([0 * end, end]))


@pytest.fixture(scope="module")
def found(solution, image):
    return frames(solution, image, np.array([5.0]))


def test_frames_of_a_volume_are_the_solution(found, tmp_path):
    n, shape = len(found.times), found.levels.shape[1:]
    assert shape == (48, 64, 96)
    assert max(shape) == WIDEST[3]
    assert {0.0, 5.0, 10.0} <= set(found.times)
    x = (np.arange(96) + 0.5) / 96
    for time, levels in zip(found.times, found.levels, strict=True):
        assert np.all(levels[:16, :24, :32] == 0)  # the particle
        wanted = FIRST + (255 - FIRST) * x * time / 10.0
        assert np.abs(levels[30] - wanted).max() <= 0.6
    found.write(tmp_path / "frames.png")
    again = Frames.read(tmp_path / "frames.png")
    assert again.levels.shape == (n, *shape)
    assert np.array_equal(again.levels, found.levels)
    assert again.extent == pytest.approx((12 * H, 8 * H, 6 * H))


@in_browser
@pytest.mark.parametrize(("width", "dark"), [(390, True), (1000, False)])
def test_sliders_cut_the_block_open(found, tmp_path, width, dark):
    found.write(tmp_path / "frames.png")
    path = tmp_path / "page.html"
    path.write_text(page("Block", "", [Section("Block", viewer(tmp_path / "frames.png"))]))
    size = np.array([96.0, 64.0, 48.0]) / 96.0
    window = Block.halved(0.0 * size, size).window

    def colour(shown, at):
        u, v = project(np.array(at) / 96.0)
        zoom = 900 / window.width
        place = f"{round((u - window.left) * zoom)}, {round((v - window.top) * zoom)}"
        return np.array(shown.run(f"[...document.querySelector('canvas').getContext('2d')"
                                  f".getImageData({place}, 1, 1).data]"))  # fmt: skip

    def seen(x):
        return 255 * np.array(matplotlib.colormaps["viridis"](x / 96.0))

    drawn = (
        "new Promise(done => { const look = () => document.querySelector('.block output')"
        ".textContent ? done(true) : setTimeout(look, 20); look(); })"
    )
    last = len(found.times) - 1
    with opened(path.as_uri(), width=width, dark=dark) as shown:
        assert shown.run(drawn)
        shown.run("document.querySelector('.when').focus()")
        shown.press("End", 35)
        assert shown.run("document.querySelector('.when').value") == str(last)
        assert shown.run("document.querySelector('.when + output').textContent") == "10 s"
        assert colour(shown, (80, 50, 0)) == pytest.approx(seen(80), abs=7)  # front
        assert colour(shown, (10, 0, 30)) == pytest.approx(seen(10), abs=7)  # above
        assert colour(shown, (96, 50, 20)) == pytest.approx(seen(96), abs=7)  # right
        assert colour(shown, (70, 15, 24)) == pytest.approx(seen(70), abs=7)  # across z
        assert colour(shown, (70, 32, 12)) == pytest.approx(seen(70), abs=7)  # across y
        assert colour(shown, (48, 20, 12)) == pytest.approx(seen(48), abs=7)  # across x
        particle = colour(shown, (10, 10, 0))
        assert particle == pytest.approx([240, 206, 200, 255], abs=7)
        shown.run("document.querySelector('.cut').focus()")
        shown.press("Home", 36)  # nearly all is taken off along x
        assert colour(shown, (70, 15, 24)) == pytest.approx(seen(70), abs=7)
        assert colour(shown, (10, 10, 24)) == pytest.approx(seen(10), abs=7)
        wide = shown.run(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide == 0
        assert shown.complaints == []
        assert [r for r in shown.requests if not r.startswith(("data:", "file:"))] == []


def test_a_scene_is_light_and_of_the_last_time(solution, tmp_path, monkeypatch, capfd):
    pytest.importorskip("pyvista")
    pytest.importorskip("trame_vtk")
    from anosim.report import scene

    vtkhdf.write_solution(solution, tmp_path / "c.vtkhdf", (1.0, 10.0))
    whole = solution_scene(tmp_path / "c.vtkhdf")
    assert "0 (violet) to 1000 mol/m³ (yellow)" in whole.body
    monkeypatch.setattr(scene, "_TRIANGLES", 500)
    fewer = solution_scene(tmp_path / "c.vtkhdf")
    assert len(fewer.body) < len(whole.body)
    assert "iframe" in fewer.body
    assert capfd.readouterr() == ("", "")
