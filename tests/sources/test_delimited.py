"""Delimited files: whatever bytes come in, every row is kept or rejected, and the rows keep their
numbers.
"""

import gzip
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.sources.access_log import AccessLog
from flows.sources.base import Parsed
from flows.sources.contracts import COVERED
from flows.sources.dialects import DELIMITERS, texts_of
from flows.sources.pseudonyms import Pseudonyms
from flows.sources.records import LONGEST_RECORD, MOST_LINES_OF_A_RECORD, Record, records
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
        (gzip.compress("\n".join([HEADING, ROW, ROW]).encode(), mtime=0), "utf-8"),
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
    assert set(rows[0]) == {
        *AccessLog.contract.landed_names,
        "_source_row",
    }, "columns outside the contract stay at the source"
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
        (gzip.compress(HEADING.encode(), mtime=0)[:-9], "unreadable_item"),
        (b"time,user\n1,2\n", "missing_column"),
        ("日時,利用者\n1,2\n".encode("cp932"), "missing_column"),
    ],
)
def test_an_item_that_is_no_log_is_rejected_as_an_item(content: bytes, reason: str) -> None:
    parsed = AccessLog().parse(content, KEY)
    assert _rows(parsed) == []
    assert [(row.source_row, row.reason_code) for row in parsed.rejected] == [(0, reason)]


def _covered(content: bytes) -> list[int]:
    """Return every line that a record below the heading takes, blank ones inside of it too."""
    text = texts_of(content)[0]
    lines = text.lines.split(b"\n")[1:]
    heading = Record(1, 1, 1, b"", [], False, None)
    found = records(lines, text, ",", after=heading)
    return [line for each in found for line in range(each.line, each.last_line + 1)]


_ANY_LINE = st.one_of(
    st.just(ROW.encode()),
    st.binary(max_size=40),
    st.lists(st.sampled_from((b'"', b",", b"x", b"\n", b'""', b'"\n')), max_size=9).map(b"".join),
)


def test_rows_of_separators_alone_are_blank_rows_as_a_spreadsheet_saves_them() -> None:
    blank = "," * HEADING.count(",")
    for more in ([], ["2026-10-21T03:04:05Z,s0000001"]):  # a regular file, and one that is not
        lines = [HEADING, ROW, *[blank] * 300, ROW, *more]
        parsed = AccessLog().parse("\n".join(lines).encode(), KEY)
        assert [row["_source_row"] for row in _rows(parsed)] == [2, 303]
        assert len(parsed.rejected) == len(more)


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(_ANY_LINE, max_size=12))
@example(lines=[b'"', ROW.encode()])
@example(lines=[b'"', b'"'])
@example(lines=[b"\r", ROW.encode()])
@example(lines=[b'x,"a', b"b,c,d,e", b'",y'])
def test_every_line_is_in_one_record_that_is_kept_or_rejected(lines: list[bytes]) -> None:
    content = b"\n".join([HEADING.encode(), *lines])
    parsed = AccessLog().parse(content, KEY)
    numbers = [row["_source_row"] for row in _rows(parsed)]
    numbers += [row.source_row for row in parsed.rejected]
    covered = _covered(content)
    assert len(set(covered)) == len(covered)
    ended_alike = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    filled = [
        number
        for number, line in enumerate(ended_alike, 1)
        if line.strip() and line.strip(b",") and number > 1
    ]
    assert set(filled) <= set(covered)
    assert set(numbers) <= set(covered)
    assert len(set(numbers)) == len(numbers)
    assert numbers or not filled


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_rejected(content: bytes) -> None:
    for source in (AccessLog(), StaffRoster()):
        parsed = source.parse(content, KEY)
        filled = [line for line in content.splitlines() if line.strip(b" \t,;")]
        assert len(_rows(parsed)) + len(parsed.rejected) >= 1 or not filled


def test_the_same_person_has_the_same_pseudonym_however_written() -> None:
    assert KEY.of("S0012345") == KEY.of(" s0012345") == KEY.of("Ｓ００１２３４５")
    assert KEY.of("S0012345") != Pseudonyms(b"another key, another hash").of("S0012345")


ROSTER = ("職員番号", "氏名", "所属名", "発令日", "終了日")
POSTED = ("S0000001", "山田 花子", "北区役所", "2024/04/01", "")
NEXT = ("S0000002", "佐藤 健", "西区役所", "2024/05/01", "2025/03/31")


