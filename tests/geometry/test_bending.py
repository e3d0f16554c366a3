import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from label_images import disc, grains, meshed, structure

import anosim
from anosim.domain import Domain
from anosim.errors import UnsupportedError
from anosim_geometry import GmshMesher

pytestmark = pytest.mark.filterwarnings("ignore:edges at interfaces are")


def test_bent_disc_has_the_area_of_its_pixels_and_the_length_of_a_circle():
    labels = disc(20.0)
    for size in (1e-8, 3e-8):
        mesh = meshed(labels, interface_size=size, order=2)
        assert mesh.order == 2
        assert mesh.phase_volumes["phase1"] == pytest.approx(
            labels.sum() * 1e-16, rel=1e-5, abs=0.0
        )
        around = Domain.of(mesh, ["phase1"], 2).boundary_sizes(("phase0", "phase1")).sum()
        assert around == pytest.approx(2 * np.pi * 20e-8, rel=1e-2)


def test_sides_bend_along_boundaries_and_nowhere_else():
    mesh = meshed(disc(20.0), interface_size=3e-8, order=2)
    ends = mesh.points[mesh.edges.vertices]
    off = np.linalg.norm(mesh.points[mesh.midpoints] - ends.mean(axis=1), axis=1)
    bent = off > 1e-6 * np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    interface = np.zeros(len(bent), dtype=bool)
    for pairs in mesh.interfaces.values():
        interface[mesh.edges.find(pairs)] = True
    assert np.array_equal(bent, interface)


def test_a_staircase_of_order_2_stays_straight():
    labels = grains()
    mesh = meshed(labels, staircase=True, order=2)
    straight = meshed(labels, staircase=True)
    assert dict(mesh.phase_volumes) == pytest.approx(
        dict(straight.phase_volumes), rel=1e-12, abs=0.0
    )
    assert np.allclose(mesh.quality, straight.quality)


def test_grains_keep_areas_quality_and_box():
    labels = grains((80, 100))
    mesh = meshed(labels, order=2)
    for name, area in mesh.phase_volumes.items():
        pixels = np.sum(labels == int(name.removeprefix("phase"))) * 1e-16
        assert area == pytest.approx(pixels, rel=5e-3, abs=0.0)
    assert mesh.volumes.sum() == pytest.approx(labels.size * 1e-16, rel=1e-12, abs=0.0)
    assert mesh.quality.min() > 0.25


@settings(settings.get_profile("mesher"), max_examples=25)
@given(
    labels=hnp.arrays(
        np.int64, st.tuples(st.integers(1, 9), st.integers(2, 9)), elements=st.integers(0, 3)
    ),
    size=st.sampled_from([0.5e-8, 1e-8, 5e-8]),
)
def test_any_image_has_a_valid_bent_mesh(labels, size):
    mesh = meshed(labels, interface_size=size, size=max(size, 2e-8), order=2)
    assert mesh.volumes.sum() == pytest.approx(labels.size * 1e-16, rel=1e-12, abs=0.0)
    assert mesh.quality.min() > 0.0  # Mesh itself refuses cells that fold over


def test_both_solvers_agree_on_a_bent_mesh_of_an_image():
    mesh = GmshMesher(order=2).mesh(structure(grains()))
    problem = anosim.Diffusion(
        mesh,
        {"phase1": anosim.Material(1e-15), "phase2": anosim.Material(1e-16)},
        {("phase0", "phase1"): anosim.MassTransfer(1e-8, 1000.0)},
        until=20.0,
    )
    a, b = (anosim.solve(problem, solver=name) for name in ("skfem", "fenicsx"))
    assert np.abs(a.values(20.0) - b.values(20.0)).max() < 1e-5
    assert max(a.imbalance(20.0)[0], b.imbalance(20.0)[0]) < 1e-9


def test_other_orders_are_refused():
    with pytest.raises(UnsupportedError, match=r"GmshMesher.order is 3: choose 1"):
        GmshMesher(order=3)
