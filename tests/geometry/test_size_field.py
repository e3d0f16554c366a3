"""Edges of given lengths."""

import numpy as np
import pytest
from label_images import NASTY, PIXEL, disc, structure

from anosim.errors import InputError
from anosim_geometry import GmshMesher


def _edges(mesh):
    ends = mesh.points[mesh.edges.vertices]
    return np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / PIXEL, ends.mean(axis=1) / PIXEL


def test_edges_follow_the_lengths_wanted():
    labels = np.zeros((60, 90), dtype=int)
    x = np.arange(90) + 0.5
    wanted = np.tile(np.where(x < 45, 1.5, 4.0), (60, 1)) * PIXEL
    mesh = GmshMesher(growth=1.0).mesh_with_sizes(structure(labels), wanted)
    lengths, middles = _edges(mesh)
    assert np.median(lengths[middles[:, 0] < 40]) == pytest.approx(1.5, rel=0.1)
    assert np.median(lengths[middles[:, 0] > 60]) == pytest.approx(4.0, rel=0.15)


def test_lengths_below_a_pixel_are_met_on_an_interface():
    labels = np.zeros((30, 30), dtype=int)
    labels[15:] = 1
    wanted = np.full(labels.shape, np.inf)
    wanted[13:17, 10:20] = 0.25 * PIXEL
    mesh = GmshMesher().mesh_with_sizes(structure(labels), wanted)
    ends = mesh.points[mesh.interfaces["phase0", "phase1"]] / PIXEL
    lengths, x = np.abs(np.diff(ends[:, :, 0], axis=1))[:, 0], ends[:, :, 0].mean(axis=1)
    assert lengths[(x > 11) & (x < 19)].max() < 0.3
    assert lengths.max() <= 1.01  # the default of interface_size


def test_the_interface_keeps_its_outline_whatever_is_wanted():
    image = structure(disc(radius=15.0, side=48))
    anything = np.full(image.labels.shape, np.inf)
    mesh = GmshMesher().mesh_with_sizes(image, anything)
    plain = GmshMesher().mesh(image)
    assert len(mesh.cells) < 0.9 * len(plain.cells)
    assert mesh.phase_volumes["phase1"] == pytest.approx(
        plain.phase_volumes["phase1"], rel=1e-4, abs=0
    )
    ours, theirs = (_perimeter(m) for m in (mesh, plain))
    assert ours == pytest.approx(theirs, rel=1e-3)


def _perimeter(mesh):
    ends = mesh.points[mesh.interfaces["phase0", "phase1"]] / PIXEL
    return np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()


@pytest.mark.parametrize("name", NASTY)
def test_every_image_is_meshed_with_every_length(name):
    image = structure(NASTY[name])
    rng = np.random.default_rng(3)
    wanted = rng.choice([0.3, 1.0, np.inf], image.labels.shape) * PIXEL
    mesh = GmshMesher().mesh_with_sizes(image, wanted)
    assert mesh.volumes.sum() == pytest.approx(np.prod(image.extent), rel=1e-9, abs=0)
    assert mesh.quality.min() > 0.2


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (np.ones((3, 4)), r"shape \(3, 4\) for an image of shape \(60, 60\)"),
        (np.zeros((60, 60)), "down to 0 m"),
        (np.full((60, 60), np.nan), "down to nan m"),
        (np.ones((60, 60), dtype=int), "down to 1 m"),
    ],
)
def test_what_is_no_length_is_refused(wanted, message):
    with pytest.raises(InputError, match=message):
        GmshMesher().mesh_with_sizes(structure(disc()), wanted)
