"""Designs, rows, failures, resuming, kills, several processes on one folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import quick

from anosim.errors import InputError
from anosim.study import (
    Range,
    Study,
    grid,
    latin_hypercube,
    listed,
    paired,
    sobol,
    stored,
)
from anosim.study.claims import Waiting, claimed, held

SCRIPT = """
import sys
from functools import partial
sys.path.insert(0, {here!r})
import quick
from anosim.study import Study
if __name__ == "__main__":
    run = partial(quick.slow, folder={folder!r})
    Study(run, {{"a": list(range(12))}}, folder={folder!r} + "/study").run(workers={workers})
"""


def test_designs():
    assert [tuple(p.values()) for p in grid({"a": [1, 2], "b": [3, 4]}).points] == [
        (1, 3),
        (1, 4),
        (2, 3),
        (2, 4),
    ]
    assert len(paired({"a": [1, 2], "b": [3, 4]}).points) == 2
    ranges = {"D": Range("1e-14 m^2/s", "1e-12 m^2/s", log=True), "k": Range(1.0, 3.0)}
    for design in (latin_hypercube(ranges, 8), sobol(ranges, 8)):
        exponents = [np.log10(float(p["D"].split()[0])) for p in design.points]
        assert sorted(np.floor(4 * (np.array(exponents) + 14)).astype(int)) == [
            rank // 1 for rank in range(8)
        ]
        assert all(1.0 < p["k"] < 3.0 for p in design.points)
        assert design.points == type(design)(design.points).points


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: paired({"a": [1], "b": [1, 2]}), "as many values"),
        (lambda: grid({"a": "20 nm"}), "a list of its values"),
        (lambda: grid({"a": []}), "no run"),
        (lambda: listed([{"a": 1}, {"b": 2}]), "no value"),
        (lambda: sobol({"a": Range(0.0, 1.0)}, 6), "powers of 2"),
        (lambda: Range("1 m", "2 s"), "one unit"),
        (lambda: Range(2.0, 1.0), "ascend"),
        (lambda: latin_hypercube({"a": [1, 2]}, 4), "ranges"),
    ],
)
def test_wrong_designs_are_refused(make, word):
    with pytest.raises(InputError, match=word):
        make()


def test_tables(tmp_path):
    study = Study(quick.product, {"a": ["1 um", "2 um"], "b": [3.0, 4.0]}, folder=tmp_path)
    results = study.run(workers=0)
    assert results.column("a") == pytest.approx([1e-6, 1e-6, 2e-6, 2e-6], abs=0)
    assert results.column("product") == pytest.approx([3e-6, 4e-6, 6e-6, 8e-6], abs=0)
    frame = results.frame()
    assert list(frame["a, as given"]) == ["1 um", "1 um", "2 um", "2 um"]
    assert list(frame["status"]) == ["done"] * 4
    assert (frame["peak memory / MB"] > 10).all()
    data = results.dataset()
    assert float(data["product"].sel({"a": 2e-6, "b": 4.0})) == pytest.approx(8e-6, abs=0)
    assert data["a"].attrs["units"] == "m"
    assert data["curve"].shape == (2, 2, 3)
    import pandas

    results.write(tmp_path / "t.parquet")
    results.write(tmp_path / "t.csv")
    again = pandas.read_parquet(tmp_path / "t.parquet")
    assert list(again["product"]) == list(frame["product"])
    assert list(pandas.read_csv(tmp_path / "t.csv")["product"]) == pytest.approx(
        list(frame["product"])
    )


def test_equal_values_are_one_run_and_other_functions_others(tmp_path):
    first = Study(quick.product, {"a": ["1 m", 1.0, 1], "b": [2]}, folder=tmp_path)
    assert len(set(first.keys)) == 1
    assert len(first.run(workers=0)) == 3
    other = Study(quick.picky, {"a": [1]}, folder=tmp_path)
    assert set(other.keys).isdisjoint(first.keys)


def test_a_failed_run_is_a_row_with_its_error(tmp_path):
    results = Study(quick.picky, {"a": [1, 2, 3]}, folder=tmp_path).run(workers=0)
    assert [row.status for row in results] == ["done", "failed", "done"]
    assert results.failed[0].error == "ValueError: two is not welcome"
    assert np.isnan(results.column("value")[1])


def test_a_run_that_kills_its_process_fails_and_the_others_go_on(tmp_path):
    results = Study(quick.deadly, {"a": [0, 1, 2]}, folder=tmp_path).run(workers=2)
    assert [row.status for row in results] == ["done", "failed", "done"]
    assert "died" in results.failed[0].error


def test_what_cannot_be_sent_to_a_process_is_refused(tmp_path):
    with pytest.raises(InputError, match="workers=0"):
        Study(lambda a: a, {"a": [1]}, folder=tmp_path).run(workers=1)


def _script(folder, workers):
    here = str(Path(__file__).parent)
    code = SCRIPT.format(here=here, folder=str(folder), workers=workers)
    path = folder / "script.py"
    path.write_text(code)
    return subprocess.Popen([sys.executable, str(path)], start_new_session=True)


def _rows(folder):
    return len(list((folder / "study" / "runs").glob("*.json")))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_study_goes_on_where_it_was(tmp_path, workers):
    process = _script(tmp_path, workers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
        not (tmp_path / "study" / "runs").exists() or _rows(tmp_path) < 3
    ):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(0.8)  # what workers were at ends, or they end
    before = {path.name: path.read_bytes() for path in (tmp_path / "study/runs").glob("*.json")}
    assert 3 <= len(before) < 12
    done = {json.loads(text)["inputs"]["a"] for text in before.values()}
    assert _script(tmp_path, workers).wait(timeout=100) == 0
    run = Counter(int(line) for line in (tmp_path / "log.txt").read_text().split())
    assert set(run) == set(range(12))
    assert all(run[a] == 1 for a in done)
    for name, text in before.items():
        assert (tmp_path / "study/runs" / name).read_bytes() == text
    results = stored(tmp_path / "study")
    assert results.column("cube") == pytest.approx(np.arange(12.0) ** 3)
    assert not results.failed
    leftover = [p.name for p in (tmp_path / "study").rglob(".*")]
    assert [name for name in leftover if name.endswith(".json")] == []


def test_two_processes_share_one_folder(tmp_path):
    processes = [_script(tmp_path, 0) for _ in range(2)]
    assert [process.wait(timeout=100) for process in processes] == [0, 0]
    run = Counter(int(line) for line in (tmp_path / "log.txt").read_text().split())
    assert run == dict.fromkeys(range(12), 1)
    assert stored(tmp_path / "study").column("cube") == pytest.approx(np.arange(12.0) ** 3)


def test_a_lock_is_held_by_one_and_taken_over_from_the_dead(tmp_path):
    lock = tmp_path / "x.lock"
    with claimed(lock) as first, claimed(lock) as second:
        assert (first, second) == (True, False)
        assert held(lock)
    assert not lock.exists()
    code = (
        "import os; from pathlib import Path; from anosim.study.claims import claimed\n"
        f"with claimed(Path({str(lock)!r})): os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert lock.exists()
    assert not held(lock)
    with claimed(lock) as got:
        assert got


def test_a_lock_of_another_machine_is_stale_once_silent(tmp_path):
    lock = tmp_path / "x.lock"
    lock.write_text(json.dumps({"pid": 1, "host": "elsewhere", "started": "1"}))
    assert held(lock)
    os.utime(lock, (time.time() - 1000, time.time() - 1000))
    assert not held(lock)


@pytest.mark.parametrize(
    "text", ["", '{"pid": 12', "[1]", '{"host": "here"}', '{"pid": "x"}', "\0"]
)
def test_a_lock_that_cannot_be_read_is_judged_by_its_age(tmp_path, text):
    lock = tmp_path / "x.lock"
    lock.write_text(text)
    assert held(lock)
    os.utime(lock, (time.time() - 9000, time.time() - 9000))
    with claimed(lock) as got:
        assert got


def test_who_waits_says_for_whom(tmp_path):
    lock = tmp_path / "x.lock"
    lock.write_text(json.dumps({"pid": 77, "host": "elsewhere", "since": "noon"}))
    queue = Waiting(lock, 0.0)
    queue.since -= 60.0
    with pytest.warns(UserWarning, match=r"waiting for process 77 on elsewhere, .* since noon"):
        queue.wait()
    lock.write_text("")
    queue.told = False
    with pytest.warns(UserWarning, match="cannot be read: it is taken over when it is 300 s old"):
        queue.wait()


@pytest.mark.parametrize(
    "change",
    [{"key": "../../private/victim"}, {"inputs": {}}, {"numbers": []}, {"status": 3}, {"new": 1}],
)
def test_a_damaged_row_is_told_and_done_again(tmp_path, change):
    (tmp_path / "private").mkdir()
    victim = tmp_path / "private" / "victim.json"
    victim.write_text("precious")
    study = Study(quick.product, {"a": [1, 2], "b": [3]}, folder=tmp_path / "study")
    before = study.run(workers=0)
    path = tmp_path / "study" / "runs" / f"{study.keys[0]}.json"
    good = json.loads(path.read_text())
    path.write_text(json.dumps(good | {"status": "failed", "error": "x"} | change))
    with pytest.warns(UserWarning, match=f"{path.name}' is damaged: that run is to be done again"):
        assert len(stored(tmp_path / "study")) == 1
    with pytest.warns(UserWarning, match="damaged"):
        again = study.run(workers=0, retry_failed=True)
    assert victim.read_text() == "precious"
    assert [row.numbers for row in again] == [row.numbers for row in before]


def test_folders_that_hold_no_study(tmp_path):
    with pytest.raises(InputError, match="holds no study"):
        stored(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        Study(quick.product, {"a": [1], "b": [1]}, folder=tmp_path / "file")


def test_retrying_failed_runs(tmp_path):
    run = partial(quick.forgiving, folder=str(tmp_path))
    study = Study(run, {"a": [1, 2]}, folder=tmp_path / "study")
    assert len(study.run(workers=0).failed) == 2
    assert len(study.run(workers=0).failed) == 2
    assert not study.run(workers=0, retry_failed=True).failed
