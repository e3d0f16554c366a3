"""Gmsh's own models, of which files are written: something round in a box, and its groups."""

from contextlib import contextmanager

import gmsh


@contextmanager
def fragments(size, make):
    """Gmsh with what ``make`` returns of a factory: a box and what is cut out of it, no groups.

    Where it returns nothing, what it made is the model.
    """
    gmsh.initialize(interruptible=False)
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.option.setNumber("Mesh.MeshSizeMax", size)
    factory = gmsh.model.occ
    made = make(factory)
    if made:
        factory.fragment(made[:1], made[1:])
        factory.synchronize()
    yield gmsh.model
    gmsh.finalize()


def grouped(model):
    """Name the two parts, the ends across x, and the surface of what is inside."""
    d = model.getDimension()
    model.addPhysicalGroup(d, [3], 7, name="electrolyte liquid")
    model.addPhysicalGroup(d, [2], 5, name="Größe")
    for name, x in (("separator", 0.0), ("collector", 4.0)):
        found = model.getEntitiesInBoundingBox(x - 0.01, -1, -1, x + 0.01, 3, 3, dim=d - 1)
        model.addPhysicalGroup(d - 1, [tag for _, tag in found], name=name)
    surface = model.getBoundary([(d, 2)], oriented=False)
    model.addPhysicalGroup(d - 1, [tag for _, tag in surface], name="surface inside")
