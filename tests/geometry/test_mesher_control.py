"""What the user can set: sizes by pair, thin phases, numbers of triangles, exact stairs."""

import warnings

import numpy as np
import pytest
from label_images import NASTY, PIXEL, disc, grains, meshed, structure

from anosim.errors import InputError
from anosim_geometry import GmshMesher, MeshSizeWarning
from anosim_geometry.network import network_of
from anosim_geometry.thickness import local_thickness

pytestmark = pytest.mark.filterwarnings("ignore:edges at interfaces are")


def lengths(mesh, pair):
    a, b = mesh.points[mesh.interfaces[pair]].transpose(1, 0, 2)
    return np.hypot(*(b - a).T) / PIXEL


def stripes(*widths, length=40):
    """Stripes of those widths, phases 0 and 1 in turn."""
    phase = np.repeat(np.arange(len(widths)) % 2, widths)
    return np.tile(phase, (length, 1))


@pytest.mark.parametrize(
    "given", [{("phase2", "phase0"): "5 nm"}, [["phase0", "phase2", 5e-9]]], ids=["map", "list"]
)
def test_a_pair_of_phases_has_its_own_edge_length(given):
    labels = np.repeat([[0, 1, 0, 2]], 30, axis=1).repeat(30, axis=0)
    mesh = meshed(labels, interface_size=2 * PIXEL, interface_sizes=given)
    assert lengths(mesh, ("phase0", "phase2")) == pytest.approx(0.5, rel=0.05)
    assert np.median(lengths(mesh, ("phase0", "phase1"))) == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({("a", "b", "c"): 1e-9}, r"has the pair \('a', 'b', 'c'\)"),
        ({("a", "a"): 1e-9}, "two different phases"),
        ([["a", "b"]], r"has the entry \['a', 'b'\]: give two phases and a length"),
        ([["a", "b", 1e-9], ["b", "a", 2e-9]], "interface of 'a' and 'b' twice"),
        ({("a", "b"): 0.0}, "interface_sizes of 'a' and 'b' is 0.0"),
        ({("a", "b"): "1 um"}, "interface_sizes of 'a' and 'b' is 1e-06 m, above size"),
    ],
)
def test_wrong_pairs_are_refused(given, sentence):
    with pytest.raises(InputError, match=sentence):
        GmshMesher(size="100 nm", interface_sizes=given)


def test_pairs_of_phases_that_the_image_lacks_are_refused():
    with pytest.raises(InputError, match="the phase 'sei', which the image does not have"):
        meshed(disc(), interface_sizes={("phase0", "sei"): PIXEL})


@pytest.mark.parametrize("pixel", [(1.0, 1.0), (1.0, 2.5), (3.0, 1.0)])
def test_stripes_have_their_thickness(pixel):
    widths = (9, 1, 2, 3, 4, 5, 9)
    labels = stripes(*widths, length=20)
    found = local_thickness(network_of(labels), pixel, 100.0)
    assert np.all(found == found[0])
    middle = np.repeat(widths, widths)
    inner = slice(9, -9)
    assert found[0][inner] == pytest.approx(pixel[0] * middle[inner], rel=1e-6)
    turned = local_thickness(network_of(labels.T), pixel[::-1], 100.0)
    assert np.array_equal(turned, found.T)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("wanted", [2, 3])
def test_thin_phases_have_their_elements(width, wanted):
    mesh = meshed(stripes(20, width, 20), size=10 * PIXEL, growth=1.0, gap_elements=wanted)
    x = mesh.points[:, 0] / PIXEL
    row = np.sqrt(np.sqrt(3.0) * mesh.volumes[mesh.cell_phase == 1]) / PIXEL  # their mean height
    assert width / row.mean() > 0.95 * wanted
    edges = mesh.points[mesh.edges.vertices] / PIXEL
    across = [np.count_nonzero((edges[..., 1] - y).prod(axis=1) < 0) for y in (13.37, 26.81)]
    cells = mesh.points[mesh.cells[mesh.cell_phase == 1], 1] / PIXEL
    for y in (13.37, 26.81):
        met = np.count_nonzero((cells.min(axis=1) < y) & (cells.max(axis=1) > y))
        assert met >= wanted
    assert min(across) > 0
    assert x.max() == pytest.approx(40 + width)


