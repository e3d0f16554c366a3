"""Table [output] of a case: folder, times, probes, regions, particle surfaces."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anosim.case.entry import Entry
from anosim.case.tables import read_interface
from anosim.formats.images import read_labels
from anosim.masks import Mask
from anosim.meshes import Mesh
from anosim.regions import Ball, Box, Disc, Region
from anosim.results.terms import TERMS

DEFAULT_TIMES = (0.02, 0.1, 1.0)
"""Output times where none are given, as parts of the whole."""
_EXAMPLE = {2: '["1 um", "2 um"]', 3: '["1 um", "2 um"], in a volume with z as third'}
KINDS = ("box", "disc", "ball", "mask")


@dataclass(frozen=True)
class MaskFile:
    """A region that a label image shows.

    Attributes:
        entry: where the file is named.
        file: as the case gives it.
        label: of the region's voxels.
    """

    entry: Entry
    file: str
    label: int

    def read(self, folder: Path, voxel: tuple[float, ...]) -> Mask:
        """The region.

        Args:
            folder: where the file's path starts.
            voxel: of the image that is meshed, m.

        Raises:
            CaseError: the file is no label image, or does not have the label.
        """
        with self.entry.blamed():
            labels = read_labels(folder / self.file)
        if not (labels == self.label).any():
            raise self.entry.error(f"has no voxel labelled {self.label}")
        return Mask(labels == self.label, voxel[-labels.ndim :])

    def check_covers(self, mask: Mask, mesh: Mesh) -> None:
        """Refuse a mask of another size than what is meshed.

        Raises:
            CaseError: both sizes.
        """
        if mask.mask.ndim != mesh.dimension:
            raise self.entry.error(
                f"has {mask.mask.ndim} axes, what is meshed has {mesh.dimension} dimensions"
            )
        voxels = np.ptp(mesh.points, axis=0)[::-1] / np.array(mask.voxel)
        if np.any(np.abs(voxels - mask.mask.shape) > 0.5):
            terms = TERMS[mesh.dimension]
            shapes = [
                " x ".join(map(str, n)) for n in (mask.mask.shape, np.round(voxels).astype(int))
            ]
            raise self.entry.error(
                f"has {shapes[0]} {terms.voxels}, what is meshed {shapes[1]} ({terms.axes}): "
                "give it the same slice and crop"
            )


@dataclass(frozen=True, eq=False)
class OutputPart:
    """Table [output].

    Attributes:
        folder: as the case gives it.
        times: ascending, s; empty for a steady state.
        probes: entry and (x, y[, z]) in m of each named point.
        regions: entry and shape of each named region.
        surfaces: entry and interface along which particles are looked at; None for all there are.
    """

    folder: str
    times: tuple[float, ...]
    probes: Mapping[str, tuple[Entry, tuple[float, ...]]]
    regions: Mapping[str, tuple[Entry, Region | MaskFile]]
    surfaces: tuple[tuple[Entry, tuple[str, str]], ...] | None


def read_output(entry: Entry, until: float, phases: Collection[str]) -> OutputPart:
    """Table [output] for a case that ends at ``until``, s, about an image of these phases."""
    table = entry.table(("folder", "times", "probes", "regions", "surfaces"))
    folder = table["folder"].text("a folder's name") if "folder" in table else "results"
    if "\0" in folder:
        raise table["folder"].error("is no folder's name")
    items = table["times"].array("a list of times") if "times" in table else []
    times = sorted({_time(item, until) for item in items})
    if not times and math.isfinite(until):
        times = [part * until for part in DEFAULT_TIMES]
    probes = table["probes"].table() if "probes" in table else {}
    regions = table["regions"].table() if "regions" in table else {}
    return OutputPart(
        folder,
        tuple(times),
        {name: (item, _point(item)) for name, item in probes.items()},
        {name: (item, _region(item)) for name, item in regions.items()},
        _surfaces(table["surfaces"], phases) if "surfaces" in table else (),
    )


def _time(entry: Entry, until: float) -> float:
    time = entry.quantity("s")
    if math.isinf(until):
        raise entry.error('has no meaning for a steady state, solve.until = "inf"')
    if not 0 <= time <= until:
        raise entry.error(f"is {entry.value!r}, outside of 0 to solve.until, {until:g} s")
    return time


def _point(entry: Entry, fewest: int = 2, most: int = 3) -> tuple[float, ...]:
    items = entry.array(f"a point, for example {_EXAMPLE[most]}", fewest, most)
    return tuple(item.quantity("m") for item in items)


def _region(entry: Entry) -> Region | MaskFile:
    table = entry.table((*KINDS, "label"))
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1 or ("label" in table) != (kinds == ["mask"]):
        raise entry.error(
            'is no region: give box = [["0 um", "1 um"], ["0 um", "2 um"]] (x, then y, then z in '
            'a volume), or disc = [["1 um", "2 um"], "0.5 um"], in a volume '
            'ball = [["1 um", "2 um", "3 um"], "0.5 um"], or mask = "areas.tif" with label = 1'
        )
    shape = table[kinds[0]]
    match kinds[0]:
        case "box":
            ranges = shape.array("the ranges of x, y and in a volume z, each [from, to]", 2, 3)
            with shape.blamed("Box"):
                return Box(*map(_range, ranges))
        case "disc":
            centre, radius = shape.array("a centre and a radius", 2, 2)
            return Disc(_point(centre, 2, 2), radius.positive("m"))
        case "ball":
            centre, radius = shape.array("a centre and a radius", 2, 2)
            return Ball(_point(centre, 3, 3), radius.positive("m"))
    return MaskFile(shape, shape.text("a file's name"), table["label"].integer("a label"))


def _range(entry: Entry) -> tuple[float, float]:
    low, high = entry.array("a range, [from, to]", 2, 2)
    return low.quantity("m"), high.quantity("m")


def _surfaces(
    entry: Entry, phases: Collection[str]
) -> tuple[tuple[Entry, tuple[str, str]], ...] | None:
    if isinstance(entry.value, bool):
        return None if entry.value else ()
    items = entry.array('true, or a list of interfaces, [["particle", "sei"]]')
    return tuple((item, read_interface(item, phases)) for item in items)
