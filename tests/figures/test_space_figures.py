"""Pictures of volumes: what lies where, in which colour, and that nothing is cut off."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from bent_meshes import bent_box
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from test_figures import assert_nothing_is_cut_off, texts

import anosim
from anosim import Concentration, Diffusion, Material, Mesh, Solution, figures
from anosim.domain import Domain
from anosim.errors import InputError, MissingDependencyError
from anosim.figures.block import AHEAD, IN_PLANE, SHADES, Block, project
from anosim.figures.raster import Raster
from anosim.figures.sections import block_of, sections
from anosim.figures.style import PHASES
from anosim.testing import box, rectangle
from anosim.voxels import split_voxels

H = (40e-9, 20e-9, 20e-9)
NAMES = {"pore": 0, "particle": 1, "sei": 2, "graphite": 3}


def phantom():
    """A volume that no mirror image and no exchange of axes maps to itself; (z, y, x)."""
    labels = np.zeros((12, 20, 16), dtype=int)
    labels[:3, :4, :5] = 1  # front, top, left
    labels[:2, -3:, -6:] = 2  # front, bottom, right
    labels[-4:, :5, -3:] = 3  # back, top, right
    labels[5:7, 4:8, 9:11] = 2  # seen on the inner face across z
    labels[1:3, 10:12, 12:14] = 3  # on the one across y
    labels[3:5, 6:8, 7] = 1  # on the one across x
    return anosim.Microstructure(labels, NAMES, H)


PLACES = [  # voxel (k, j, i) and the axis across which its face is seen
    ((0, 1, 1), 2, "particle"),
    ((1, 0, 1), 1, "particle"),
    ((0, 18, 14), 2, "sei"),
    ((0, 18, 15), 0, "sei"),
    ((10, 0, 14), 1, "graphite"),
    ((10, 2, 15), 0, "graphite"),
    ((6, 5, 10), 2, "sei"),
    ((2, 10, 12), 1, "graphite"),
    ((3, 6, 7), 0, "particle"),
    ((0, 10, 3), 2, "pore"),
    ((6, 0, 4), 1, "pore"),
    ((6, 14, 15), 0, "pore"),
]


def on_face(voxel, axis):
    """The middle of a voxel's face towards the viewer, (x, y, z)."""
    k, j, i = voxel
    place = (np.array([i, j, k]) + 0.5) * H[::-1]
    place[axis] = (i + 1) * H[2] if axis == 0 else (0, j, k)[axis] * H[2 - axis]
    return place


