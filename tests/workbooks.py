"""Excel workbooks for the tests, written as an office would keep them."""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import xlsxwriter

TRAINING_HEADING = ("No.", "職員番号", "氏名", "所属", "受講日", "出欠", "備考")
MILESTONE_HEADING = (
    "指標",
    "段階",
    "工程",
    "予定日",
    "完了日",
    "状態",
    "進捗率",
    "根拠資料",
    "担当者",
)


def workbook(
    sheets: dict[str, Sequence[Sequence[Any]]],
    heading: Sequence[str],
    *,
    titles: Sequence[str] = ("令和5年度 一覧",),
    notes: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> bytes:
    """Return a workbook: on each sheet merged titles, a blank row, the heading, the rows, a blank
    row and notes.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        day_format = book.add_format({"num_format": "yyyy/mm/dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, title in enumerate(titles):
                sheet.merge_range(number, 0, number, len(heading) - 1, title)
            table = [heading, *rows]
            for number, row in enumerate(table, start=len(titles) + 1):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, day_format)
                    else:
                        sheet.write(number, place, cell)
            for number, note in enumerate(notes, start=len(titles) + len(table) + 2):
                sheet.write(number, 0, note)
    return content.getvalue()


def attendance(number: str, department: str, day: Any, present: str = "出席") -> tuple[Any, ...]:
    """Return a row of a training roster; the name beside the number stays at the source."""
    return ("1", number, "研修 太郎", department, day, present, "")


def register(*rows: tuple[Any, ...]) -> bytes:
    """Return a register of milestones."""
    return workbook({"一覧": rows}, MILESTONE_HEADING)


def xls(heading: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook as Excel 97 wrote them (.xls): one sheet of text, in a compound file."""
    cells = [
        _record(
            0x0204,
            struct.pack("<HHHHB", row, column, 0, len(str(cell)), 1)
            + str(cell).encode("utf-16-le"),
        )
        for row, values in enumerate([heading, *rows])
        for column, cell in enumerate(values)
    ]
    begin = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0))
        for kind in (0x0005, 0x0010)
    ]
    end, name = _record(0x000A, b""), "名簿".encode("utf-16-le")
    place = len(begin[0]) + 4 + 8 + len(name) + len(end)
    sheet = _record(0x0085, struct.pack("<IHBB", place, 0, len(name) // 2, 1) + name)
    return _compound(b"".join([begin[0], sheet, end, begin[1], *cells, end]))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """Return a compound file with a single stream: a header, the table of sectors, the directory,
    and the stream.
    """
    sectors = max(-(-len(stream) // 512), 8)  # a shorter stream would have to lie elsewhere
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        *_NONE,
        0,
    )
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    directory = _directory_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _directory_entry(
        "Workbook", 2, 0xFFFFFFFF, 2, sectors * 512
    )
    return header + table + directory.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


_NONE = (0xFFFFFFFE, 0, 0xFFFFFFFE)


def _directory_entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBB", len(written), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )


_ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def ods(heading: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook as LibreOffice writes them (.ods): one sheet of text."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = ["".join(cell.format(escape(str(each))) for each in row) for row in [heading, *rows]]
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    spaces = "".join(
        f' xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"'
        for each in ("office", "table", "text")
    )
    document = (
        '<?xml version="1.0"'
        f' encoding="UTF-8"?><office:document-content{spaces}><office:body><office:spreadsheet>'
        "<table:table"
        f' table:name="名簿">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
        archive.writestr("content.xml", document)
    return content.getvalue()
