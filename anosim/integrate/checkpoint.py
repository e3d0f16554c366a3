"""The state of a long run on disk, from which it goes on after it was killed."""

import os
import shutil
import warnings
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from time import monotonic

import numpy as np

from anosim.errors import InputError
from anosim.formats.atomic import replacing
from anosim.meshes import Floats

EVERY = 10.0
"""Seconds between two states that are written."""


class StaleCheckpointError(InputError):
    """A checkpoint cannot be gone on from: it is of another run."""


class Checkpoint:
    """A folder with the last complete state of one run.

    Modes are appended to one file; the rest goes to another, which is replaced as a whole and has
    a digest of the modes. What a kill leaves half-written is not read again.

    Args:
        folder: made when the first state is written, removed when the run is done.
        key: tells the run from others: a digest of what it solves and how.
        every: seconds between two states that are written; EVERY without it.
    """

    def __init__(
        self, folder: str | os.PathLike[str], key: str, *, every: float | None = None
    ) -> None:
        self.folder = Path(folder)
        self.key = key
        self.every = EVERY if every is None else every
        self._written = 0
        self._digest = blake2b(digest_size=16)
        self._last = monotonic()
        self.resumed = False

    @property
    def due(self) -> bool:
        """Whether it is time to write again."""
        return monotonic() - self._last >= self.every

    def save(self, state: Mapping[str, np.ndarray], modes: Floats) -> None:
        """Write a state and those of its modes that are not yet on disk.

        A disk that is full costs the checkpoint, not the run: it warns.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "modes.bin").open("r+b" if self._written else "wb") as file:
                file.seek(self._written * modes.shape[1] * modes.itemsize)
                new = np.ascontiguousarray(modes[self._written :])
                new.tofile(file)
                file.flush()
                os.fsync(file.fileno())
            digest = self._digest.copy()
            digest.update(new)
            with replacing(self.folder / "state.npz") as temporary:
                about = {"key": self.key, "modes": modes.shape, "digest": digest.hexdigest()}
                np.savez(temporary, **{n: np.array(v) for n, v in about.items()}, **state)  # type: ignore[arg-type]
            self._written, self._digest = len(modes), digest
        except OSError as error:
            warnings.warn(
                f"no checkpoint written to {str(self.folder)!r}: {error.strerror}", stacklevel=2
            )
        self._last = monotonic()

    def load(self) -> tuple[dict[str, np.ndarray], Floats] | None:
        """The last complete state and its modes; None if there is none that can be used.

        Raises:
            StaleCheckpointError: the folder holds a state of another run.

        Warns:
            UserWarning: the files are damaged; the run then starts from its beginning.
        """
        path = self.folder / "state.npz"
        if not path.is_file():
            return None
        digest = blake2b(digest_size=16)
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
            key, (count, width) = str(state.pop("key")), state.pop("modes")
            flat = np.fromfile(self.folder / "modes.bin", dtype=float, count=count * width)
            modes = flat.reshape(count, width)
            digest.update(modes)
            whole = str(state.pop("digest")) == digest.hexdigest()
        except Exception:  # a damaged file raises whatever numpy meets first
            key, whole = self.key, False
        if key != self.key:
            raise StaleCheckpointError(
                f"the checkpoint in {str(self.folder)!r} belongs to another problem or to other "
                "options: remove it, or name another folder"
            )
        if not whole:
            warnings.warn(
                f"the checkpoint in {str(self.folder)!r} is damaged and is not used: the run "
                "starts from its beginning",
                stacklevel=2,
            )
            return None
        self._written, self._digest = int(count), digest
        self.resumed = True
        return state, modes

    def clear(self) -> None:
        """Remove the folder: the run is done."""
        shutil.rmtree(self.folder, ignore_errors=True)
