"""Delimited files: whatever bytes come in, every row is kept or rejected, and the rows keep their numbers."""

import gzip

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.sources.access_log import AccessLog
from flows.sources.base import Parsed
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.staff_roster import StaffRoster

KEY = Pseudonyms(b"a key for the tests alone")
HEADING = "timestamp,user_name,event,workbook,client_ip"
ROW = "2026-10-21T03:04:05Z,s0000001,view,窓口,10.0.0.1"


def _rows(parsed: Parsed) -> list[dict[str, object]]:
    return [row for batch in parsed.batches for row in batch.to_pylist()]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("\n".join([HEADING, ROW, ROW]).encode(), "utf-8"),
        ("\r\n".join([HEADING, ROW, ROW, ""]).encode("utf-8-sig"), "utf-8-sig"),
        ("\r\n".join([HEADING, ROW, ROW, "", ""]).encode("cp932"), "cp932"),
        (gzip.compress("\n".join([HEADING, ROW, ROW]).encode()), "utf-8"),
        ("\r".join([HEADING, ROW, ROW]).encode(), "utf-8"),
    ],
)
def test_regular_files_are_read_in_every_encoding(content: bytes, encoding: str) -> None:
    parsed = AccessLog().parse(content, KEY)
    rows = _rows(parsed)
    assert parsed.rejected == []
    assert [row["_source_row"] for row in rows] == [2, 3]
    assert {row["accessed_at"] for row in rows} == {"2026-10-21T03:04:05Z"}
    assert {row["user_pseudonym"] for row in rows} == {KEY.of("S0000001")}
    assert set(rows[0]) == {*AccessLog.contract.landed_names, "_source_row"}, "columns outside the contract stay at the source"
    assert parsed.encoding == encoding or b"\r" in content


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"2026-10-21T03:04:05Z,s0000001", "too_few_fields"),
        (ROW.encode() + b",more", "too_many_fields"),
        (ROW.encode().replace("窓口".encode(), b"\xff\xfe"), "undecodable_byte"),
        (b'2026-10-21T03:04:05Z,"s0000001,view,x,10.0.0.1', "broken_quotes"),
    ],
)
def test_an_irregular_line_is_rejected_alone(line: bytes, reason: str) -> None:
    content = b"\n".join([HEADING.encode(), ROW.encode(), line, ROW.encode()])
    parsed = AccessLog().parse(content, KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == [2, 4]
    assert [(row.source_row, row.reason_code) for row in parsed.rejected] == [(3, reason)]
    assert "s0000001" not in repr(parsed.rejected)


def test_a_garbled_department_is_landed_for_the_audit_to_see() -> None:
    heading, name = "職員番号,氏名,所属名,発令日,終了日".encode("cp932"), "山田".encode("cp932")
    garbled = b"S0000001," + name + b"," + "北区役所".encode() + b",2024/04/01,"
    lines = [heading, garbled, "S0000002,山田,西区役所,2024/04/01,".encode("cp932")]
    parsed = StaffRoster().parse(b"\r\n".join(lines), KEY)
    rows = _rows(parsed)
    assert parsed.rejected == []
    assert "\ufffd" in str(rows[0]["department_name"])
    assert rows[1]["department_name"] == "西区役所"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_item"),
        (b"\xef\xbb\xbf\r\n", "empty_item"),
        (gzip.compress(HEADING.encode())[:-9], "unreadable_item"),
        (b"time,user\n1,2\n", "missing_column"),
        ("日時,利用者\n1,2\n".encode("cp932"), "missing_column"),
    ],
)
def test_an_item_that_is_no_log_is_rejected_as_an_item(content: bytes, reason: str) -> None:
    parsed = AccessLog().parse(content, KEY)
    assert _rows(parsed) == []
    assert [(row.source_row, row.reason_code) for row in parsed.rejected] == [(0, reason)]


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(st.one_of(st.just(ROW.encode()), st.binary(max_size=40)), max_size=12))
@example(lines=[b'"', ROW.encode()])
@example(lines=[b"\r", ROW.encode()])
def test_every_line_is_kept_or_rejected(lines: list[bytes]) -> None:
    content = b"\n".join([HEADING.encode(), *lines])
    parsed = AccessLog().parse(content, KEY)
    numbers = [row["_source_row"] for row in _rows(parsed)] + [row.source_row for row in parsed.rejected]
    expected = [number for number, line in enumerate(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), 1) if line.strip()]
    assert sorted(numbers) == [number for number in expected if number > 1]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_rejected(content: bytes) -> None:
    for source in (AccessLog(), StaffRoster()):
        parsed = source.parse(content, KEY)
        assert len(_rows(parsed)) + len(parsed.rejected) >= 1 or not content.strip()


def test_the_same_person_has_the_same_pseudonym_however_written() -> None:
    assert KEY.of("S0012345") == KEY.of(" s0012345") == KEY.of("Ｓ００１２３４５")
    assert KEY.of("S0012345") != Pseudonyms(b"another key, another hash").of("S0012345")
