"""Second-order meshes of circles, made by Gmsh of the exact shapes: bent where the circles are."""

from collections.abc import Sequence

import gmsh
import numpy as np

from anosim import Mesh


def disc(radii: Sequence[float], phases: Sequence[str], size: float) -> Mesh:
    """Rings around the origin, from the inside out; the side is called "rim"."""
    return _meshed(radii, phases, size, width=None)


def in_square(radii: Sequence[float], phases: Sequence[str], size: float, width: float) -> Mesh:
    """Rings in the middle of a square around the origin, whose phase is the last one."""
    return _meshed(radii, phases, size, width=width)


def _meshed(
    radii: Sequence[float], phases: Sequence[str], size: float, width: float | None
) -> Mesh:
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Verbosity", 1)
        shapes = gmsh.model.occ
        parts = [(2, shapes.addDisk(0, 0, 0, radius, radius)) for radius in reversed(radii)]
        if width is not None:
            parts.insert(0, (2, shapes.addRectangle(-width / 2, -width / 2, 0, width, width)))
        if len(parts) > 1:
            shapes.fragment(parts[:1], parts[1:])
        shapes.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        gmsh.option.setNumber("Mesh.ElementOrder", 2)
        gmsh.model.mesh.generate(2)
        tags, coordinates, _ = gmsh.model.mesh.getNodes()
        nodes = np.concatenate(
            [gmsh.model.mesh.getElements(2, tag)[2][0] for _, tag in gmsh.model.getEntities(2)]
        )
    finally:
        gmsh.finalize()
    used, cells = np.unique(nodes, return_inverse=True)
    place = np.empty(int(tags.max()) + 1, dtype=int)
    place[tags] = np.arange(len(tags))
    points = coordinates.reshape(-1, 3)[place[used], :2]
    cells = cells.reshape(-1, 6)
    phase = np.digitize(np.hypot(*points[cells[:, :3]].mean(axis=1).T), radii)
    phase = np.minimum(phase, len(phases) - 1)
    facets = Mesh(points, cells, phase, tuple(phases)).facets
    outer = facets.vertices[facets.cells[:, 1] < 0]
    if width is None:
        return Mesh(points, cells, phase, tuple(phases), {"rim": outer})
    middle = points[outer].mean(axis=1) / (width / 2)
    named = {"left": (0, -1), "right": (0, 1), "top": (1, -1), "bottom": (1, 1)}
    sides = {n: outer[np.isclose(middle[:, axis], at)] for n, (axis, at) in named.items()}
    return Mesh(points, cells, phase, tuple(phases), sides)
