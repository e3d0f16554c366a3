import math
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import TriMesh

import anosim
from anosim import figures
from anosim.errors import InputError
from anosim.testing import rectangle

H = 1e-7


@pytest.fixture(scope="module")
def image():
    """Three strips: pore, sei, particle; 20 x 30 pixels of 100 nm."""
    labels = np.repeat([0, 2, 1], 10)[None, :].repeat(20, axis=0)
    return anosim.Microstructure(labels, {"pore": 0, "particle": 1, "sei": 2}, H)


def strips(phases=("pore", "sei", "particle")):
    return rectangle(30 * H, 20 * H, (30, 20), phases=phases, cuts=(10 * H, 20 * H))


def solved(order=1, until="10 s", diffusivity="1e-13 m^2/s"):
    problem = anosim.Diffusion(
        strips(),
        materials={"sei": anosim.Material(diffusivity)},
        conditions={("pore", "sei"): anosim.Concentration("1 mol/L")},
        until=until,
    )
    return anosim.solve(problem, solver="skfem", order=order)


def two_islands(condition=None):
    """An sei strip at the source and one of half its width without a path to it."""
    mesh = rectangle(
        40 * H,
        10 * H,
        (320, 4),
        phases=("pore", "sei", "particle", "sei2"),
        cuts=(10 * H, 20 * H, 35 * H),
    )
    problem = anosim.Diffusion(
        mesh,
        materials={"sei": anosim.Material("1e-13 m^2/s"), "sei2": anosim.Material("1e-13 m^2/s")},
        conditions={("pore", "sei"): condition or anosim.Concentration("1 mol/L")},
        until="1 s",
    )
    return anosim.solve(problem, solver="skfem", order=1)


def surfaces(figure):
    return [c for ax in figure.axes for c in ax.collections if isinstance(c, TriMesh)]


def texts(figure):
    own = [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]
    return [text for text in own if text]


def assert_nothing_is_cut_off(figure):
    figure.draw_without_rendering()
    renderer = FigureCanvasAgg(figure).get_renderer()
    drawn = figure.get_tightbbox(renderer)  # inches
    assert min(drawn.x0, drawn.y0) >= 0.0
    assert np.all(drawn.max <= figure.get_size_inches())


def test_maps_lie_over_the_image_on_one_scale(image):
    solution = solved(order=2)
    figure = figures.maps(solution, times=["2 s", 0.5, "10 s"], over=image)
    *panels, bar = figure.axes
    assert [ax.get_title(loc="left") for ax in panels] == ["2 s", "500 ms", "10 s"]
    assert {surface.get_clim() for surface in surfaces(figure)} == {(0.0, 1000.0)}
    assert bar.get_ylabel() == "c / mol m⁻³"
    for ax, time in zip(panels, (2.0, 0.5, 10.0), strict=True):
        (picture,) = ax.images
        assert picture.get_extent() == pytest.approx([0, 30 * H, 20 * H, 0])
        assert ax.get_xlim() == pytest.approx((0, 30 * H))
        assert ax.get_ylim() == pytest.approx((20 * H, 0))  # downwards
        (surface,) = [c for c in ax.collections if isinstance(c, TriMesh)]
        nodes = len(solution.domain.points)
        assert np.allclose(surface.get_array()[:nodes], solution.values(time)[0])
        assert len(surface._triangulation.triangles) >= 4 * len(solution.domain.cells)
        box = ax.get_window_extent()
        assert box.height / box.width == pytest.approx(20 / 30)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["pore", "particle"]
    assert "500 nm" in texts(figure)
    assert_nothing_is_cut_off(figure)


def test_maps_without_an_image_and_default_times():
    figure = figures.maps(solved())
    titles = [ax.get_title(loc="left") for ax in figure.axes[:-1]]
    assert titles == ["100 ms", "500 ms", "2 s", "10 s"]
    assert len(figure.axes[0].patches) == 3  # the phases' shapes
    assert_nothing_is_cut_off(figure)


