"""What a plugin's options mean, as its class says."""

import re
from dataclasses import MISSING, Field, fields
from inspect import cleandoc
from typing import Any

ENTRY = re.compile(r"^ {4}(\w+): (.*)$")


def option_lines(plugin: type[Any]) -> list[str]:
    """One line per option: its name, its default, its unit and what it means."""
    meanings = _meanings(plugin)
    lines = []
    for option in fields(plugin):
        unit = _unit(plugin, option.name)
        meaning = meanings.get(option.name, "")
        known = not unit or re.search(rf"(?<!\S){re.escape(unit)}(?![\w^/])", meaning)
        told = "" if known else f" [{unit}]"
        lines.append(f"{option.name}{_default(option)}{told}" + (f": {meaning}" if meaning else ""))
    return lines


def _default(option: Field[Any]) -> str:
    if option.default is not MISSING:
        return f" = {option.default!r}"
    return "" if option.default_factory is MISSING else f" = {option.default_factory()!r}"


def _unit(plugin: type[Any], name: str) -> str:
    """The unit of a field that takes a quantity."""
    for owner in plugin.__mro__:
        if name in vars(owner):
            return str(getattr(vars(owner)[name], "unit", ""))
    return ""


def _meanings(plugin: type[Any]) -> dict[str, str]:
    """The first sentence of each entry under "Attributes:", in the class or those it builds on."""
    found: dict[str, str] = {}
    for owner in reversed(plugin.__mro__):
        for name, text in _attributes(cleandoc(owner.__doc__ or "")).items():
            found[name] = re.split(r"[.](?= |$)", text, maxsplit=1)[0].replace("``", "")
    return found


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    _, _, section = text.partition("Attributes:\n")
    for line in section.split("\n"):
        entry = ENTRY.match(line)
        if entry:
            name = entry[1]
            found[name] = entry[2]
        elif name and line.startswith(" " * 8):
            found[name] += f" {line.strip()}"
        else:
            break
    return found
