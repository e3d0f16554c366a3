"""A discharge by PyBaMM with the image's tortuosity factor, and with Bruggeman's.

python studies/pybamm/discharge.py [--size 64] [--rate 2] [--output FOLDER]
"""

import argparse
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

import matplotlib
import numpy as np
import pybamm
from matplotlib.figure import Figure

from anosim.figures import save
from anosim.figures.style import MM, OTHERS, STYLE, WIDTH
from anosim.interop import Electrode, electrode
from anosim.synthetic import anode

OPTION = {"transport efficiency": "tortuosity factor"}
BASE = "Chen2020"


def measured(cycles: int, size: int) -> Electrode:
    """A synthetic anode of size^3 voxels of 0.2 um, measured along z."""
    shape, voxel = (size, size, size), "0.2 um"
    return electrode(anode(cycles, shape=shape, voxel=voxel).microstructure, axis="z")


def cell(porosity: float, factor: float) -> pybamm.ParameterValues:
    """Chen2020 with the anode's porosity and tortuosity factor; all else is Chen2020's."""
    values = pybamm.ParameterValues(BASE)
    eps = {"Separator": 0.0, "Negative electrode": porosity, "Positive electrode": 0.0}
    changed: dict[str, float] = {"Negative electrode porosity": porosity}
    for part in eps:
        own = porosity if part == "Negative electrode" else values[f"{part} porosity"]
        b = values[f"{part} Bruggeman coefficient (electrolyte)"]
        changed[f"{part} tortuosity factor (electrolyte)"] = own ** (1.0 - b)
        if part != "Separator":  # Chen2020's solid has the exponent 0: eps_s / tau = 1
            changed[f"{part} tortuosity factor (electrode)"] = 1.0 - own
    changed["Negative electrode tortuosity factor (electrolyte)"] = factor
    values.update(changed, check_already_exists=False)
    return values


def discharge(porosity: float, factor: float, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Capacity, A h, and voltage, V, of a discharge at a C-rate down to the lower cut-off."""
    model = pybamm.lithium_ion.DFN(OPTION)
    run = pybamm.Simulation(model, parameter_values=cell(porosity, factor), C_rate=rate)
    found: Any = run.solve([0.0, 3600.0 / rate])
    return found["Discharge capacity [A.h]"].entries, found["Voltage [V]"].entries


def picture(curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Voltage over capacity; the image's solid, Bruggeman's dashed."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 80 * MM), layout="constrained")
        axes = figure.subplots()
        for rank, (label, (capacity, voltage)) in enumerate(curves.items()):
            style, colour = ("-", "--")[rank % 2], OTHERS[rank // 2][1]
            axes.plot(capacity, voltage, style, color=colour, lw=1.2, label=label)
        axes.set(xlabel="discharged capacity / A h", ylabel="voltage / V")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def main() -> None:
    """Print the table and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2.0)
    parser.add_argument("--cycles", type=int, nargs="+", default=[0, 3, 100])
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    curves = {}
    print(f"{'cycles':>6} {'porosity':>9} {'transport':>10} {'tau':>7} {'capacity / A h':>15}")
    for cycles in given.cycles:
        found = measured(cycles, given.size)
        eps = found.porosity
        ways = {"image": found.tortuosity_factor["z"], "Bruggeman": eps**-0.5}
        for name, factor in ways.items():
            if not np.isfinite(factor):
                print(f"{cycles:>6} {eps:>9.3f} {name:>10}     inf   the pores do not percolate")
                continue
            capacity, voltage = discharge(eps, factor, given.rate)
            curves[f"{cycles} cycles, {name}: τ = {factor:.3g}"] = (capacity, voltage)
            print(f"{cycles:>6} {eps:>9.3f} {name:>10} {factor:>7.3g} {capacity[-1]:>15.3f}")
    save(picture(curves), given.output / "discharge.png")


if __name__ == "__main__":
    main()
