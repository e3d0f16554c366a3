"""Pictures inside of a page."""

from base64 import b64encode
from pathlib import Path

from markupsafe import Markup

from anosim.formats.damage import reading
from anosim.report.templates import render

CAPTIONS = {
    "microstructure": "The image's phases.",
    "mesh": "The mesh, over the image where there is one, whole and in detail.",
    "mesh_report": "How good the mesh is: classes of its quality, and the worst element's place.",
    "concentration": "Concentration at the output times, on one colour scale.",
    "isosurfaces": "Surfaces of equal concentration at some times.",
    "fluxes": "Direction and amount of the flux of lithium.",
    "curves": "Mean concentration of phases and regions, and at probes, over time.",
    "time_to_90": "When each place first has 90 % of the way to the source's concentration.",
    "measures": "Fractions, geodesic tortuosity and channels over depth; proximity and sizes.",
    "tortuosity": "Geodesic tortuosity of every voxel.",
}
"""What the pictures of runs and measures show, by the file's name without its ending."""


def picture(path: Path, caption: str | None = None) -> Markup:
    """A PNG or SVG file as a figure with a caption, which is also its text for who cannot see it.

    Args:
        path: the file.
        caption: plain text; without it what is known about a file of that name, or its name.
    """
    text = caption or CAPTIONS.get(path.stem, path.stem.replace("_", " "))
    return render("picture.html", caption=text, address=embedded(path))


def embedded(path: Path) -> str:
    """A file's content as a data: address."""
    kind = {".svg": "image/svg+xml"}.get(path.suffix.lower(), "image/png")
    with reading(path):
        return f"data:{kind};base64,{b64encode(path.read_bytes()).decode()}"
