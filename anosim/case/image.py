"""Table [image] of a case: labels or grey values from a file, or a sample of the package."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from anosim import samples
from anosim.case.entry import Entry
from anosim.case.segment import SegmentPart
from anosim.errors import InputError
from anosim.formats.digest import content_digest
from anosim.formats.images import ImageFile, open_image, settled_voxel
from anosim.image import Image
from anosim.microstructure import Microstructure

SAMPLES: Mapping[str, tuple[Callable[[], Microstructure], str]] = {
    "nmc_slice": (samples.nmc_slice, "nmc_calendered_slice125.tif"),
}
"""What reads each sample, and its file."""
LARGEST_VOXEL = 1e-3
"""Above this many m a unit was forgotten."""


@dataclass(frozen=True, eq=False)
class ImagePart:
    """A file or a sample, and which part of it.

    Attributes:
        entry: the table.
        file: the file's path; None for a sample.
        dataset: which array of an HDF5 file or Zarr group, or None.
        sample: a sample's name.
        voxel: size per axis, m: one for all, or of the file's axes, or of those of the slice.
        given: whether the case gives the voxel size; else the file states it.
        phases: label of each phase.
        crop: (start, stop) per axis in the array's order, or empty.
        slice: position in a stack, or None.
        segment: how the grey values become phases; None where the file holds labels.
    """

    entry: Entry
    file: Path | None
    dataset: str | None
    sample: str
    voxel: tuple[float, ...]
    given: bool
    phases: Mapping[str, int]
    crop: tuple[tuple[int, int], ...]
    slice: int | None
    segment: SegmentPart | None = None

    def microstructure(self) -> Microstructure:
        """The labelled image that the table describes.

        Raises:
            CaseError: no such file, not an image, labels and phases that differ, a wrong crop.

        Warns:
            UserWarning: the voxel size contradicts the file's; that of the case holds.
        """
        if self.file is None:
            whole = SAMPLES[self.sample][0]()
            _check_slice(self.entry, whole.labels.shape, self.slice)
        elif self.segment is not None:
            whole = self._segmented(self.segment)
        else:
            whole = self._labelled()
        if self.crop:
            with self.entry.part("crop").blamed():
                whole = whole.crop(*self.crop)
        return whole

    def about(self) -> dict[str, Any]:
        """What was read, as plain values: see ``ImageFile.describe``; empty for a sample."""
        if self.file is None:
            return {}
        found = self._opened()
        stored = self.segment is None and found.white_is_zero is not None
        notes = found.labels()[1] if stored else found.notes
        part = {} if self.slice is None else {"slice": self.slice}
        return self._plane(found).describe(self._given()) | {"notes": list(notes)} | part

    def digest(self) -> str:
        """SHA-256 of the image file's bytes, or of those of a folder."""
        if self.file is not None:
            return content_digest(self.file)
        with as_file(files(samples) / SAMPLES[self.sample][1]) as path:
            return content_digest(path)

    def stated(self) -> tuple[float, ...]:
        """The voxel size in the file, of what is meshed.

        Raises:
            CaseError: no such file, or one that states none.
        """
        found = self._plane(self._opened())
        with self.entry.part("voxel").blamed():
            return found.voxel_size()

    def _segmented(self, part: SegmentPart) -> Microstructure:
        """The grey image, or its slice, segmented; strokes are painted over the same."""
        found = self._plane(self._opened())
        voxel = self._settled(found)
        with self.entry.part("file").blamed():
            image = Image(found.array(), voxel)
        made: Microstructure = part.run(image).microstructure
        return made

    def _labelled(self) -> Microstructure:
        """The labels, or those of a slice; phases that are nowhere in the file are an error."""
        found = self._opened(lazy=False)
        voxel = self._settled(self._plane(found))
        with self.entry.part("file").blamed():
            labels, notes = found.labels()
            Image(labels, 1.0)
        contradiction = found.phase_contradiction(self.phases)
        for note in (*notes, contradiction) if contradiction else notes:
            warnings.warn(note, UserWarning, stacklevel=4)
        phases = self.entry.part("phases")
        empty = [name for name, label in self.phases.items() if not (labels == label).any()]
        with (phases.part(empty[0]) if empty else phases).blamed():
            whole = Microstructure(labels, self.phases, 1.0)
            if self.slice is not None:
                labels = labels[self.slice]
                present = set(np.unique(labels).tolist())
                names = {name: label for name, label in self.phases.items() if label in present}
                return Microstructure(labels, names, voxel)
            return Microstructure(whole.labels, whole.phases, voxel)

    def _opened(self, *, lazy: bool = True) -> ImageFile:
        part = self.entry.part("file" if self.dataset is None else "dataset")
        with part.blamed():
            found = open_image(self.file or "", dataset=self.dataset, lazy=lazy)
        _check_slice(self.entry, found.shape, self.slice)
        return found

    def _plane(self, found: ImageFile) -> ImageFile:
        """What is meshed of a file: the whole, or a slice."""
        return found if self.slice is None else found.plane(self.slice)

    def _given(self) -> tuple[float, ...] | None:
        """The voxel size in the case, of a slice without that across it."""
        if not self.given:
            return None
        return self.voxel[-2:] if self.slice is not None else self.voxel

    def _settled(self, found: ImageFile) -> tuple[float, ...]:
        with self.entry.part("voxel").blamed():
            return settled_voxel(found, self._given())


