"""Files of results that are damaged: the error names the file, whatever its reader meets in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anosim.errors import AnosimError, InputError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong in the block into an error that names the file.

    Raises:
        InputError: the file cannot be read, or does not hold what the block looks for.
    """
    try:
        yield
    except (AnosimError, ImportError, MemoryError):
        raise
    except OSError as error:
        why = error.strerror or " ".join(str(error).split())[:200]
        raise InputError(f"cannot read {str(path)!r}: {why}") from None
    except Exception as error:  # a damaged file raises whatever its reader meets first
        lacks = f"it has no {error}" if isinstance(error, KeyError) else ""
        why = lacks or " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"{str(path)!r} is damaged: {why}") from None
