import sys
from importlib import import_module

import numpy as np
import pytest
from study_scripts import scripts_of


@pytest.fixture(autouse=True)
def _scripts():
    with scripts_of("performance"):
        yield


def test_the_synthetic_image_has_the_shares_it_is_asked_for():
    labels = import_module("images").synthetic((20, 60, 50), (0.375, 0.2, 0.05))
    shares = np.bincount(labels.ravel()) / labels.size
    assert shares == pytest.approx([0.375, 0.2, 0.05, 0.375], abs=0.05)


def test_dijkstra_is_worse_than_any_angle_in_the_studys_own_cases():
    """The errors that the study prints: exact distances minus ours, small; a peer's, larger."""
    pytest.importorskip("skimage")
    from anosim import Microstructure, measure

    z, _, x = np.indices((64, 3, 100))
    slope, exact = 0.5, np.hypot(z + 0.5, np.maximum(x + 0.5 - 20, 0))
    mask = (x - slope * z >= 10) & (x - slope * z < 20)
    middle = (x - slope * z > 12) & (x - slope * z < 18) & (z > 32)
    image = Microstructure(mask.astype(np.uint8), {"wall": 0, "pore": 1}, 1.0)
    ours = measure.geodesic(image, "pore").distance
    theirs = import_module("peers").dijkstra({"mask": mask}, 0)()[1]
    errors = [np.abs(found[middle] / exact[middle] - 1).mean() for found in (ours, theirs)]
    assert errors[0] < 0.01
    assert errors[0] < errors[1]


def test_other_codes_are_left_out_where_they_are_not_installed():
    made, array = import_module("rounds").beside(
        sys.executable, "taufactor", 1e-2, mask=np.ones((3, 3, 3), bool)
    )
    assert array is None
    assert isinstance(made, str) or made.figures["D_eff"] == pytest.approx(1.0, rel=1e-2)
