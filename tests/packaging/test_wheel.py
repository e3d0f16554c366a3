"""The wheel and the source archive, and the wheel in an environment of its own."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "anosim": ROOT / "anosim",
    "anosim_geometry": ROOT / "geometry" / "anosim_geometry",
    "anosim_skfem": ROOT / "solvers" / "anosim_skfem",
    "anosim_fenicsx": ROOT / "solvers" / "anosim_fenicsx",
}


def build(source: Path, kind: str, folder: Path) -> Path:
    """The archive, made without a network by the installed build backend."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (made,) = folder.iterdir()
    return made


def sources() -> set[str]:
    """Every file of the packages by its name in the wheel: modules, styles, scripts, samples."""
    return {
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, symlinks=os.name != "nt")
    python = next(path for path in folder.glob("*/python*") if path.is_file())
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "--quiet", "install", "--no-index",
         "--no-deps", "--no-cache-dir", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    (site,) = folder.glob("**/site-packages")
    (site / "dependencies.pth").write_text("\n".join(p for p in sys.path if "site-packages" in p))
    return python.parent


def run(environment: Path, *command: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    clean["LD_LIBRARY_PATH"] = str(Path(sys.prefix) / "lib")  # the MPI library is in no package
    done = subprocess.run(
        [str(environment / command[0]), *command[1:]],
        cwd=environment.parent,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    assert contents(wheel) == sources()
    assert {name.partition("/")[0] for name in contents(wheel)} == set(PACKAGES)


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = build(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert contents(build(source, "wheel", tmp_path / "again")) == contents(wheel)
    for name in ("Makefile", "bootstrap.py", ".python-version", "requirements.lock", "README.md"):
        assert (source / name).is_file(), name


def test_the_installed_packages_are_those_of_the_wheel(environment: Path) -> None:
    code = f"import {', '.join(PACKAGES)}; print(*(m.__file__ for m in ({', '.join(PACKAGES)})))"
    places = run(environment, "python", "-c", code).split()
    assert len(places) == len(PACKAGES)
    assert all(Path(place).is_relative_to(environment.parent) for place in places)


def test_the_installed_command_finds_its_plugins_and_data(environment: Path) -> None:
    listed = run(environment, "anosim", "solvers")
    for name in ("skfem", "fenicsx", "gmsh"):
        assert name in listed
    code = "import anosim; print(anosim.samples.nmc_slice().labels.shape)"
    assert run(environment, "python", "-c", code).strip() == "(301, 301)"
    assert run(environment, "anosim", "--version").startswith("anosim ")


def test_a_plugin_whose_shared_library_is_missing_is_listed_as_such(environment: Path) -> None:
    (site,) = environment.parent.glob("**/site-packages")
    (site / "mpi4py").mkdir()
    (site / "mpi4py" / "__init__.py").write_text('raise RuntimeError("cannot load MPI library")')
    listed = " ".join(run(environment, "anosim", "solvers").split())
    shutil.rmtree(site / "mpi4py")
    assert "cannot load MPI library" in listed
