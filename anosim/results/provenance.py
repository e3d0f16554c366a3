"""Where numbers come from: versions, machine, options, time and memory."""

import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, entry_points, version
from time import perf_counter
from typing import Any

from anosim.plugins import MESHERS, SOLVERS
from anosim.progress import report

LIBRARIES = ("numpy", "scipy", "gmsh", "shapely", "matplotlib", "h5py", "pint", "tifffile")
_LAST = ("seconds", "peak_memory_megabytes")


@dataclass
class Stopwatch:
    """Seconds that each stage of a run took.

    Attributes:
        seconds: by the stage's name, in the order of the stages.
    """

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block and report its progress."""
        report(name, 0.0)
        start = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start
        report(name, 1.0)


def rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds of each stage as records hold them."""
    return {name: round(value, 3) for name, value in seconds.items()}


def provenance(
    mesher: tuple[str, Any],
    records: Mapping[str, Mapping[str, str]],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """What ran where, with which versions and options.

    Args:
        mesher: the mesher's name and the mesher, a dataclass of its options.
        records: what each solver remembers about its solution.
        seconds: of each stage.
    """
    found = surroundings(seconds, LIBRARIES)
    return {
        **{name: value for name, value in found.items() if name not in _LAST},
        "mesher": {
            "name": mesher[0],
            "distribution": distribution(MESHERS, mesher[0]),
            "options": asdict(mesher[1]),
        },
        "solvers": {
            name: {"distribution": distribution(SOLVERS, name), **record}
            for name, record in records.items()
        },
        **{name: found[name] for name in _LAST},
    }


def surroundings(seconds: Mapping[str, float], libraries: Iterable[str]) -> dict[str, Any]:
    """Versions, machine, time and memory of what a command did.

    Args:
        seconds: of each stage.
        libraries: distributions that did the work; those that are not installed are left out.
    """
    import anosim

    return {
        "anosim": anosim.__version__,
        "date_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: found for name in libraries if (found := installed(name))},
        "seconds": rounded(seconds),
        "peak_memory_megabytes": peak_memory(),
    }


def distribution(group: str, name: str) -> str:
    """The distribution that offers a plugin, with its version."""
    found = entry_points(group=group, name=name)
    owners = {f"{entry.dist.name} {entry.dist.version}" for entry in found if entry.dist}
    return ", ".join(sorted(owners))


def installed(distribution: str) -> str | None:
    """The version of an installed distribution, None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def peak_memory() -> float | None:
    """The most memory that this process has held, MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1e6 if sys.platform == "darwin" else 1e3), 1)
