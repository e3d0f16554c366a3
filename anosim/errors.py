"""One family of errors: each says what was given, what is possible and what to do."""


class AnosimError(Exception):
    """Base of every error that anosim raises on purpose."""


class InputError(AnosimError):
    """A value the user gave is wrong: its message names the field and what would be right."""


class UnitError(InputError):
    """A quantity has the wrong dimension, no unit, or a unit nobody knows."""


class PluginError(AnosimError):
    """A solver or mesher is unknown, claimed twice, or cannot be loaded."""


class MissingDependencyError(PluginError):
    """A plugin's library is not installed: the message says which extra brings it."""


class UnsupportedError(AnosimError):
    """The chosen solver or mesher cannot do this; raised before any work."""


class MeshError(AnosimError):
    """A mesh could not be made, or is not one that a solver can use."""


class ConvergenceError(AnosimError):
    """The requested tolerance was not reached; no result is returned."""


def listing(names: object) -> str:
    """The names as a sentence fragment: ``'pore', 'sei'`` or ``none``."""
    return ", ".join(repr(name) for name in names) or "none"  # type: ignore[attr-defined]


def warning_line(message: Warning | str, *_: object, **__: object) -> str:
    """A warning as a user reads it, without the line of the code that gives it."""
    return f"warning: {' '.join(str(message).split())}\n"
