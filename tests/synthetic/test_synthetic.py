"""Synthetic anodes have the published numbers, within 10 %, and say that they are synthetic."""

import numpy as np
import pytest
from skimage.measure import label, regionprops

from anosim.errors import InputError
from anosim.measure import geodesic, proximity
from anosim.microstructure import Microstructure
from anosim.synthetic import (
    CYCLES,
    anode,
    paint,
    region_of_interest,
    render,
    volume_of_interest,
)


@pytest.fixture(scope="module")
def series():
    return {cycles: anode(cycles, shape=(700, 1000), seed=5).microstructure for cycles in CYCLES}


def _particles(structure):
    found = regionprops(label(structure.labels == structure.phases["particle"], connectivity=2))
    sizes = [region.feret_diameter_max * structure.voxel[0] for region in found]
    return np.mean(sizes), max(sizes), len(sizes) / np.prod(structure.extent)


def test_pores_shrink_and_the_intermediate_phase_grows_as_published(series):
    fractions = {cycles: structure.fractions for cycles, structure in series.items()}
    assert fractions[0]["pore"] == pytest.approx(0.3754, rel=0.01)
    for cycles, pore, sei in ((3, -0.372, 0.218), (100, -0.588, 0.333), (300, -0.765, 0.382)):
        assert fractions[cycles]["pore"] / fractions[0]["pore"] - 1 == pytest.approx(pore, rel=0.1)
        assert fractions[cycles]["sei"] / fractions[0]["sei"] - 1 == pytest.approx(sei, rel=0.1)
        assert fractions[cycles]["graphite"] == pytest.approx(fractions[0]["graphite"], rel=0.01)


def test_particles_break_as_published(series):
    size, most, number = _particles(series[0])
    assert size == pytest.approx(0.90e-6, rel=0.1, abs=0)
    assert most < 1.1 * 6.4e-6
    size, _, later = _particles(series[100])
    assert size == pytest.approx(0.33e-6, rel=0.1, abs=0)
    assert later / number == pytest.approx(10.0, rel=0.15)


def test_states_of_one_seed_show_the_same_place(series):
    graphite = [s.labels == s.phases["graphite"] for s in series.values()]
    assert np.mean(graphite[0] & graphite[2]) > 0.9 * np.mean(graphite[0])
    old, new = (series[c].labels == series[c].phases["pore"] for c in (3, 300))
    assert np.mean(old & new) > 0.6 * np.mean(new)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_region_of_interest(seed):
    made = region_of_interest(seed)
    structure = made.microstructure
    assert structure.labels.shape == (250, 400)
    assert structure.extent == pytest.approx((8e-6, 5e-6), rel=1e-9, abs=0)
    assert structure.fractions["sei"] == pytest.approx(0.64, rel=0.1)
    assert structure.fractions["pore"] == pytest.approx(0.10, rel=0.1)
    assert structure.fractions["particle"] == pytest.approx(0.26, rel=0.1)
    assert made.record["synthetic"] is True


def test_channels_through_a_volume_close_with_ageing():
    reached, surface = [], []
    for cycles in (0, 300):
        structure = anode(cycles, shape=(30, 40, 40), voxel="0.3 um", seed=1).microstructure
        pore = structure.labels == structure.phases["pore"]
        parts = label(pore, connectivity=1)
        entry = np.unique(parts[0])
        through = np.isin(parts, entry[entry > 0])
        reached.append(label(through[24], connectivity=1).max())
        surface.append(sum(np.count_nonzero(np.diff(pore, axis=axis)) for axis in range(3)))
    assert reached[1] < 0.35 * reached[0]
    assert surface[1] < 0.5 * surface[0]


@pytest.fixture(scope="module")
def tomograms():
    shape = (40, 80, 80)
    return {c: volume_of_interest(c, shape=shape, seed=1).microstructure for c in CYCLES}


