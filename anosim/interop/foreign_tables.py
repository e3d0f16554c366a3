"""Text files of other programs as cells: encoding, comments, header, separator."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anosim.errors import InputError
from anosim.formats.limits import check_size
from anosim.interop.decimals import is_number

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PER_BYTE = 20.0
"""Bytes of memory for each byte of text."""
_COMMENT = re.compile(r"%|#(?!(N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!))")
_MARKS = ("\t", ";", ",", "")
"""Separators; "" stands for blanks."""
_COMSOL = re.compile(
    r"[^\s(\[]+(?:\s*[(\[][^)\]]*[)\]])?"  # a name, and its unit
    r"(?:\s*@\s*(?:[0-9]+:\s*)?\w+\s*=\s*[^\s,]+(?:\s*,\s*\w+\s*=\s*[^\s,]+)*)?"
)


@dataclass(frozen=True)
class Table:
    """Cells of a text file.

    Attributes:
        heads: of the columns.
        rows: cells below them, each row as long as the heads; rows of blanks are left out.
        lines: line of each row in the file.
        mark: separator of the cells; "" for blanks.
        comments: lines before the header, without their signs.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    mark: str
    comments: tuple[str, ...]


def read_table(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Split a text file into a header and rows of cells.

    Args:
        path: the file.
        is_header: whether cells are the header that is looked for.

    Raises:
        InputError: no text, no header, rows of another length, comments amid the rows; the message
            names the line.
    """
    lines = [
        (number, line)
        for number, line in enumerate(re.split(r"\r\n|\r|\n", _text(path)), 1)
        if line.strip()
    ]
    mark = None
    if lines and (directive := re.fullmatch(r'"?sep=(.)"?', lines[0][1].strip("\n\r "), re.I)):
        mark, lines = directive[1], lines[1:]
    comments, body = _split_comments(lines, path)
    if not body and not comments:
        raise InputError(f"{str(path)!r} has no header")
    heads, mark, below, commented = _header(comments, body, mark, is_header, path)
    rows, numbers = [], []
    for number, line in below:
        cells = _cells(line, mark, path, number)
        while len(cells) > len(heads) and not cells[-1]:
            cells.pop()
        if len(cells) != len(heads):
            raise InputError(
                f"{str(path)!r}, line {number}: {len(cells)} columns, the header has {len(heads)}"
                + (": decimal commas need another separator or quotes" if mark == "," else "")
            )
        if any(cells):
            rows.append(tuple(cells))
            numbers.append(number)
    told = [text.lstrip("%# ") for _, text in comments]
    return Table(
        tuple(heads), tuple(rows), tuple(numbers), mark, tuple(told[:-1] if commented else told)
    )


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        check_size(path, _PER_BYTE * size, size, "a table")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding is None and len(data) > 3 and 0 in data[:4]:  # UTF-16 without its mark
        encoding = "utf-16-le" if data[1] == 0 else "utf-16-be"
    for name in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            text = data.decode(name)
            break
        except UnicodeDecodeError as error:
            if encoding:
                raise InputError(f"cannot read {str(path)!r} as {encoding}: {error}") from None
    if "\x00" in text or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{str(path)!r} is no text: save the table as CSV, or as a spreadsheet")
    return text


def _split_comments(
    lines: Sequence[tuple[int, str]], path: Path
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The comments above the rows, and the rows."""
    is_comment = [bool(_COMMENT.match(line.lstrip())) for _, line in lines]
    rows = [k for k, comment in enumerate(is_comment) if not comment]
    first, last = (rows[0], rows[-1]) if rows else (len(lines), len(lines) - 1)
    for k in range(first, last):
        if is_comment[k]:
            number, line = lines[k]
            raise InputError(
                f"{str(path)!r}, line {number}: a comment amid the rows, {line.strip()[:60]!r}, "
                "which may change their meaning: export one table, or take the comment out"
            )
    return list(lines[:first]), list(lines[first : last + 1])


def _header(
    comments: Sequence[tuple[int, str]],
    body: Sequence[tuple[int, str]],
    mark: str | None,
    is_header: Callable[[Sequence[str]], bool],
    path: Path,
) -> tuple[list[str], str, Sequence[tuple[int, str]], bool]:
    """Cells of the header, the separator, the rows below it, whether it stands in a comment."""
    tried: list[str] = []
    for commented, found, below in ((False, body[:1], body[1:]), (True, comments[-1:], body)):
        for number, line in found:
            text = line.strip().lstrip("%# ") if commented else line
            first = below[0] if below else None
            for heads, sign in _headings(text, mark, first, path, number, comsol=commented):
                if is_header(heads):
                    return heads, sign, below, commented
                tried = tried or heads
    if tried and all(map(is_number, tried)):
        got = f", got {comments[-1][1][:60]!r}" if comments else ""
        raise InputError(
            f"{str(path)!r}, line {body[0][0]} holds numbers and no header stands above it: "
            f"expected a header 'x,y,t,c' or '% X Y ...'{got}"
        )
    return tried, mark or "", body[1:], False


def _headings(
    text: str,
    mark: str | None,
    first: tuple[int, str] | None,
    path: Path,
    number: int,
    *,
    comsol: bool,
) -> list[tuple[list[str], str]]:
    """Ways to split a header, those first with as many cells as the first row has."""
    ways = []
    for sign in _MARKS if mark is None else (mark,):
        if sign and sign not in text:
            continue
        width = len(_cells(first[1], sign, path, first[0])) if first else 0
        splits = [_cells(text, sign, path, number)]
        if not sign:  # a name may have a unit after a blank: names apart by two blanks, or by form
            splits = [re.split(r"\s{2,}", text.strip()), _COMSOL.findall(text), *splits]
            splits = splits if comsol or "(" in text or "[" in text else splits[-1:]
        ways += [(cells, sign, len(cells) == width) for cells in splits]
    return [(cells, sign) for cells, sign, _ in sorted(ways, key=lambda way: not way[2])]


def _cells(line: str, mark: str, path: Path, number: int) -> list[str]:
    """Cells of a line, without quotes and the blanks around them."""
    if not mark:
        return [cell.strip('"') for cell in re.split(r"[ \t]+", line.strip())]
    try:
        return [c.strip() for c in next(csv.reader([line], delimiter=mark, skipinitialspace=True))]
    except (csv.Error, StopIteration) as error:
        raise InputError(f"{str(path)!r}, line {number}: {error}") from None
