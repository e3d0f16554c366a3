"""Names of the files that belong to a report."""

PAGE = "report.html"
FRAMES = "frames.png"
"""The concentration over time for the page's slider: see ``anosim.figures.frames``."""