def test_thin_phases_ask_for_no_less_than_a_quarter_pixel():
    mesh = meshed(stripes(20, 1, 20), gap_elements=50)
    assert np.median(lengths(mesh, ("phase0", "phase1"))) == pytest.approx(0.25, rel=0.1)


@pytest.mark.parametrize("wanted", [3_000, 60_000])
@pytest.mark.parametrize("name", ["disc", "grains"])
def test_a_wanted_number_of_triangles_is_met(name, wanted):
    labels = disc(40.0, 120) if name == "disc" else grains((100, 130), scale=6.0)
    mesh = meshed(labels, elements=wanted)
    assert len(mesh.cells) == pytest.approx(wanted, rel=0.1)
    assert mesh.angles.min() > 20


def test_a_number_that_the_boundaries_do_not_allow_is_a_warning():
    with pytest.warns(MeshSizeWarning, match=r"elements is 50: the boundaries of \d+ regions"):
        meshed(NASTY["checkerboard"], elements=50)


def test_a_limit_coarsens_and_says_what_asked_for_most():
    labels = np.pad(stripes(10, 1, 10, 1, 10), 10)
    whole = len(meshed(labels).cells)
    with pytest.warns(MeshSizeWarning, match="due to gap_elements = 3") as caught:
        mesh = meshed(labels, max_elements=whole // 2)
    assert 0.5 * (whole // 2) < len(mesh.cells) <= whole // 2
    assert f"max_elements = {whole // 2}: edges were made" in str(caught[0].message)
    pair = "the edge length at the interface of 'phase0' and 'phase1'"
    with pytest.warns(MeshSizeWarning, match=pair):
        meshed(disc(), interface_size=0.2 * PIXEL, max_elements=4000)
    with pytest.warns(MeshSizeWarning, match="due to size"):
        meshed(disc(), size=PIXEL, max_elements=4000)


def test_a_limit_that_is_not_reached_changes_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        limited = meshed(disc(), max_elements=100_000)
    assert np.array_equal(limited.points, meshed(disc()).points)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"elements": 1000, "size": 1e-8}, "elements and GmshMesher.size are both given"),
        ({"elements": 1000, "max_elements": 10}, "elements and GmshMesher.max_elements are both"),
        ({"elements": 0}, "elements is 0: it must be the wanted number of triangles"),
        ({"max_elements": 1e5}, "max_elements is 100000.0: it must be the most triangles"),
        ({"gap_elements": -1}, "gap_elements is -1: it must be the number of triangles across"),
        ({"least_pixels": True}, "least_pixels is True"),
        ({"islands": "burn"}, "islands is 'burn'; the rules for small regions are 'merge', 'drop'"),
    ],
)
def test_wrong_numbers_are_refused(options, sentence):
    with pytest.raises(InputError, match=sentence):
        GmshMesher(**options)


@pytest.mark.parametrize(
    ("size", "voxel"), [(None, (3e-8, PIXEL)), ("60 nm", (PIXEL, PIXEL)), ("6 nm", (PIXEL, PIXEL))]
)
@pytest.mark.parametrize("name", NASTY)
def test_stairs_are_kept_exactly(name, size, voxel):
    image = structure(NASTY[name], voxel)
    mesh = GmshMesher(interface_size=size, gap_elements=0, staircase=True).mesh(image)
    whole = float(np.prod(image.extent))
    for phase, share in image.fractions.items():
        assert mesh.phase_volumes[phase] / whole == pytest.approx(share, abs=1e-12)
    for edges in mesh.interfaces.values():
        ends = mesh.points[edges] / voxel[::-1]
        straight = ends[:, 0] == pytest.approx(ends[:, 1], abs=1e-9)
        along = np.abs(ends[:, 1] - ends[:, 0]) < 1e-9
        assert straight or along.any(axis=1).all()
        lines = np.where(along, ends[:, 0], 0.0)
        assert np.abs(lines - np.rint(lines)).max() < 1e-9
    assert mesh.angles.min() > (12 if size == "60 nm" else 20)
