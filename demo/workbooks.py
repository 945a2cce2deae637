"""Workbooks as people keep them, in the same bytes on every machine.

The library stamps the moment of creation into a file; here that moment is fixed. What is left blank
in a table stays a blank cell.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import xlsxwriter

Workbook: TypeAlias = xlsxwriter.Workbook
Format: TypeAlias = xlsxwriter.format.Format
Worksheet: TypeAlias = xlsxwriter.worksheet.Worksheet
Cell: TypeAlias = str | int | date | None

_CREATED = datetime(2022, 4, 1, 9, 0, 0)


@dataclass(frozen=True)
class Formats:
    """The looks of a hand-made table."""

    title: Format
    heading: Format
    cell: Format
    day: Format


def workbook_bytes(fill: Callable[[Workbook, Formats], None]) -> bytes:
    """Return the bytes of the workbook that `fill` writes its sheets into."""
    file = io.BytesIO()
    workbook = Workbook(file, {"in_memory": True})
    workbook.set_properties({"created": _CREATED})
    fill(
        workbook,
        Formats(
            workbook.add_format({"bold": True, "align": "center", "font_size": 14}),
            workbook.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7"}),
            workbook.add_format({"border": 1}),
            workbook.add_format({"border": 1, "num_format": "yyyy/m/d"}),
        ),
    )
    workbook.close()
    return file.getvalue()


def write_titles(sheet: Worksheet, titles: Sequence[str], width: int, formats: Formats) -> None:
    """Write titles into the first rows, each merged over the table's width."""
    for place, title in enumerate(titles):
        sheet.merge_range(place, 0, place, width - 1, title, formats.title)


def write_table(
    sheet: Worksheet,
    first_row: int,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    formats: Formats,
) -> int:
    """Write a heading row and rows below it; return the number of the row after them, counted from
    0.
    """
    for column, heading in enumerate(header):
        sheet.write_string(first_row, column, heading, formats.heading)
    for place, row in enumerate(rows, start=first_row + 1):
        for column, cell in enumerate(row):
            write_cell(sheet, place, column, cell, formats)
    return first_row + 1 + len(rows)


def write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: Formats) -> None:
    """Write one cell as what it is: a real date, a number, a link, text, or blank; text is never
    taken for a formula.
    """
    if cell is None or cell == "":
        sheet.write_blank(row, column, None, formats.cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), formats.day)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, formats.cell)
    elif cell.startswith("https://"):
        sheet.write_url(row, column, cell, formats.cell)
    else:
        sheet.write_string(row, column, cell, formats.cell)


def write_notes(sheet: Worksheet, first_row: int, notes: Sequence[str]) -> None:
    """Write notes below a table, a row each, after one blank row."""
    for place, note in enumerate(notes, start=first_row + 1):
        sheet.write_string(place, 0, note)
