"""Rows of the table that come from images: Figs 4 to 7 and 8d."""

import published as paper
from comparison import (
    AGAINST,
    BY_DESIGN,
    COARSE,
    MATCHED,
    OURS,
    TOLERANCE,
    TREND,
    Row,
    compared,
    why,
)
from desk import Numbers


def fibsem(found: Numbers) -> list[Row]:
    """Fig. 4: slices and the stack."""
    made = []
    slices = found["slices"]
    for cycles, one in slices.items():
        made.append(
            Row(
                "4b, c",
                f"mean IoU of the segmentation, {cycles} cycles",
                one["mean_iou"],
                "",
                "",
                OURS,
                "the truth of a synthetic image is known",
            )
        )
    for cycles, there in paper.SIZE.items():
        value = slices[str(cycles)]["extension_mean"]
        shrinks = slices["100"]["extension_mean"] < slices["0"]["extension_mean"]
        status = compared(value, there, shrinks)
        made.append(
            Row(
                "4b, c",
                f"mean extension of particles, {cycles} cycles",
                1e6 * value,
                f"{1e6 * there:.2f}",
                "µm",
                status,
                BY_DESIGN,
            )
        )
    most = slices["0"]["extension_most"]
    status = compared(most, paper.LARGEST, most > slices["0"]["extension_mean"])
    made.append(
        Row(
            "4b",
            "greatest extension of a particle, pristine",
            1e6 * most,
            f"{1e6 * paper.LARGEST:.1f}",
            "µm",
            status,
            why(status, "one slice cuts few large particles, and rarely in their middle"),
        )
    )
    ratio = slices["100"]["per_area"] / slices["0"]["per_area"]
    status = compared(ratio, paper.COUNT, ratio > 1.0)
    made.append(
        Row(
            "4d",
            "particles per area, 100 cycles over pristine",
            ratio,
            "about 10",
            "",
            status,
            BY_DESIGN + "; the reference divides by the greatest pristine count",
        )
    )
    for name, there in paper.POROSITY.items():
        value = found["pore_per_slice"][name]
        made.append(
            Row(
                "4e",
                f"pores per slice, pristine, {name}",
                100.0 * value,
                f"{100.0 * there:.2f}",
                "%",
                compared(value, there, trend=True),
                "labels of 500 slices, not segmented",
            )
        )
    return made


def volumes(found: Numbers) -> list[Row]:
    """Fig. 5a and b: phase volumes over cycles."""
    made = []
    for cycles, one in found.items():
        if cycles.isdigit():
            what = f"mean IoU of the segmentation, {cycles} cycles"
            made.append(Row("5", what, one["mean_iou"], "", "", OURS))
    for phase, name, table in (
        ("pore", "pore", paper.PORES),
        ("sei", "intermediate", paper.INTERMEDIATE),
    ):
        for cycles, there in table.items():
            value = found[str(cycles)]["changes"][phase]
            status = compared(value, there, value * there > 0.0)
            made.append(
                Row(
                    "5a, b",
                    f"change of the {name} volume, {cycles} cycles",
                    100.0 * value,
                    f"{100.0 * there:+.1f}",
                    "%",
                    status,
                    BY_DESIGN,
                )
            )
    value = found["300"]["changes"]["graphite"]
    made.append(
        Row(
            "5a",
            "change of the graphite volume, 300 cycles",
            100.0 * value,
            "not significant",
            "%",
            MATCHED if abs(value) < TOLERANCE else AGAINST,
            BY_DESIGN,
        )
    )
    return made


