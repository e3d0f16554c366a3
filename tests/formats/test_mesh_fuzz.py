"""Damaged mesh files give a sentence, and at once."""

import random
import time

import gmsh
import mesh_files
import pytest
import test_abaqus
import test_comsol
import test_nastran
import volume_files
from mesh_samples import ENDINGS, sample
from test_mesh_split import nodes_of

from anosim.errors import AnosimError
from anosim.formats.meshes.files import read_mesh, write_mesh

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # damaged files may warn

RUNS = 150
INSERTED = b'0123456789-.eE,*$"<># \n\x00\xff'


def damaged(good, seed):
    rng = random.Random(seed)
    data = bytearray(good)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        place = rng.randrange(len(data))
        match rng.randrange(5):
            case 0:
                data[place] = rng.randrange(256)
            case 1:
                del data[place : place + rng.choice([1, 4, 50])]
            case 2:
                data[place:place] = bytes(rng.choices(INSERTED, k=rng.choice([1, 3, 8])))
            case 3:
                del data[place + 1 :]
            case 4:
                other = rng.randrange(len(data))
                data[place : place + 10] = data[other : other + 10]
        data = data or bytearray(b" ")
    return bytes(data)


def check(path, target, runs=RUNS):
    """Read ``path`` with ``target``, a part of it, damaged in many ways."""
    good = target.read_bytes()
    for seed in range(runs):
        target.write_bytes(damaged(good, seed))
        start = time.process_time()
        try:
            read_mesh(path)
        except AnosimError as error:
            assert len(str(error)) < 1000
        assert time.process_time() - start < 5.0, f"seed {seed}"
    target.write_bytes(good)
    read_mesh(path)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("ending", ENDINGS)
def test_own_files(tmp_path, ending, dimension, order):
    path = tmp_path / f"m{ending}"
    write_mesh(sample(dimension, order), path)
    check(path, path)
    if ending == ".xdmf":
        check(path, path.with_suffix(".h5"))


PLANE = ["ABAQUS", "NASTRAN", "NASTRAN_ORDER_2", "COMSOL", "COMSOL_6_4"]
SPACE = ["ABAQUS", "ABAQUS_SHELLS", "NASTRAN", "COMSOL", "GMSH"]


@pytest.mark.parametrize(
    ("module", "name"),
    [*((mesh_files, name) for name in PLANE), *((volume_files, name) for name in SPACE)],
)
def test_files_of_others(tmp_path, module, name):
    ending = {"A": ".inp", "N": ".nas", "C": ".mphtxt", "G": ".msh"}[name[0]]
    path = tmp_path / f"m{ending}"
    path.write_text(getattr(module, name), encoding="utf-8")
    check(path, path)


@pytest.mark.parametrize("binary", [0, 1])
@pytest.mark.parametrize("version", [2.2, 4.1])
@pytest.mark.parametrize("dimension", [2, 3])
def test_files_of_gmsh(tmp_path, dimension, version, binary):
    write_mesh(sample(dimension, 1), tmp_path / "a.msh")
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("Mesh.MshFileVersion", version)
        gmsh.option.setNumber("Mesh.Binary", binary)
        gmsh.open(str(tmp_path / "a.msh"))
        gmsh.write(str(tmp_path / "b.msh"))
    finally:
        gmsh.finalize()
    check(tmp_path / "b.msh", tmp_path / "b.msh")


PLACES = nodes_of("hexahedron", lagrange=False)
TWENTY = range(1, 21)
SPLIT = {
    ".inp": test_abaqus.nodes(PLACES)
    + "*SYSTEM\n0., 0., 0.\n*ELEMENT, TYPE=C3D20, ELSET=a\n"
    + test_abaqus.wrapped([1, *TWENTY])
    + "*SURFACE, NAME=side\na, S4\n",
    ".bdf": "CORD2C,5,,0.,0.,0.,0.,0.,1.\n+,1.,0.,0.\n"
    + test_nastran.grids(PLACES)
    + test_nastran.element("CHEXA", TWENTY, "A"),
    ".mphtxt": test_comsol.text_of(*test_comsol.boundary_layer(), [("base", 2, [0, 1])]),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("ending", SPLIT)
def test_files_with_elements_that_are_split(tmp_path, ending):
    path = tmp_path / f"m{ending}"
    path.write_text(SPLIT[ending])
    check(path, path, runs=60)


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_of_another_kind(tmp_path, ending):
    for text in ("", "\0", "$MeshFormat\n", "<VTKFile/>", "*NODE\n*ELEMENT\n", "0 1 1 5 mesh1"):
        (tmp_path / f"m{ending}").write_text(text)
        with pytest.raises(AnosimError):
            read_mesh(tmp_path / f"m{ending}")
