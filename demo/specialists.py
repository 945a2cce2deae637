"""The personnel bureau's list of external specialists hired: a file a fiscal year, delivered again
when rows come or change.

It is CP932 with CRLF. The net sums of 採用数 by fiscal year of 採用年月日 are HIRED; the official 2
of FY2023 is three hires and one taken back. A row that is not decided yet has a planned day and a
blank number, which is not zero. All but that 2 is invented.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from demo.city import Delivery

SOURCE = "specialists"
HEADER = ("整理番号", "氏名", "採用年月日", "職種", "配属先", "採用数", "備考")

# Net sums at the last delivery, FY2026 so far.
HIRED = {2023: 2, 2024: 3, 2025: 2, 2026: 1}

IMPOSSIBLE_DAY = "令和6年2月30日"
UNREADABLE_COUNT = "若干名"

# Days on which a fiscal year's file was delivered.
DELIVERED: dict[int, tuple[date, ...]] = {
    2023: (date(2023, 7, 10), date(2023, 10, 10), date(2024, 4, 2)),
    2024: (date(2024, 6, 10), date(2024, 11, 11), date(2025, 4, 2)),
    2025: (date(2025, 7, 14), date(2025, 12, 8), date(2026, 4, 2)),
    2026: (date(2026, 7, 13), date(2026, 11, 9)),
}


@dataclass(frozen=True)
class Row:
    """A line of a year's list as it is written from one delivery on (1 is the year's first), up to
    another where it is replaced.
    """

    number: str
    name: str
    day: str
    profession: str
    department: str
    count: str
    remark: str = ""
    since: int = 1
    until: int = 9
    is_faulty: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            self.number,
            self.name,
            self.day,
            self.profession,
            self.department,
            self.count,
            self.remark,
        )


ROWS: dict[int, tuple[Row, ...]] = {
    2023: (
        Row("R5-001", "髙橋　亮介", "R5.7.1", "データサイエンティスト", "デジタル統括室", "1"),
        Row(
            "R5-002",
            "山﨑　理恵",
            "令和5年10月1日",
            "クラウドアーキテクト",
            "デジタル統括室",
            "",
            "内定",
            until=1,
        ),
        Row(
            "R5-002",
            "山﨑　理恵",
            "令和5年10月1日",
            "クラウドアーキテクト",
            "デジタル統括室",
            "1",
            since=2,
        ),
        Row("R5-003", "德永　慎吾", "令和5年10月1日", "UXデザイナー", "市民局", "１", since=2),
        Row(
            "R5-004",
            "德永　慎吾",
            "令和5年12月1日",
            "UXデザイナー",
            "市民局",
            "▲1",
            "R5-003 採用取消",
            since=3,
        ),
    ),
    2024: (
        Row("R6-001", "髙田　彩", "R6.4.1", "データエンジニア", "デジタル統括室", "1"),
        Row("R6-002", "野﨑　拓真", "令和6年6月1日", "セキュリティ専門官", "デジタル統括室", "1"),
        Row(
            "R6-003",
            "長谷部, 玲",
            "R6.10.1",
            "業務改革アドバイザー",
            "総務局",
            "1",
            "通称使用",
            since=2,
        ),
        Row(
            "R6-004",
            "野﨑　拓真",
            "令和6年10月15日",
            "セキュリティ専門官",
            "デジタル統括室",
            "▲１",
            "R6-002 辞退",
            since=2,
        ),
        Row(
            "R6-005",
            "",
            "令和6年11月1日",
            "UXデザイナー",
            "市民局",
            "0",
            "公募したが該当者なし",
            since=2,
        ),
        Row(
            "R6-006",
            "古川　万里",
            "令和７年１月１日",
            "セキュリティ専門官",
            "デジタル統括室",
            "１",
            since=3,
        ),
        Row(
            "R6-007",
            "内藤　晃",
            IMPOSSIBLE_DAY,
            "地図情報専門員",
            "計画調整局",
            "1",
            "日付確認中",
            since=3,
            is_faulty=True,
        ),
    ),
    2025: (
        Row("R7-001", "﨑山　智哉", "R7.4.1", "データサイエンティスト", "地域データ共創室", "1"),
        Row(
            "R7-002",
            "",
            "令和7年7月1日",
            "クラウドアーキテクト",
            "デジタル統括室",
            "0",
            "再公募",
            since=1,
        ),
        Row(
            "R7-003",
            "大髙　奈緒",
            "令和7年11月1日",
            "クラウドアーキテクト",
            "デジタル統括室",
            "",
            "選考中",
            since=1,
            until=1,
        ),
        Row(
            "R7-003",
            "大髙　奈緒",
            "令和7年11月1日",
            "クラウドアーキテクト",
            "デジタル統括室",
            "1",
            since=2,
        ),
        Row(
            "R7-004",
            "",
            "令和8年2月1日",
            "業務改革アドバイザー",
            "総務局",
            UNREADABLE_COUNT,
            "要調整",
            since=2,
            is_faulty=True,
        ),
    ),
    2026: (
        Row("R8-001", "髙﨑　美帆", "R8.6.1", "生成AI活用専門官", "市政変革デザイン室", "1"),
        Row(
            "R8-002",
            "",
            "令和9年1月1日",
            "データエンジニア",
            "デジタル統括室",
            "",
            "採用予定",
            since=2,
        ),
    ),
}


def file_name(year: int) -> str:
    return f"外部専門人材採用状況_令和{year - 2018}年度.csv"


def deliveries(last_day: date, *, is_dirty: bool = True) -> Iterator[Delivery]:
    """Yield each fiscal year's file as it stood on every day of delivery."""
    for year, delivered in DELIVERED.items():
        for time, day in enumerate(delivered, start=1):
            if day <= last_day:
                rows = [
                    row.cells
                    for row in ROWS[year]
                    if row.since <= time <= row.until and (is_dirty or not row.is_faulty)
                ]
                yield Delivery(SOURCE, day, file_name(year), file_bytes(rows))


def file_bytes(rows: list[tuple[str, ...]]) -> bytes:
    """Write rows below the header as the personnel bureau's system does."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADER, *rows])
    return text.getvalue().encode("cp932")
