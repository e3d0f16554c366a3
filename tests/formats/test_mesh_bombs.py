"""Mesh files that declare far more than they hold, in VTK's formats and XDMF."""

import base64
import lzma
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from anosim import Mesh
from anosim.errors import InputError
from anosim.testing import rectangle

MUCH = 1 << 40


COMPRESS = {"ZLib": zlib.compress, "LZMA": lzma.compress}


def write_vtu(path: Path, compressor: str, coded: str, pieces: int) -> Path:
    array = '<DataArray type="UInt8" Name="types" format="appended" offset="0"/>'
    piece = f'<Piece NumberOfCells="1"><Cells>{array}</Cells></Piece>' * pieces
    path.write_text(
        '<VTKFile type="UnstructuredGrid" header_type="UInt64" '
        f'compressor="vtk{compressor}DataCompressor"><UnstructuredGrid>{piece}</UnstructuredGrid>'
        f'<AppendedData encoding="base64">_{coded}</AppendedData></VTKFile>'
    )
    return path


@pytest.mark.parametrize("compressor", COMPRESS)
def test_blocks_that_claim_gigabytes(tmp_path: Path, compressor: str) -> None:
    small = COMPRESS[compressor](bytes(1000))
    head = np.array([200, 1 << 28, 0, *[len(small)] * 200], dtype="<u8").tobytes()
    coded = (base64.b64encode(head) + base64.b64encode(small * 200)).decode()
    with pytest.raises(InputError, match=r"compressed data: 1.1e\+02 GB from .* stored bytes"):
        Mesh.read(write_vtu(tmp_path / "a.vtu", compressor, coded, 1))


@pytest.mark.parametrize("compressor", COMPRESS)
def test_pieces_that_share_their_blocks(tmp_path: Path, compressor: str) -> None:
    small = COMPRESS[compressor](bytes(1 << 22))
    head = np.array([24, 1 << 22, 0, *[len(small)] * 24], dtype="<u8").tobytes()
    coded = (base64.b64encode(head) + base64.b64encode(small * 24)).decode()
    arrays = write_vtu(tmp_path / "a.vtu", compressor, coded, 1).read_text()
    array = arrays[arrays.index("<DataArray") : arrays.index("</Cells>")]
    others = "".join(array.replace('"types"', f'"{name}"') for name in range(40))
    (tmp_path / "a.vtu").write_text(arrays.replace(array, array + others))
    with pytest.raises(InputError, match=r"compressed data.* stored bytes"):
        Mesh.read(tmp_path / "a.vtu")


@pytest.mark.parametrize("head", [[1 << 61, 8, 0, 8], [1, 1 << 40, 0, 8], [3, 8, 0, 1 << 50]])
def test_sizes_that_cannot_be(tmp_path: Path, head: list[int]) -> None:
    coded = base64.b64encode(np.array(head, dtype="<u8").tobytes()).decode()
    array = f'<DataArray type="UInt8" Name="types" format="binary">{coded}AAAAAAAAAAA=</DataArray>'
    (tmp_path / "a.vtu").write_text(
        '<VTKFile type="UnstructuredGrid" header_type="UInt64" compressor="vtkZLibDataCompressor">'
        f"<UnstructuredGrid><Piece><Cells>{array}</Cells></Piece></UnstructuredGrid></VTKFile>"
    )
    with pytest.raises(InputError):
        Mesh.read(tmp_path / "a.vtu")


@pytest.mark.parametrize("offset", [-5, 10**6, 1 << 70])
def test_offsets_outside_of_the_data(tmp_path: Path, offset: int) -> None:
    array = f'<DataArray type="UInt8" Name="types" format="appended" offset="{offset}"/>'
    (tmp_path / "a.vtu").write_text(
        '<VTKFile type="UnstructuredGrid"><UnstructuredGrid><Piece><Cells>'
        f'{array}</Cells></Piece></UnstructuredGrid><AppendedData encoding="raw">_12345678'
        "</AppendedData></VTKFile>"
    )
    with pytest.raises(InputError):
        Mesh.read(tmp_path / "a.vtu")


