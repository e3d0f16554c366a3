"""Results for other programs and from them: cell models, tables, COMSOL, comparisons."""

from anosim.interop.comparing import Comparison, compare
from anosim.interop.comsol import write_grid, write_spreadsheet
from anosim.interop.electrode import Electrode, electrode
from anosim.interop.fields import Fields
from anosim.interop.foreign import Samples, read_samples
from anosim.interop.tables import dataset, frame, write_csv
from anosim.interop.tiff import write_tiff

__all__ = [
    "Comparison",
    "Electrode",
    "Fields",
    "Samples",
    "compare",
    "dataset",
    "electrode",
    "frame",
    "read_samples",
    "write_csv",
    "write_grid",
    "write_spreadsheet",
    "write_tiff",
]