def test_colours_between_nodes_are_of_the_scale():
    """One square of two triangles from 0 to 1: half way is the colour of 1/2."""
    import matplotlib

    problem = anosim.Diffusion(
        rectangle(1e-6, 1e-6, (1, 1)),
        materials={"all": anosim.Material(1.0)},
        conditions={"left": anosim.Concentration(0.0), "right": anosim.Concentration(1.0)},
        until="inf",
    )
    figure = figures.maps(anosim.solve(problem, solver="skfem", order=1))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1] / 255.0
    for x in (0.1, 0.25, 0.5, 0.75, 0.9):
        column, row = np.round(figure.axes[0].transData.transform((x * 1e-6, 0.4e-6))).astype(int)
        expected = matplotlib.colormaps["viridis"](x)
        assert np.allclose(pixels[row, column], expected, atol=0.03)


def test_map_of_a_steady_state():
    problem = anosim.Diffusion(
        rectangle(),
        materials={"all": anosim.Material(1.0)},
        conditions={"left": anosim.Concentration(1.0), "right": anosim.Concentration(3.0)},
        until="inf",
    )
    solution = anosim.solve(problem, solver="skfem", order=1)
    figure = figures.maps(solution)
    assert [ax.get_title(loc="left") for ax in figure.axes[:-1]] == ["steady state"]
    assert surfaces(figure)[0].get_clim() == pytest.approx((1.0, 3.0))
    for refused in (figures.arrival, figures.curves):
        with pytest.raises(InputError, match="steady"):
            refused(solution)


def test_a_wrong_image_is_refused(image):
    with pytest.raises(InputError, match="image that the mesh was made of"):
        figures.maps(solved(), over=image.crop((0, 20), (0, 20)))
    volume = anosim.Microstructure(np.zeros((2, 20, 30), dtype=int), {"pore": 0}, H)
    with pytest.raises(InputError, match="single slice"):
        figures.mesh(strips(), over=volume)


def test_arrival_shares_are_areas():
    """Short times: c / c_source = erfc(x / (2 sqrt(D t))) is 1/2 at x = 0.477 * 2 sqrt(D t)."""
    solution = two_islands()
    figure = figures.arrival(solution, fraction=0.5)
    depth = 2 * 0.476936 * math.sqrt(1e-13 * 1.0)
    late = 100 * (1.0 - depth / (10 * H)) * 10 / 15
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[:2] == ["pore", "particle"]
    assert labels[2].startswith("not reached by 1 s: ")
    assert float(labels[2].split()[-5]) == pytest.approx(late, abs=0.5)
    assert labels[3] == "no path to a source: 33.3 % of the domain"
    grey = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    boxes = [patch.get_path().get_extents() for patch in grey]
    assert boxes[0].x1 == pytest.approx(20 * H)
    assert boxes[0].x0 == pytest.approx(10 * H + depth, abs=H / 4)
    assert (boxes[1].x0, boxes[1].x1) == pytest.approx((35 * H, 40 * H))
    assert_nothing_is_cut_off(figure)


def test_arrival_times_are_those_of_the_solution(image):
    solution = solved(until="1 h")
    figure = figures.arrival(solution, over=image)
    (surface,) = surfaces(figure)
    low, high = surface.get_clim()
    expected = np.clip(solution.time_to(0.9), low, high)
    assert np.allclose(surface.get_array()[: len(expected)], expected)
    assert high == pytest.approx(solution.time_to(0.9).max())
    assert figure.axes[1].get_ylabel() == "time / s"
    assert "time to 90 % of the way to the source's concentration" in texts(figure)
    assert not any(patch.get_hatch() for patch in figure.axes[0].patches)


def test_arrival_where_nothing_arrives():
    figure = figures.arrival(two_islands(anosim.MassTransfer("1 nm/s", "1 mol/L")))
    assert len(figure.axes) == 1  # no colour bar
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "no path to a source: 33.3 % of the domain" in labels
    assert_nothing_is_cut_off(figure)


def test_curves():
    solution = solved()
    t = [0.1, 1.0, 10.0]
    figure = figures.curves(solution, probes={"deep": ("1.9 um", 1e-6)}, times=t)
    mean, deep, source = figure.axes[0].lines
    assert np.allclose(mean.get_xdata(), t)
    assert np.allclose(mean.get_ydata(), solution.average("sei", t))
    assert np.allclose(deep.get_ydata(), solution.at([[1.9e-6, 1e-6]], t)[:, 0])
    assert (mean.get_linestyle(), deep.get_linestyle()) == ("-", "--")
    assert np.array_equal(source.get_ydata(), [1000.0] * 3)
    assert figure.axes[0].get_xscale() == "log"
    assert {"time / s", "c / mol m⁻³", "deep", "mean of sei"} <= set(texts(figure))
    assert_nothing_is_cut_off(figure)
    with pytest.raises(InputError, match="'outside'"):
        figures.curves(solution, probes={"outside": (0.0, 0.0)})
    with pytest.raises(InputError, match="two times"):
        figures.curves(solution, times="1 s")


