"""Rows of the table that come from the model: Fig. 8 and Supplementary Fig. 6."""

from typing import Any

import published as paper
from comparison import (
    AGAINST,
    BY_DESIGN,
    IMPOSSIBLE,
    MATCHED,
    OURS,
    TOLERANCE,
    TREND,
    Row,
    compared,
)
from desk import Numbers
from model import STATED

LABELS = {
    "paper_stated": "stated D",
    "stored_capacity": "stated D, particles store",
    "paper_timescale": "fitted D",
}
WHY = {
    "paper_stated": "all is full before the first map at 2 s",
    "stored_capacity": "storage in the particles delays by about a hundred, and all is full before "
    "100 s",
    "paper_timescale": "",
}


def diffusion(fitted: Numbers, found: Numbers) -> list[Row]:
    """The fit and the three sets of parameters."""
    made = []
    low, high = fitted["value"] / fitted["factor_95"], fitted["value"] * fitted["factor_95"]
    times = STATED / fitted["value"]
    made.append(
        Row(
            "8",
            "D that fits both statements (reference: D eps^1.5)",
            fitted["value"],
            f"{STATED:.3g}",
            "m²/s",
            IMPOSSIBLE,
            f"95 %: {low:.2g} to {high:.2g}; least for area I {fitted['least']:.2g}, greatest "
            f"for area IV {fitted['most']:.2g}; the stated one is {times:.0f} times too large",
        )
    )
    region = found["region"]
    value = region["fractions"]["sei"]
    made.append(
        Row(
            "8",
            "area fraction of the SEI/C/B in the region",
            value,
            f"{paper.FRACTION}",
            "",
            compared(value, paper.FRACTION, trend=True),
            BY_DESIGN,
        )
    )
    for name, one in found["presets"].items():
        made += _preset(name, one)
    return made


def _preset(name: str, one: Numbers) -> list[Row]:
    """What a set of parameters gives beside what the reference states."""
    label = LABELS[name]
    fails = AGAINST if name == "paper_timescale" else IMPOSSIBLE

    def row(figure: str, what: str, value: float, there: str, unit: str, met: str | None) -> Row:
        return Row(figure, f"{what}, {label}", value, there, unit, met or fails, WHY[name])

    last, far = one["t90"]["1.0"], one["areas"]["IV"][-1]
    near = one["t90_areas"]["I"]
    met = MATCHED if near < paper.NEAR_90 else None
    made = [row("8b", "area I at 90 %", near, f"< {paper.NEAR_90:g}", "s", met)]
    for at, time in enumerate(paper.TIMES[1:]):
        values = [area[at] for area in one["areas"].values()]
        apart = TREND if max(values) - min(values) > 0.1 else None
        what = f"area I minus IV at {time:g} s"
        made.append(row("8a, b", what, values[0] - values[-1], "drawn, large", "of bulk", apart))
        made.append(
            Row(
                "8a",
                f"mean of the SEI/C/B at {time:g} s, {label}",
                one["mean"][at],
                "",
                "of bulk",
                OURS,
            )
        )
    low = MATCHED if far < 0.5 else None
    made.append(row("8b", f"area IV at {paper.END:g} s", far, "low", "of bulk", low))
    late = MATCHED if last > paper.END else None
    made.append(row("8", "last place at 90 %", last, "> 100", "s", late))
    return made


def surfaces(found: Numbers) -> list[Row]:
    """How unevenly lithium reaches one particle."""
    one = found["surfaces"]
    made = []
    for at, time in enumerate(paper.TIMES[1:]):
        low, high = one["largest"]["lowest"][at], one["largest"]["highest"][at]
        made.append(
            Row(
                "8a",
                f"highest minus lowest on the largest particle, {time:g} s",
                high - low,
                "red and blue parts",
                "of bulk",
                TREND if high - low > 0.1 else AGAINST,
                f"{one['uneven'][at]:.0%} of {one['particles']} particles differ by more than "
                "10 %; fitted D",
            )
        )
    return made


def thesis(found: Numbers) -> list[Row]:
    """Correlations of time and distance."""
    names = {"straight": "straight distance", "around": "distance through the SEI/C/B"}
    made = []
    groups: dict[str, Any] = {
        f"time to 90 % and {text}": found["local"][key] for key, text in names.items()
    }
    groups["a particle's time to 90 % and its distance"] = found["particles"]
    for text, one in groups.items():
        for kind in ("spearman", "pearson"):
            c = one[kind]
            made.append(
                Row(
                    "8, text",
                    f"{kind.title()}'s coefficient, {text}",
                    c["value"],
                    "the nearer, the faster",
                    "",
                    TREND if c["low"] > 0.0 else AGAINST,
                    f"95 %: {c['low']:.2f} to {c['high']:.2f}",
                )
            )
    made.append(
        Row(
            "8",
            "SEI/C/B that no path joins to a pore",
            100.0 * found["no_path"],
            "",
            "%",
            OURS,
            "left out of all averages",
        )
    )
    return made


def meshes(found: Numbers, fine: Numbers) -> list[Row]:
    """Supplementary Fig. 6."""
    error, walls = max(found["errors"].values()), max(found["pixel_edges"].values())
    finest = found["triangles"][-1]
    met = abs(finest / paper.TRIANGLES - 1.0) < TOLERANCE
    return [
        Row(
            "S6",
            "quadratic triangles of the finest mesh",
            finest,
            f"{paper.TRIANGLES}",
            "",
            MATCHED if met else TREND,
        ),
        Row(
            "8a",
            "quadratic triangles of the maps",
            fine["triangles"],
            f"{paper.TRIANGLES}",
            "",
            MATCHED if abs(fine["triangles"] / paper.TRIANGLES - 1.0) < TOLERANCE else TREND,
        ),
        Row(
            "S6",
            "estimated error of the areas' curves on the finest mesh",
            error,
            "mesh independent",
            "of bulk",
            MATCHED if error < 1e-2 else AGAINST,
        ),
        Row(
            "S6",
            "change of the curves by pixel edges instead of smoothed ones",
            walls,
            "",
            "of bulk",
            OURS,
            "the error that no mesh takes away",
        ),
    ]