def ways(found: Numbers) -> list[Row]:
    """Figs 5c and 6: tortuosity, channels and surface."""
    made = []
    deep = found["counted_at"]
    top = {c: max(_known(found["tortuosity"][c])) for c in ("0", "3", "100", "300")}
    for cycles, value in top.items():
        made.append(
            Row(
                "5c, 6a",
                f"greatest mean tortuosity of all depths, {cycles} cycles",
                value,
                "" if cycles == "0" else "grows",
                "",
                OURS if cycles == "0" else TREND if value > top["0"] else AGAINST,
                "the reference draws it, without numbers",
            )
        )
    values = _known(found["tortuosity"]["0"])[3:]
    flat = max(values) / min(values)
    made.append(
        Row(
            "6a",
            "greatest over least mean tortuosity from 2 µm on, pristine",
            flat,
            "almost constant",
            "",
            MATCHED if flat < 1.2 else AGAINST,
        )
    )
    reach = 1e6 * found["reaches_to"]["300"]
    made.append(
        Row(
            "6a",
            "depth that the pores lead to, 300 cycles",
            reach,
            "about 28",
            "µm",
            MATCHED if reach >= 28.0 else AGAINST,
            BY_DESIGN,
        )
    )
    low, high = (found["tortuosity"]["300"][_at(found, z)] for z in (2e-6, deep))
    if high is not None:
        made.append(
            Row(
                "6a",
                f"mean tortuosity at {1e6 * deep:.1f} µm over that at 2.3 µm, 300 cycles",
                high / low,
                "exponential, no number",
                "",
                TREND if high > 1.1 * low else AGAINST,
                "a net of channels is about as tortuous at every depth",
            )
        )
    for cycles, sign in ((0, "more than"), (300, "at most")):
        value, there = found["channels"][str(cycles)], paper.CHANNELS[cycles]
        met = value > there if cycles == 0 else 0 < value <= there
        falls = found["channels"]["300"] < 0.1 * found["channels"]["0"]
        status = MATCHED if met else TREND if falls else AGAINST
        made.append(
            Row(
                "6b",
                f"channels at {1e6 * deep:.1f} µm, {cycles} cycles",
                value,
                f"{sign} {there}",
                "",
                status,
                why(status, COARSE, BY_DESIGN),
            )
        )
    for cycles in ("3", "100", "300"):
        value, there = found["surface"][cycles], paper.SURFACE.get(int(cycles))
        if there is None:
            before = found["surface"]["3" if cycles == "100" else "100"]
            status = TREND if value < before else AGAINST
            text, reason = "linear decline, no number", ""
        else:
            status, text, reason = (
                compared(value, there, value < 1.0),
                f"about {there:.2f}",
                COARSE,
            )
        made.append(
            Row(
                "6c",
                f"pore surface over pristine, {cycles} cycles",
                value,
                text,
                "",
                status,
                why(status, reason),
            )
        )
    return made


def _at(found: Numbers, depth: float) -> int:
    """The first slice at this depth or below it, m."""
    return next(rank for rank, z in enumerate(found["depth"]) if z >= depth)


def _known(values: list[float | None]) -> list[float]:
    """What is no gap."""
    return [value for value in values if value is not None]


def distances(found: Numbers) -> list[Row]:
    """Figs 7 and 8d: from pores to particles and back."""
    made, near = [], found["pore_to_particle"]
    for rank, name in enumerate(("mean", "most")):
        grows = near["300"][name] > near["0"][name]
        for cycles, pair in paper.PROXIMITY.items():
            value, there = near[str(cycles)][name], pair[rank]
            status = compared(value, there, grows)
            text = {"mean": "mean", "most": "greatest"}[name]
            made.append(
                Row(
                    "7",
                    f"{text} distance from pores to particles, {cycles} cycles",
                    1e6 * value,
                    f"{1e6 * there:.2f}",
                    "µm",
                    status,
                    BY_DESIGN,
                )
            )
    back = found["particle_to_pore"]
    for cycles in ("0", "3", "100", "300"):
        there = "grows" if cycles != "0" else ""
        grows = back[cycles]["mean"] > back["0"]["mean"]
        status = OURS if cycles == "0" else TREND if grows else AGAINST
        made.append(
            Row(
                "8d",
                f"mean distance from particles to pores, {cycles} cycles",
                1e6 * back[cycles]["mean"],
                there,
                "µm",
                status,
                "the reference's scheme has no numbers",
            )
        )
    return made