def test_curves_tell_what_is_not_connected():
    figure = figures.curves(two_islands())
    assert "sei2: no path to a source" in texts(figure)
    marks = [text for text in figure.axes[0].texts if text.get_text()]
    heights = sorted(text.xyann[1] for text in marks)
    assert min(np.diff(heights)) * figure.axes[0].get_window_extent().height > 10.0


def test_mesh(image):
    mesh = strips(("pore", "sei", "particle"))
    figure = figures.mesh(mesh, over=image)
    whole, part = figure.axes
    assert len(whole.images) == 0
    assert len(part.images) == 1
    assert part.images[0].get_extent() == pytest.approx([0, 30 * H, 20 * H, 0])
    left, right = part.get_xlim()
    assert right - left < 0.5 * 30 * H
    assert any(left < x < right for x in (10 * H, 20 * H))  # an interface is seen
    assert part.get_ylim()[0] > part.get_ylim()[1]
    note = "1,200 triangles, 651 points; smallest angle 45.0°; SICN worst 0.87, mean 0.87"
    assert note in texts(figure)
    assert_nothing_is_cut_off(figure)


def test_microstructure(image):
    figure = figures.microstructure(image)
    (panel,) = figure.axes
    (picture,) = panel.images
    assert picture.get_extent() == pytest.approx([0, 30 * H, 20 * H, 0])
    colours = picture.get_array()
    assert len(np.unique(colours.reshape(-1, 3), axis=0)) == 3
    assert tuple(colours[0, 0]) == (0xA9, 0xC9, 0xEA)  # pore, in the upper left corner
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["pore 33.3 %", "particle 33.3 %", "sei 33.3 %"]
    assert_nothing_is_cut_off(figure)


@pytest.mark.parametrize("shape", [(300, 20), (20, 300)], ids=["tall", "wide"])
def test_narrow_images_keep_their_text(shape):
    labels = np.zeros(shape, dtype=int)
    labels[-10:, -10:] = 1
    names = {"pore": 0, "a phase with a rather long name": 1}
    figure = figures.microstructure(anosim.Microstructure(labels, names, "1 um"))
    assert_nothing_is_cut_off(figure)
    box = figure.axes[0].get_window_extent()
    assert box.height / box.width == pytest.approx(shape[0] / shape[1])


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_save(image, tmp_path, ending):
    for name in ("one", "two"):
        figures.save(figures.microstructure(image), tmp_path / f"{name}.{ending}")
    first, second = sorted(tmp_path.iterdir())
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert first.read_bytes().startswith(start)
    assert first.read_bytes() == second.read_bytes()


def test_save_leaves_nothing_behind(image, tmp_path, monkeypatch):
    figure = figures.microstructure(image)
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        figures.save(figure, tmp_path / "figure.bmp")

    def broken(path, **_):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(OSError, match="disk full"):
        figures.save(figure, tmp_path / "figure.png")
    assert list(tmp_path.iterdir()) == []


def test_resolution_and_width(image, tmp_path):
    from PIL import Image

    figures.save(figures.mesh(strips(), over=image), tmp_path / "mesh.png")
    with Image.open(tmp_path / "mesh.png") as picture:
        assert picture.size[0] / 200 * 25.4 == pytest.approx(180, abs=2)
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.1)


def test_nothing_global_changes():
    """No pyplot, no settings of matplotlib changed, and no matplotlib by ``import anosim``."""
    script = """
import sys, anosim
assert not {"matplotlib", "h5py"} & set(sys.modules)
import matplotlib
before = matplotlib.rcParams.copy()
from anosim import figures
from anosim.testing import rectangle
figures.mesh(rectangle())
assert "matplotlib.pyplot" not in sys.modules
names = set(before) - {"backend"}  # reading that one chooses it
assert all(matplotlib.rcParams[name] == before[name] for name in names)
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_show_says_what_it_draws(image):
    with pytest.raises(InputError, match=r"not 'Microstructure': .*figures\.microstructure"):
        anosim.show(image)
