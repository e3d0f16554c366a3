"""A small image of three phases."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the image: pores above, and a particle in the SEI below."""
    y, x = np.mgrid[:40, :40]
    labels = np.where(y > 8, 2, 0).astype(np.uint8)
    labels[(x - 20) ** 2 + (y - 25) ** 2 < 64] = 1
    Image.fromarray(labels).save(tmp_path / "roi.png")
    Image.fromarray(labels[:1, :1]).save(tmp_path / "one.png")
    Image.fromarray(np.ones((2, 2), dtype=np.uint8)).save(tmp_path / "two.png")
    np.save(tmp_path / "grey.npy", labels / 2)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    return tmp_path