def pixels_at(figure, panel, points):
    """Red, green and blue, 0 to 1, around where points in space are in a panel."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255.0
    columns, rows = np.floor(panel.transData.transform(project(np.array(points)))).astype(int).T
    near = np.arange(-3, 4)
    around = pixels[rows[:, None, None] + near[:, None], columns[:, None, None] + near]
    return np.median(around, axis=(1, 2))  # edges of cells may pass


def of_values(mesh, function, order=1, phases=None, until=None):
    """A solution that is a function of x, y and z, at all times."""
    names = phases or mesh.phases
    materials = {name: Material(1e-14) for name in names}
    problem = Diffusion(
        mesh, materials, {"left": Concentration(1.0)}, until="inf" if until is None else until
    )
    domain = problem.domain(order)
    values = function(*domain.points.T)
    if until is None:
        return Solution.from_steady_state(problem, domain, values)
    return Solution.from_samples(
        problem, domain, np.array([0.0, until]), np.stack([0 * values, values])
    )


def test_the_view_is_right_handed_with_x_to_the_right_y_down_and_z_away():
    x, y, z = project(np.eye(3))
    assert x[0] > 0.5
    assert y == pytest.approx([0.0, y[1]])
    assert y[1] > 0.5
    assert z[0] > 0.0 > z[1]
    assert AHEAD[2] > 0.5  # the first slice is in front
    assert AHEAD[0] < 0.0 < AHEAD[1]  # seen from the right and from above


def test_phases_of_a_volume_are_where_its_voxels_are():
    figure = figures.microstructure(phantom())
    points = [on_face(voxel, axis) for voxel, axis, _ in PLACES]
    found = pixels_at(figure, figure.axes[0], points)
    for (voxel, axis, phase), seen in zip(PLACES, found, strict=True):
        wanted = SHADES[axis] * np.array(to_rgb(PHASES[phase][0]))
        assert seen == pytest.approx(wanted, abs=0.01), (voxel, axis, phase)
    assert_nothing_is_cut_off(figure)


def test_slices_of_a_volume_have_their_places_and_scales():
    image = phantom()
    figure = figures.microstructure(image)
    _, across_z, across_y, across_x = figure.axes
    titles = [panel.get_title(loc="left") for panel in (across_z, across_y, across_x)]
    assert titles == ["z = 260 nm", "y = 210 nm", "x = 170 nm"]
    inks = {label: np.round(255 * np.array(to_rgb(PHASES[n][0]))) for n, label in NAMES.items()}
    table = np.array([inks[label] for label in range(4)])
    for panel, labels, extent in (
        (across_z, image.labels[6], (16 * 20e-9, 20 * 20e-9)),
        (across_y, image.labels[:, 10], (16 * 20e-9, 12 * 40e-9)),
        (across_x, image.labels[:, :, 8].T, (12 * 40e-9, 20 * 20e-9)),
    ):
        (picture,) = panel.images
        assert np.array_equal(picture.get_array(), table[labels])
        assert picture.get_extent() == pytest.approx([0, extent[0], extent[1], 0])
        assert panel.get_ylim()[0] > panel.get_ylim()[1]
    assert {"x: 320 nm", "y: 400 nm", "z: 480 nm"} <= set(texts(figure))


@pytest.mark.parametrize("shape", [(1, 9, 9), (40, 3, 4), (3, 40, 4), (3, 4, 60)])
def test_flat_and_long_volumes(shape):
    labels = np.zeros(shape, dtype=int)
    labels[..., 0] = 1
    figure = figures.microstructure(anosim.Microstructure(labels, {"a": 0, "b": 1}, "1 um"))
    assert_nothing_is_cut_off(figure)


@pytest.mark.parametrize("order", [1, 2])
def test_sections_are_the_field(order):
    def field(x, y, z):
        return 1.0 + x - 2.0 * y + 3.0 * z

    mesh = box((2.0, 1.0, 3.0), (5, 4, 7))
    solution = of_values(mesh, field, order)
    check_sections(solution, field, 1e-5)


def test_sections_of_bent_cells():
    solution = of_values(bent_box(), lambda x, y, z: x + 2.0 * y - z, 2)
    check_sections(solution, lambda x, y, z: x + 2.0 * y - z, 1e-5)


def check_sections(solution, field, tolerance):
    block = block_of(solution.domain.mesh)
    found = sections(solution.domain, block, None, {"all": "red"})
    assert len(found) == 6
    for face, section in found.items():
        raster = Raster.of(face, block)
        assert section.inside.all()
        assert section.inside.shape == (len(raster.rows), len(raster.columns))
        wanted = field(*raster.points.reshape(-1, 3).T)
        assert np.abs(section.values(solution.values()[0]) - wanted).max() < tolerance
        columns, rows = IN_PLANE[face.axis]
        assert np.ptp(raster.columns) < face.high[columns] - face.low[columns]
        assert np.ptp(raster.rows) < face.high[rows] - face.low[rows]


def test_quadratic_fields_are_exact_at_midpoints_and_close_between():
    solution = of_values(box((1.0, 1.0, 1.0), (4, 4, 4)), lambda x, y, z: x * x + y * z, 2)
    check_sections(solution, lambda x, y, z: x * x + y * z, 0.02)


def test_maps_of_a_volume_are_on_one_scale_over_its_phases():
    image = phantom()
    mesh = split_voxels(image.labels, NAMES, H)
    extent = 16 * 20e-9
    solution = of_values(
        mesh, lambda x, y, z: 1000.0 * x / extent, phases=["pore", "sei"], until=10.0
    )
    figure = figures.maps(solution, times=["5 s", 10.0], over=image, limits=(0.0, 1000.0))
    *panels, bar = figure.axes
    assert [panel.get_title(loc="left") for panel in panels] == ["5 s", "10 s"]
    assert bar.get_ylabel() == "c / mol m⁻³"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["particle", "graphite"]
    points = [on_face(voxel, axis) for voxel, axis, _ in PLACES]
    for panel, share in zip(panels, (0.5, 1.0), strict=True):
        found = pixels_at(figure, panel, points)
        for (voxel, axis, phase), point, seen in zip(PLACES, points, found, strict=True):
            if phase in ("pore", "sei"):
                wanted = matplotlib.colormaps["viridis"](share * point[0] / extent)[:3]
            else:
                pale = 0.45 + 0.55 * np.array(to_rgb(PHASES[phase][0]))
                wanted = SHADES[axis] * pale
            assert seen == pytest.approx(wanted, abs=0.02), (voxel, axis, phase)
    assert_nothing_is_cut_off(figure)


def test_phases_that_a_mesh_leaves_out_are_the_images():
    """A mesh of one phase only, as other programs make them."""
    image = phantom()
    whole = split_voxels(image.labels, NAMES, H)
    cells = whole.corners[whole.cell_phase == 0]
    used, local = np.unique(cells, return_inverse=True)
    mesh = Mesh(whole.points[used], local.reshape(-1, 4), np.zeros(len(cells)), ("pore",))
    domain = Domain.of(mesh, ["pore"], 1)
    colours = {name: PHASES[name][0] for name in NAMES}
    found = sections(domain, block_of(mesh), image, colours)
    front = next(section for face, section in found.items() if face.axis == 2 and face.outer)
    assert front.ground[5, 5] == pytest.approx(
        np.round(255 * np.array(to_rgb(colours["particle"])))
    )
    assert not front.inside[5, 5]


def test_what_does_not_fit_is_refused():
    image = phantom()
    mesh = split_voxels(image.labels, NAMES, H)
    solution = of_values(mesh, lambda x, y, z: x, until=10.0)
    with pytest.raises(InputError, match="10 s"):
        figures.maps(solution, times=[11.0])
    with pytest.raises(InputError, match="up to 6"):
        figures.maps(solution, times=np.linspace(1.0, 10.0, 7))
    with pytest.raises(InputError, match="image that the mesh was made of"):
        figures.maps(solution, over=image.crop((0, 6), (0, 20), (0, 16)))
    flat = anosim.Microstructure(image.labels[0], {"pore": 0, "particle": 1, "sei": 2}, "20 nm")
    with pytest.raises(InputError, match="need the volume"):
        figures.mesh(mesh, over=flat)


def test_tetrahedra_are_in_the_colours_of_their_phases():
    pytest.importorskip("pyvista")
    mesh = split_voxels(phantom().labels, NAMES, H)
    figure = figures.mesh(mesh)
    outer = PLACES[:6] + PLACES[9:]  # the inner faces are torn
    points = [on_face(voxel, axis) for voxel, axis, _ in outer]
    found = pixels_at(figure, figure.axes[0], points)
    for (_, axis, phase), seen in zip(outer, found, strict=True):
        bright = 0.7 + 0.3 * abs(AHEAD[axis])
        wanted = bright * np.array(to_rgb(PHASES[phase][0]))
        assert seen == pytest.approx(wanted, abs=0.03)
    notes = [text for text in texts(figure) if "tetrahedra, " in text]
    assert notes == [
        "23,040 tetrahedra, 4,641 points; smallest dihedral angle 26.6°; "
        f"SICN worst {mesh.quality.min():.2f}, mean {mesh.quality.mean():.2f}"
    ]
    assert_nothing_is_cut_off(figure)


def test_visible_facets_turn_to_the_viewer():
    from anosim.figures.tetrahedra import _visible

    mesh = box((3.0, 2.0, 1.0), (6, 4, 2))
    whole = Block((0.0, 0.0, 0.0), (3.0, 2.0, 1.0), (3.0, 2.0, 1.0))
    facets, _, inner = _visible(mesh, whole)
    assert len(facets) == 2 * (6 * 4 + 4 * 2 + 6 * 2)
    assert not inner.any()
    a, b, c = np.moveaxis(mesh.points[facets], 1, 0)
    assert np.all(np.cross(b - a, c - a) @ AHEAD < 0.0)
    _, _, opened = _visible(mesh, block_of(mesh))
    assert opened.sum() >= 2 * (3 * 2 + 2 * 1 + 3 * 1)  # the octant's three faces, whole or torn


def test_time_to_a_fraction_in_space():
    """c = t / until / (0.5 + x / L) is at 0.9 at 0.9 until (0.5 + x / L): by x = 0.611 L."""
    pytest.importorskip("pyvista")
    mesh = box((2e-6, 1e-6, 1e-6), (16, 4, 4))
    length = 2e-6
    solution = of_values(mesh, lambda x, y, z: 1.0 / (0.5 + x / length), until=10.0)
    figure = figures.arrival(solution)
    titles = [panel.get_title(loc="left") for panel in figure.axes[:-1]]
    assert titles[0] == "time to 90 %"
    quarter, half = (float(title.split()[-2]) for title in titles[1:3])
    assert quarter == pytest.approx(9.0 * 0.75, rel=0.05)
    assert half == pytest.approx(9.0, rel=0.03)
    assert len(titles) == 3  # three quarters are not reached by the end
    (late,) = {text for text in texts(figure) if text.startswith("not reached by 10 s")}
    assert float(late.split()[-5]) == pytest.approx(100 * (1 - 0.611), abs=4.0)
    grey = pixels_at(figure, figure.axes[0], [(1.8e-6, 0.8e-6, 0.0)])[0]
    assert grey == pytest.approx([0xD9 / 255] * 3, abs=0.01)
    assert_nothing_is_cut_off(figure)


@pytest.mark.parametrize("order", [1, 2])
def test_fronts_are_where_the_value_is(order):
    pytest.importorskip("pyvista")
    from anosim.figures.fronts import _front

    mesh = box((2e-6, 1e-6, 3e-6), (4, 3, 5))
    solution = of_values(mesh, lambda x, y, z: x + 2.0 * z, order)
    surface = _front(solution.domain, solution.values()[0], 3.1e-6, "red")
    found = surface.points @ [1.0, 0.0, 2.0]
    assert found == pytest.approx(np.full(len(found), 3.1e-6), rel=1e-5, abs=0.0)
    a, b, c = np.moveaxis(surface.points[surface.triangles], 1, 0)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0
    assert area == pytest.approx(np.hypot(2e-6, 1e-6) * 1e-6, rel=1e-4, abs=0.0)


def test_a_mesh_report_of_tetrahedra_is_histograms():
    mesh = split_voxels(phantom().labels, NAMES, H)
    figure = figures.mesh_report(mesh, over=phantom())
    plots = [axes for axes in figure.axes if axes.patches] or [
        child for axes in figure.axes for child in axes.child_axes
    ]
    assert [axes.get_xlabel() for axes in plots] == [
        "smallest dihedral angle / °", "SICN", "longest edge / nm",
    ]  # fmt: skip
    for axes in plots:
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(100.0)
    assert "median 49 nm" in texts(figure)  # the diagonal of a voxel
    assert_nothing_is_cut_off(figure)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_pictures_of_one_column_are_written(ending, tmp_path, capfd):
    pytest.importorskip("pyvista")
    image = phantom()
    mesh = split_voxels(image.labels, NAMES, H)
    solution = of_values(mesh, lambda x, y, z: x + 0.0 * y, until=10.0)
    for name, figure in {
        "image": figures.microstructure(image, columns=1),
        "mesh": figures.mesh(mesh, columns=1),
        "report": figures.mesh_report(mesh, columns=1),
        "maps": figures.maps(solution, times=[5.0, 10.0], columns=1),
    }.items():
        assert figure.get_size_inches()[0] * 25.4 == pytest.approx(88.0, abs=8.1)
        assert_nothing_is_cut_off(figure)
        figures.save(figure, tmp_path / f"{name}.{ending}")
        assert (tmp_path / f"{name}.{ending}").stat().st_size < 2_000_000
    assert capfd.readouterr() == ("", "")


def test_without_a_renderer_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyvista", None)
    with pytest.raises(MissingDependencyError, match=r"anosim\[scene\]"):
        figures.mesh(box())
    figures.maps(of_values(box(), lambda x, y, z: x))
    figures.microstructure(phantom())


def test_pictures_of_the_plane_load_no_renderer():
    script = """
