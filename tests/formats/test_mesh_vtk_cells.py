"""VTK's types of cells, as VTK itself makes and writes them, pieces, and what is refused."""

from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest
import pyvista as pv

from anosim import Mesh
from anosim.errors import AnosimError, InputError, UnsupportedError
from anosim.formats.meshes.files import digest_of
from anosim.testing import box, rectangle

KINDS = pv.CellType


def saved(path: Path, grid: Any, marker: Any = None) -> Path:
    if marker is not None:
        grid.cell_data["MaterialIds"] = np.asarray(marker)
    grid.save(path)
    return path


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("ending", [".vtu", ".vtkhdf"])
@pytest.mark.parametrize("kind", ["voxel", "hexahedron", "wedge", "pyramid", "tetra"])
def test_volumes_of_every_shape(tmp_path: Path, kind: str, ending: str) -> None:
    blocks = pv.ImageData(dimensions=(3, 3, 2), spacing=(1.0, 0.5, 2.0))
    grid = blocks.cast_to_unstructured_grid()
    corner = np.array([[0, 1, 3, 2, 4, 5, 7, 6]])
    marker = np.array([1, 2, 1, 2])
    if kind != "voxel":
        nodes = grid.cells.reshape(-1, 9)[:, 1:][:, corner[0]]
        parts, types = {
            "hexahedron": ([[0, 1, 2, 3, 4, 5, 6, 7]], KINDS.HEXAHEDRON),
            "wedge": ([[0, 1, 2, 4, 5, 6], [0, 2, 3, 4, 6, 7]], KINDS.WEDGE),
            "pyramid": ([[0, 1, 2, 3, 6], [0, 1, 5, 4, 6], [0, 3, 7, 4, 6]], KINDS.PYRAMID),
            "tetra": (
                [
                    [0, 1, 2, 6],
                    [0, 2, 3, 6],
                    [0, 3, 7, 6],
                    [0, 7, 4, 6],
                    [0, 4, 5, 6],
                    [0, 5, 1, 6],
                ],
                KINDS.TETRA,
            ),
        }[kind]
        grid = pv.UnstructuredGrid(
            {types: nodes[:, np.array(parts)].reshape(-1, len(parts[0]))}, np.array(grid.points)
        )
        marker = np.repeat(marker, len(parts))
    mesh = Mesh.read(saved(tmp_path / f"a{ending}", grid, marker))
    assert mesh.phase_volumes == pytest.approx({"phase 1": 2.0, "phase 2": 2.0})


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["pixel", "quad", "both", "quad8", "quad9"])
def test_areas_of_every_shape(tmp_path: Path, kind: str) -> None:
    points = np.array(
        [[0, 0], [2, 0], [4, 0], [0, 1], [2, 1], [4, 1], [1, 0], [2, 0.5], [1, 1], [0, 0.5],
         [3, 0], [4, 0.5], [3, 1], [1, 0.5], [3, 0.5]], float)  # fmt: skip
    points = np.column_stack([points, np.zeros(len(points))])
    one, other = [0, 1, 4, 3, 6, 7, 8, 9, 13], [1, 2, 5, 4, 10, 11, 12, 7, 14]
    count = {"quad8": 8, "quad9": 9}.get(kind, 4)
    cells: dict[Any, Any] = {
        "pixel": {KINDS.PIXEL: [[0, 1, 3, 4], [1, 2, 4, 5]]},
        "both": {KINDS.TRIANGLE: [[0, 1, 4], [0, 4, 3]], KINDS.QUAD: [other[:4]]},
        "quad8": {KINDS.QUADRATIC_QUAD: [one[:count], other[:count]]},
        "quad9": {KINDS.BIQUADRATIC_QUAD: [one[:count], other[:count]]},
    }.get(kind, {KINDS.QUAD: [one[:count], other[:count]]})
    grid = pv.UnstructuredGrid({k: np.array(v) for k, v in cells.items()}, points)
    marker = [1, 1, 2] if kind == "both" else [1, 2]
    mesh = Mesh.read(saved(tmp_path / "a.vtu", grid, marker))
    assert mesh.phase_volumes == pytest.approx({"phase 1": 2.0, "phase 2": 2.0})
    assert mesh.order == (2 if count > 4 else 1)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("old", [False, True])
