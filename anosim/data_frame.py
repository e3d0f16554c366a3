"""Tables as pandas DataFrames; units are in the columns' names."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from anosim.extras import load

if TYPE_CHECKING:
    import pandas as pd


def data_frame(
    table: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, index: str = ""
) -> "pd.DataFrame":
    """A DataFrame of columns by name, or of rows.

    Args:
        table: the columns, or a mapping for each row.
        index: the column that names the rows; they are numbered from 0 without it.

    Raises:
        MissingDependencyError: pandas is not installed.
    """
    content = dict(table) if isinstance(table, Mapping) else list(table)
    made: pd.DataFrame = load("pandas").DataFrame(content)
    return made.set_index(index) if index else made
