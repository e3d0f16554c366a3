"""What the documentation shows works, word for word."""

import re
import shlex
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from pages import DOCS, blocks, write_files

PAGES = sorted(path.name for path in DOCS.glob("*.md"))
WRITTEN_FOR_OTHERS = ("own-solver.md", "own-mesher.md")  # installed by another test
LEAVES = {
    "python.md": ["concentration.png"],
    "tutorial.md": ["concentration.png", "time_to_90.pdf", "results/report.html", "filling.gif"],
    "own-image.md": ["results/report.html", "measures/report.html", "segmented.tif"],
    "foreign-mesh.md": ["cell.inp", "cell-results/report.html", "volume.mphtxt"],
    "other-programs.md": ["negative.json", "negative-bpx.json", "nodes.txt", "grid.txt"],
    "cluster.md": ["sweep/table.csv", "sweep/report.html"],
}


@pytest.fixture
def folder(tmp_path):
    """A folder with the images that pages are about."""
    y, x = np.mgrid[0:60, 0:80]
    labels = np.full((60, 80), 1, dtype=np.uint8)
    labels[np.hypot(x - 50, y - 30) < 15] = 2
    labels[x < 15] = 0
    tifffile.imwrite(tmp_path / "labels.tif", labels)
    noise = np.random.default_rng(0).normal(0, 4, labels.shape)
    grey = np.choose(labels, [40, 120, 200]) + noise
    tifffile.imwrite(tmp_path / "grey.tif", grey.astype(np.uint8))
    return tmp_path


@pytest.mark.parametrize("page", [p for p in PAGES if p not in WRITTEN_FOR_OTHERS and blocks(p)])
def test_the_code_of_a_page(page, folder):
    write_files(page, folder)
    script = ""
    for language, name, text in blocks(page):
        assert language in ("python", "sh", "toml"), f"{page} has a block of {language!r}"
        if language == "python" and not name:
            script += text
        if language == "sh":
            if script:  # a page's scripts up to here are one
                _run("-c", script, folder=folder)
                script = ""
            for line in text.splitlines():
                program, *arguments = shlex.split(line)
                assert program == "anosim"
                _run("-m", "anosim.cli", *arguments, folder=folder)
    if script:
        _run("-c", script, folder=folder)
    for name in LEAVES.get(page, ()):
        assert (folder / name).stat().st_size > 100, name


def _run(*arguments, folder):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", (DOCS / page).read_text()):
            assert target.startswith("http") or (DOCS / target).exists(), (page, target)


def test_every_page_is_in_the_index():
    index = (DOCS / "README.md").read_text()
    assert [page for page in PAGES if page != "README.md" and f"({page})" not in index] == []


def test_the_api_overview_is_current():
    code = "import make_api; assert make_api.PAGE.read_text() == make_api.page()"
    done = subprocess.run([sys.executable, "-c", code], cwd=DOCS, capture_output=True, text=True)
    assert done.returncode == 0, "run: python docs/make_api.py"