import sys
from anosim import figures
from anosim.testing import rectangle
figures.mesh(rectangle())
assert "pyvista" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_isosurfaces_have_their_levels_on_the_colour_bar():
    pytest.importorskip("pyvista")
    mesh = box((2e-6, 1e-6, 1e-6), (8, 4, 4))
    solution = of_values(mesh, lambda x, y, z: 1000.0 * x / 2e-6, until=10.0)
    figure = figures.isosurfaces(solution, times=["5 s", 10.0], levels=[250.0, "0.4 mol/L"])
    first, second, bar = figure.axes
    assert "Surfaces at 250, 400 mol m⁻³." in texts(figure)
    assert bar.get_ylabel() == "c / mol m⁻³"
    # at 10 s the plane of 400 mol/m^3 crosses the front face's lower edge at x = 0.8 um; at 5 s it
    # is further to the right
    picture = second.images[0]
    opaque = picture.get_array()[..., 3] > 128
    left, right, bottom, top = picture.get_extent()
    places = np.argwhere(opaque) / opaque.shape
    found = np.stack([left + places[:, 1] * (right - left), top + places[:, 0] * (bottom - top)], 1)
    planes = [project(np.array([[x, y, z] for y in (0, 1e-6) for z in (0, 1e-6)]))
              for x in (0.5e-6, 0.8e-6)]  # fmt: skip
    assert found[:, 0].min() == pytest.approx(planes[0][:, 0].min(), abs=2e-8)
    assert found[:, 0].max() == pytest.approx(planes[1][:, 0].max(), abs=2e-8)
    assert first.get_title(loc="left") == "5 s"
    assert_nothing_is_cut_off(figure)
    flat = Solution.from_steady_state(*flat_problem())
    for refused in (figures.isosurfaces, figures.fluxes):
        with pytest.raises(InputError, match="plane"):
            refused(flat)


