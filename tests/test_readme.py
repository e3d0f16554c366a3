"""What the README tells a newcomer to do works, word for word."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

README = (Path(__file__).parents[1] / "README.md").read_text()


def _blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def folder(tmp_path):
    """A folder with a three-phase roi.tif of 120 x 100 pixels of 20 nm."""
    y, x = np.mgrid[0:120, 0:100]
    labels = np.full((120, 100), 2, dtype=np.uint8)
    labels[np.hypot(x - 50, y - 60) < 25] = 1
    labels[(x < 20) & (y > 30)] = 0
    tifffile.imwrite(tmp_path / "roi.tif", labels)
    (tmp_path / "case.toml").write_text(_blocks("toml")[0])
    return tmp_path


def _run(folder, *arguments):
    subprocess.run([sys.executable, "-m", "anosim.cli", *arguments], cwd=folder, check=True)


@pytest.mark.parametrize("script", _blocks("python"), ids=lambda script: script.split("\n")[2][:30])
def test_a_script(folder, script):
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)
    if "savefig" in script:
        assert (folder / "concentration.png").stat().st_size > 10_000


def test_the_case_file(folder):
    _run(folder, "run", "case.toml")
    assert (folder / "results" / "concentration.png").exists()


def test_the_study_file(folder):
    (folder / "sweep.toml").write_text(_blocks("toml")[1])
    _run(folder, "study", "run", "sweep.toml")
    table = (folder / "sweep" / "table.csv").read_text().splitlines()
    assert len(table) == 1 + 8


def test_the_system_packages_are_those_that_are_checked_for():
    code = "import bootstrap; print(*bootstrap.LIBRARIES.values())"
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    (line,) = re.findall(r"sudo apt-get install (.*)", README)
    assert line.split() == ["gcc", "libc6-dev", *done.stdout.split()]
