"""A mesh of XDMF with its tags: further grids, or another file, on the same points."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from anosim.errors import AnosimError, InputError, MeshError, UnsupportedError, listing
from anosim.formats.meshes.names import unescaped
from anosim.formats.meshes.parts import gathered, in_space
from anosim.formats.meshes.shapes import SHAPES
from anosim.formats.meshes.vtk import BOUNDARY_TABLES, Grid
from anosim.formats.meshes.vtk_cells import SHAPE_OF, blocks_of, dimensions
from anosim.formats.meshes.xdmf_grids import (
    TYPES,
    Cells,
    Uniform,
    cells_of,
    document,
    numbers,
    points_of,
    stored,
    type_of,
    uniform_grids,
)
from anosim.formats.xml import parsed
from anosim.meshes import Floats, Ints

Names = dict[tuple[int, int], str]
"""Names by (dimension, value)."""


def tagged_grid(path: Path) -> Grid:
    """The grid of highest dimension of a document, with the data of the others.

    Grids of its cells are cell data, those of its facets name boundaries. Without any of facets
    they are looked for in the one other .xmdf file of the folder that has facets of these points.

    Raises:
        InputError: damaged, or tags of other cells and points than the mesh has.
        MeshError: neither cells in the plane nor in space.
    """
    root = document(path)
    grids, names = uniform_grids(root), _names(root)
    cells = [cells_of(grid, path) for grid in grids]
    if not grids:
        raise InputError("it has no grid")
    rank = max(range(len(grids)), key=lambda place: (cells[place].dimension, -place))
    main, own = grids[rank], cells[rank]
    if own.dimension < 2:
        raise MeshError(
            "the file has neither triangles nor tetrahedra: where it has the facets of a mesh, "
            "give the file with the cells, and the one of the facets beside it is found"
        )
    points = points_of(main, path)
    data = {name: numbers(held, path) for name, held in main.attributes.items()}
    tags = list[tuple[str, Ints, NDArray[Any]]]()
    for grid, found in zip(grids, cells, strict=True):
        if grid is not main and found.dimension == own.dimension:
            data |= _cell_data(path, data, (main, own), (grid, found), points)
        elif grid is not main and found.dimension == own.dimension - 1:
            tags += _facet_data(path, main, grid, found, points)
    held = main.held.find(f"Information[@Name='{BOUNDARY_TABLES[own.dimension]}']")
    place = "" if held is None else held.get("Value", "")
    if not (tags or place or (dimensions(own.types) == own.dimension - 1).any()):
        tags, more = _beside(path, points, own.dimension)
        names = {**more, **names}
    return Grid(
        points,
        own.connectivity,
        own.offsets,
        own.types,
        data,
        names,
        (stored(place, path) if place else np.empty(0)).astype(np.int64),
        {value: name for (d, value), name in names.items() if d == own.dimension - 1},
        _named(tags, names, own.dimension - 1),
    )


def facet_files(path: Path) -> list[Path]:
    """Other documents of the folder whose cells are facets by their type."""
    try:
        kinds = [_dimension(grid) for grid in uniform_grids(document(path))]
    except AnosimError:  # reading tells
        return []
    return [other for other, _ in _candidates(path, max(kinds, default=0))]


def _candidates(path: Path, dimension: int) -> Iterator[tuple[Path, list[Uniform]]]:
    for other in sorted(path.parent.glob("*.xdmf")):
        if other.name == path.name or not other.is_file():
            continue
        try:
            grids = uniform_grids(document(other))
        except Exception:  # a file that nobody asked for, damaged in any way
            continue
        if grids and all(g.attributes and _dimension(g) == dimension - 1 for g in grids):
            yield other, grids


def _dimension(grid: Uniform) -> int:
    kind = TYPES.get(type_of(grid), (0, 0))[0]
    return SHAPES[SHAPE_OF[kind]].dimension if kind in SHAPE_OF else int(kind > 0)


def _beside(
    path: Path, points: Floats, dimension: int
) -> tuple[list[tuple[str, Ints, NDArray[Any]]], Names]:
    """Tags of facets on the same points in another file, with their names."""
    found = {}
    for other, grids in _candidates(path, dimension):
        try:
            tags = [
                tag
                for grid in grids
                for tag in _facet_data(other, None, grid, cells_of(grid, other), points)
            ]
            found[other.name] = tags, _names(document(other))
        except Exception:  # of another mesh, or damaged in any way
            continue
    if len(found) > 1:
        raise InputError(
            f"the facets of its points are in several files beside it, {listing(found)}: keep the "
            "one that names the sides"
        )
    return next(iter(found.values()), ([], {}))


def _cell_data(
    path: Path,
    known: dict[str, Any],
    mesh: tuple[Uniform, Cells],
    tags: tuple[Uniform, Cells],
    points: Floats,
) -> dict[str, Floats]:
    """Data of tagged cells for all cells of the mesh, not a number where there are none."""
    (main, own), (grid, found) = mesh, tags
    place: Any = np.arange(len(own.types))
    if grid.topology is not main.topology:
        where = _where(path, main, grid, points)
        widths = {int(size) for c in (own, found) for size in np.diff(c.offsets, prepend=0)}
        if len(widths) != 1:
            raise UnsupportedError(f"its grid {grid.name!r} tags cells of several kinds")
        rows = [c.reshape(-1, *widths) for c in (own.connectivity, where[found.connectivity])]
        place = _places(*(np.sort(row, axis=1) for row in rows))
        if np.any(place < 0):
            raise InputError(f"its grid {grid.name!r} has cells that the mesh does not have")
    made = {}
    for name, held in grid.attributes.items():
        values = np.full(len(own.types), np.nan)
        values[place] = numbers(held, path).ravel()
        made[f"{grid.name}/{name}" if name in known else name] = values
    return made


def _facet_data(
    path: Path, main: Uniform | None, grid: Uniform, found: Cells, points: Floats
) -> list[tuple[str, Ints, NDArray[Any]]]:
    """Name, corners and values of the tags of facets."""
    where = _where(path, main, grid, points)
    every = np.ones(len(found.types), dtype=np.bool_)
    count = np.empty((len(where), 0))
    blocks, order = blocks_of(count, found.connectivity, found.offsets, found.types, every)
    made, first = [], 0
    for shape, nodes in blocks:
        corners = where[nodes[:, : SHAPES[shape].corners if shape in SHAPES else 2]]
        if np.any(corners < 0):
            raise InputError(f"its grid {grid.name!r} has points that the mesh does not have")
        rows = order[first : first + len(nodes)]
        for name, held in grid.attributes.items():
            made.append((name, corners, numbers(held, path).ravel()[rows]))
        first += len(nodes)
    return made


def _where(path: Path, main: Uniform | None, grid: Uniform, points: Floats) -> Ints:
    """The mesh's point for each point of a grid, -1 where there is none."""
    if main is not None and grid.geometry is main.geometry:
        return np.arange(len(points))
    return _places(*(in_space(p) + 0.0 for p in (points, points_of(grid, path))))


