"""The demonstration under attack: what an attacker, an accident or a careless hand puts into every
source, beside all that is usual.

People are planted in the cells that are theirs, in cells that are not, and outside of the tables,
so that a test can look for them afterwards. Everything comes in June 2022, so that a short
generation holds it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

from demo import (
    access_log,
    milestones,
    policy_pages,
    procedures,
    specialists,
    staff_roster,
    training_rosters,
)
from demo.city import Delivery
from demo.workbooks import Formats, Workbook, workbook_bytes, write_notes, write_table, write_titles

DAY = date(2022, 6, 10)
PLANTED_NAMES = ("山田太郎花子", "Zebedee Quux")
PLANTED_MAIL = "zebedee.quux@example.lg.jp"
PLANTED_IP = "10.99.88.77"
_NAME, _LATIN = PLANTED_NAMES
_ATTACKS = (
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>",
    "'; drop table marts.dim_indicators; --",
    "${jndi:ldap://example}",
    "../../etc/passwd",
)
_LONG = "長" * 70_000


def deliveries(usual: Iterable[Delivery], last_day: date) -> Iterator[Delivery]:
    """Yield what is usual and, once the day has come, what is not: spoiled deliveries of known
    items, and items that nobody asked for.
    """
    logs: list[Delivery] = []
    for delivery in usual:
        is_here = delivery.day is not None and delivery.day < DAY <= last_day
        if delivery.source == procedures.SOURCE and last_day >= DAY:
            delivery = replace(delivery, content=_spoiled_catalogue(delivery.content))
        if (
            is_here
            and delivery.source == access_log.SOURCE
            and _is_plain(delivery)
            and len(logs) < 3
        ):
            logs.append(
                replace(delivery, day=DAY, content=delivery.content + _log_lines().encode())
            )
        if (
            is_here
            and delivery.source == staff_roster.SOURCE
            and delivery.name.endswith("202206.csv")
        ):
            yield replace(delivery, day=DAY, content=delivery.content + _roster_lines())
        yield delivery
    if last_day >= DAY:
        yield from logs
        yield from _uninvited()


def records(usual: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the no-code platform's records with those of an attacker behind them."""
    spoiled: list[Any] = [
        {
            "業務番号": _NAME,
            "所属": _LATIN,
            "状態": PLANTED_MAIL,
            "開発着手日": _NAME,
            "利用者数": PLANTED_IP,
        },
        {
            "業務番号": [_NAME],
            "所属": {"name": _NAME},
            "状態": "運用中",
            "開発着手日": "2022-05-01",
        },
        {"業務番号": _LONG, "所属": "北区役所", "状態": "運用中", "開発着手日": "9999-99-99"},
        *(
            {
                "業務番号": attack,
                "所属": attack,
                "状態": attack,
                "開発着手日": attack,
                "利用者数": attack,
            }
            for attack in _ATTACKS
        ),
        {},
    ]
    numbered = enumerate(spoiled, start=len(usual) + 1)
    return usual + [
        {"$id": {"type": "__ID__", "value": str(number)}}
        | {code: {"type": "X", "value": value} for code, value in values.items()}
        for number, values in numbered
    ]


