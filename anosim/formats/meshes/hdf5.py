"""Arrays of HDF5 files, with their size checked before they are read."""

from typing import Any

from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.formats.limits import check_size


def dataset(file: Any, node: Any, start: int = 0, count: int | None = None) -> NDArray[Any]:
    """Rows of a dataset of an ``hdf5_links.LinkedFile``.

    Args:
        file: the open file.
        node: the dataset.
        start: the first row.
        count: of rows; all without it.

    Raises:
        InputError: no dataset, fewer rows, or more than fit into memory or a file can hold.
    """
    if not hasattr(node, "dtype") or node.shape is None:
        raise InputError(f"{node.name!r} is no array")
    stored, width = file.stored(node), max(node.dtype.itemsize, 1)
    what = f"{node.name!r} of shape {node.shape}, {node.dtype}"
    rows = node.shape[0] if node.shape else 1
    count = rows if count is None else count
    if start < 0 or count < 0 or start + count > rows:
        raise InputError(f"{node.name!r} has {rows} rows, not {count} from {start} on")
    check_size(file.path, 2.0 * width * node.size * count / max(rows, 1), stored, what)
    found: NDArray[Any] = node[start : start + count] if node.shape else node[()]
    return found