def test_a_bent_hexahedron_of_lagrange(tmp_path: Path, old: bool) -> None:
    """Before version 2.1 of the format two of its edges stood the other way round."""
    import vtk

    cell = vtk.vtkLagrangeHexahedron()
    cell.GetPointIds().SetNumberOfIds(27)
    cell.GetPoints().SetNumberOfPoints(27)
    cell.SetUniformOrderFromNumPoints(27)
    at = np.array(cell.GetParametricCoords(), dtype=float).reshape(27, 3)
    at = np.array([cell.GetParametricCoords()[i] for i in range(81)]).reshape(27, 3)
    points = at + np.column_stack([0 * at[:, 0], 0 * at[:, 0], 0.1 * at[:, 0] * (1 - at[:, 0])])
    order = np.arange(27)
    if old:
        order[[18, 19]] = [19, 18]
    grid = pv.UnstructuredGrid({KINDS.LAGRANGE_HEXAHEDRON: order[None]}, points)
    mesh = Mesh.read(saved(tmp_path / "a.vtu", grid))
    assert mesh.order == 2
    assert mesh.volumes.sum() == pytest.approx(1.0)
    assert np.ptp(mesh.points[:, 2]) == pytest.approx(1.025)


def pieces(folder: Path, ghosts: int = 2) -> tuple[Path, Mesh]:
    """Two overlapping halves of a mesh as two processes write them, ghost cells marked."""
    mesh = rectangle(4.0, 1.0, (8, 2), phases=("a", "b"), cuts=(1.0,))
    middle = mesh.points[mesh.corners].mean(axis=1)[:, 0]
    lines = ['<VTKFile type="PUnstructuredGrid"><PUnstructuredGrid GhostLevel="1">']
    for rank, (low, high) in enumerate([(0, 2), (2, 4)]):
        own = (middle > low) & (middle < high)
        seen = (middle > low - ghosts / 2) & (middle < high + ghosts / 2)
        used, cells = np.unique(mesh.corners[seen], return_inverse=True)
        points = np.column_stack([mesh.points[used], np.zeros(len(used))])
        meshio.Mesh(
            points,
            [("triangle", cells.reshape(-1, 3))],
            cell_data={
                "MaterialIds": [mesh.cell_phase[seen]],
                "vtkGhostType": [np.where(own[seen], 0, 1).astype(np.uint8)],
            },
        ).write(folder / f"p{rank}.vtu")
        lines.append(f'<Piece Source="p{rank}.vtu"/>')
    path = folder / "all.pvtu"
    path.write_text("\n".join([*lines, "</PUnstructuredGrid></VTKFile>"]))
    return path, mesh


@pytest.mark.parametrize("ghosts", [0, 2])
def test_pieces_are_joined(tmp_path: Path, ghosts: int) -> None:
    path, mesh = pieces(tmp_path, ghosts)
    found = Mesh.read(path)
    assert len(found.cells) == len(mesh.cells)
    assert len(found.points) == len(mesh.points)
    assert found.phase_volumes == pytest.approx({"phase 0": 1.0, "phase 1": 3.0})
    before = digest_of(path)
    (tmp_path / "p1.vtu").write_bytes((tmp_path / "p1.vtu").read_bytes() + b"\n")
    assert digest_of(path) != before


def test_data_of_some_pieces_only_are_told(tmp_path: Path) -> None:
    path, _ = pieces(tmp_path)
    second = meshio.read(tmp_path / "p1.vtu")
    del second.cell_data["MaterialIds"]
    second.write(tmp_path / "p1.vtu")
    with pytest.warns(UserWarning, match="'MaterialIds' are in some of the 2 pieces only"):
        assert Mesh.read(path).phases == ("all",)


@pytest.mark.parametrize("given", ["name", "part", "group"])
def test_files_of_one_time_are_all_read(tmp_path: Path, given: str) -> None:
    _, mesh = pieces(tmp_path, 0)
    rows = [f'<DataSet timestep="1" {given}="{rank}" file="p{rank}.vtu"/>' for rank in (0, 1, 1)]
    text = f'<VTKFile type="Collection"><Collection>{"".join(rows)}</Collection></VTKFile>'
    (tmp_path / "all.pvd").write_text(text)
    found = Mesh.read(tmp_path / "all.pvd")
    assert found.phase_volumes == pytest.approx({"phase 0": 1.0, "phase 1": 3.0})
    assert len(found.cells) == len(mesh.cells)


