"""A 3D scene that a browser turns, inside of a page."""

import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from anosim.errors import MissingDependencyError
from anosim.figures.block import AHEAD, DOWN
from anosim.figures.readable import number
from anosim.figures.rendering import quiet
from anosim.report.page import paragraphs
from anosim.report.templates import render

_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script", re.DOTALL | re.IGNORECASE)
_ICON = r"https://kitware\.github\.io/vtk-js/icon/favicon[^`\"']*"
"""Icons that the viewer would fetch from the network."""
_TRIANGLES = 200_000
"""Of a surface in a page; each takes some 15 bytes there."""


@dataclass(frozen=True)
class Scene:
    """A scene as a part of a page.

    Attributes:
        body: what a template made.
        scripts: texts of its scripts, which the page has to allow.
    """

    body: Markup
    scripts: tuple[str, ...] = ()


def scene(plotter: Any, caption: str) -> Scene:
    """What a PyVista plotter shows, as a vtk.js scene in a frame of its own.

    The scene's geometry, its colours and the viewer (1 MB) are part of the text; nothing is
    fetched. A page with a scene is made with ``page(..., scripts=scene.scripts)``.

    Args:
        plotter: a ``pyvista.Plotter``; what it shows may be as large as the page is to be.
        caption: plain text, which also tells who cannot see it what there is.

    Raises:
        MissingDependencyError: trame-vtk is not installed.
    """
    try:
        from trame_vtk.tools.vtksz2html import write_html
    except ImportError as error:
        raise MissingDependencyError(
            "3D scenes in pages need trame-vtk: pip install 'anosim[scene]'"
        ) from error
    text = io.StringIO()
    write_html(_packed(plotter), text)
    alone = re.sub(_ICON, "data:,", text.getvalue())
    body = render("scene.html", caption=caption, document=alone)
    return Scene(body, tuple(_SCRIPT.findall(alone)))


def solution_scene(path: Path) -> Scene:
    """The surface of a solution in three dimensions, coloured by its last concentration.

    Args:
        path: the solution, .vtkhdf.

    Returns:
        The scene; nothing where the solution is flat, and a sentence where what draws it is not
        installed.
    """
    try:
        import pyvista
        import trame_vtk  # noqa: F401
    except ImportError:
        return Scene(paragraphs(["With the extra anosim[scene] there is a 3D scene here."]))
    reader: Any = pyvista.get_reader(str(path))  # type: ignore[no-untyped-call]
    reader.reader.UpdateInformation()
    reader.reader.SetStep(max(0, reader.reader.GetNumberOfSteps() - 1))
    surface = reader.read().extract_surface(algorithm=None).triangulate()
    if np.ptp(np.asarray(surface.points)[:, 2]) == 0.0:
        return Scene(Markup(""))
    surface = _light(surface)
    # micrometres: vtk.js works in single precision
    surface.points = np.asarray(surface.points) * 1e6
    values = np.asarray(surface["concentration"])
    told = (
        f"{number(float(values.min()))} (violet) to {number(float(values.max()))} mol/m³ (yellow)"
    )
    with quiet():
        return scene(
            _plotter(surface),
            f"Concentration at the end on the domain's surface, {told}; at first x runs to the "
            "right, y down and z away.",
        )


def _plotter(surface: Any) -> Any:
    """A plotter of a surface, seen as the other pictures see a volume."""
    import pyvista

    plotter = pyvista.Plotter(off_screen=True)
    look: dict[str, Any] = {"cmap": "viridis", "show_scalar_bar": False}
    plotter.add_mesh(surface, scalars="concentration", ambient=0.45, diffuse=0.6, **look)
    middle = np.asarray(surface.center)
    away = 2.0 * float(surface.length)
    plotter.camera_position = (tuple(middle - away * AHEAD), tuple(middle), tuple(-DOWN))
    return plotter


def _light(surface: Any) -> Any:
    """A surface with about as many triangles as a page can hold, by joining near points."""
    import pyvista
    from vtkmodules.vtkFiltersCore import vtkBinnedDecimation

    many = surface.n_cells
    if many <= _TRIANGLES:
        return surface
    joined = vtkBinnedDecimation()
    joined.SetInputData(surface)
    # a surface of n triangles fills about n / 2 squares of its bins
    sizes = np.ptp(np.asarray(surface.points), axis=0)
    pitch = np.sqrt(2.0 * surface.area / _TRIANGLES)
    joined.SetNumberOfDivisions(*(max(2, int(size / pitch)) for size in sizes))
    joined.SetPointGenerationModeToBinPoints()
    joined.ProducePointDataOn()
    joined.ProduceCellDataOff()
    joined.Update()
    return pyvista.wrap(joined.GetOutput())


def _packed(plotter: Any) -> bytes:
    """The scene as vtk.js' offline viewer reads it: one JSON in a ZIP.

    PyVista's own export starts a web server and looks for files on the network; the serialisers
    that it uses need neither.
    """
    from trame_vtk.modules.vtk import serializers as vtk_js

    vtk_js.initialize_serializers()
    context = vtk_js.SynchronizationContext()
    context.set_ignore_last_dependencies(True)
    window = plotter.render_window
    window.OffScreenRenderingOn()
    if not plotter.camera.is_set:
        plotter.view_isometric()
    window.Render()  # the camera and the ranges of colours are set by drawing
    camera = window.GetRenderers().GetFirstRenderer().GetActiveCamera()
    state = vtk_js.serialize(None, window, vtk_js.reference_id(window), context, 1)
    state["extra"] = {
        "vtkRefId": vtk_js.reference_id(window),
        "centerOfRotation": camera.GetFocalPoint(),
        "camera": vtk_js.reference_id(camera),
    }
    arrays = {
        entry["hash"]: {**entry, "content": context.get_cached_data_array(entry["hash"], False)}
        for entry in vtk_js.extract_array_hash(state)
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.json", json.dumps({"hashes": arrays, "scene": state}))
    return packed.getvalue()