@pytest.mark.parametrize("name", ["Points", "Connectivity", "Types", "Offsets"])
def test_arrays_of_vtkhdf_that_are_not_stored(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.vtkhdf"
    rectangle().write(path)
    with h5py.File(path, "r+") as file:
        kind = file["VTKHDF"][name].dtype
        shape = (MUCH, 3) if name == "Points" else (MUCH,)
        del file["VTKHDF"][name]
        file["VTKHDF"].create_dataset(name, shape, kind, chunks=True, compression="gzip")
        for count in ("NumberOfPoints", "NumberOfConnectivityIds", "NumberOfCells"):
            file["VTKHDF"][count][...] = MUCH
    with pytest.raises(InputError, match=r"more than any compression gives|are free|rows"):
        Mesh.read(path)


@pytest.mark.parametrize("name", ["topology", "geometry", "phase"])
def test_arrays_of_xdmf_that_are_not_stored(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.xdmf"
    rectangle().write(path)
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        kind, shape = file[name].dtype, file[name].shape
        del file[name]
        file.create_dataset(name, (MUCH, *shape[1:]), kind, chunks=True, compression="gzip")
    with pytest.raises(InputError, match=r"more than any compression gives|are free"):
        Mesh.read(path)


@pytest.mark.parametrize("kind", ["external", "raw", "path", "absolute", "dimensions"])
def test_numbers_of_xdmf_lie_in_the_folder(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    path = folder / "a.xdmf"
    rectangle().write(path)
    text = path.read_text()
    values = np.arange(9.0)
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["geometry"] = values
    with h5py.File(folder / "a.h5", "r+") as file:
        shape = file["geometry"].shape
        if kind in ("external", "raw"):
            del file["geometry"]
        if kind == "external":
            file["geometry"] = h5py.ExternalLink("../secret.h5", "geometry")
        elif kind == "raw":
            outside = [(str(tmp_path / "secret.h5"), 0, h5py.h5f.UNLIMITED)]
            file.create_dataset("geometry", shape, "f8", external=outside)
    if kind == "path":
        path.write_text(text.replace("a.h5:/geometry", "../secret.h5:/geometry"))
    elif kind == "absolute":
        path.write_text(text.replace("a.h5:/geometry", f"{tmp_path}/secret.h5:/geometry"))
    elif kind == "dimensions":
        path.write_text(text.replace(f'"{shape[0]} {shape[1]}"', '"1099511627776 2"'))
    with pytest.raises(InputError, match=r"outside of its folder|raw bytes|its DataItem says"):
        Mesh.read(path)


def test_xdmf_names_links_inside_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.xdmf"
    mesh = rectangle()
    mesh.write(path)
    (tmp_path / "data").mkdir()
    with (
        h5py.File(tmp_path / "a.h5", "r+") as file,
        h5py.File(tmp_path / "data/b.h5", "w") as other,
    ):
        other["points"] = file["geometry"][...]
        del file["geometry"]
        file["geometry"] = h5py.ExternalLink("data/b.h5", "points")
    assert Mesh.read(path).phase_volumes == pytest.approx(dict(mesh.phase_volumes))


@pytest.mark.parametrize("tags", [-6, -1, -(10**9)])
def test_elements_of_gmsh_with_less_than_no_tags(tmp_path: Path, tags: int) -> None:
    """The next element would start where this one does, without end."""
    nodes = "$Nodes\n3\n1 0 0 0\n2 1 0 0\n3 0 1 0\n$EndNodes\n"
    cells = f"$Elements\n1000000000000\n1 2 {tags} 1 2 3\n$EndElements\n"
    path = tmp_path / "m.msh"
    path.write_text(f"$MeshFormat\n2.2 0 8\n$EndMeshFormat\n{nodes}{cells}")
    with pytest.raises(InputError, match=r"an element has -.* tags"):
        Mesh.read(path)