def test_what_micro_ct_resolves_changes_as_published(tomograms):
    fractions = {cycles: structure.fractions for cycles, structure in tomograms.items()}
    for cycles, pore, sei in ((3, -0.372, 0.218), (100, -0.588, 0.333), (300, -0.765, 0.382)):
        assert fractions[cycles]["pore"] / fractions[0]["pore"] - 1 == pytest.approx(pore, rel=0.02)
        assert fractions[cycles]["sei"] / fractions[0]["sei"] - 1 == pytest.approx(sei, rel=0.1)
        assert fractions[cycles]["graphite"] == pytest.approx(fractions[0]["graphite"], rel=0.07)
    near = [proximity(one, "pore", "particle").mean for one in tomograms.values()]
    assert near == sorted(near)
    assert near[0] == pytest.approx(3.62e-6, rel=0.15, abs=0)
    assert near[-1] == pytest.approx(5.37e-6, rel=0.15, abs=0)


def test_channels_that_micro_ct_resolves_become_fewer_and_lead_through(tomograms):
    ways = {cycles: geodesic(one, "pore", "front") for cycles, one in tomograms.items()}
    assert ways[0].channels[-1] > 3 * ways[300].channels[-1] > 0
    assert ways[300].by_depth["mean"][20] > 1.1 * ways[0].by_depth["mean"][20]
    last, first = (tomograms[c].labels == tomograms[c].phases["pore"] for c in (300, 0))
    assert np.mean(last & first) == pytest.approx(np.mean(last), rel=0.02)


def test_the_same_seed_gives_the_same_image():
    first, again, other = (anode(3, shape=(80, 90), seed=s).microstructure for s in (4, 4, 5))
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.labels, other.labels)
    pictures = [render(first, seed=s).image.values for s in (1, 1, 2)]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_rendering_adds_what_it_is_told_to():
    structure = anode(0, shape=(150, 200), seed=1).microstructure
    plain = {"noise": 0.0, "stripes": 0.0, "shading": 0.0}
    clear = render(structure, shine_through=0.0, **plain)
    pore = structure.labels == structure.phases["pore"]
    assert clear.shining == 0.0
    assert np.median(clear.image.values[pore]) == pytest.approx(0.12 * 255, abs=2)
    shining = render(structure, shine_through=0.8, **plain)
    assert shining.shining > 0.3
    assert np.mean(shining.image.values[pore] > 64) > 0.25
    noisy = render(structure, noise=0.08, stripes=0.0, shading=0.0, shine_through=0.0)
    spread = np.std(noisy.image.values.astype(float) - clear.image.values)
    assert spread == pytest.approx(0.08 * 255, rel=0.25)
    assert noisy.record["synthetic"] is True
    assert noisy.truth is structure


def test_in_a_volume_what_shines_through_is_what_lies_behind():
    labels = np.zeros((6, 20, 20), dtype=np.uint8)
    labels[3:] = 1
    structure = Microstructure(labels, {"pore": 0, "particle": 1}, ("40 nm", "20 nm", "20 nm"))
    made = render(structure, noise=0.0, stripes=0.0, shading=0.0, shine_through=1.0)
    means = [plane.mean() for plane in made.image.values]
    assert means[0] < means[1] < means[2] < means[3]


def test_painted_strokes_lie_in_their_phases():
    made = render(anode(100, shape=(200, 250), seed=2).microstructure)
    phases = ("pore", "sei", "graphite", "particle")
    strokes = paint(made, phases)
    for rank, name in enumerate(phases):
        assert np.all(made.truth.labels[strokes.marks == rank] == made.truth.phases[name])
    assert 0.005 < strokes.painted.mean() < 0.1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: anode(50), "anodes of 0, 3, 100, 300"),
        (lambda: volume_of_interest(50), "anodes of 0, 3, 100, 300"),
        (lambda: volume_of_interest(0, shape=(5, 9, 9)), "at least 8 voxels"),
        (lambda: anode(0, shape=(5, 5)), "at least 8 voxels"),
        (lambda: anode(0, voxel=("1 um",) * 3), "one per axis"),
        (lambda: anode(0, voxel="-1 nm"), "greater than 0 m"),
        (lambda: anode(0, shape=(10**5, 10**5)), "do not fit"),
        (lambda: render(Microstructure(np.eye(9, dtype=int), {"x": 0, "y": 1}, 1.0)), "no look"),
        (lambda: render(region_of_interest().microstructure, noise=2), "between 0 and 1"),
        (lambda: render(region_of_interest().microstructure, fog=1), "unknown artefact"),
    ],
)
def test_errors(call, says):
    with pytest.raises(InputError, match=says):
        call()
