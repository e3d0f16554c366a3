"""Volumes larger than memory: the staged method from file to file, slab by slab."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from anosim.formats.atomic import replacing
from anosim.formats.images.imagefile import ImageFile
from anosim.formats.images.writing import check_labels_writable, label_array
from anosim.progress import stage
from anosim.segment.blocks import Blocks
from anosim.segment.methods import check_phases, create
from anosim.segment.staged import Staged, stages


@dataclass(frozen=True, eq=False)
class SegmentedVolume:
    """Labels on disk and how they came about.

    Attributes:
        path: the file of labels: positions in the phases from dark to bright.
        phases: label of each phase that has a voxel.
        voxel: size per axis, m.
        record: thresholds, voxel counts and fractions, as plain values.
    """

    path: Path
    phases: Mapping[str, int]
    voxel: tuple[float, ...]
    record: Mapping[str, Any]


@stage("segment")
def segment_volume(
    source: ImageFile,
    phases: Sequence[str],
    output: str | PathLike[str],
    *,
    voxel: Any = None,
    smooth: int | None = None,
    thresholds: Sequence[float] | None = None,
) -> SegmentedVolume:
    """Segment a volume, staged or by given thresholds, without ever holding it in memory.

    Args:
        source: opened with ``lazy=True``.
        phases: names of two to four phases from dark to bright.
        output: file for the labels, .npy or .tif (BigTIFF with OME metadata).
        voxel: its size; without it the file's own.
        smooth: radius of the staged method's median filter, voxels; 1 without it.
        thresholds: rising grey values, one fewer than phases, instead of the staged method.

    Raises:
        InputError: another ending, no voxel size, or a histogram without as many phases.
    """
    names = check_phases(phases)
    options: dict[str, Any] = {} if smooth is None else {"smooth": smooth}
    if thresholds is not None:
        options["thresholds"] = tuple(thresholds)
    kind = "staged" if thresholds is None else "thresholds"
    method: Any = create(kind, options, names, strokes=False)
    size = source.voxel_size(voxel)
    order = {name: rank for rank, name in enumerate(names)}
    check_labels_writable(output)
    with replacing(output) as temporary:
        labels = label_array(temporary, source.shape, size, order)
        if isinstance(method, Staged):
            decisions = stages(Blocks(source.shape, source.slab, method.smooth), names, labels)
        else:
            voxels = method.assign(Blocks(source.shape, source.slab), names, labels)
            decisions = {"thresholds": list(method.thresholds), "voxels": voxels}
        labels.flush()
        del labels  # closes the file before it is renamed
    total = float(np.prod(source.shape, dtype=object))
    present = {name: count / total for name, count in decisions["voxels"].items() if count}
    record: dict[str, Any] = {
        "method": kind,
        "options": asdict(method),
        "phases": list(names),
        "image": source.describe(voxel),
        "decisions": decisions,
        "fractions": present,
    }
    labelled = {name: order[name] for name in present}
    record["labels"] = labelled
    return SegmentedVolume(Path(output), labelled, size, MappingProxyType(record))
