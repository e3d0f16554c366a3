"""Table [image] of a case: labels or grey values from a file, or a sample of the package."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from anosim import samples
from anosim.case.entry import Entry
from anosim.case.segment import SegmentPart
from anosim.formats.images import open_image, read
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
        sample: a sample's name.
        voxel: size per axis, m.
        phases: label of each phase.
        crop: (start, stop) per axis in the array's order, or empty.
        slice: position in a stack, or None.
        segment: how the grey values become phases; None where the file holds labels.
    """

    entry: Entry
    file: Path | None
    sample: str
    voxel: tuple[float, ...]
    phases: Mapping[str, int]
    crop: tuple[tuple[int, int], ...]
    slice: int | None
    segment: SegmentPart | None = None

    def microstructure(self) -> Microstructure:
        """The labelled image that the table describes.

        Raises:
            CaseError: no such file, not an image, labels and phases that differ, a wrong crop.
        """
        if self.segment is not None and self.file is not None:
            whole = self._segmented(self.file, self.segment)
        else:
            whole = SAMPLES[self.sample][0]() if self.file is None else self._read(self.file)
        shape = whole.labels.shape
        if self.slice is not None and self.segment is None:
            entry = self.entry.part("slice")
            if len(shape) != 3 or not 0 <= self.slice < shape[0]:
                raise entry.error(f"is {self.slice}, but the image has the shape {shape}")
            part = whole.crop((self.slice, self.slice + 1), (0, shape[1]), (0, shape[2]))
            whole = Microstructure(part.labels[0], part.phases, part.voxel[1:])
        if self.crop:
            with self.entry.part("crop").blamed():
                whole = whole.crop(*self.crop)
        return whole

    def digest(self) -> str:
        """SHA-256 of the image file's bytes."""
        where = files(samples) / SAMPLES[self.sample][1] if self.file is None else self.file
        return sha256(where.read_bytes()).hexdigest()

    def _segmented(self, file: Path, part: SegmentPart) -> Microstructure:
        """The grey image, or its slice, segmented; strokes are painted over the same."""
        with self.entry.part("file").blamed():
            found = open_image(file, lazy=True)
        with self.entry.part("voxel").blamed():
            voxel = found.voxel_size(self.voxel)
        with self.entry.part("file").blamed():
            if self.slice is None:
                image = Image(found.array(), voxel)
            elif len(found.shape) != 3 or not 0 <= self.slice < found.shape[0]:
                raise self.entry.part("slice").error(
                    f"is {self.slice}, but the image has the shape {found.shape}"
                )
            else:
                image = Image(found.slab(self.slice, self.slice + 1)[0], voxel[1:])
        made: Microstructure = part.run(image).microstructure
        return made

    def _read(self, file: Path) -> Microstructure:
        phases = self.entry.part("phases")
        with self.entry.part("file").blamed():
            labels = Image(read(file), 1.0).values
        if labels.dtype.kind not in "biu":
            raise self.entry.part("file").error(
                f"holds {labels.dtype} values: labels are integers; segment a grey image first"
            )
        with self.entry.part("voxel").blamed("Image.voxel"):
            Image(labels, self.voxel)
        empty = [name for name, label in self.phases.items() if not (labels == label).any()]
        with (phases.part(empty[0]) if empty else phases).blamed():
            return Microstructure(labels, self.phases, self.voxel)


def read_image(entry: Entry, folder: Path, segment: SegmentPart | None = None) -> ImagePart:
    """Table [image].

    Args:
        entry: the table.
        folder: where the file's path starts.
        segment: how the grey values become phases; it then names them.

    Raises:
        CaseError: what is wrong, with its line.
    """
    table = entry.table(("file", "sample", "voxel", "phases", "crop", "slice"))
    crop = (
        tuple(map(_range, table["crop"].array("a list of ranges, one per axis", 2, 3)))
        if ("crop" in table)
        else ()
    )
    place = table["slice"].integer() if "slice" in table else None
    if "sample" in table:
        if segment is not None:
            raise segment.entry.error("does not go with image.sample, which has its phases")
        for key in ("file", "voxel", "phases"):
            if key in table:
                raise table[key].error("does not go with image.sample, which brings its own")
        name = table["sample"].one_of(SAMPLES, "samples are")
        own = SAMPLES[name][0]()
        return ImagePart(entry, None, name, own.voxel, own.phases, crop, place)
    file = entry.required("file", '"roi.tif" or sample = "nmc_slice"').text("a file's name")
    if "\0" in file:
        raise table["file"].error("is no file's name")
    if segment is not None:
        if "phases" in table:
            raise table["phases"].error("does not go with [segment], which names the phases")
        size = _voxel(table["voxel"]) if "voxel" in table else _stated(entry, folder / file)
        return ImagePart(entry, folder / file, "", size, segment.labels, crop, place, segment)
    voxel = _voxel(entry.required("voxel", '"20 nm" or ["40 nm", "20 nm"] for rows and columns'))
    phases = _phases(entry.required("phases", "{ pore = 0, particle = 1 }"))
    return ImagePart(entry, folder / file, "", voxel, phases, crop, place)


def _stated(entry: Entry, file: Path) -> tuple[float, ...]:
    """The voxel size in the image file."""
    with entry.part("voxel").blamed():
        return open_image(file, lazy=True).voxel_size()


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
