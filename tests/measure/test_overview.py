import subprocess
import sys

import numpy as np
import pytest
from images import blobs, structure
from matplotlib.backends.backend_agg import FigureCanvasAgg

import anosim
from anosim import measure
from anosim.errors import InputError


def test_importing_it_loads_nothing_heavy():
    heavy = ("scipy", "skimage", "numba", "edt", "cc3d", "pandas", "h5py", "matplotlib", "pint")
    code = f"import anosim.measure, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("volume", [False, True])
def test_overview_and_its_figures(volume):
    from anosim.figures.measures import measures, tortuosity_map

    labels = blobs((20, 24, 28) if volume else (40, 60), 2.0, -0.4) + 0
    labels[blobs(labels.shape, 2.0, 1.0, seed=1)] = 2
    h = "20 nm"
    image = anosim.Microstructure(labels, {"sei": 0, "pore": 1, "particle": 2}, h)
    found = measure.overview(image, pore="pore", particle="particle", axis="y")
    assert found.geodesic.side == "top"
    assert found.numbers["fraction"]["pore"]["mean"] == pytest.approx(image.fractions["pore"])
    assert set(found.numbers["definitions"]) == set(measure.DEFINITIONS)
    for figure in (measures(found), tortuosity_map(found.geodesic)):
        FigureCanvasAgg(figure).draw()
        box = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
        assert min(box.x0, box.y0) > -0.01
        assert np.all(box.max <= figure.get_size_inches() + 0.01)


def test_maps_open_in_pyvista(tmp_path):
    import pyvista

    labels = np.arange(24).reshape(2, 3, 4) % 3
    image = structure(labels, (4e-8, 2e-8, 2e-8))
    measure.write_maps(image, {"value": np.arange(24.0).reshape(2, 3, 4)}, tmp_path / "m.vtkhdf")
    grid = pyvista.read(tmp_path / "m.vtkhdf")
    assert grid.dimensions == (5, 4, 3)
    assert grid.spacing == pytest.approx((2e-8, 2e-8, 4e-8), abs=0)
    assert grid.cell_data["value"].tolist() == list(range(24))  # x runs fastest
    assert grid.cell_data["phase"].tolist() == labels.ravel().tolist()
    with pytest.raises(InputError, match="has shape"):
        measure.write_maps(image, {"value": np.zeros(3)}, tmp_path / "m.vtkhdf")
