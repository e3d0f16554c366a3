"""Synthetic composite anodes from pristine to aged, and grey images of them. Nothing here is real.

Every structure and image is computed from a seed. Its statistics follow published numbers of
a-Si/c-FeSi2/graphite anodes (``anosim.synthetic.ageing``), its shapes follow nobody's anode.
"""

from anosim.synthetic.ageing import CYCLES
from anosim.synthetic.anode import Synthetic, anode, region_of_interest, volume_of_interest
from anosim.synthetic.grey import Rendered, render
from anosim.synthetic.painting import paint

__all__ = [
    "CYCLES",
    "Rendered",
    "Synthetic",
    "anode",
    "paint",
    "region_of_interest",
    "render",
    "volume_of_interest",
]
