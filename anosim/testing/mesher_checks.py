"""What every mesher must pass."""

import numpy as np

from anosim.microstructure import Microstructure
from anosim.plugins import Mesher


def check_box_is_filled(mesher: Mesher) -> None:
    """The mesh fills the image exactly, with its four sides named and complete."""
    image = _blobs()
    mesh = mesher.mesh(image)
    width, height = image.extent
    error = abs(float(mesh.volumes.sum()) / (width * height) - 1.0)
    assert error < 1e-12, f"the mesh's area differs from the image's by {error:.1e}"
    for side, axis, place, length in (
        ("left", 0, 0.0, height),
        ("right", 0, width, height),
        ("top", 1, 0.0, width),
        ("bottom", 1, height, width),
    ):
        ends = mesh.points[mesh.boundary(side)[1]]
        assert np.all(ends[..., axis] == place), f"side {side!r} is not straight"
        total = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()
        assert abs(total / length - 1.0) < 1e-12, f"side {side!r} is not complete"


def check_phases_are_kept(mesher: Mesher) -> None:
    """Every phase is there, with its area to 2 % and its neighbours."""
    image = _blobs()
    mesh = mesher.mesh(image)
    assert mesh.phases == tuple(image.phases), f"phases are {mesh.phases}"
    whole = float(np.prod(image.extent))
    for phase, fraction in image.fractions.items():
        error = abs(mesh.phase_volumes[phase] / whole / fraction - 1.0)
        assert error < 0.02, f"area of {phase!r} differs from its pixels' by {error:.1%}"
    assert set(mesh.interfaces) == {("pore", "particle"), ("pore", "shell"), ("particle", "shell")}


def check_mesh_is_conforming(mesher: Mesher) -> None:
    """No hanging node: the only edges with one triangle are those of the four sides."""
    mesh = mesher.mesh(_blobs())
    outer = int(np.sum(mesh.facets.cells[:, 1] < 0))
    named = sum(len(edges) for edges in mesh.sides.values())
    assert outer == named, f"{outer} edges have one triangle, the sides have {named}"


def check_one_pixel_features(mesher: Mesher) -> None:
    """Islands, channels and diagonal contacts of one pixel are meshed, not dropped."""
    labels = np.zeros((7, 9), dtype=np.uint8)
    labels[1, 1] = labels[2, 2] = 1
    labels[4, :] = 2
    labels[6, 8] = 1
    mesh = mesher.mesh(Microstructure(labels, {"a": 0, "b": 1, "c": 2}, "50 nm"))
    assert set(mesh.phases) == {"a", "b", "c"}
    assert float(mesh.quality.min()) > 0.0


def _blobs() -> Microstructure:
    y, x = np.mgrid[0:40, 0:60]
    labels = np.zeros((40, 60), dtype=np.uint8)
    for cx, cy, r in ((15, 15, 9), (42, 22, 12), (0, 39, 8)):
        distance = np.hypot(x - cx, y - cy)
        labels[distance < r + 2] = 2
        labels[distance < r] = 1
        labels[(distance < r + 2) & (x > cx + 4)] = 1
    return Microstructure(labels, {"pore": 0, "particle": 1, "shell": 2}, ("40 nm", "30 nm"))
