import json

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import anosim
from anosim import Mesh, figures
from anosim.errors import InputError
from anosim.results import mesh_report
from anosim.results.holes import image_parts_and_holes, mesh_parts_and_holes
from anosim.testing import rectangle

H = 1e-7
RINGS = """
. . . . . . . . . .
. a a a a . . b . .
. a . . a . b . b .
. a . a a . . b . .
. a a a a . . . . a
. . . . . . . . a a
b b . . . . a . . .
. . . . . a . . . .
"""
PHASES = {".": 0, "a": 1, "b": 2}


def pixels(text=RINGS, voxel=H):
    labels = np.array(
        [[PHASES[char] for char in line.split()] for line in text.split("\n") if line]
    )
    return anosim.Microstructure(labels, {k: v for k, v in PHASES.items() if v in labels}, voxel)


def of_pixels(image):
    """Each pixel as two triangles."""
    rows, columns = image.labels.shape
    height, width = image.voxel
    grid = rectangle(columns * width, rows * height, (columns, rows))
    x, y = grid.points[grid.cells].mean(axis=1).T
    phase = image.labels[(y / height).astype(int), (x / width).astype(int)]
    return Mesh(grid.points, grid.cells, phase, tuple(image.phases), grid.sides)


def test_parts_and_holes_of_mesh_and_image():
    """By hand: a ring with a hole, four b that meet at corners, and what the border cuts."""
    image = pixels()
    expected = {".": (3, 2), "a": (4, 1), "b": (5, 0)}
    assert image_parts_and_holes(image) == expected
    assert mesh_parts_and_holes(of_pixels(image)) == expected


@pytest.mark.parametrize("seed", range(20))
def test_parts_and_holes_agree_on_noise(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, (rng.integers(1, 12), rng.integers(2, 12)))
    names = {f"p{value}": value for value in np.unique(labels).tolist()}
    image = anosim.Microstructure(labels, names, H)
    assert mesh_parts_and_holes(of_pixels(image)) == image_parts_and_holes(image)


def test_numbers_of_a_mesh_that_is_known():
    image = pixels()
    found = mesh_report(of_pixels(image), image)
    assert json.loads(json.dumps(found)) == found
    assert found["triangles"] == 160
    assert found["area_m2"] == pytest.approx(80 * H**2, rel=1e-9, abs=0)
    for name, phase in found["phases"].items():
        assert phase["area_error"] == pytest.approx(0.0, abs=1e-12)
        assert phase["area_fraction"] == pytest.approx(image.fractions[name])
        assert phase["parts"] == phase["image_parts"]
    assert found["side_length_m"] == pytest.approx(
        {"left": 8 * H, "right": 8 * H, "top": 10 * H, "bottom": 10 * H}
    )
    assert found["interface_length_m"] == pytest.approx({".|a": 37 * H, ".|b": 21 * H})
    right = {"sicn": np.sqrt(3) / 2, "smallest_angle_degrees": 45.0}
    right["aspect_ratio"] = np.sqrt(2) * (2 + np.sqrt(2)) / (2 * np.sqrt(3))
    for name, value in right.items():
        spread = found["quality"][name]
        assert [spread[key] for key in ("worst", "median", "mean")] == pytest.approx([value] * 3)
        assert sum(spread["histogram_triangles"]) == 160
    assert mesh_report(of_pixels(image))["phases"]["a"]["area_error"] is None


def test_worst_triangle_has_its_place():
    mesh = rectangle(4e-6, 2e-6, (4, 2), phases=("pore", "sei"), cuts=(2e-6,))
    points = mesh.points.copy()
    inner = np.flatnonzero(np.all(np.isclose(points, [3e-6, 1e-6]), axis=1))
    points[inner] = [3.8e-6, 1.1e-6]
    moved = Mesh(points, mesh.cells, mesh.cell_phase, mesh.phases, mesh.sides)
    labels = np.repeat([[0, 1]], 20, axis=1).repeat(20, axis=0)
    image = anosim.Microstructure(labels, {"pore": 0, "sei": 1}, H)
    worst = mesh_report(moved, image)["worst"]
    assert worst["phase"] == "sei"
    assert worst["sicn"] == moved.quality.min()
    x, y = moved.points[moved.cells[worst["triangle"]]].mean(axis=0)
    assert (worst["x_m"], worst["y_m"]) == (x, y)
    assert (worst["pixel_row"], worst["pixel_column"]) == (int(y / H), int(x / H))
    assert x > 3e-6


def test_bent_edges_have_their_own_length():
    """Half a circle through six-node triangles: the interface is longer than its chords."""
    mesh = rectangle(2.0, 1.0, (2, 1), phases=("a", "b"), cuts=(1.0,))
    middles = mesh.points[mesh.edges.vertices].mean(axis=1)
    between = mesh.edges.find(mesh.interfaces["a", "b"])
    middles[between, 0] += 0.1
    points = np.vstack([mesh.points, middles])
    cells = np.hstack([mesh.cells, len(mesh.points) + mesh.edges.of_cell])
    found = mesh_report(Mesh(points, cells, mesh.cell_phase, mesh.phases, mesh.sides))
    arc = np.hypot(1.0, 0.4) / 2 + np.arcsinh(0.4) / 0.8  # of a parabola of height 0.1
    assert found["interface_length_m"]["a|b"] == pytest.approx(arc, rel=1e-3)
    assert found["phases"]["a"]["area_m2"] == pytest.approx(1.0 + 2 / 3 * 0.1)
    assert found["order"] == 2


def test_an_image_of_something_else_is_refused():
    mesh = of_pixels(pixels())
    other = pixels(voxel=2 * H)
    with pytest.raises(InputError, match="give the image of the mesh"):
        mesh_report(mesh, other)
    volume = anosim.Microstructure(np.zeros((2, 2, 2), int), {"a": 0}, H)
    with pytest.raises(InputError, match="a single slice"):
        mesh_report(mesh, volume)


@pytest.mark.parametrize("shape", [(8, 10), (2, 30), (30, 2)])
def test_picture(shape):
    labels = np.zeros(shape, dtype=int)
    labels[shape[0] // 2 :, : shape[1] // 2 + 1] = 1
    image = anosim.Microstructure(labels, {"pore": 0, "sei": 1}, H)
    mesh = of_pixels(image)
    figure = figures.mesh_report(mesh, over=image)
    first, zoom = figure.axes[:2]
    (picture,) = zoom.images
    assert picture.get_extent() == pytest.approx([0, shape[1] * H, shape[0] * H, 0])
    assert zoom.get_title(loc="left").startswith("worst triangle, in ")
    bars = [sum(p.get_height() for p in a.child_axes[0].patches) for a in figure.axes[2:]]
    assert bars == pytest.approx([100.0, 100.0])
    figure.draw_without_rendering()
    drawn = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    assert min(drawn.x0, drawn.y0) >= 0.0
    assert np.all(drawn.max <= figure.get_size_inches())
    assert first.get_title(loc="left") == "whole mesh"
