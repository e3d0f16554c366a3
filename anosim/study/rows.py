"""One finished run: a row, kept in a file of its own."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from anosim.formats.atomic import replacing
from anosim.study.values import in_si, restored, storable

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Row:
    """What is known about one run.

    Attributes:
        key: tells runs apart: a digest of what runs and of its inputs.
        inputs: as the user gave them.
        status: "done" or "failed".
        numbers: what came out, numbers and lists of numbers by name.
        error: why it failed, in a sentence.
        seconds: of each stage and ``total``; of runs that share work, each its part.
        peak_memory_megabytes: of the process, up to the end of this run.
        versions: of anosim and of the libraries that did the work.
        hashes: digests of image and mesh.
        record: how it was solved: options, statistics, estimated errors.
        where: host and process.
    """

    key: str
    inputs: Mapping[str, Any]
    status: str = DONE
    numbers: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    peak_memory_megabytes: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    @property
    def si(self) -> dict[str, Any]:
        """The inputs in SI."""
        return {name: in_si(value)[0] for name, value in self.inputs.items()}

    def write(self, folder: Path) -> None:
        """Write ``KEY.json``, whole or not at all."""
        held = storable(asdict(self) | {"inputs_si": self.si})
        with replacing(folder / f"{self.key}.json") as temporary:
            text = json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)
            temporary.write_text(text + "\n", encoding="utf-8")


def read_row(path: Path, names: Iterable[str]) -> Row | None:
    """The row in a file; None if there is none that can be read.

    Args:
        path: ``KEY.json``: what stands in the file cannot lead to another one.
        names: of the inputs that the row must have.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        held.pop("inputs_si")
        held["numbers"] = {name: restored(value) for name, value in held["numbers"].items()}
        row = Row(**held)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = (row.status, row.error, row.where)
    tables = (row.inputs, row.numbers, row.seconds, row.versions, row.hashes, row.record)
    fits = row.key == path.stem and all(isinstance(text, str) for text in texts)
    fits = fits and all(isinstance(table, dict) for table in tables)
    return row if fits and all(name in row.inputs for name in names) else None


def key_of(identity: str, inputs: Mapping[str, Any]) -> str:
    """The key of a run: the same for ``"20 nm"`` and ``2e-8``."""
    si = {name: in_si(value) for name, value in sorted(inputs.items())}
    plain = {name: float(v) if type(v) is int else v for name, (v, _) in si.items()}
    text = json.dumps([identity, storable(plain)], sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:20]