def _table(*rows: Sequence[str], delimiter: str = ",", end: str = "\n") -> str:
    return end.join(delimiter.join(row) for row in rows) + end


PLAIN = _table(ROSTER, POSTED, NEXT)


def _landed(content: bytes, source: type[StaffRoster] = StaffRoster) -> list[dict[str, object]]:
    """Return the landed rows without the line on which each stands; nothing may be rejected."""
    parsed = source().parse(content, KEY)
    rows = _rows(parsed)
    assert parsed.rejected == []
    return [_without_line(row) for row in rows]


def _without_line(row: dict[str, object]) -> dict[str, object]:
    return {name: row[name] for name in row if name != "_source_row"}


def _reasons(parsed: Parsed) -> list[tuple[int, str]]:
    _rows(parsed)
    return [(row.source_row, row.reason_code) for row in parsed.rejected]


@pytest.mark.parametrize(
    ("content", "encoding", "lines"),
    [
        (_table(ROSTER, POSTED, NEXT, delimiter="\t").encode("cp932"), "cp932", [2, 3]),
        (_table(ROSTER, POSTED, NEXT, delimiter=";").encode(), "utf-8", [2, 3]),
        (("sep=;\r\n" + PLAIN.replace(",", ";")).encode("utf-8-sig"), "utf-8-sig", [3, 4]),
        (PLAIN.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"), "utf-16-le", [2, 3]),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "utf-16-be", [2, 3]),
        (PLAIN.encode("utf-16-le"), "utf-16-le", [2, 3]),
        (PLAIN.encode("utf-16-be"), "utf-16-be", [2, 3]),
        (("職員名簿 令和6年4月\n\n" + PLAIN).encode("cp932"), "cp932", [4, 5]),
        (("職員名簿,,,,\r\n作成,2024/04/01,,,\r\n" + PLAIN).encode("cp932"), "cp932", [4, 5]),
        (('"職員名簿\n令和6年4月",,,,\n' + PLAIN).encode(), "utf-8", [4, 5]),
        (
            PLAIN.replace("職員番号", '"職員\n番　号"').replace("所属名", '" 所属名"').encode(),
            "utf-8",
            [3, 4],
        ),
        (("\ufeff\ufeff" + PLAIN).encode(), "utf-8-sig", [2, 3]),
        (gzip.compress(PLAIN.replace(",", "\t").encode("utf-16"), mtime=0), "utf-16-le", [2, 3]),
        (re.sub("([^,\n]+)", r'"\1"', PLAIN).encode(), "utf-8", [2, 3]),
    ],
)
def test_a_dialect_loses_nothing(content: bytes, encoding: str, lines: list[int]) -> None:
    parsed = StaffRoster().parse(content, KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == lines
    assert parsed.encoding == encoding
    assert parsed.notes == ()
    assert _landed(content) == _landed(PLAIN.encode())


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (PLAIN.replace("氏名", "所属"), "ambiguous_column", "所属 and 所属名"),
        (PLAIN.replace("氏名", "所属名"), "ambiguous_column", "所属名 2 times"),
        (PLAIN.replace("氏名", " 発令日"), "ambiguous_column", "発令日 2 times"),
        (PLAIN + _table(ROSTER[::-1], NEXT[::-1]), "ambiguous_heading", "lines 1, 4"),
        (PLAIN + PLAIN.replace(",", ";"), "ambiguous_heading", "lines 1, 4"),
        (PLAIN.replace(",", "|"), "missing_column", "none of the first 30 lines is a heading"),
        ("\n" * 31 + PLAIN, "missing_column", "none of the first 30 lines is a heading"),
        (_table((*ROSTER, *("x",) * 20_000)), "too_many_fields", "more than 16,384 fields"),
        (_table((*("x",) * 1_000_000, *ROSTER)), "missing_column", "none of the first 30 lines"),
        ("a" * 5_000_000 + "\n" + PLAIN, "missing_column", "none of the first 30 lines"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_single_heading_rejects_the_item(content: str, code: str, said: str) -> None:
    parsed = StaffRoster().parse(content.encode(), KEY)
    assert _reasons(parsed) == [(0, code)]
    assert said in parsed.rejected[0].reason
    assert not [cell for cell in (*POSTED[:4], *NEXT) if cell in parsed.rejected[0].reason]


def test_a_column_left_behind_may_stand_twice() -> None:
    twice = _table((*ROSTER, "氏名"), (*POSTED, "x"), (*NEXT, "y"))
    assert _landed(twice.encode()) == _landed(PLAIN.encode())


def test_a_thousand_new_columns_are_noted_by_their_number() -> None:
    wide = _table((*ROSTER, *(f"項目{number}" for number in range(100))))
    notes = StaffRoster().parse(wide.encode(), KEY).notes
    assert len(notes) == 21
    assert notes[-1] == "80 more new columns"


def test_a_row_above_the_heading_is_rejected_and_a_title_is_none() -> None:
    content = "職員名簿\n" + _table(POSTED, ROSTER, NEXT)
    parsed = StaffRoster().parse(content.encode("cp932"), KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == [4]
    assert _reasons(parsed) == [(2, "above_heading")]


def test_the_same_heading_again_is_a_row_that_nobody_can_use() -> None:
    parsed = StaffRoster().parse((PLAIN + PLAIN).encode(), KEY)
    rows = _rows(parsed)
    assert [row["_source_row"] for row in rows] == [2, 3, 4, 5, 6]
    assert rows[2]["posted_from"] == COVERED


NOTED = (*ROSTER, "備考")


def _noted(*notes: str) -> bytes:
    rows = [(*row, note) for row, note in zip((POSTED, NEXT) * 5, notes, strict=False)]
    return _table(NOTED, *rows).encode()


@pytest.mark.parametrize("note", ['"一行目\n二行目"', '"a\n\n""引用"", と\nb"', '"\n"', '"x,,,y"'])
def test_a_quoted_cell_may_hold_line_breaks_separators_and_doubled_quotes(note: str) -> None:
    parsed = StaffRoster().parse(_noted(note, "z"), KEY)
    rows = _rows(parsed)
    assert parsed.rejected == []
    assert [row["_source_row"] for row in rows] == [2, 3 + note.count("\n")]
    assert [row["department_name"] for row in rows] == ["北区役所", "西区役所"]


def test_a_kept_cell_keeps_its_line_break() -> None:
    content = _table(ROSTER, (*POSTED[:2], '"市民局\n総務課"', *POSTED[3:]))
    assert [row["department_name"] for row in _landed(content.encode())] == ["市民局\n総務課"]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line() -> None:
    parsed = StaffRoster().parse(_noted("", '"never closed', "", "", ""), KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == [2, 4, 5, 6]
    assert _reasons(parsed) == [(3, "broken_quotes")]


@pytest.mark.parametrize("breaks", [MOST_LINES_OF_A_RECORD - 1, MOST_LINES_OF_A_RECORD])
def test_a_cell_of_more_lines_than_a_record_may_have_is_broken_quotes(breaks: int) -> None:
    parsed = StaffRoster().parse(_noted('"' + "\n" * breaks + '"', "z"), KEY)
    rows = _rows(parsed)
    assert rows[-1]["department_name"] == "西区役所"
    codes = [code for _, code in _reasons(parsed)]
    assert codes == ([] if breaks < MOST_LINES_OF_A_RECORD else ["broken_quotes"] * 2)


def test_a_row_does_not_vanish_between_two_stray_quotation_marks() -> None:
    for notes in (('"a', "", 'b"'), ('"a', 'b"', "")):
        parsed = StaffRoster().parse(_noted(*notes), KEY)
        lines = 2 if notes[1] else 3
        assert len(_rows(parsed)) == 3 - lines
        assert _reasons(parsed) == [(2, "broken_quotes")]
        assert parsed.rejected[0].reason.startswith(f"row 2, lines 2 to {lines + 1}: ")


def test_a_reason_tells_the_row_and_the_line_where_they_differ() -> None:
    content = _noted('"a\nb"') + b"x,y\n" + b'"a\nb"\n' + _noted("").split(b"\n", 1)[1]
    parsed = StaffRoster().parse(content, KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == [2, 7]
    assert [(row.source_row, row.reason.split(";")[0]) for row in parsed.rejected] == [
        (4, "row 3, line 4: 2 fields where the heading has 6"),
        (5, "row 4, lines 5 to 6: 1 fields where the heading has 6"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a" * (LONGEST_RECORD + 1), "too_long"),
        (b'"' + b"a" * (LONGEST_RECORD + 1) + b'"', "too_long"),
        (b"x" + b"," * 1_000_000, "too_many_fields"),
        (b"S1,x,\0,2024/04/01,,\0", "undecodable_byte"),
        (b"S1,x,a\0b", "undecodable_byte"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_what_is_out_of_bounds_is_one_rejected_row(line: bytes, reason: str) -> None:
    parsed = StaffRoster().parse(_noted("") + line + b"\n" + _noted("").split(b"\n", 1)[1], KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == [2, 4]
    assert _reasons(parsed) == [(3, reason)]


def test_a_cell_beyond_the_limit_of_pythons_reader_is_read() -> None:
    parsed = StaffRoster().parse(_noted('"' + "長" * 200_000 + '\n"', "x" * 200_000), KEY)
    assert [row["_source_row"] for row in _rows(parsed)] == [2, 4]
    assert parsed.rejected == []


def test_half_a_character_of_utf_16_rejects_its_own_line() -> None:
    halved = _table(ROSTER, POSTED, ("S2", "\ud83d", *NEXT[2:]), NEXT)
    content = b"\xff\xfe" + halved.encode("utf-16-le", "surrogatepass")
    assert _reasons(StaffRoster().parse(content, KEY)) == [(3, "undecodable_byte")]
    assert _reasons(StaffRoster().parse(content[:-3], KEY)) == [
        (3, "undecodable_byte"),
        (4, "undecodable_byte"),
    ]


# Of CP932, what comes back as it was written; the separators stand in quoted cells alone.
_CELL = st.text(
    st.characters(
        codec="cp932",
        exclude_categories=("Cc", "Co"),
        exclude_characters=',;"\xa0¢£¬‖−〜',
    ),
    max_size=8,
)
_ROWS = st.lists(st.tuples(_CELL, _CELL, _CELL, _CELL, _CELL), max_size=6)
_ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "cp932": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}


@settings(max_examples=200, deadline=None)
@given(
    rows=_ROWS,
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(sorted(_ENCODINGS)),
    has_mark=st.booleans(),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    above=st.sampled_from(("", "sep={}{}", "職員名簿{1}{1}", "職員名簿{0}{0}{0}{0}{1}{1}")),
    note=st.lists(st.text("一二三 \"';", max_size=4), max_size=5),
)
def test_a_file_in_any_dialect_lands_the_rows_of_the_plain_one(
    rows: list[tuple[str, ...]],
    delimiter: str,
    encoding: str,
    has_mark: bool,
    end: str,
    above: str,
    note: list[str],
) -> None:
    filled = [(f"S{number}", *row[1:]) for number, row in enumerate(rows)]
    plain = _table(ROSTER, *filled).encode()
    quoted = '"{}"'.format(end.join(note).replace('"', '""').replace(delimiter, ""))
    written = _table(NOTED, *((*row, quoted) for row in filled), delimiter=delimiter, end=end)
    mark = _ENCODINGS[encoding] if has_mark else b""
    content = mark + (above.format(delimiter, end) + written).encode(encoding)
    read = StaffRoster().parse(content, KEY)
    landed = _rows(read)
    assert read.rejected == []
    expected = _rows(StaffRoster().parse(plain, KEY))
    assert [_without_line(row) for row in landed] == [_without_line(row) for row in expected]
    lines = written.split(end)
    shift = above.format(delimiter, end).count(end)
    for row, cells in zip(landed, filled, strict=True):
        assert lines[int(str(row["_source_row"])) - shift - 1].startswith(cells[0])


_PIECES = st.lists(st.sampled_from(("a", ",", '"', '""', "\n", "窓", ",,")), max_size=30)


@settings(max_examples=400, deadline=None)
@given(_PIECES.map("".join), st.sampled_from(("utf-8", "cp932")))
@example('x,y,z,"a,"b,c', "utf-8")
@example('x,y,z,""a,c', "utf-8")
def test_one_bad_row_changes_nothing_in_how_the_others_are_read(body: str, encoding: str) -> None:
    content = f"{HEADING}\n{body}".encode(encoding)
    alone = AccessLog().parse(content, KEY)
    rows = _rows(alone)
    beside = AccessLog().parse(f"{HEADING}\nbad\n{body}".encode(encoding), KEY)
    found = _rows(beside)
    assert [_without_line(row) for row in found] == [_without_line(row) for row in rows]
    lines = [row["_source_row"] for row in rows] + [row.source_row for row in alone.rejected]
    later = [row["_source_row"] for row in found] + [row.source_row for row in beside.rejected[1:]]
    assert later == [int(str(line)) + 1 for line in lines]
