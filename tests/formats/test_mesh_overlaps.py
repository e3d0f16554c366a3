"""Files whose cells overlap or do not conform although they share no wrong facets."""

import numpy as np
import pytest

from anosim.errors import MeshError
from anosim.formats.meshes.files import read_mesh
from anosim.formats.meshes.overlaps import check_apart
from anosim.meshes import Mesh
from anosim.testing import box, rectangle

BOX = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]


def deck(kind, *elements):
    """Elements of nodes of their own, as instances that were only put together."""
    text, first = "", 1
    for number, corners in enumerate(elements, 1):
        text += "*NODE\n"
        for node, place in enumerate(corners, first):
            text += f"{node}, {', '.join(map(str, place))}\n"
        nodes = ", ".join(str(first + k) for k in range(len(corners)))
        text += f"*ELEMENT, TYPE={kind}, ELSET=e{number}\n{number}, {nodes}\n"
        first += len(corners)
    return text


def moved(corners, size, *shift):
    return (size * np.array(corners) + shift).tolist()


SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]
OVERLAPPING = {
    "hanging node": deck("CPS3", [(0, 0), (1, 0), (0, 1)], [(0.5, 0.5), (1, 1), (0.5, 1)]),
    "parts side by side": deck("CPS4", SQUARE, moved(SQUARE, 0.5, 1, 0.25)),
    "parts that cross": deck("CPS4", SQUARE, moved(SQUARE, 0.5, 0.7, 0.25)),
    "on a face": deck("C3D8", moved(BOX, 3, 0, 0, 0), moved(BOX, 1, 1, 1, 3)),
    "inside": deck("C3D8", moved(BOX, 3, 0, 0, 0), moved(BOX, 1, 1, 1, 1.2)),
}


@pytest.mark.filterwarnings("ignore:.*split into")
@pytest.mark.parametrize("name", OVERLAPPING)
def test_cells_that_overlap_are_refused(tmp_path, name):
    (tmp_path / "m.inp").write_text(OVERLAPPING[name])
    with pytest.raises(MeshError, match=r"on or in t.* that they are no corner of.*do not conform"):
        read_mesh(tmp_path / "m.inp")


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_part_deep_inside_another(dimension):
    outer, inner = (
        rectangle(size, size, (n, n)) if dimension == 2 else box((size,) * 3, (n, n, n))
        for size, n in ((4e-6, 8), (0.4e-6, 1))
    )
    points = np.concatenate([outer.points, inner.points + 1.71e-6])
    cells = np.concatenate([outer.cells, inner.cells + len(outer.points)])
    mesh = Mesh(points, cells, np.zeros(len(cells), np.int64), ("all",))
    with pytest.raises(MeshError, match=r"1 point lies on or in"):
        check_apart(mesh)
    beside = np.concatenate([outer.points, inner.points + 4.01e-6])
    check_apart(Mesh(beside, cells, np.zeros(len(cells), np.int64), ("all",)))


@pytest.mark.filterwarnings("ignore:.*split into")
def test_parts_with_a_gap_are_read(tmp_path):
    (tmp_path / "m.inp").write_text(deck("CPS4", SQUARE, moved(SQUARE, 0.5, 1.0005, 0.25)))
    volumes = read_mesh(tmp_path / "m.inp").phase_volumes
    assert volumes == pytest.approx({"e1": 1.0, "e2": 0.25})
