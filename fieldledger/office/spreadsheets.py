"""Lists as spreadsheets: CSV that Excel reads as it is meant, a line at a time."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

# With it, Excel takes the file for UTF-8 (Unicode FAQ, byte order mark).
_MARK: Final = b"\xef\xbb\xbf"
# A spreadsheet takes a text that begins so for a formula (OWASP, CSV Injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield the lines of a file, so that the longest list needs no memory."""
    yield _MARK + _line(header)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(each) for each in cells])
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdecimal()
