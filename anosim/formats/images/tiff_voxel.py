"""The voxel size in a TIFF file's metadata."""

from collections.abc import Mapping
from typing import Any

from anosim.formats.images.lengths import metres

Voxel = tuple[float | None, ...]
PRINT = 1e-5
"""A pixel above this many m in a plain TIFF is the resolution of a printer, not of a microscope."""


def voxel_of(file: Any, axes: int) -> tuple[str, Voxel, str]:
    """The kind of TIFF, its voxel size per axis (z, y, x) in m, and where it stands.

    Args:
        file: a tifffile.TiffFile.
        axes: 2 or 3.
    """
    for find in (_imagej, _zeiss, _fei, _plain):
        found = find(file)
        if found is not None:
            name, (z, y, x), where = found
            return name, (y, x) if axes == 2 else (z, y, x), where
    return "TIFF", (None,) * axes, "no voxel size in its tags"


_Found = tuple[str, tuple[float | None, float | None, float | None], str] | None


def ome_voxel(pixels: Mapping[str, str]) -> tuple[Voxel, str]:
    """Voxel size (z, y, x), m, that the attributes of OME's element Pixels state, and where."""
    sizes = tuple(_ome_size(pixels, axis) for axis in "ZYX")
    return sizes, "OME PhysicalSize" if any(sizes) else "OME metadata without PhysicalSize"


def _ome_size(stated: Mapping[str, str], axis: str) -> float | None:
    number = _number(stated.get(f"PhysicalSize{axis}"))
    unit = metres(stated.get(f"PhysicalSize{axis}Unit", "µm"))
    return _times(number, unit)


def _imagej(file: Any) -> _Found:
    if not file.is_imagej:
        return None
    data = file.imagej_metadata or {}
    unit = str(data.get("unit", "none"))
    units = {"z": str(data.get("zunit", unit)), "y": str(data.get("yunit", unit)), "x": unit}
    depth = _number(data.get("spacing"))
    counts = {
        "z": None if depth is None else abs(depth),  # negative where the slices were reversed
        "y": _per_unit(file, "YResolution"),
        "x": _per_unit(file, "XResolution"),
    }
    z, y, x = (_times(counts[axis], metres(units[axis])) for axis in "zyx")
    wrong = [axis for axis in "xyz" if metres(units[axis]) is None]
    if "x" in wrong and len(set(units.values())) == 1:
        return "TIFF (ImageJ)", (None, None, None), f"ImageJ unit {unit!r} is no length"
    named = {"x": "unit", "y": "yunit", "z": "zunit"}
    no_lengths = [f"{named[axis]} {units[axis]!r} is no length" for axis in wrong]
    where = "ImageJ unit, spacing and resolution"
    return "TIFF (ImageJ)", (z, y, x), "; ".join([where, *no_lengths])


def _times(number: float | None, unit: float | None) -> float | None:
    return None if number is None or unit is None else number * unit


def _zeiss(file: Any) -> _Found:
    data = getattr(file, "sem_metadata", None) if file.is_sem else None
    entry = (data or {}).get("ap_image_pixel_size") or (data or {}).get("ap_pixel_size")
    if not entry:
        return None
    number, unit = _number(entry[1]), metres(entry[2] if len(entry) > 2 else "m")
    size = _times(number, unit)
    return "TIFF (Zeiss)", (None, size, size), "Zeiss AP_IMAGE_PIXEL_SIZE"


def _fei(file: Any) -> _Found:
    data = getattr(file, "fei_metadata", None) if file.is_fei else None
    scan = (data or {}).get("Scan") or (data or {}).get("EScan")
    if not scan:
        return None
    x, y = _number(scan.get("PixelWidth")), _number(scan.get("PixelHeight"))
    return "TIFF (FEI)", (None, y, x), "FEI PixelWidth and PixelHeight"


def _plain(file: Any) -> _Found:
    tag = file.pages[0].tags.get("ResolutionUnit")
    unit = {2: 0.0254, 3: 0.01}.get(int(tag.value)) if tag is not None else None
    x, y = (_per_unit(file, f"{axis}Resolution") for axis in "XY")
    if unit is None or x is None or y is None:
        return None
    if max(x, y) * unit > PRINT:
        return "TIFF", (None, None, None), "its resolution is that of a print"
    return "TIFF", (None, y * unit, x * unit), "TIFF resolution and its unit"


def _per_unit(file: Any, name: str) -> float | None:
    """Units per pixel, from a tag that holds pixels per unit."""
    tag = file.pages[0].tags.get(name)
    if tag is None:
        return None
    top, bottom = tag.value
    return float(bottom) / float(top) if top and bottom else None


def _number(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None
