"""A cell model reacts to the image's tortuosity."""

import importlib

import numpy as np
import pytest
from study_scripts import scripts_of


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_discharge_reacts_to_the_tortuosity_factor():
    pytest.importorskip("pybamm")
    with scripts_of("pybamm"):
        discharge = importlib.import_module("discharge")
    found = discharge.measured(0, 24)
    straight = discharge.discharge(found.porosity, found.porosity**-0.5, 2.0)
    winding = discharge.discharge(found.porosity, found.tortuosity_factor["z"], 2.0)
    assert found.tortuosity_factor["z"] > 1.5 * found.porosity**-0.5
    assert winding[0][-1] < 0.99 * straight[0][-1]
    early = [np.interp(0.5, *curve) for curve in (straight, winding)]
    assert early[0] - early[1] > 0.01  # V, from the electrolyte's resistance
    own = discharge.cell(0.25, 0.25**-0.5)  # Chen2020's own transport, said in the other way
    assert own["Separator tortuosity factor (electrolyte)"] == pytest.approx(0.47**-0.5)
