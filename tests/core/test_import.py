import subprocess
import sys

import pytest

HEAVY = (
    "gmsh",
    "mpi4py",
    "petsc4py",
    "dolfinx",
    "skfem",
    "vtk",
    "vtkmodules",
    "pyvista",
    "matplotlib",
    "skimage",
    "scipy",
    "pint",
    "h5py",
)


def test_modules_come_when_they_are_asked_for():
    import anosim

    assert anosim.measure.tortuosity_factor
    assert anosim.synthetic.anode
    with pytest.raises(AttributeError, match="no attribute 'measures'"):
        anosim.measures  # noqa: B018


def test_import_loads_numpy_and_nothing_heavier():
    code = f"import anosim, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_starts_without_libraries_for_pictures_and_solvers():
    code = f"import anosim.cli, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_looking_for_plugins_imports_none_of_them():
    code = (
        "import anosim, sys; names = anosim.plugins.names(); "
        "assert {'skfem', 'fenicsx'} <= set(names), names; "
        "print([m for m in ('anosim_skfem', 'anosim_fenicsx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
