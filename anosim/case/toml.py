"""Writing TOML: the standard library only reads it."""

import json
import re
from collections.abc import Mapping
from typing import Any


def dumps(data: Mapping[str, Any]) -> str:
    """A TOML text that reads back as ``data``.

    Args:
        data: nested tables of numbers, strings and lists, as ``tomllib`` gives them.
    """
    return "\n".join(_tables(data, ())).lstrip("\n") + "\n"


def _tables(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """Lines of a table: plain values first, then what gets a header of its own."""
    own = {key: value for key, value in table.items() if not _has_header(value, path)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in own.items()]
    for key, value in table.items():
        if key in own:
            continue
        inner = (*path, key)
        name = ".".join(map(_key, inner))
        if isinstance(value, list):
            for item in value:
                lines += ["", f"[[{name}]]", *_tables(item, inner)]
        elif value and all(_has_header(item, inner) for item in value.values()):
            lines += _tables(value, inner)
        else:
            lines += ["", f"[{name}]", *_tables(value, inner)]
    return lines


def _has_header(value: object, path: tuple[str, ...]) -> bool:
    """Tables have one down to the second level; deeper ones are written inline."""
    if isinstance(value, list):
        return not path and bool(value) and all(isinstance(item, dict) for item in value)
    return isinstance(value, dict) and (not path or path == ("materials",))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
        case float() | int():
            return repr(value)
    return str(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
