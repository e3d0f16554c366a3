"""Meshes kept by content: in memory, and in the folder of a study for other processes."""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from anosim.formats.atomic import replacing
from anosim.meshes import Mesh
from anosim.microstructure import Microstructure
from anosim.results.provenance import distribution, installed
from anosim.study.claims import waiting_for
from anosim.study.values import storable

REMEMBERED = 2
"""Meshes that a process keeps in memory."""
_known: OrderedDict[str, Mesh] = OrderedDict()


def mesh_key(image: Microstructure, name: str, mesher: Any) -> str:
    """A digest of what a mesh is made of: the image, the mesher, its options and version."""
    from anosim.plugins import MESHERS

    told = [
        image.labels.shape,
        str(image.labels.dtype),
        dict(image.phases),
        image.voxel,
        name,
        asdict(mesher),
        distribution(MESHERS, name),
        installed("gmsh") if name == "gmsh" else "",
    ]
    found = sha256(json.dumps(storable(told), sort_keys=True).encode())
    found.update(np.ascontiguousarray(image.labels).tobytes())
    return found.hexdigest()[:24]


def kept_mesh(key: str, folder: Path, make: Callable[[], Mesh]) -> Mesh:
    """The mesh of a key: known, read, or made and written.

    Of several processes that need it at the same time, one makes it.
    """
    if key in _known:
        _known.move_to_end(key)
        return _known[key]
    path = folder / f"mesh-{key}.npz"
    found = read_mesh(path)
    if found is None:
        with waiting_for(folder / f"mesh-{key}.lock"):
            found = read_mesh(path)
            if found is None:
                found = make()
                write_mesh(found, path)
    _known[key] = found
    while len(_known) > REMEMBERED:
        _known.popitem(last=False)
    return found


def write_mesh(mesh: Mesh, path: Path) -> None:
    """Write all of a mesh."""
    sides = {f"side {name}": pairs for name, pairs in mesh.sides.items()}
    with replacing(path) as temporary:
        np.savez(
            temporary,
            points=mesh.points,
            cells=mesh.cells,
            cell_phase=mesh.cell_phase,
            phases=np.array(mesh.phases),
            **sides,  # type: ignore[arg-type]
        )


def read_mesh(path: Path) -> Mesh | None:
    """The mesh in a file; None if there is none that can be read, as where it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            sides = {n.removeprefix("side "): file[n] for n in file.files if n.startswith("side ")}
            phases = tuple(file["phases"].tolist())
            return Mesh(file["points"], file["cells"], file["cell_phase"], phases, sides)
    except Exception:  # a damaged file raises whatever its reader meets first
        return None
