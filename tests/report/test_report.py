"""The page of a run: what it says, and that a browser shows it without a network."""

import csv
import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from chromium import browser, opened
from markupsafe import Markup
from PIL import Image

from anosim.case import Case
from anosim.errors import InputError
from anosim.figures.frames import FIRST, Frames
from anosim.report import html, write
from anosim.report.page import Section, page

in_browser = pytest.mark.skipif(browser() is None, reason="there is no Chromium on this machine")


class _Outline(HTMLParser):
    """Landmarks, headings, pictures without a text, and addresses."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.mute, self.frames = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        self.tags.append(tag)
        self.addresses += [held[n] for n in ("src", "href") if held.get(n)]
        if tag == "img" and not held.get("alt") and "hidden" not in held:
            self.mute.append(held)


def test_it_is_one_file_that_names_no_other(folder):
    found = _Outline((folder / "report.html").read_text())
    assert {"header", "nav", "main", "footer", "h1"} <= set(found.tags)
    assert all(a.startswith(("data:", "#")) for a in found.addresses)
    assert found.mute == []


def test_it_says_what_came_out(folder):
    text = (folder / "report.html").read_text()
    numbers = json.loads((folder / "results.json").read_text())
    mean = numbers["average_mol_per_m3"]["sei"][-1]
    assert f"{mean:.4g} mol/m³ at 1 s" in text
    assert f"{numbers['mesh']['triangles']} triangles" in text
    assert "tolerance = 1e-05" in text or "tolerance = 1e-5" in text  # the case
    assert numbers["provenance"]["case_sha256"] not in ("", None)
    assert "doi:10.21105/joss.02369" in text  # scikit-fem did the work


def test_its_frames_are_the_solution(folder):
    found = Frames.read(folder / "frames.png")
    case = Case.read(folder / "case.toml")
    image = case.microstructure()
    mesh = case.mesh(image)
    solution = case.solve(case.problem(mesh), "skfem", None)
    rank = found.times.tolist().index(0.1)
    i, j = 30, 5  # in the sei
    c = solution.at([[(j + 0.5) * 20e-9, (i + 0.5) * 20e-9]], 0.1)[0, 0]
    level = int(found.levels[rank, i, j])
    shown = found.low + (found.high - found.low) * (level - FIRST) / (255 - FIRST)
    assert shown == pytest.approx(c, abs=3.0)  # half a level is 2 mol/m^3
    assert found.phases[found.levels[rank, 2, 20]] == "pore"
    assert found.phases[found.levels[rank, 25, 20]] == "particle"


def test_hostile_names_are_text(folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (folder / "results.json").read_text().replace('"near"', '"<script>alert(1)</script>"')
    (tmp_path / "results.json").write_text(text)
    made = write(tmp_path).read_text()
    assert "<script>alert" not in made
    assert "&lt;script&gt;alert(1)" in made


class _Hostile(HTMLParser):
    """Elements and attributes that no template writes, also in frames; texts of scripts."""

    def __init__(self, text):
        super().__init__()
        self.found, self.scripts, self.policy, self.inside = [], [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        self.inside = tag == "script"
        self.found += [(tag, name) for name in held if name.startswith("on")]
        self.found += [(tag, "src") for _ in [0] if held.get("src") == "x"]
        if held.get("http-equiv") == "Content-Security-Policy":
            self.policy = held["content"]

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, text):
        if self.inside:
            self.scripts.append(text)


EVIL = ("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", '" onload="alert(1)')


@pytest.mark.parametrize("evil", EVIL)
def test_whatever_stands_in_the_results_is_text(folder, tmp_path, evil):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())

    def spoilt(value):
        if isinstance(value, dict):
            return {key: spoilt(item) for key, item in value.items()}
        if isinstance(value, list):
            return [spoilt(item) for item in value]
        return evil if isinstance(value, str) else value

    found = spoilt(json.loads((folder / "results.json").read_text()))
    found["cleaning"] = evil
    found["probes"] = {evil: next(iter(found["probes"].values()))}
    (tmp_path / "results.json").write_text(json.dumps(found))
    (tmp_path / "case.toml").write_text(f"# {evil}")
    made = _Hostile(write(tmp_path, name=evil).read_text())
    assert made.found == []
    assert len(made.scripts) == 1
    digest = b64encode(sha256(made.scripts[0].encode()).digest()).decode()
    assert made.policy.endswith(f"script-src 'sha256-{digest}'")


def test_plain_text_in_a_section_is_no_html():
    made = _Hostile(page("t", EVIL[2], [Section(EVIL[0], EVIL[1])], ["let a = 1;"]))
    assert made.found == []
    assert len(made.scripts) == 1
    digest = b64encode(sha256(b"let a = 1;").digest()).decode()
    assert f"'sha256-{digest}'" in made.policy
    assert "unsafe-inline'; script-src 'sha256-" in made.policy
    assert "unsafe-eval" not in made.policy


@in_browser
def test_a_script_that_is_not_the_pages_own_does_not_run(tmp_path):
    body = Markup("<script>document.title = 'evil'</script><p onclick=\"x\">text</p>")
    path = tmp_path / "page.html"
    path.write_text(page("good", "", [Section("S", body)]))
    with opened(path.as_uri()) as shown:
        assert shown.run("document.title") == "good"
        assert any("Content Security Policy" in each for each in shown.complaints)


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no results\.json and no runs"):
        html(tmp_path)
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        html(tmp_path)


def test_measures_have_a_page(tmp_path):
    labels = np.zeros((24, 24), dtype=np.uint8)
    labels[8:16, 8:16] = 1
    Image.fromarray(labels).save(tmp_path / "roi.png")
    verb = [sys.executable, "-m", "anosim.cli"]
    options = ["--voxel", "20nm", "--phases", "pore=0,particle=1", "--output", "m", "--quiet"]
    measured = [*verb, "measure", "roi.png", *options]
    subprocess.run(measured, cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(
        [*verb, "report", "m"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "report.html" in done.stdout
    text = (tmp_path / "m" / "report.html").read_text()
    assert re.search(r"tortuosity factor of pore \(y\)</th><td[^>]*>1\.", text)
    assert "<caption>tortuosity factor, in SI units</caption>" in text
    assert re.search(r"particle: mean</th><td[^>]*>0.1111<", text)


def test_measures_of_a_blocked_image_say_infinite(tmp_path):
    labels = np.zeros((24, 24), dtype=np.uint8)
    labels[8:16] = 1
    np.save(tmp_path / "roi.npy", labels)
    options = ["--voxel", "20nm", "--phases", "pore=0,particle=1", "--output", "m", "--quiet"]
    for verb in (["measure", "roi.npy", *options], ["report", "m"]):
        command = [sys.executable, "-m", "anosim.cli", *verb]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    text = (tmp_path / "m" / "report.html").read_text()
    assert re.search(r"tortuosity factor of pore \(y\)</th><td[^>]*>inf<", text)


def test_a_study_has_a_page(folder, tmp_path):
    (tmp_path / "roi.png").write_bytes((folder.parent / "roi.png").read_bytes())
    (tmp_path / "case.toml").write_text(
        (folder.parent / "case.toml").read_text().replace("surfaces = true", "")
    )
    (tmp_path / "study.toml").write_text(
        'case = "case.toml"\nfolder = "sweep"\n[design]\nkind = "zip"\n[axes]\n'
        '"materials.sei.diffusivity" = ["1e-14 m^2/s", "1e-13 m^2/s", "1e-12 m^2/s"]\n'
        '"solve.order" = [1, 1, 9]\n'
    )
    verb = [sys.executable, "-m", "anosim.cli"]
    run = [*verb, "study", "run", "study.toml", "--quiet", "--workers", "1"]
    subprocess.run(run, cwd=tmp_path, check=False, capture_output=True)
    text = write(tmp_path / "sweep").read_text()
    assert "2 of 3 runs are done and 1 failed" in text
    assert "image/svg+xml" in text
    assert _Outline(text).mute == []


@in_browser
@pytest.mark.parametrize("width", [390, 1000])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_it_and_fetches_nothing(folder, width, dark):
    with opened((folder / "report.html").as_uri(), width=width, dark=dark) as page:
        wide = page.run(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        broken = page.run("[...document.images].filter(i => !i.naturalWidth).length")
        assert (wide, broken) == (0, 0)
        assert page.complaints == []
        assert [r for r in page.requests if not r.startswith(("data:", "file:"))] == []
        assert len([r for r in page.requests if r.startswith("file:")]) == 1


@in_browser
def test_a_table_sorts_by_keyboard(folder):
    with opened((folder / "report.html").as_uri()) as page:
        page.run("document.querySelectorAll('th button')[1].focus()")
        column = (
            "[...document.querySelector('table').tBodies[0].rows]"
            ".map(r => parseFloat(r.cells[1].dataset.v))"
        )
        before = page.run(column)
        page.press("Enter", 13, "\r")
        rising = page.run(column)
        page.press("Enter", 13, "\r")
        falling = page.run(column)
        assert rising == sorted(before)
        assert falling == rising[::-1]
        assert rising != falling
        order = "document.querySelectorAll('th button')[1].closest('th').ariaSort"
        assert page.run(order) == "descending"


@in_browser
def test_the_slider_shows_another_time(folder):
    colour = "[...document.querySelector('canvas').getContext('2d').getImageData(5, 30, 1, 1).data]"
    with opened((folder / "report.html").as_uri()) as page:
        page.run("document.querySelector('.viewer input').focus()")
        page.press("Home", 36)
        early, at_start = page.run(colour), page.run("document.querySelector('.time').textContent")
        page.press("End", 35)
        late, at_end = page.run(colour), page.run("document.querySelector('.time').textContent")
    assert (at_start, at_end) == ("0 s", "1 s")
    found = Frames.read(folder / "frames.png").levels[[0, -1], 30, 5].astype(int)
    assert found[0] == FIRST
    assert early != late
    import matplotlib

    map_ = matplotlib.colormaps["viridis"](np.linspace(0, 1, 256 - FIRST))
    for shown, level in zip((early, late), found, strict=True):
        assert shown[:3] == np.round(255 * map_[level - FIRST, :3]).astype(int).tolist()


@in_browser
def test_a_3d_scene_needs_no_network(tmp_path):
    pyvista = pytest.importorskip("pyvista")
    pytest.importorskip("trame_vtk")
    from anosim.report.scene import scene

    plotter = pyvista.Plotter(off_screen=True)
    plotter.add_mesh(pyvista.Box().triangulate(), color="red")
    body = scene(plotter, "A box.")
    path = tmp_path / "scene.html"
    path.write_text(page("Scene", "", [Section("Scene", body.body)], body.scripts))
    assert path.stat().st_size < 2_000_000
    drawn = (
        "new Promise(done => { let tries = 0; const look = () => {"
        " const c = document.querySelector('iframe').contentDocument.querySelector('canvas');"
        " if (c || tries++ > 100) done(Boolean(c)); else setTimeout(look, 50); }; look(); })"
    )
    with opened(path.as_uri()) as shown:
        assert shown.run(drawn)
        assert shown.complaints == []
        assert [
            r for r in shown.requests if not r.startswith(("data:", "blob:", "file:", "about:"))
        ] == []


def test_particles_are_in_the_page(folder):
    with (folder / "particles.csv").open() as file:
        rows = list(csv.DictReader(file))
    text = Path(folder / "report.html").read_text()
    assert rows
    assert "Surface of each particle" in text