def _places(rows: NDArray[Any], wanted: NDArray[Any]) -> Ints:
    """Where each wanted row is among the rows, -1 where it is not."""
    kinds, kind = np.unique(np.concatenate([rows, wanted]), axis=0, return_inverse=True)
    place = np.full(len(kinds), -1, dtype=np.int64)
    place[kind.ravel()[: len(rows)]] = np.arange(len(rows))
    return np.asarray(place[kind.ravel()[len(rows) :]])


def _named(
    tags: list[tuple[str, Ints, NDArray[Any]]], names: Names, dimension: int
) -> dict[str, Ints]:
    """Corners by the names of values, or by the tags' own name where there are several."""
    several = len({name for name, _, _ in tags}) > 1
    return gathered(
        (
            names.get((dimension, int(value))) or f"{tag if several else 'boundary'} {value:g}",
            corners[values == value],
        )
        for tag, corners, values in tags
        for value in np.unique(values[np.isfinite(values)]).tolist()
    )


def _names(root: Element) -> Names:
    """Names by (dimension, value), as this package and meshio write them."""
    found = {}
    for held in root.iter("Information"):
        if (held.text or "").strip().startswith("<"):
            for entry in parsed((held.text or "").strip().encode()):
                value = int(entry.text or "")
                found[int(entry.get("dim", "2")), value] = unescaped(entry.get("key", ""))
    return found
