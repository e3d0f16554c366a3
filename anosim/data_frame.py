"""Tables as pandas DataFrames; units are in the columns' names."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from anosim.errors import MissingDependencyError

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
    try:
        import pandas
    except ImportError:
        raise MissingDependencyError(
            "a data frame needs pandas, which is not installed: pip install 'anosim[study]'"
        ) from None
    made = pandas.DataFrame(dict(table) if isinstance(table, Mapping) else list(table))
    return made.set_index(index) if index else made
