"""Names of phases, interfaces and sides in mesh files.

An interface is written as ``a|b``. Where a format cannot hold a character of a name, its bytes in
UTF-8 stand there as ``%XX``, as in web addresses; reading undoes it.
"""

import re
from collections.abc import Callable

import numpy as np

from anosim.formats.meshes.parts import gathered
from anosim.meshes import Ints, Mesh
from anosim.topology import EDGES

_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def escaped(name: str, safe: Callable[[str], bool]) -> str:
    """A name without the characters that a format cannot hold.

    Args:
        name: any text.
        safe: whether a character may stay.
    """
    kept = _ESCAPED.sub(lambda found: found[0].replace("%", "%25"), name)
    return "".join(
        char if char == "%" or safe(char) else "".join(f"%{byte:02X}" for byte in _utf8(char))
        for char in kept
    )


def unescaped(text: str) -> str:
    """The name that was escaped; other text as it is."""

    def decoded(found: re.Match[str]) -> str:
        try:
            return bytes.fromhex(found[0].replace("%", "")).decode()
        except UnicodeDecodeError:
            return found[0]

    return _ESCAPED.sub(decoded, text)


def printable(char: str) -> bool:
    """Neither a control character nor a double quote."""
    return char.isprintable() and char != '"'


def named_facets(mesh: Mesh) -> dict[str, Ints]:
    """Facets of the mesh by name, shape (n, 2 or 3): sides, then interfaces as ``a|b``."""
    sides = list(mesh.sides.items())
    interfaces = [("|".join(pair), facets) for pair, facets in mesh.interfaces.items()]
    return {name: facets for name, facets in gathered([*sides, *interfaces]).items() if len(facets)}


def with_middles(mesh: Mesh, facets: Ints) -> Ints:
    """Nodes of facets: their corners and, for order 2, the points on their edges 01, 12, 20.

    Shape (n, 2 or 3) in the plane, (n, 3 or 6) in space.
    """
    if mesh.order == 1:
        return facets
    ends = facets[:, np.array(EDGES[mesh.dimension - 1])].reshape(-1, 2)
    middles = mesh.midpoints[mesh.edges.find(ends)]
    return np.column_stack([facets, middles.reshape(len(facets), -1)])


def _utf8(char: str) -> bytes:
    return char.encode("utf-8", errors="surrogatepass")