def test_pieces_of_one_file(tmp_path: Path) -> None:
    path, mesh = pieces(tmp_path, 0)
    whole = [(tmp_path / f"p{rank}.vtu").read_text() for rank in (0, 1)]
    second = whole[1][whole[1].index("<Piece") : whole[1].index("</UnstructuredGrid>")]
    place = whole[0].index("</UnstructuredGrid>")
    (tmp_path / "one.vtu").write_text(whole[0][:place] + second + whole[0][place:])
    assert len(Mesh.read(tmp_path / "one.vtu").cells) == len(mesh.cells)
    del path


@pytest.mark.parametrize("name", ["../outside.vtu", "/etc/hostname", "none.vtu", ""])
def test_pieces_lie_in_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    path, _ = pieces(folder)
    (folder / "p1.vtu").rename(tmp_path / "outside.vtu")
    path.write_text(path.read_text().replace("p1.vtu", name))
    with pytest.raises(InputError, match=r"outside of its folder|does not exist|no plain file"):
        Mesh.read(path)


def test_a_file_that_names_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.pvd"
    data = '<Collection><DataSet file="a.pvd"/></Collection>'
    path.write_text(f'<VTKFile type="Collection">{data}</VTKFile>')
    assert len(digest_of(path)) == 64
    with pytest.raises(InputError, match="names files of files"):
        Mesh.read(path)


@pytest.mark.parametrize(
    ("kind", "count", "reason"),
    [
        (KINDS.POLYGON, 5, "polygons"),
        (KINDS.LAGRANGE_TRIANGLE, 10, "triangles with 10 nodes"),
        (KINDS.QUADRATIC_LINEAR_QUAD, 6, "quadrangles with 6 nodes"),
        (KINDS.BIQUADRATIC_TRIANGLE, 7, "triangles with 7 nodes"),
    ],
)
def test_cells_that_cannot_be_used(tmp_path: Path, kind: Any, count: int, reason: str) -> None:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    points = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    cells = np.array([count, *range(count)])
    pv.UnstructuredGrid(cells, [int(kind)], points).save(tmp_path / "a.vtu")
    with pytest.raises(UnsupportedError, match=f"the mesh has {reason}"):
        Mesh.read(tmp_path / "a.vtu")


def test_lz4_is_refused_by_its_name(tmp_path: Path) -> None:
    import vtk

    grid = pv.ImageData(dimensions=(9, 9, 9)).cast_to_unstructured_grid()
    writer = vtk.vtkXMLUnstructuredGridWriter()
    writer.SetInputData(grid)
    writer.SetFileName(str(tmp_path / "a.vtu"))
    writer.SetCompressorTypeToLZ4()
    writer.Write()
    with pytest.raises(UnsupportedError, match="vtkLZ4DataCompressor: save"):
        Mesh.read(tmp_path / "a.vtu")


@pytest.mark.parametrize("compressor", ["None", "ZLib", "LZMA"])
@pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended", "Raw"])
def test_every_encoding_of_vtk(tmp_path: Path, mode: str, compressor: str) -> None:
    import vtk

    mesh = box((2.0, 1.0, 1.0), (6, 3, 3), phases=("a", "b"), cuts=(1.0,))
    grid = pv.UnstructuredGrid({KINDS.TETRA: mesh.cells}, mesh.points)
    grid.cell_data["MaterialIds"] = mesh.cell_phase
    writer = vtk.vtkXMLUnstructuredGridWriter()
    writer.SetInputData(grid)
    writer.SetFileName(str(tmp_path / "a.vtu"))
    getattr(writer, f"SetDataModeTo{mode.replace('Raw', 'Appended')}")()
    getattr(writer, f"SetCompressorTypeTo{compressor}")()
    writer.SetEncodeAppendedData(mode != "Raw")
    writer.Write()
    found = Mesh.read(tmp_path / "a.vtu")
    assert found.phase_volumes == pytest.approx({"phase 0": 1.0, "phase 1": 1.0})


@pytest.mark.parametrize("ending", [".vtu", ".pvd", ".xdmf"])
@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">', '<!ENTITY a SYSTEM "/etc/hostname">'],
)
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, ending: str, entity: str, coding: str) -> None:
    text = f'<?xml version="1.0" encoding="{coding}"?><!DOCTYPE Xdmf [{entity}]><Xdmf>&a;</Xdmf>'
    (tmp_path / f"a{ending}").write_bytes(text.encode(coding))
    with pytest.raises(AnosimError, match="declares the entity 'a'"):
        Mesh.read(tmp_path / f"a{ending}")