def _is_plain(delivery: Delivery) -> bool:
    try:
        return not delivery.name.endswith(".gz") and bool(delivery.content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _log_lines() -> str:
    at = "2022-06-01T01:00:00Z"
    lines = [f"{attack},{_NAME},{attack},{_LATIN},{PLANTED_IP}" for attack in _ATTACKS]
    lines += [
        f"{_NAME},s1,view,x,{PLANTED_IP}",
        f"{at},{PLANTED_MAIL},{PLANTED_MAIL},x,y",
        f"{at},s1,view",
        f"{at},{_NAME},view,x,y,z,z",
    ]
    lines += [
        f'{at},"{_NAME},view,x,y',
        f"9999-12-31T23:59:59Z,{_NAME},view,x,y",
        f"0001-01-01T00:00:00Z,{_NAME},view,x,y",
    ]
    lines += [
        f"{at},\0,view,x,y",
        f"{at},,view,x,y",
        f"{at},s1,,x,y",
        f"{at},s1,{_LONG},x,y",
        ",,,,",
        f"{at},s1,view,x,y",
        f"{at},s1,view,x,y",
    ]
    return "\n".join(lines) + "\n"


def _roster_lines() -> bytes:
    rows = (
        (_LATIN, _NAME, _NAME, "2022/04/01", ""),
        (PLANTED_MAIL, _NAME, "北区役所", _NAME, PLANTED_IP),
        ("S1", _NAME, "北区役所", "2022/06/01", "2022/05/01"),
        ("", _NAME, "'; drop table x; --局", "R4.4.1", "令和99年1月1日"),
        (_NAME, "x", "北区役所"),
    )
    text = "".join(",".join(row) + "\r\n" for row in rows)
    return (
        text.encode("cp932")
        + b"S2,\xf0\x40,\x85\x90\x8b\xe6,2022/04/01,\r\n"
        + b'S3,"'
        + _NAME.encode("cp932")
        + b",x,y,z\r\n"
    )


def _spoiled_catalogue(content: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        for number, attack in enumerate((*_ATTACKS, _NAME, PLANTED_MAIL, _LONG, "\0", PLANTED_IP)):
            code = f"P8{number:04d}" if number % 2 else attack
            connection.execute("insert or replace into procedures values (?, ?)", (code, _NAME))
            connection.execute(
                "insert into procedure_departments values (?, ?)",
                (code, (_NAME, _LATIN, attack)[number % 3]),
            )
            connection.execute(
                "insert into procedure_status_changes values (?, ?, ?)",
                (code, attack, (attack, _NAME)[number % 2]),
            )
        connection.commit()
        return connection.serialize()


def _uninvited() -> Iterator[Delivery]:
    yield Delivery(
        training_rosters.SOURCE, DAY, "研修受講者名簿_持込.xlsx", workbook_bytes(_fill_roster)
    )
    bad_stages = [
        (_NAME, _LATIN, _NAME, PLANTED_MAIL, _NAME, _NAME, _NAME, PLANTED_MAIL, _NAME, _NAME),
        ("本市共通クラウドサービスの整備", -1),
    ]
    swapped = [
        (milestones.CLOUD, 1, attack, attack, "R4.13.1", attack, "150%", attack, _NAME, None)
        for attack in _ATTACKS
    ]
    yield Delivery(
        milestones.SOURCE,
        DAY,
        milestones.NAME,
        milestones.workbook([*milestones.rows_on(DAY), *bad_stages, *swapped], DAY),
    )
    hires = [
        "整理番号,氏名,採用年月日,職種,配属先,採用数,備考",
        *(f"1,{_NAME},{_NAME},{_NAME},{_LATIN},{attack},{PLANTED_MAIL}" for attack in _ATTACKS),
    ]
    hires += [
        f"1,x,R4.4.1,x,総務局,{count},{PLANTED_IP}"
        for count in ("1e999", "∞", "１．５", "▲▲1", "9" * 30, "")
    ]
    yield Delivery(
        specialists.SOURCE,
        DAY,
        "外部専門人材採用状況_持込.csv",
        "\r\n".join(hires).encode("utf-8-sig"),
    )
    pages = {
        "empty.html": b"",
        "cut.html": "<html><h1>令和4年度デジタル統括室運営方針</h1>".encode()[:-20],
        "binary.html": bytes(range(256)) * 40,
        "one_line.txt": f"{_NAME} {PLANTED_MAIL} ".encode() * 20_000,
        "script.html": (
            f"<html><script>{_ATTACKS[1]}</script>{'<table><tr><td>' * 300}{_NAME}</html>".encode()
        ),
    }
    yield from (
        Delivery(policy_pages.SOURCE, DAY, name, content) for name, content in pages.items()
    )


def _fill_roster(book: Workbook, formats: Formats) -> None:
    header = training_rosters.HEADER
    rows = [
        ("1", _NAME, PLANTED_MAIL, _LATIN, _NAME, _NAME, PLANTED_IP),
        *(("1", attack, attack, attack, attack, attack, "") for attack in _ATTACKS),
    ]
    rows += [
        ("1", "S0012345", _NAME, "北区役所", day, "出席", _LONG[:30_000])
        for day in ("R4.6.1", "2022/6/31", "45000", "あした")
    ]
    book.add_worksheet("空")
    sheet = book.add_worksheet("第1回")
    write_titles(sheet, (f"担当 {_NAME}", f"連絡先 {PLANTED_MAIL}"), len(header), formats)
    end = write_table(sheet, 3, header, rows, formats)
    sheet.merge_range(end, 1, end + 3, 2, f"S0099999 {_NAME}")
    sheet.write_formula(end + 1, 5, '=IF(1,"出席","")', None, "出席")
    write_notes(sheet, end + 6, (f"※ {_NAME}", f"合計 {PLANTED_IP}"))
    hidden = book.add_worksheet("隠し")
    write_table(hidden, 0, header, rows, formats)
    hidden.hide()
    other = book.add_worksheet("並び違い")
    write_table(
        other,
        0,
        (*reversed(header), "満足度", _NAME),
        [(*reversed(row), _NAME, "x") for row in rows],
        formats,
    )
    lacking = book.add_worksheet("見出し不足")
    write_table(lacking, 0, ("職員番号", "氏名", _NAME), [("S1", _NAME, "x")], formats)
    blank = book.add_worksheet("書式だけ")
    for row in range(3_000):
        blank.write_blank(row, 3, None, formats.cell)
