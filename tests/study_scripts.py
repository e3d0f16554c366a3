"""Scripts of the shipped studies as modules, though several folders have an ``images.py``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STUDIES = Path(__file__).parents[1] / "studies"


@contextmanager
def scripts_of(study: str) -> Iterator[None]:
    """In the block, imports find a study's scripts first; after it, others of the same name."""
    folder = STUDIES / study
    names = {path.stem for path in folder.glob("*.py")}
    aside = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(aside)