def _check_slice(entry: Entry, shape: tuple[int, ...], position: int | None) -> None:
    if position is not None and (len(shape) != 3 or not 0 <= position < shape[0]):
        raise entry.part("slice").error(f"is {position}, but the image has the shape {shape}")


def read_image(entry: Entry, folder: Path, segment: SegmentPart | None = None) -> ImagePart:
    """Table [image].

    Args:
        entry: the table.
        folder: where the file's path starts.
        segment: how the grey values become phases; it then names them.

    Raises:
        CaseError: what is wrong, with its line.
    """
    table = entry.table(("file", "dataset", "sample", "voxel", "phases", "crop", "slice"))
    crop = (
        tuple(map(_range, table["crop"].array("a list of ranges, one per axis", 2, 3)))
        if ("crop" in table)
        else ()
    )
    place = table["slice"].integer() if "slice" in table else None
    if "sample" in table:
        if segment is not None:
            raise segment.entry.error("does not go with image.sample, which has its phases")
        for key in ("file", "dataset", "voxel", "phases"):
            if key in table:
                raise table[key].error("does not go with image.sample, which brings its own")
        name = table["sample"].one_of(SAMPLES, "samples are")
        own = SAMPLES[name][0]()
        return ImagePart(entry, None, None, name, own.voxel, True, own.phases, crop, place)
    file = entry.required("file", '"roi.tif" or sample = "nmc_slice"').text("a file's name")
    if "\0" in file:
        raise table["file"].error("is no file's name")
    if segment is not None and "phases" in table:
        raise table["phases"].error("does not go with [segment], which names the phases")
    if segment is not None:
        labels: Mapping[str, int] = segment.labels
    elif "phases" in table:
        labels = _phases(table["phases"])
    else:
        labels = _own_phases(folder / file) or _phases(
            entry.required("phases", "{ pore = 0, particle = 1 }")
        )
    dataset = table["dataset"].text("a dataset's name") if "dataset" in table else None
    voxel = _voxel(table["voxel"]) if "voxel" in table else ()
    made = ImagePart(
        entry, folder / file, dataset, "", voxel, bool(voxel), labels, crop, place, segment
    )
    return made if voxel else replace(made, voxel=made.stated())


def _own_phases(file: Path) -> Mapping[str, int]:
    """The phases that a file of labels names itself; none of one that cannot be read."""
    try:
        return open_image(file, lazy=True).phases
    except InputError:  # what is wrong with the file is told when it is read
        return {}


def _voxel(entry: Entry) -> tuple[float, ...]:
    sizes = entry.array("one to three lengths", 1, 3) if isinstance(entry.value, list) else [entry]
    found = tuple(size.positive("m") for size in sizes)
    if max(found) > LARGEST_VOXEL:
        raise entry.error(
            f"is {max(found):g} m, too large for a voxel of an electrode: a plain number is in m, "
            'text carries its unit, as in "20 nm"'
        )
    return found


def _phases(entry: Entry) -> dict[str, int]:
    phases: dict[str, int] = {}
    for name, item in entry.table().items():
        label = item.integer("a label, an integer")
        for other in (other for other, given in phases.items() if given == label):
            raise item.error(f"is {label}, which is the label of {other!r} already")
        if not name.strip():
            raise item.error("has a blank name")
        phases[name] = label
    if not phases:
        raise entry.error("names no phase; write for example { pore = 0, particle = 1 }")
    return phases


def _range(entry: Entry) -> tuple[int, int]:
    start, stop = entry.array("two integers, [start, stop]", 2, 2)
    return start.integer(), stop.integer()
