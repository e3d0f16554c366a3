"""A folder of results that is either whole or not there."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anosim.errors import InputError, listing
from anosim.formats.owners import owned_name, remove_leftovers

RECORD = "results.json"


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder``, renamed to it when the block ends well.

    After an error or an interruption it is deleted, and earlier results are still there. Earlier
    results are replaced only if they are all that ``folder`` holds.

    Raises:
        InputError: ``folder`` holds something else, or cannot be made, before the block starts;
            later, that the disk is full.
    """
    folder = folder.resolve()
    check_replaceable(folder)
    parent = _existing_parent(folder)
    remove_leftovers(parent)
    try:
        temporary = _hidden(folder, parent)
    except OSError as error:
        raise InputError(f"cannot write to {str(folder)!r}: {error.strerror}") from None
    try:
        yield temporary
        check_replaceable(folder)
        _put(temporary, folder)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        raise InputError(
            f"cannot write to {str(folder)!r}: {error.strerror}; nothing was left behind"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Refuse a folder that is there and is more than earlier results, or cannot be made.

    Raises:
        InputError: it is a file, holds a file that no earlier run put there, or the folder that it
            would be in is not one that may be written to.
    """
    folder = folder.resolve()
    parent = _existing_parent(folder)
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(
            f"cannot write to {str(folder)!r}: no folder can be made in {str(parent)!r}"
        )
    if not folder.is_dir():
        if folder.exists():
            raise InputError(f"the output folder {str(folder)!r} is a file: choose another")
        return
    found = sorted(entry.name for entry in folder.iterdir())
    other = [name for name in found if name not in _written(folder)]
    if other:
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""
        raise InputError(
            f"the output folder {str(folder)!r} holds {listing(other[:3])}{more}, which no run of "
            "anosim wrote there: choose another folder, or move them away"
        )


def _existing_parent(folder: Path) -> Path:
    return next(parent for parent in folder.parents if parent.exists())


def _written(folder: Path) -> list[str]:
    """Names of the files that a finished run put into a folder, by its own record."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return [str(name) for name in record["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _put(made: Path, folder: Path) -> None:
    """Rename a folder onto a place where earlier results may be."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            os.rename(made, folder)
            return
        earlier = _hidden(folder, folder.parent)
        os.rename(folder, earlier / "earlier")
        try:
            os.rename(made, folder)
        except BaseException:
            os.rename(earlier / "earlier", folder)
            raise
        finally:
            shutil.rmtree(earlier, ignore_errors=True)
    except OSError as error:
        raise InputError(f"cannot write to {str(folder)!r}: {error.strerror}") from None


def _hidden(folder: Path, parent: Path) -> Path:
    """A new folder that is named after another one and after this process."""
    made = parent / owned_name(f".{folder.name}-")
    made.mkdir()
    return made
