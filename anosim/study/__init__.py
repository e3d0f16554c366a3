"""Many runs: sweeps, mesh convergence, calibration, sensitivity, solvers side by side.

Every run is a row with its inputs, numbers, versions, seconds and memory, in a file of its own; a
study that was stopped goes on where it was. Tables need the extra ``anosim[study]``.
"""

from anosim.forecast import Forecast, forecast
from anosim.study.axes import Design, Range, grid, latin_hypercube, listed, paired, sobol
from anosim.study.calibration import Calibration, Target, calibrate
from anosim.study.costs import study_forecast
from anosim.study.crosschecks import Check, crosscheck
from anosim.study.results import Results
from anosim.study.richardson import Estimate, estimate
from anosim.study.rows import Row
from anosim.study.sensitivity import SobolIndices, Tornado, one_at_a_time, sobol_shares
from anosim.study.sequences import Convergence, convergence
from anosim.study.study import Study, stored
from anosim.study.studyfile import read_study

__all__ = [
    "Calibration",
    "Check",
    "Convergence",
    "Design",
    "Estimate",
    "Forecast",
    "Range",
    "Results",
    "Row",
    "SobolIndices",
    "Study",
    "Target",
    "Tornado",
    "calibrate",
    "convergence",
    "crosscheck",
    "estimate",
    "forecast",
    "grid",
    "latin_hypercube",
    "listed",
    "one_at_a_time",
    "paired",
    "read_study",
    "sobol",
    "sobol_shares",
    "stored",
    "study_forecast",
]
