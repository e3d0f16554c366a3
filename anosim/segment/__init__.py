"""From grey values to phases: each method gives a Microstructure and a record of its decisions."""

from anosim.segment.agreement import Agreement, agreement
from anosim.segment.cleaning import Cleaning, clean
from anosim.segment.methods import METHODS, Segmentation, segment
from anosim.segment.regions import Regions
from anosim.segment.rules import Rule
from anosim.segment.staged import Staged
from anosim.segment.strokes import Strokes, read_strokes, strokes_from_image, strokes_from_lines
from anosim.segment.usual import Otsu, Pixels, RandomWalker, Thresholds
from anosim.segment.volume import segment_volume

__all__ = [
    "METHODS",
    "Agreement",
    "Cleaning",
    "Otsu",
    "Pixels",
    "RandomWalker",
    "Regions",
    "Rule",
    "Segmentation",
    "Staged",
    "Strokes",
    "Thresholds",
    "agreement",
    "clean",
    "read_strokes",
    "segment",
    "segment_volume",
    "strokes_from_image",
    "strokes_from_lines",
]
