"""Labels far apart: surfaces as with small labels."""

import numpy as np
import pytest

import anosim
from anosim.errors import InputError
from anosim.measure import interface_area

BALL = np.linalg.norm(np.indices((16, 16, 16)) - 7.5, axis=0) < 5


@pytest.mark.parametrize("labels", [(0, 2**62), (-(2**62), 2**62), (7, 70000), (2**40, 2**40 + 1)])
def test_surfaces_do_not_depend_on_the_labels(labels):
    dark, bright = labels
    phases = {"pore": dark, "particle": bright}
    found = anosim.Microstructure(np.where(BALL, bright, dark), phases, 1e-8)
    small = anosim.Microstructure(BALL, {"pore": 0, "particle": 1}, 1e-8)
    expected = interface_area(small).area("pore", "particle")
    assert interface_area(found).area("pore", "particle") == pytest.approx(expected, rel=1e-12)


def test_more_phases_than_surfaces_are_measured_for(tmp_path):
    labels = np.arange(150).reshape(10, 15)
    image = anosim.Microstructure(labels, {f"p{k}": k for k in range(150)}, 1e-8)
    with pytest.raises(InputError, match=r"150 phases: surfaces .* at most 100; give voxels"):
        interface_area(image)
