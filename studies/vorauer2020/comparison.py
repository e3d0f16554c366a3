"""What a number here is worth beside the reference's."""

from dataclasses import dataclass

MATCHED = "matched"
TREND = "trend only (synthetic images)"
AGAINST = "against the trend (synthetic images)"
IMPOSSIBLE = "cannot be given by the stated parameters"
OURS = "not in the reference"
TOLERANCE = 0.15
"""Relative difference up to which a number counts as matched."""

BY_DESIGN = "the synthetic series aims at it; what differs is sampling and segmentation"
COARSE = "channels here are two voxels apart or more; the reference's branch more finely"


@dataclass(frozen=True)
class Row:
    """A number and the reference's.

    Attributes:
        figure: of the reference.
        what: was measured or computed.
        value: here.
        reference: there, as it is stated.
        unit: of both.
        status: what the comparison shows.
        reason: why.
    """

    figure: str
    what: str
    value: float
    reference: str
    unit: str
    status: str
    reason: str = ""


def compared(value: float, there: float, trend: bool) -> str:
    """Near enough, in the same direction, or neither."""
    if abs(value / there - 1.0) <= TOLERANCE:
        return MATCHED
    return TREND if trend else AGAINST


def why(status: str, reason: str, matched: str = "") -> str:
    """The reason, or another one where the numbers match."""
    return matched if status == MATCHED else reason
