"""Who is told how far long work has come, and where."""

import os
import pty
import subprocess
import sys

import pytest

from anosim import progress

WORK = """
import anosim

@anosim.progress.stage("work")
def work(fails=False):
    anosim.progress.report("work", 0.5)
    if fails:
        raise ValueError
"""
WAYS = {
    "bar": "with anosim.progress.bar():\n    work()",
    "enable": "anosim.progress.enable()\nwork()",
    "nothing": "work()",
    "disable": "anosim.progress.enable()\nanosim.progress.disable()\nwork()",
}


def _on_a_terminal(code):
    """Exit status and everything that a script writes to a terminal's stderr."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen([sys.executable, "-c", code], stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux: the terminal's other end was closed
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    return process.wait(), seen.decode()


@pytest.mark.parametrize(("way", "seen"), [("bar", True), ("enable", True), ("nothing", False)])
def test_a_terminal_has_a_bar_when_it_was_asked_for(way, seen):
    status, text = _on_a_terminal(WORK + WAYS[way])
    assert status == 0
    assert ("work" in text and "━" in text) if seen else text == ""


def test_the_terminal_is_as_before_when_the_work_fails():
    code = "anosim.progress.enable()\nwork(fails=True)"
    status, text = _on_a_terminal(WORK + code)
    assert status == 1
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor, hidden and back
    assert text.index("\x1b[?25h") < text.index("Traceback")


@pytest.mark.parametrize("way", ["bar", "enable", "disable"])
def test_silence_without_a_terminal(way):
    done = subprocess.run(
        [sys.executable, "-c", WORK + WAYS[way]], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_a_stage_has_a_start_and_an_end():
    told = []

    @progress.stage("double")
    def double(x):
        progress.report("step", 0.5)
        return 2 * x

    with progress.watched_by(lambda *what: told.append(what)):
        with progress.bar():  # who watches already goes on
            assert double(4) == 8
        with progress.stage("rest", 0.25):
            pass
    assert double(1) == 2
    assert told == [
        ("double", 0.0), ("step", 0.5), ("double", 1.0), ("rest", 0.25), ("rest", 1.0)
    ]  # fmt: skip
