import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from label_images import PIXEL, grains, meshed

from anosim.errors import InputError, MeshError
from anosim_geometry import GmshMesher

pytestmark = pytest.mark.filterwarnings("ignore:edges at interfaces are")


def _matches(mesh, first, second, axis):
    here, there = mesh.opposite(first, second).T
    assert np.array_equal(mesh.points[here, axis], mesh.points[there, axis])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "options", [{}, {"size": 6e-8, "interface_size": 5e-9}, {"elements": 9000}]
)
def test_opposite_sides_match_to_the_last_bit(options, order):
    mesh = meshed(grains((40, 50)), periodic="xy", order=order, **options)
    _matches(mesh, "left", "right", 1)
    _matches(mesh, "top", "bottom", 0)
    assert mesh.volumes.sum() == pytest.approx(40 * 50 * PIXEL**2, rel=1e-12, abs=0)
    assert mesh.angles.min() > 15


def test_only_the_sides_asked_for_match():
    mesh = meshed(grains((40, 50)), periodic="x")
    _matches(mesh, "left", "right", 1)
    with pytest.raises(MeshError, match="'top' and 'bottom' do not match"):
        mesh.opposite("top", "bottom")


@settings(settings.get_profile("mesher"), max_examples=25)
@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(1, 9), st.integers(2, 9)), elements=st.integers(0, 3)
    ),
    st.sampled_from([0.4e-8, 1e-8, 5e-8]),
)
def test_any_image_can_be_periodic(labels, size):
    mesh = meshed(labels, periodic="xy", interface_size=size, size=max(size, 2e-8))
    _matches(mesh, "left", "right", 1)
    _matches(mesh, "top", "bottom", 0)


def test_another_word_is_refused():
    with pytest.raises(InputError, match=r"GmshMesher\.periodic is 'u'"):
        GmshMesher(periodic="u")
