"""A square of one phase, filled from its left side."""

import numpy as np
import pytest

import anosim


@pytest.fixture(scope="session")
def image():
    """Half pore, half sei: 20 x 40 pixels of 50 nm."""
    labels = np.zeros((20, 40), dtype=np.uint8)
    labels[:, 20:] = 1
    return anosim.Microstructure(labels=labels, phases={"pore": 0, "sei": 1}, voxel="50 nm")


@pytest.fixture(scope="session")
def solution(image):
    """Sei, from x = 1 to 2 um, at 1000 mol/m^3 where it touches the pore."""
    mesh = anosim.mesh(image, size="100 nm")
    problem = anosim.Diffusion(
        mesh,
        materials={"sei": anosim.Material("1e-13 m^2/s")},
        conditions={("pore", "sei"): anosim.Concentration("1 mol/L")},
        until="10 s",
    )
    return anosim.solve(problem, order=2, tolerance=1e-8)