def flat_problem():
    problem = Diffusion(
        rectangle(), {"all": Material(1.0)}, {"left": Concentration(1.0)}, until="inf"
    )
    domain = problem.domain(1)
    return problem, domain, np.ones(len(domain.points))


@pytest.mark.parametrize("order", [1, 2])
def test_fluxes_are_minus_the_diffusivity_times_the_gradient(order):
    pytest.importorskip("pyvista")
    from anosim.figures.fluxfield import flux_at

    mesh = box((2e-6, 1e-6, 1e-6), (6, 3, 4), phases=("a", "b"), cuts=(1e-6,))
    table = anosim.Table([0.0, 1000.0], ["1e-14 m^2/s", "3e-14 m^2/s"])
    problem = Diffusion(
        mesh, {"a": Material(5e-14), "b": Material(table)},
        {"left": Concentration(0.0), "right": Concentration(1000.0)}, until="inf",
    )  # fmt: skip
    domain = problem.domain(order)
    c = 1000.0 * (domain.points[:, 0] + 0.5 * domain.points[:, 2]) / 2.5e-6
    solution = Solution.from_steady_state(problem, domain, c)
    places = [np.array([0.3e-6, 1.7e-6]), np.array([0.4e-6]), np.array([0.2e-6, 0.7e-6])]
    points, flux = flux_at(solution, c, places)
    assert len(points) == 4
    slope = np.array([1.0, 0.0, 0.5]) * 1000.0 / 2.5e-6
    here = 1000.0 * (points @ [1.0, 0.0, 0.5]) / 2.5e-6
    D = np.where(points[:, 0] < 1e-6, 5e-14, 1e-14 + 2e-14 * here / 1000.0)
    assert flux == pytest.approx(-D[:, None] * slope, rel=1e-4, abs=1e-12)
    figure = figures.fluxes(solution)
    assert figure.axes[0].get_title(loc="left") == "steady state"
    # D of b is up to 3e-14 m^2/s, its slope 4.47e8 mol/m^4
    assert figure.axes[1].get_ylabel() == "|J| / 10⁻⁵ mol m⁻² s⁻¹"
    assert_nothing_is_cut_off(figure)
    with pytest.raises(InputError, match="nothing flows"):
        figures.fluxes(of_values(box(), lambda x, y, z: 0.0 * x + 1.0))


def test_curves_have_probes_in_space():
    mesh = box((2e-6, 1e-6, 1e-6), (4, 2, 2))
    solution = of_values(mesh, lambda x, y, z: 1000.0 * (x + z) / 3e-6, until=10.0)
    figure = figures.curves(
        solution, probes={"deep": ("1.5 um", 0.5e-6, 0.9e-6)}, times=[5.0, 10.0]
    )
    deep = next(line for line in figure.axes[0].lines if line.get_label() == "deep")
    assert deep.get_ydata() == pytest.approx([400.0, 800.0])
    with pytest.raises(InputError, match=r"'out' at \(3e-06, 0, 0\) m"):
        figures.curves(solution, probes={"out": (3e-6, 0.0, 0.0)})
