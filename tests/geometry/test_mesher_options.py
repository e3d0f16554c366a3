"""Options, what is refused and how, and the user's own Gmsh session."""

import subprocess
import sys

import gmsh
import numpy as np
import pytest
from label_images import PIXEL, disc, meshed, structure

from anosim.errors import InputError, MeshError, UnitError
from anosim_geometry import GmshMesher, gmsh_version
from anosim_geometry.curves import Curves
from anosim_geometry.faces import Face
from anosim_geometry.gmsh_fill import filled


def test_lengths_take_units():
    assert GmshMesher(size="80 nm", interface_size="15 nm") == GmshMesher(80e-9, 15e-9)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"size": 0.0}, "GmshMesher.size is 0.0: an edge length must be greater than 0 m"),
        ({"interface_size": "-2 nm"}, "GmshMesher.interface_size is '-2 nm'"),
        ({"size": "10 nm", "interface_size": "20 nm"}, "interface_size is 2e-08 m, above size"),
        ({"growth": 0}, "GmshMesher.growth is 0: it must be above 0 and at most 1"),
        ({"growth": 1.5}, "GmshMesher.growth is 1.5"),
    ],
)
def test_wrong_values_are_refused(options, sentence):
    with pytest.raises(InputError, match=sentence):
        GmshMesher(**options)


@pytest.mark.parametrize("value", ["80", "80 s", "fine", float("nan"), [1e-8]])
def test_what_is_no_length_is_refused(value):
    with pytest.raises(UnitError, match=r"GmshMesher\.size is"):
        GmshMesher(size=value)


def test_sizes_not_given_follow_the_pixel_and_each_other():
    image = structure(np.eye(200, dtype=int), (2e-8, 1e-8))
    assert GmshMesher().sizes(image).pixel == (1.0, 2.0)

    def given(**options):
        sizes = GmshMesher(**options).sizes(image)
        return pytest.approx((sizes.bulk, sizes.interface))

    assert given() == (4, 1)
    assert given(size=10e-8) == (10, 1)
    assert given(size=0.5e-8) == (0.5, 0.5)
    assert given(interface_size=10e-8) == (10, 10)
    assert given(size=1.0) == (200, 1)  # the image's shorter side


def test_the_users_own_session_survives():
    alone = meshed(disc())
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("Mesh.Algorithm", 5)
        gmsh.model.add("mine")
        gmsh.model.geo.addPoint(1.0, 2.0, 3.0, tag=7)
        gmsh.model.geo.synchronize()
        gmsh.model.add("another")
        gmsh.model.setCurrent("mine")
        models = gmsh.model.list()
        mesh = meshed(disc())
        assert gmsh.isInitialized()
        assert gmsh.model.list() == models
        assert gmsh.model.getCurrent() == "mine"
        assert gmsh.model.getEntities() == [(0, 7)]
        assert gmsh.option.getNumber("Mesh.Algorithm") == 5
        assert gmsh.option.getNumber("General.Terminal") == 0
    finally:
        gmsh.finalize()
    assert np.array_equal(mesh.points, alone.points)


def test_no_session_is_left_behind():
    meshed(disc(), size=8 * PIXEL)
    assert not gmsh.isInitialized()


def run(code, *path):
    paths = [*map(str, path), *filter(None, sys.path)]
    script = f"import sys; sys.path[:0] = {paths!r}\n{code}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


def test_importing_the_plugin_loads_neither_gmsh_nor_shapely():
    done = run("import anosim_geometry; print({'gmsh', 'shapely'} & set(sys.modules))")
    assert done.stdout.strip() == "set()"


def test_meshing_neither_prints_nor_warns():
    code = (
        "import numpy as np\n"
        "from anosim.microstructure import Microstructure\n"
        "from anosim_geometry import GmshMesher\n"
        "for _ in range(2):\n"
        "    GmshMesher().mesh(Microstructure(np.eye(9, dtype=int), {'a': 0, 'b': 1}, 1e-8))\n"
    )
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_version_is_gmshs():
    assert gmsh_version() == gmsh.__version__


@pytest.mark.parametrize("module", ["gmsh", "shapely"])
def test_a_missing_package_names_the_extra(module):
    done = run(
        f"sys.modules[{module!r}] = None\nfrom anosim_geometry import gmsh_version\ngmsh_version()"
    )
    assert "MissingDependencyError" in done.stderr
    assert "pip install 'anosim[gmsh]'" in done.stderr


def test_a_missing_system_library_names_the_apt_packages(tmp_path):
    # a gmsh that fails as the real one does: its ctypes cannot load what it links against
    (tmp_path / "gmsh.py").write_text("import ctypes\nctypes.CDLL('libGLU-not-here.so.1')\n")
    done = run("from anosim_geometry import gmsh_version\ngmsh_version()", tmp_path)
    assert "MissingDependencyError" in done.stderr
    assert "libGLU-not-here.so.1: cannot open shared object file" in done.stderr
    assert "apt-get install libgl1 libglu1-mesa libxrender1 libxcursor1" in done.stderr


def test_what_gmsh_cannot_fill_is_an_error_and_leaves_no_session():
    corners = np.array([[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]])
    bow_tie = Curves(corners, np.array([[0, 1], [1, 2], [2, 3], [3, 0]]), np.array([0, 4]))
    with pytest.raises(MeshError, match="Gmsh"):
        filled(bow_tie, [Face(0, [[0]])], np.ones((4, 4)), (1.0, 1.0))
    assert not gmsh.isInitialized()
