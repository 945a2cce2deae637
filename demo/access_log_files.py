"""How a day of the access log is written as a file: encoding, stamp, spelling, compression, and the
ten rows that are broken.

Encoding, stamp format, compression and the spelling of the user's number vary with the day.
BROKEN_ROWS says which days have a broken row and how it is broken, so that a test can look for
them.
"""

import csv
import gzip
import io
import random
from dataclasses import dataclass
from datetime import date, datetime

from demo.city import seeded

HEADER = ("timestamp", "user_name", "event", "workbook", "client_ip")

# Days whose file has one broken row: an impossible timestamp, too few fields, or bytes of CP932 in
# a file of UTF-8.
BROKEN_ROWS: dict[date, str] = {
    date(2022, 6, 14): "timestamp",
    date(2022, 12, 6): "fields",
    date(2023, 5, 16): "bytes",
    date(2023, 10, 3): "timestamp",
    date(2024, 1, 23): "fields",
    date(2024, 6, 11): "bytes",
    date(2024, 11, 19): "timestamp",
    date(2025, 7, 15): "fields",
    date(2026, 2, 17): "bytes",
    date(2026, 10, 6): "timestamp",
}

# A comma, 表 and ソ (whose second byte in CP932 is a backslash), ① and a full-width tilde (CP932
# only, not Shift_JIS).
WORKBOOKS: tuple[tuple[str, str], ...] = (
    ("住民基本台帳人口ダッシュボード", "population_dashboard"),
    ("予算執行状況一覧表", "budget_execution"),
    ("窓口待ち時間モニター", "counter_waiting_time"),
    ("コールセンター応答状況", "call_centre_response"),
    ("ソーシャルメディア発信状況", "social_media_posts"),
    ("ごみ収集量①家庭系", "household_waste"),
    ("救急出動件数マップ", "ambulance_map"),
    ("子育て相談件数～区別～", "childcare_consultations_by_ward"),
    ("人口,世帯数の推移", "population_and_households"),
    ("水道使用量の推移", "water_consumption"),
    ("施設予約ダッシュボード", "facility_bookings"),
    ("防災備蓄ダッシュボード", "emergency_stock"),
)


@dataclass(frozen=True)
class Event:
    """One line of the log; `is_planned` marks the use that a department's month rests on, which no
    fault may remove.
    """

    at_utc: datetime
    number: str
    event: str
    workbook: int
    client_ip: str
    is_planned: bool = False


@dataclass(frozen=True)
class FileStyle:
    """How one day's file is written."""

    encoding: str
    has_z: bool
    has_japanese_names: bool
    is_gzip: bool
    newline: str


def file_style(day: date) -> FileStyle:
    """Choose how a day's file is written; CP932 always with Japanese names, or it could not be
    distinguished from UTF-8.
    """
    rng = seeded("file style", day)
    encoding = rng.choices(("utf-8", "utf-8-sig", "cp932"), (62, 16, 22))[0]
    has_z, has_japanese_names, is_gzip = rng.random() < 0.6, rng.random() < 0.7, rng.random() < 0.12
    if BROKEN_ROWS.get(day) == "bytes":
        encoding, has_japanese_names, is_gzip = "utf-8", True, False
    is_cp932 = encoding == "cp932"
    return FileStyle(
        encoding, has_z, has_japanese_names or is_cp932, is_gzip, "\r\n" if is_cp932 else "\n"
    )


def written(events: list[Event], style: FileStyle, day: date, *, is_dirty: bool = True) -> bytes:
    """Write a day's file, with its broken row if it is to have one; the stamp inside gzip is fixed,
    so that the bytes are.
    """
    rng = seeded("spelling", day)
    rows = [HEADER, *(_row(event, style, rng) for event in events)]
    lines = [_line(row, style) for row in rows]
    if is_dirty and day in BROKEN_ROWS:
        place = next(
            place
            for place in range(len(rows) // 2, len(rows))
            if rows[place][2] in ("view", "export")
        )
        lines.insert(place, _broken_line(BROKEN_ROWS[day], rows[place], style, day))
    content = (b"\xef\xbb\xbf" if style.encoding == "utf-8-sig" else b"") + b"".join(lines)
    return gzip.compress(content, mtime=0) if style.is_gzip else content


def _row(event: Event, style: FileStyle, rng: random.Random) -> tuple[str, ...]:
    stamp = (
        f"{event.at_utc:%Y-%m-%dT%H:%M:%SZ}" if style.has_z else f"{event.at_utc:%Y-%m-%d %H:%M:%S}"
    )
    user = event.number if rng.random() < 0.15 else event.number.lower()
    workbook = (
        ""
        if event.event == "login"
        else WORKBOOKS[event.workbook][0 if style.has_japanese_names else 1]
    )
    return (stamp, user, event.event, workbook, event.client_ip)


def _line(row: tuple[str, ...], style: FileStyle) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=style.newline).writerow(row)
    return text.getvalue().encode("cp932" if style.encoding == "cp932" else "utf-8")


def _broken_line(fault: str, row: tuple[str, ...], style: FileStyle, day: date) -> bytes:
    """Break a copy of a good row of use, so that a reader who takes it all the same counts nobody
    who has no use.
    """
    if fault == "timestamp":
        return _line((f"{day.year}-02-30T25:61:00Z", *row[1:]), style)
    if fault == "fields":
        return _line(row[:2], style)
    return (
        ",".join(row[:3]).encode()
        + b","
        + "市民満足度".encode("cp932")
        + b","
        + row[4].encode()
        + style.newline.encode()
    )
