"""How many nodes, elements and members of sets the lines of an Abaqus file may stand for."""

from dataclasses import dataclass
from typing import Any, Self

from anosim.errors import InputError

_FREE, _PER_LINE = 5_000_000, 200
"""Entries that any file may generate, and further ones for each of its data lines."""


@dataclass
class Count:
    """Entries generated so far by *NGEN, *ELGEN, *ELCOPY, GENERATE, sets of sets and instances.

    Attributes:
        lines: with data so far.
        entries: so far; copies of a part count on with the same object.
    """

    lines: int = 0
    entries: int = 0

    def add(self, entries: int) -> None:
        """Count entries that are about to be made.

        Raises:
            InputError: more than a file of so many lines stands for, before memory is used up.
        """
        self.entries += entries
        if self.entries > _FREE + _PER_LINE * self.lines:
            raise InputError(
                f"its lines stand for over {self.entries:.2g} nodes, elements and members of sets "
                f"(*NGEN, *ELGEN, *ELCOPY, GENERATE, sets of sets, instances) in {self.lines} "
                "lines: the file is damaged, or let Abaqus write the nodes and elements "
                "themselves"
            )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
