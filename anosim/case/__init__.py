"""A case file: one TOML text that says everything about a run."""

from anosim.case.case import Case
from anosim.case.entry import CaseError

__all__ = ["Case", "CaseError"]
