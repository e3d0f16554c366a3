"""A session of Gmsh that leaves the user's own as it was."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from anosim.signals import keeping_signals

BASIC_OPTIONS = {
    "General.Terminal": 0,
    "General.Verbosity": 2,
    "General.NumThreads": 1,
    "Mesh.ElementOrder": 1,
    "Mesh.MeshSizeExtendFromBoundary": 0,
    "Mesh.MeshSizeFromPoints": 0,
    "Mesh.MeshSizeFromCurvature": 0,
    "Mesh.MeshSizeMin": 0,
    "Mesh.MeshSizeMax": 1e22,
    "Mesh.MeshSizeFactor": 1,
    "Mesh.RandomSeed": 1,
}
"""For triangles and tetrahedra alike: one thread, quiet, sizes from our field alone."""


@contextmanager
def session(gmsh: Any, options: Mapping[str, float]) -> Iterator[None]:
    """A model of our own, in the user's session if there is one, which is left as it was.

    Args:
        gmsh: the module.
        options: Gmsh's options by name, for this session.
    """
    own = not gmsh.isInitialized()
    if own:
        with keeping_signals():
            gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        before = {name: gmsh.option.getNumber(name) for name in options}
        current = None if own else gmsh.model.getCurrent()
        for name, value in options.items():
            gmsh.option.setNumber(name, value)
        if own:
            gmsh.logger.start()
        gmsh.model.add("anosim")
        try:
            yield
        finally:
            if not own:
                gmsh.model.remove()
                gmsh.model.setCurrent(current)
                for name, number in before.items():
                    gmsh.option.setNumber(name, number)
    finally:
        if own:
            gmsh.logger.stop()
            gmsh.finalize()


def last_words(gmsh: Any) -> str:
    """What Gmsh said last, as a sentence's end; in the user's session they may have no log."""
    lines = gmsh.logger.get() or [gmsh.logger.getLastError() or "none"]
    return f"its last message: {lines[-1]}"
