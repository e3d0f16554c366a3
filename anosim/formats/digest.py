"""Digest of a file, or of a folder such as a stack of slices or a Zarr store."""

from hashlib import file_digest, sha256
from pathlib import Path


def content_digest(path: Path) -> str:
    """SHA-256 of a file's bytes; of a folder that of the names and digests of its files.

    Raises:
        OSError: a file cannot be read.
    """
    if not path.is_dir():
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    files = sorted(file for file in path.rglob("*") if file.is_file())
    lines = (f"{file.relative_to(path).as_posix()} {content_digest(file)}\n" for file in files)
    return sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()
