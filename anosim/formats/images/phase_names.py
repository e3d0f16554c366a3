"""Names of phases that a file of labels carries: in TIFF tags, or in the record beside a .npy."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anosim.formats.images.tiff_ome import is_ome

_LINE = re.compile(r"^phase (.+) = (-?\d+)$", re.MULTILINE)
_LONGEST = 1 << 22
"""Bytes of the longest record that is read."""


def phase_text(phases: Mapping[str, int]) -> str:
    """A line for each phase, for a text that a file carries."""
    return "\n".join(f"phase {name} = {label}" for name, label in phases.items())


def phases_in(text: str) -> dict[str, int]:
    """The phases that a text names; none where it names one twice."""
    found = {name: int(label) for name, label in _LINE.findall(text)}
    return found if len(set(found.values())) == len(_LINE.findall(text)) else {}


def phases_of_tiff(file: Any) -> dict[str, int]:
    """The phases that ImageJ's Info or OME's Description of a tifffile.TiffFile names."""
    if file.is_imagej:
        return phases_in(str((file.imagej_metadata or {}).get("Info", "")))
    if not is_ome(file.pages.first):
        return {}
    from xml.etree import ElementTree

    try:
        texts = ElementTree.fromstring(file.pages.first.description).iter()
        return phases_in("\n".join(e.text or "" for e in texts if e.tag.endswith("Description")))
    except ElementTree.ParseError:
        return {}


def phases_beside(path: Path) -> dict[str, int]:
    """The labels in the record that ``anosim segment`` wrote beside a file; none without one."""
    record = path.with_suffix(".json")
    try:
        if not record.is_file() or record.stat().st_size > _LONGEST:
            return {}
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    labels = found.get("labels") if isinstance(found, dict) else None
    if not isinstance(labels, dict) or "method" not in found:
        return {}
    plain = all(isinstance(label, int) and not isinstance(label, bool) for label in labels.values())
    return labels if plain else {}
