"""A user's function as something that a study runs."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from anosim.errors import InputError
from anosim.study.running import Outcome, attempted
from anosim.study.values import in_si

Numbers = Mapping[str, Any] | float


@dataclass(frozen=True, eq=False)
class FunctionRuns:
    """Runs of a function of named values.

    Attributes:
        function: takes the values by name, in SI; returns numbers, and lists of numbers, by name,
            or one number.
    """

    function: Callable[..., Numbers]

    @property
    def identity(self) -> str:
        """Its name and its text: a function that was changed makes other runs."""
        bare = self.function.func if isinstance(self.function, partial) else self.function
        try:
            text = inspect.getsource(bare)
        except (OSError, TypeError):
            text = ""
        fixed = ""
        if isinstance(self.function, partial):
            fixed = repr((self.function.args, sorted(self.function.keywords.items())))
        name = getattr(bare, "__qualname__", type(bare).__name__)
        return f"function {name} {sha256((text + fixed).encode()).hexdigest()[:16]}"

    def content(self, point: Mapping[str, Any], /) -> str:
        """Nothing: a function's values are all there is."""
        return ""

    def check(self, points: Sequence[Mapping[str, Any]], /) -> None:
        """A function says itself what it takes."""

    def batches(self, points: Sequence[Mapping[str, Any]], /) -> list[list[int]]:
        """Every run by itself."""
        return [[rank] for rank in range(len(points))]

    def outcomes(
        self, points: Sequence[Mapping[str, Any]], wanted: Sequence[int], cache: Path, /
    ) -> Iterator[tuple[int, Outcome]]:
        """The wanted runs one after the other."""
        for rank in wanted:
            yield rank, attempted(partial(self._run, points[rank]))

    def _run(self, inputs: Mapping[str, Any]) -> Outcome:
        import anosim

        found = self.function(**{name: in_si(value)[0] for name, value in inputs.items()})
        return Outcome(named(found), versions={"anosim": anosim.__version__})


def named(found: Any) -> dict[str, Any]:
    """Numbers by name, of what a function returned.

    Raises:
        InputError: something that is neither a number nor a mapping.
    """
    if isinstance(found, Mapping):
        return {str(name): value for name, value in found.items()}
    if isinstance(found, int | float) or hasattr(found, "__float__"):
        return {"value": float(found)}
    raise InputError(
        f"the function returned a {type(found).__name__}: a study keeps numbers by name, such as "
        '{"porosity": 0.3}, or one number'
    )
