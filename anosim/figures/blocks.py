"""Fields of tetrahedra on blocks side by side."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from anosim.domain import Domain
from anosim.figures.block import Face, Pixels, draw_block, draw_lengths
from anosim.figures.ground import Colours, window_of
from anosim.figures.sections import block_of, sections
from anosim.figures.sheet import Window
from anosim.meshes import Floats, Mesh
from anosim.microstructure import Microstructure

MOST_BLOCKS = 6
"""Panels beyond which a block would be too small to be read."""


def view_of(mesh: Mesh) -> Window:
    """What a panel with the whole of a mesh shows: the plane, or its block."""
    return window_of(mesh) if mesh.dimension == 2 else block_of(mesh).window


def draw_on_blocks(
    panels: Sequence[Axes],
    domain: Domain,
    fields: Floats,
    norm: Normalize,
    cmap: str,
    over: Microstructure | None,
    colours: Colours,
) -> ScalarMappable:
    """Each field, given at the domain's nodes, on the block of a panel; what a colour bar is of."""
    block = block_of(domain.mesh)
    known = sections(domain, block, over, colours)
    for panel, field in zip(panels, fields, strict=True):

        def picture(face: Face, field: Floats = field) -> Pixels:
            section = known[face]
            inks = matplotlib.colormaps[cmap](np.asarray(norm(section.values(field))))
            return section.picture(inks)

        draw_block(panel, block, picture)
    draw_lengths(panels[0], block)
    return ScalarMappable(norm, cmap)
