"""Files that other files name: only those in the same folder or below it are opened."""

from pathlib import Path

from anosim.errors import InputError


def file_beside(path: Path, name: str) -> Path:
    """The file that another one names, such as the data file of a header.

    It must be a plain file in the folder of ``path`` or below it, links resolved: a file that
    somebody sends does not decide which other files of this machine are read.

    Args:
        path: the file that names the other one.
        name: the name as it stands there, relative to the folder of ``path``.

    Raises:
        InputError: no such file, one outside of the folder, or one that is no plain file.
    """
    folder = path.parent.resolve()
    try:
        found = (folder / name).resolve()
        inside, plain, there = found.is_relative_to(folder), found.is_file(), found.exists()
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, links in a circle
        inside, plain, there = True, False, False
    if not inside:
        raise InputError(
            f"{str(path)!r} names the file {name!r}, which lies outside of its folder: put it "
            "beside the file that names it"
        )
    if not plain:
        why = "is no plain file" if there else "does not exist"
        raise InputError(f"{str(path)!r} names the file {name!r} beside it, which {why}")
    return found
