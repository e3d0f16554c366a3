"""What a user of a notebook sees: cells run by nbconvert in a real kernel, without a display."""

import os

import nbformat
import pytest
from nbconvert.preprocessors import ExecutePreprocessor

CELLS = {
    "solve": """
import anosim
from anosim.testing import rectangle
problem = anosim.Diffusion(
    rectangle(4e-6, 2e-6, (16, 8)),
    {"all": anosim.Material("1e-12 m^2/s")},
    {"left": anosim.Concentration("1 mol/L")},
    until="10 s",
)
solution = anosim.solve(problem)
""",
    "show": "anosim.show(solution, times=['1 s', '10 s'])",
    "curves": "anosim.figures.curves(solution)",
    "arrival": "anosim.figures.arrival(solution, columns=1)",
    "mesh": "anosim.figures.mesh(problem.mesh)",
    "bar": """
from anosim import Microstructure, measure
column = Microstructure([[0, 1], [0, 1]], {"pore": 0, "particle": 1}, "1 um")
with anosim.progress.bar():
    again = anosim.solve(problem)
    measure.percolation(column, "pore")
""",
    "failing": """
anosim.progress.enable()
try:
    anosim.solve(problem, solver="skfem", tolerance=3.0)
except anosim.errors.InputError as error:
    print("refused")
""",
    "enabled": "again = anosim.solve(problem)",
    "disabled": "anosim.progress.disable()\nagain = anosim.solve(problem)",
    "inline": """
%matplotlib inline
import matplotlib.pyplot
anosim.show(solution, times=['1 s', '10 s'])
""",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Outputs of each cell, by its name."""
    cells = [nbformat.v4.new_code_cell(text.strip("\n")) for text in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    folder = str(tmp_path_factory.mktemp("notebook"))
    hidden = ("DISPLAY", "MPLBACKEND", "WAYLAND_DISPLAY")
    with pytest.MonkeyPatch.context() as patch:
        for name in hidden:
            patch.delenv(name, raising=False)
        patch.setenv("IPYTHONDIR", os.path.join(folder, "ipython"))
        run = ExecutePreprocessor(timeout=300, kernel_name="python3")
        run.preprocess(notebook, {"metadata": {"path": folder}})
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def pictures(cell):
    return [out.data["image/png"] for out in cell if "image/png" in out.get("data", {})]


def texts(cell):
    return [out.data["text/plain"] for out in cell if "data" in out]


@pytest.mark.parametrize("name", ["show", "curves", "arrival", "mesh"])
def test_a_figure_on_the_last_line_is_shown(outputs, name):
    assert len(outputs[name]) == 1
    assert len(pictures(outputs[name])[0]) > 10_000
    width = outputs[name][0].metadata["image/png"]["width"]
    assert 300 <= width <= (333 if name == "arrival" else 680)  # one, two columns of a journal


def test_a_figure_is_shown_once_with_the_inline_backend(outputs):
    assert len(pictures(outputs["inline"])) == 1


def test_a_bar_of_each_stage(outputs):
    assert [text.split(",")[0] for text in texts(outputs["bar"])] == [
        "solve: 100 %",
        "percolation: 100 %",
    ]
    assert "<progress max='1' value='1.000'>" in outputs["bar"][1].data["text/html"]


def test_bars_for_a_whole_session(outputs):
    assert [text.split(",")[0] for text in texts(outputs["enabled"])] == ["solve: 100 %"]
    assert outputs["failing"][-1].text == "refused\n"


def test_silence_without_being_asked(outputs):
    assert outputs["solve"] == outputs["disabled"] == []
