"""Which cell data of other programs are the phases: markers, not numbers of the cells."""

from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest

from anosim import Mesh
from anosim.cli import main
from anosim.errors import InputError

LEFT = 0.25
"""Area of the left quarter of the unit square, whose cells have marker 1; elsewhere it is 2."""


def square(n: int = 4) -> tuple[Any, Any, Any]:
    """Points, triangles and markers of the unit square."""
    y, x = (axis.ravel() for axis in np.mgrid[0 : n + 1, 0 : n + 1] / n)
    corner = (np.arange(n)[:, None] * (n + 1) + np.arange(n)).ravel()
    lower = np.column_stack([corner, corner + 1, corner + n + 2])
    upper = np.column_stack([corner, corner + n + 2, corner + n + 1])
    cells = np.concatenate([lower, upper])
    points = np.column_stack([x, y, 0 * x])
    return points, cells, np.where(x[cells].mean(axis=1) < LEFT, 1, 2)


POINTS, CELLS, MARKERS = square()
NUMBERS = np.arange(len(CELLS))
THIRDS = NUMBERS % 3


def saved(path: Path, **data: Any) -> Path:
    """A file with the cell data as meshio writes it."""
    held = {name.replace("__", ":"): [np.asarray(a)] for name, a in data.items()}
    meshio.Mesh(POINTS, [("triangle", CELLS)], cell_data=held).write(path)
    return path


@pytest.mark.parametrize("ending", ["vtu", "xdmf"])
@pytest.mark.parametrize(
    "data",
    [
        {"labels": MARKERS.astype(np.float64)},
        {"MaterialIds": MARKERS.astype(np.float32), "ElementId": NUMBERS},
        {"labels": MARKERS.astype(np.int8), "vtkOriginalCellIds": NUMBERS[::-1]},
        {"labels": MARKERS, "GlobalElementId": THIRDS, "Rank": THIRDS, "quality": NUMBERS / 7},
        {"labels": MARKERS, "counted": NUMBERS + 100, "all": np.ones(len(CELLS))},
        {"gmsh__physical": MARKERS, "gmsh__geometrical": THIRDS},
        {"Material": MARKERS, "vtkGhostType": np.where(NUMBERS < 3, 1, 0).astype(np.uint8)},
        {"CellEntityIds": MARKERS.astype(np.int32), "PedigreeIds": THIRDS},
    ],
)
def test_markers_are_the_phases(tmp_path: Path, ending: str, data: dict[str, Any]) -> None:
    mesh = Mesh.read(saved(tmp_path / f"cell.{ending}", **data))
    assert mesh.phase_volumes == pytest.approx({"phase 1": LEFT, "phase 2": 1 - LEFT})


@pytest.mark.parametrize(
    "data",
    [
        *({"GlobalCellIds": THIRDS}, {"counted": NUMBERS}, {"c": MARKERS / 3}, {}),
        *({"processorID": THIRDS}, {"elem_id": THIRDS}, {"Process": MARKERS}),
    ],
)
def test_numbers_of_cells_are_no_phases(tmp_path: Path, data: dict[str, Any]) -> None:
    assert Mesh.read(saved(tmp_path / "cell.vtu", **data)).phases == ("all",)


@pytest.mark.parametrize(
    "data",
    [{"grain": THIRDS, "label": MARKERS}, {"MaterialIds": 0 * MARKERS, "label": MARKERS}],
)
def test_of_several_one_is_chosen(tmp_path: Path, data: dict[str, Any]) -> None:
    path = saved(tmp_path / "cell.vtu", **data, quality=NUMBERS / 7)
    names = ", ".join(map(repr, data))
    with pytest.raises(InputError, match=rf"cell data {names} may each be the phases.*--regions"):
        Mesh.read(path)
    mesh = Mesh.read(path, regions="label")
    assert mesh.phase_volumes == pytest.approx({"phase 1": LEFT, "phase 2": 1 - LEFT})
    with pytest.raises(InputError, match=f"no cell data of that name.*{names}, 'quality'"):
        Mesh.read(path, regions="phase")
    with pytest.raises(InputError, match=f"no whole numbers.*{names}$"):
        Mesh.read(path, regions="quality")


def test_numbers_are_phases_where_they_are_asked_for(tmp_path: Path) -> None:
    path = saved(tmp_path / "cell.vtu", ElementId=NUMBERS, label=MARKERS)
    assert len(Mesh.read(path, regions="ElementId").phases) == len(CELLS)


def test_the_command_takes_the_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "cell.vtu", grain=THIRDS, label=MARKERS)
    assert main(["convert", str(path), str(tmp_path / "a.msh"), "--quiet"]) == 2
    assert "'grain', 'label'" in capsys.readouterr().err
    words = ["convert", str(path), str(tmp_path / "a.msh"), "--regions", "label", "--quiet"]
    assert main(words) == 0
    assert Mesh.read(tmp_path / "a.msh").phases == ("phase 1", "phase 2")


def test_groups_are_chosen_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "cell.msh"
    Mesh(POINTS[:, :2], CELLS, MARKERS - 1, ("anode", "sei")).write(path)
    assert Mesh.read(path, regions=["sei", "anode"]).phases == ("sei", "anode")
    with pytest.raises(InputError, match=r"no group of cells of that name.*'anode', 'sei'"):
        Mesh.read(path, regions="pore")


@pytest.mark.parametrize("extra", ["", "<a", "<Xdmf><Domain>" + "<Grid>" * 20 + "</Domain></Xdmf>"])
@pytest.mark.parametrize("first", [0, 1])
def test_points_that_are_counted_from_one(tmp_path: Path, first: int, extra: str) -> None:
    path = tmp_path / "m.xdmf"
    meshio.xdmf.write(
        path,
        meshio.Mesh(POINTS, [("triangle", CELLS + first)], cell_data={"m": [MARKERS]}),
        data_format="XML",
    )
    text = path.read_text()
    path.write_text(text.replace("<Topology ", f'<Topology BaseOffset="{first}" '))
    (tmp_path / "other.xdmf").write_text(extra)  # damaged, and not asked for
    assert Mesh.read(path).phase_volumes == pytest.approx({"phase 1": LEFT, "phase 2": 1 - LEFT})


def test_a_damaged_file_of_facets_beside_does_not_matter(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.xdmf", m=MARKERS)
    item = '<DataItem Dimensions="1 2" NumberType="none" Format="XML">0 1</DataItem>'
    topology = f'<Topology TopologyType="Polyline">{item}</Topology>'
    held = f'<Attribute Name="f" Center="Cell">{item}</Attribute>'
    grid = f"<Grid>{topology}<Geometry>{item}</Geometry>{held}</Grid>"
    (tmp_path / "f.xdmf").write_text(f"<Xdmf><Domain>{grid}</Domain></Xdmf>")
    assert Mesh.read(path).phase_volumes == pytest.approx({"phase 1": LEFT, "phase 2": 1 - LEFT})
    deep = '<Grid GridType="Tree">' * 5000 + "</Grid>" * 5000
    (tmp_path / "f.xdmf").write_text(f"<Xdmf><Domain>{deep}</Domain></Xdmf>")
    assert Mesh.read(path).phase_volumes == pytest.approx({"phase 1": LEFT, "phase 2": 1 - LEFT})
