"""A matplotlib figure that notebooks show."""

from io import BytesIO
from typing import Any

import matplotlib
import matplotlib.figure

from anosim.figures.style import DPI, STYLE

_PER_INCH = 96
"""CSS pixels per inch."""


class Figure(matplotlib.figure.Figure):
    """A matplotlib figure that a notebook shows under its cell, whatever the backend.

    It is no part of pyplot's state, so an inline backend does not show it a second time.
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """The picture at 200 dots per inch, and the width that it is shown at."""
        file = BytesIO()
        with matplotlib.rc_context(STYLE):
            self.savefig(file, format="png", dpi=DPI)
        return file.getvalue(), {"width": round(self.get_figwidth() * _PER_INCH)}
