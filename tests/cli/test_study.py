"""``anosim study``: run, go on, status, plot, estimate."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from small_run import listen

from anosim.figures.studies import sweep
from anosim.study import stored

STUDY = """\
case = "case.toml"
folder = "sweep"

[axes]
"materials.sei.diffusivity" = ["1e-14 m^2/s", "1e-13 m^2/s"]
"conditions.0.coefficient" = { from = "1e-6 m/s", to = "1e-3 m/s", count = 2, scale = "log" }
"""


def test_a_study_from_the_command_line(folder, anosim):
    (folder / "sweep.toml").write_text(STUDY)
    done = anosim("study", "run", "sweep.toml", "--estimate")
    assert done.returncode == 0, done.stderr
    assert "4 runs" in done.stdout
    assert "triangles" in done.stdout
    assert not (folder / "sweep").exists()

    done = anosim("study", "run", "sweep.toml", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 runs done, 0 failed" in done.stdout
    assert "average.sei" in done.stdout
    assert "runs 4 of 4" in done.stderr
    rows = sorted((folder / "sweep" / "runs").glob("*.json"))
    assert len(rows) == 4
    assert (folder / "sweep" / "table.csv").read_text().count("\n") == 5

    gone = rows[0].read_bytes()
    numbers = json.loads(gone)["numbers"]
    rows[0].unlink()
    status = anosim("study", "status", "sweep")
    assert "3 of 4" in status.stdout
    stamp = rows[1].stat().st_mtime_ns
    done = anosim("study", "run", "sweep", "--quiet")  # the folder knows its study
    assert done.returncode == 0, done.stderr
    assert rows[1].stat().st_mtime_ns == stamp
    for name, value in json.loads(rows[0].read_bytes())["numbers"].items():
        assert value == pytest.approx(numbers[name], rel=1e-6, abs=1e-8)  # threads round apart

    done = anosim("study", "plot", "sweep", "--number", "average.sei", "--output", "p.png")
    assert done.returncode == 0, done.stderr
    assert (folder / "p.png").stat().st_size > 10_000
    done = anosim("study", "plot", "sweep")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("average.sei in")

    results = stored(folder / "sweep")
    (place,) = sweep(results, "average.sei").axes
    curves = np.array([row.numbers["average.sei"] for row in results.done])
    shares = np.ptp(curves, axis=0) / curves.max(axis=0)
    when = results.rows[0].numbers["times_s"][int(np.argmax(shares))]
    assert place.get_ylabel() == f"average.sei at {when:g} s / mol/m³"


def test_a_mesh_too_coarse_for_a_time_is_told(folder, anosim):
    case = (folder / "case.toml").read_text()
    before, _, after = case.partition("times = [")
    (folder / "case.toml").write_text(f'{before}times = ["0.1 ms", {after}')
    (folder / "s.toml").write_text(
        'case = "case.toml"\n[axes]\n"materials.sei.diffusivity" = [1e-13, 2e-13]\n'
    )
    done = anosim("study", "run", "s.toml", "--workers", "1", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "warning: 2 of 2 runs have output times before resolved_from_s" in done.stderr
    assert "a finer mesh or later times are needed" in done.stderr
    head, *_ = (folder / "s-runs" / "table.csv").read_text().splitlines()
    assert "resolved_from_s" in head
    assert "overshoot_share at 0.0001 s" in head


def test_a_case_file_is_told_from_a_study_file(folder, anosim):
    done = anosim("study", "run", "case.toml")
    assert done.returncode == 2
    assert "is a case file: anosim run case.toml; a study file has case" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_study_ends_its_processes_and_keeps_what_is_done(folder, number, code):
    text = STUDY.replace("count = 2", "count = 150").replace('"1e-13 m^2/s"]', '"1e-13 m^2/s"]\n')
    (folder / "sweep.toml").write_text(f'{text}"solve.order" = [1, 2]\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "anosim.cli", "study", "run", "sweep.toml", "--workers", "2"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=listen,
    )
    runs, end = folder / "sweep" / "runs", time.monotonic() + 90.0
    while not list(runs.glob("*.json")) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(number)  # the parent alone, as kill does
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert "interrupted: what is done is kept; the same command goes on" in told
    assert "Traceback" not in told
    deadline = time.monotonic() + 60.0
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(process.pid)


def _alive(group):
    """Whether a process of the group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_failed_runs_are_told(folder, anosim):
    crops = "[[[0, 40], [0, 40]], [[0, 2000], [0, 40]]]"
    (folder / "s.toml").write_text(f'case = "case.toml"\n[axes]\n"image.crop" = {crops}\n')
    done = anosim("study", "run", "s.toml", "--workers", "1", "--quiet")
    assert done.returncode == 1
    assert "1 of 2 runs failed" in done.stderr
    assert "does not fit an axis" in anosim("study", "status", "s-runs").stdout


def test_wrong_values_are_refused_before_the_first_run(folder, anosim):
    (folder / "s.toml").write_text('case = "case.toml"\n[axes]\n"mesh.size" = ["80 nm", "0 nm"]\n')
    done = anosim("study", "run", "s.toml", "--workers", "1", "--quiet")
    assert done.returncode == 2
    assert "mesh.size = 0 nm" in done.stderr
    assert "greater than 0" in done.stderr
    assert not (folder / "s-runs").exists()


def test_wrong_study_files(folder, anosim):
    for text, word in (
        ('[axes]\n"mesh.size" = ["80 nm"]\n', "has no 'case'"),
        ('case = "case.toml"\n', "has no 'axes'"),
        ('case = "case.toml"\n[axes]\n"mesh.size" = "80 nm"\n', "expected values"),
        ('case = "case.toml"\n[axes]\n"conditions.4.bulk" = [1.0]\n', "leads nowhere"),
        ('case = "case.toml"\n[axes]\na = [1]\n[design]\nkind = "all"\n', "possible are"),
        (
            'case = "case.toml"\n[axes]\na = { from = 1, to = 2 }\n[design]\nkind = "sobol"\n'
            "runs = 3\n",
            "powers of 2",
        ),
    ):
        (folder / "wrong.toml").write_text(text)
        done = anosim("study", "run", "wrong.toml")
        assert done.returncode == 2
        assert word in done.stderr, done.stderr
        assert "wrong.toml" in done.stderr
    assert "no study" in anosim("study", "status", ".").stderr
