"""Files that are either whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from anosim.errors import InputError
from anosim.formats.owners import owned_name, remove_leftovers


@contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[Path]:
    """A temporary path in the folder of ``path``, renamed onto it when the block ends well.

    The temporary file has the same ending. After an error or an interruption it is deleted, and
    what was at ``path`` before is still there. What a killed process left in the folder goes.

    Raises:
        InputError: there is no such folder, or ``path`` is a folder.
    """
    path = Path(path)
    check_target(path)
    remove_leftovers(path.parent)
    temporary = path.with_name(owned_name(f".{path.stem}.", path.suffix))
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno and error.filename in (
            None,
            str(temporary),
        ):  # the user knows the file by its own name
            error.filename = str(path)
        raise
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_target(path: str | PathLike[str]) -> None:
    """Refuse a file that cannot be written.

    Raises:
        InputError: there is no such folder, nothing may be written there, or ``path`` is a folder.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}")
    if path.is_dir():
        raise InputError(f"cannot write {str(path)!r}: it is a folder")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"cannot write {str(path)!r}: you may not write into {str(path.parent)!r}")
