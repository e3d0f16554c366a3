"""The line index of a case file agrees with what tomllib reads."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anosim.case.lines import Key, lines_of

SAMPLE = """\
# a comment with [brackets] and key = value
top = 1

[image]
file = "roi # not a comment.tif"
voxel = [
    "40 nm",  # z
    "20 nm",
]
phases = { pore = 0, "solid phase" = 1 }
text = \"\"\"
[not.a.table]
x = 2 \\\""" still text
\"\"\"
a.b.'c d' = 'it''' #
"""


def paths(value: Any, path: Key = ()) -> set[Key]:
    found = {path} if path else set()
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return found.union(*(paths(inner, (*path, key)) for key, inner in items))


def test_each_kind_of_entry_has_its_line() -> None:
    text = SAMPLE.replace("'it'''", "'it'") + (
        "[materials.sei]\nD = 1\n[[conditions]]\non = 'left'\n\n[[conditions]]\n"
        "on = { x = [1,\n2], y = { z = 1 } }\n[conditions.deep]\nw = 2020-01-01T00:00:00Z\n"
    )
    lines = lines_of(text)
    assert set(lines) == paths(tomllib.loads(text))
    expected = {
        ("top",): 2,
        ("image",): 4,
        ("image", "file"): 5,
        ("image", "voxel"): 6,
        ("image", "voxel", 0): 7,
        ("image", "voxel", 1): 8,
        ("image", "phases", "solid phase"): 10,
        ("image", "a", "b", "c d"): 15,
        ("materials",): 16,
        ("materials", "sei", "D"): 17,
        ("conditions",): 18,
        ("conditions", 0, "on"): 19,
        ("conditions", 1): 21,
        ("conditions", 1, "on", "x", 1): 23,
        ("conditions", 1, "on", "y", "z"): 23,
        ("conditions", 1, "deep", "w"): 25,
    }
    assert {path: lines[path] for path in expected} == expected


def test_windows_line_ends_and_the_last_line_without_one() -> None:
    assert lines_of("a = 1\r\n\r\n[b]\r\nc = [1, 2]")["b", "c", 1] == 4


VALUES = ["1", "true", '"x"', "'y'", '"""m\n"q""""', "'''\n'''", "[1, 2]", "[\n1,\n]", "1979-05-27"]
TABLES = ["{ k = 1, l.m = [2] }", "{}", "[]", "[{ a = 1 },\n{ a = 2 }]"]
MARKS = ["a", '"c d"', "a.b", "[a]", "[[t]]", "[t.u]", "=", " = ", "\n", "\n\n", "# c = 1\n", " "]
WORDS = st.sampled_from([*VALUES, *TABLES, *MARKS])
PAIR = st.tuples(st.sampled_from(["a", "b.c", '"d e"', "f . g"]), WORDS).map(" = ".join)
LINE = st.one_of(PAIR, st.sampled_from(["[a]", "[[t]]", "[t.u]", "[[t.v]]", "# x", ""]), WORDS)


@given(st.one_of(st.lists(LINE).map("\n".join), st.lists(WORDS).map("".join)))
def test_every_entry_that_tomllib_reads_has_a_line(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of(text)
    assert set(lines) == paths(data)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "x = 1 # c"])
def test_short_texts(text: str) -> None:
    assert set(lines_of(text)) == paths(tomllib.loads(text))
