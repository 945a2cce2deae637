"""What leaves for a spreadsheet: a text stays a text there, whatever it begins with.

Night and app write with this module alone, so that no cell of a source is ever run as a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

# A spreadsheet takes a cell of a CSV that begins so for a formula, and drops some blanks before it;
# a Japanese one takes full-width signs as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_000


def inert(text: str) -> str:
    """Return a text as a CSV may hold it: one that looks like a formula gets an apostrophe before
    it.
    """
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def printable(text: str) -> str:
    """Leave out what XML cannot hold and what is longer than a cell."""
    return "".join(each for each in text if each.isprintable() or each == "\n")[:_LONGEST_CELL]


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a CSV that Excel opens right: UTF-8 that says so, every text inert."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def new_workbook(target: Path | BinaryIO) -> Any:
    """Return a workbook that takes no text for a formula, a link or a number."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(target, options | {"in_memory": True})
