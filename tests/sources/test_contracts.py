"""What a contract lets through: values that look like their kind, and nothing that tells of a
person.
"""

import pyarrow as pa
import pytest

from flows.sources import SOURCES
from flows.sources.base import Source
from flows.sources.contracts import (
    COVERED,
    Column,
    Contract,
    cover,
    landed_arrays,
    lay_out,
    plain_heading,
)
from flows.sources.pseudonyms import Pseudonyms

PSEUDONYMS = Pseudonyms(b"a key for the tests alone")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(
            ("date", each)
            for each in (
                "令和5年13月1日",
                "R5.10.1",
                "２０２３／１０／１",
                "2023-10-01 00:00:00",
                "2026-03-31 15:00:00+00",
                "2026-04-01T00:00:00.000+09:00",
                "2026-03-31T20:00:00Z",
                "45200",
                "",
                " ",
            )
        ),
        *(("code", each) for each in ("福祉-0012", "A/0001", "０１２", "第12号", "B 12", "s0001")),
        *(
            ("number", each)
            for each in ("▲３", "1,100件", "約1,100", "60％以上", "6千2百万円", "0")
        ),
        *(
            ("department", each)
            for each in (
                "市民局",
                "北区役所",
                "中央卸売市場",
                "市民局総務部総務課",
                "\ufffdｮk区",
                "ｸｺﾖﾎ",
            )
        ),
        *(("code", each) for each in ("P00001", "view", "subscribe_email", "202300000123")),
        ("title", "本市共通クラウドサービスの整備"),
        ("link", "https://www.example.lg.jp/digital/1.html"),
        ("timestamp", "2026-02-30T25:61:00Z"),
    ],
)
def test_what_looks_like_its_kind_is_kept_even_if_it_is_wrong(kind: str, value: str) -> None:
    assert cover(value, Column("x", ("x",), kind)) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind", ["date", "number", "department", "code", "title", "link", "timestamp", "word"]
)
@pytest.mark.parametrize(
    "value",
    [
        "山田太郎",
        "Zebedee Quux",
        "z.quux@example.lg.jp",
        "10.99.88.77",
        "090-1234-5678",
        "阿部",
        "令和5年 山田",
    ],
)
def test_what_tells_of_a_person_is_covered_whatever_its_kind(kind: str, value: str) -> None:
    assert cover(value, Column("x", ("x",), kind, words=("出席",))) == COVERED  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["ﾋﾐﾂ ﾊﾅｺ", "ﾋﾐﾂ　ﾀﾛｳ", "José Secret", "Zoë Quux", "Secret Taro?"]
)
def test_a_name_with_a_mark_of_garbled_text_is_covered_among_departments(value: str) -> None:
    assert cover(value, Column("x", ("x",), "department")) == COVERED


def test_a_value_too_long_to_be_a_day_or_a_number_is_not_looked_at() -> None:
    for kind in ("date", "number"):
        column = Column("x", ("x",), kind, read_on_landing=True)  # type: ignore[arg-type]
        read, shown = landed_arrays(pa.array(["1千" * 20_000]), column, PSEUDONYMS)
        assert (read.to_pylist(), shown.to_pylist()) == ([None], [COVERED])


@pytest.mark.parametrize("kind", ["date", "number"])
def test_a_residents_number_is_no_day_and_no_count(kind: str) -> None:
    assert cover("１２３４５６７８９０１２", Column("x", ("x",), kind)) == COVERED  # type: ignore[arg-type]


def test_addresses_in_free_text_are_covered_and_the_rest_of_it_stays() -> None:
    [landed] = landed_arrays(
        pa.array(["問合せ z.quux@example.lg.jp 電話06-6208-1234まで", "約1,100件", None]),
        Column("x", ("x",)),
        PSEUDONYMS,
    )
    assert landed.to_pylist() == [f"問合せ {COVERED} 電話{COVERED}まで", "約1,100件", None]


def test_a_column_is_found_by_any_of_its_headings_in_any_width() -> None:
    contract = Contract(
        *("x", 1, "名簿", "roster", "担当", "owner"),
        (Column("day", ("受講日", "開催日")), Column("more", ("備考",), is_required=False)),
        1,
        ("氏名",),
    )
    layout = lay_out(["氏　名", " 開催日 ", "新項目"], contract)
    assert layout.positions == {"day": 1}
    assert layout.missing is None
    assert layout.notes == ("new column 新項目", "no column 備考")


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (["受講日", "開催日"], "受講日 and 開催日"),
        (["受講日", "氏名", " 受講 日"], "受講日 2 times"),
        (["備考", "受講日", "備考", "開催日"], "受講日 and 開催日, and 備考 2 times"),
        (["受講日", "氏名", "氏名", "新項目", "新項目"], None),
    ],
)
def test_two_headings_for_one_column_are_ambiguous(headings: list[str], said: str | None) -> None:
    columns = (Column("day", ("受講日", "開催日")), Column("more", ("備考",), is_required=False))
    layout = lay_out(
        headings, Contract("x", 1, "名簿", "roster", "担当", "owner", columns, 1, ("氏名",))
    )
    assert layout.missing is None
    assert (layout.reason is not None) == (said is not None)
    assert said is None or f"the heading has {said}, of which" in str(layout.ambiguous)
    assert layout.notes.count("new column 新項目") == ("新項目" in headings)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_no_heading_of_a_contract_stands_for_two_of_its_columns(source: Source) -> None:
    kept = [plain_heading(each) for column in source.contract.columns for each in column.headings]
    assert len(kept) == len(set(kept))
    assert not set(kept) & {plain_heading(each) for each in source.contract.left_behind}
