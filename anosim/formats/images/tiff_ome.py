"""OME-TIFF: the page of each slice, in one file or in several."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from anosim.errors import InputError, listing
from anosim.formats.beside import file_beside

_LONGEST = 1 << 28
"""Bytes of metadata that are read at most."""


@dataclass(frozen=True)
class OmeStack:
    """Slices of one image and what the metadata say about them.

    Attributes:
        pixels: attributes of the element Pixels.
        slices: file and position of the page of each slice, from front to back.
    """

    pixels: dict[str, str]
    slices: tuple[tuple[Path, int], ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """Files of the stack in the order of its slices."""
        return tuple(dict.fromkeys(file for file, _ in self.slices))


def ome_stack(path: Path, description: str, pages: int) -> OmeStack | None:
    """The stack that the metadata of an OME-TIFF describe; None where they are no XML.

    Args:
        path: the file, any part of the stack.
        description: of its first page.
        pages: their number in the file.

    Raises:
        InputError: files of the stack are missing, slices are, or there are several images,
            channels or times.
    """
    try:
        root = ElementTree.fromstring(description)
        own = root.get("UUID")
        link = root.find("{*}BinaryOnly")
        if link is not None:
            own = link.get("UUID", own)
            root = ElementTree.fromstring(_linked(path, link.get("MetadataFile", "")))
    except ElementTree.ParseError:
        return None
    found = list(root.iterfind("{*}Image/{*}Pixels"))
    if not found:
        return None
    names = {name for node in found for name in _file_names(node)}
    here = _Here(path, pages, own, len(names) < 2)
    pixels = [node for node in found if not _file_names(node) or any(
        here.is_own(data) for data in node.iterfind("{*}TiffData"))]  # fmt: skip
    if not pixels:
        raise InputError(
            f"{str(path)!r} is described as part of an image in the files "
            f"{listing(sorted(names)[:3])}, but is none of them: give it back its name"
        )
    if len(pixels) > 1:
        raise InputError(f"{str(path)!r} holds {len(pixels)} images: save one of them alone")
    return OmeStack(dict(pixels[0].attrib), _slices(here, pixels[0], _depth(path, pixels[0])))


def _linked(path: Path, name: str) -> str:
    """Metadata that stand in another file, text or OME-TIFF."""
    file = file_beside(path, name)
    if file.suffix.lower() not in (".tif", ".tiff"):
        with file.open("rb") as stream:
            return stream.read(_LONGEST).decode("utf-8", errors="replace")
    import tifffile

    with tifffile.TiffFile(file, is_ome=False) as linked:
        return str(linked.pages.first.description)


def _file_names(pixels: Element) -> list[str]:
    named = pixels.iterfind("{*}TiffData/{*}UUID")
    return [name for node in named if (name := node.get("FileName"))]


def _depth(path: Path, pixels: Element) -> int:
    samples = [int(node.get("SamplesPerPixel", "1")) for node in pixels.iterfind("{*}Channel")]
    for size, what in (("SizeC", "channels"), ("SizeT", "times")):
        count = int(pixels.get(size, "1"))
        if count > 1 and (what == "times" or samples != [count]):  # colours: the page tells them
            raise InputError(f"{str(path)!r} holds {count} {what}: save one of them")
    return int(pixels.get("SizeZ", "1"))


@dataclass(frozen=True)
class _Here:
    """The file that is opened.

    Attributes:
        path: the file.
        pages: number of pages in it.
        uuid: its name in the metadata.
        alone: whether the metadata name no second file, so that this one may have a new name.
    """

    path: Path
    pages: int
    uuid: str | None
    alone: bool

    def is_own(self, data: Element) -> bool:
        """Whether a TiffData element is about this file."""
        node = data.find("{*}UUID")
        if self.alone or node is None or node.get("FileName") == self.path.name:
            return True
        return self.uuid is not None and (node.text or "").strip() == self.uuid

    def file(self, data: Element) -> Path:
        """The file that a TiffData element is about."""
        node = data.find("{*}UUID")
        if node is None or self.is_own(data):
            return self.path
        return file_beside(self.path, node.get("FileName", ""))


def _slices(here: _Here, pixels: Element, depth: int) -> tuple[tuple[Path, int], ...]:
    found: dict[int, tuple[Path, int]] = {}
    missing: dict[str, str] = {}
    parts = list(pixels.iterfind("{*}TiffData"))
    for data in parts:
        try:
            file = here.file(data)
        except InputError as error:
            node = data.find("{*}UUID")
            missing[str(node.get("FileName") if node is not None else "")] = str(error)
            continue
        found.update((z, (file, page)) for z, page in _numbers(here, data, file) if z < depth)
    if missing:
        raise InputError(
            f"{str(here.path)!r} is one of {len(set(_file_names(pixels)))} files of an image, of "
            f"which {len(missing)} cannot be read, the first: {next(iter(missing.values()))}"
        )
    if not parts:
        found = {z: (here.path, z) for z in range(min(depth, here.pages))}
    if depth < 1 or len(found) != depth:
        raise InputError(
            f"{str(here.path)!r} is damaged or truncated: its metadata declare {depth} slices and "
            f"say of {len(found)} where they are"
        )
    return tuple(found[z] for z in range(depth))


def _numbers(here: _Here, data: Element, file: Path) -> Iterator[tuple[int, int]]:
    """Number of the slice and of its page for every page that a TiffData element is about."""
    first, page = int(data.get("FirstZ", "0")), int(data.get("IFD", "0"))
    count = int(data.get("PlaneCount", "1" if "IFD" in data.keys() else "-1"))  # noqa: SIM118
    if first < 0 or page < 0:
        return
    if count != 1:
        there = _count(here, file) - page
        count = there if count < 0 else min(count, there)
    for step in range(count):
        yield first + step, page + step


def _count(here: _Here, file: Path) -> int:
    if file == here.path:
        return here.pages
    import tifffile

    with tifffile.TiffFile(file, is_ome=False) as part:
        return len(part.pages)


def is_ome(page: Any) -> bool:
    """Whether a TIFF file's first page carries OME metadata."""
    return str(page.description)[-12:].strip().endswith("OME>")
