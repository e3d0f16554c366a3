"""The numbers of a finished run as plain data, and as files."""

from anosim.results.comparison import largest_difference
from anosim.results.dimensionless import dimensionless
from anosim.results.folder import replacing_folder
from anosim.results.mesh_report import mesh_report
from anosim.results.numbers import numbers
from anosim.results.provenance import Stopwatch, provenance
from anosim.results.writing import write_curves, write_particles, write_results

__all__ = [
    "Stopwatch",
    "dimensionless",
    "largest_difference",
    "mesh_report",
    "numbers",
    "provenance",
    "replacing_folder",
    "write_curves",
    "write_particles",
    "write_results",
]
