"""The command as a user has it, in a folder with a small image."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from small_run import prepare

Command = Callable[..., subprocess.CompletedProcess[str]]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "anosim.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an image and a case."""
    return prepare(tmp_path)


@pytest.fixture
def anosim(folder: Path) -> Command:
    """Run the command in that folder."""
    return partial(command, folder)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder with a finished run, and what it printed on stdout and stderr; not to be changed."""
    folder = prepare(tmp_path_factory.mktemp("finished"))
    done = command(folder, "run", "case.toml")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, done.stderr
