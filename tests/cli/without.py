"""Runs commands with libraries blocked as if they were not installed.

python without.py MODULE,... < commands.json > outcomes.json
"""

import contextlib
import io
import json
import sys
import traceback
from collections.abc import Sequence
from typing import Any


class Blocked:
    """Finds none of the named packages."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, name: str, *_: Any) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def attempt(command: Sequence[str]) -> tuple[int, str]:
    """Exit code and what was said on stderr; -1 and a traceback where the command broke down."""
    from anosim.cli import main

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            return main(command), said.getvalue()
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    except BaseException:
        return -1, traceback.format_exc()


if __name__ == "__main__":
    sys.meta_path.insert(0, Blocked(sys.argv[1].split(",")))  # type: ignore[arg-type]
    json.dump([attempt(command) for command in json.load(sys.stdin)], sys.stdout)
