"""Every number beside the reference's, with what the comparison is worth, and why."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import image_rows
import model_rows
from comparison import Row
from desk import Desk, Numbers

from anosim.figures.readable import number
from anosim.formats.atomic import replacing
from anosim.measure import write_table


def rows(found: Mapping[str, Numbers]) -> list[Row]:
    """The whole table, in the order of the figures."""
    return [
        *image_rows.fibsem(found["figure-4"]),
        *image_rows.volumes(found["figure-5"]),
        *image_rows.ways(found["figure-6"]),
        *image_rows.distances(found["figure-7"]),
        *model_rows.diffusion(found["fit"], found["figure-8"]),
        *model_rows.surfaces(found["figure-8"]),
        *model_rows.thesis(found["thesis"]),
        *model_rows.meshes(found["mesh-study"], found["figure-8a"]),
    ]


def write(desk: Desk, table: list[Row]) -> None:
    """As Markdown, CSV and JSON into the folder."""
    columns = {key: [asdict(row)[key] for row in table] for key in asdict(table[0])}
    write_table(columns, desk.folder / "table.csv")
    with replacing(desk.folder / "table.json") as temporary:
        temporary.write_text(
            json.dumps([asdict(row) for row in table], indent=1, ensure_ascii=False)
        )
    with replacing(desk.folder / "table.md") as temporary:
        temporary.write_text(markdown(table), encoding="utf-8")


def markdown(table: list[Row]) -> str:
    """The table for a README."""
    head = ("figure", "number", "here", "reference", "status", "why")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in table:
        shown = f"{number(row.value)} {row.unit}".strip()
        counted = row.reference[-1:].isdigit()
        there = f"{row.reference} {row.unit}".strip() if counted else row.reference
        cells = (row.figure, row.what, shown, there, row.status, row.reason)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
