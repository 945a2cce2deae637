"""Days as municipal systems write them, in SQL and in Python: the macro of the project, rendered,
on DuckDB beside the reader of cells.
"""

from datetime import date, timedelta

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import ROOT

from flows.sources.japanese_cells import read_date, read_number

MACRO = ROOT / "dbt_project" / "macros" / "japanese_values.sql"
WIDE = str.maketrans("0123456789/.-()RHS ", "０１２３４５６７８９／．－（）ＲＨＳ　")
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
)
WEEKDAYS = "月火水木金土日"


@pytest.fixture(scope="module")
def expression() -> str:
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    return (
        environment.from_string(
            MACRO.read_text(encoding="utf-8") + "{{ municipal_date('written') }}"
        )
        .render()
        .strip()
    )


def in_sql(expression: str, texts: list[str]) -> list[date | None]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table days as select unnest($texts) as written, unnest(range(len($texts))) as"
            " place",
            {"texts": texts},
        )
        return [
            row[0]
            for row in connection.execute(
                f"select {expression} from days order by place"
            ).fetchall()
        ]


def notations(day: date) -> list[str]:
    """Return a day in every notation that was in use on it."""
    western = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
    ]
    era = next(
        ((name, letter, day.year - begin.year + 1) for name, letter, begin in ERAS if day >= begin),
        None,
    )
    if era is None:
        return western
    name, letter, year = era
    spoken = "元" if year == 1 else str(year)
    weekday = WEEKDAYS[day.weekday()]
    japanese = [
        f"{name}{spoken}年{day.month}月{day.day}日",
        f"{letter}{year}.{day.month}.{day.day}",
        f"{letter.lower()}{year:02d}-{day.month:02d}-{day.day:02d}",
        f" {name} {spoken} 年 {day.month} 月 {day.day} 日 ({weekday}) ",
        f"{name}{spoken}年{day.month}月{day.day}日（{weekday}）".translate(WIDE),
        f"{letter}{year}/{day.month}/{day.day}".translate(WIDE),
    ]
    return [*western, f"{day:%Y-%m-%d} 00:00:00", *japanese]


def test_every_day_from_1926_to_2050_is_read_in_every_notation_in_both_languages(
    expression: str,
) -> None:
    first, last = date(1926, 1, 1), date(2050, 12, 31)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    written = [(day, text) for day in days for text in notations(day)]
    assert len(written) > 500_000
    texts = [text for _, text in written]
    wrong = [
        (text, found)
        for (day, text), found in zip(written, in_sql(expression, texts), strict=True)
        if found != day
    ]
    assert wrong == []
    # Python reads ten times slower; every notation of every seventh day, and all days of the
    # changes of era.
    turns = {begin + timedelta(days=offset) for _, _, begin in ERAS for offset in range(-8, 9)}
    assert [
        (day, text)
        for day, text in written
        if (day.toordinal() % 7 == 0 or day in turns) and read_date(text) != day
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "ー",
            "45200",
            "若干名",
            "令和5年13月1日",
            "令和0年1月1日",
            "2023-02-30",
            "2023-02-29",
            "R5.10",
            "令和5年10月",
            "令和5年度",
        ),
        *(
            "2023/10/1-2",
            "10/1",
            "第3回",
            "令和5年10月1日から",
            "2023-10-01 09:30:00",
            "西暦2023年10月1日",
            "R5.10.1.",
            "２０２３１３０１",
        ),
    ],
)
def test_what_is_no_day_is_none_in_both_languages(expression: str, text: str) -> None:
    assert (read_date(text), in_sql(expression, [text])) == (None, [None])


def test_an_eras_years_go_on_past_its_end(expression: str) -> None:
    assert in_sql(expression, ["平成31年5月1日", "H35.4.1", "昭和65年1月1日"]) == [
        date(2019, 5, 1),
        date(2023, 4, 1),
        date(1990, 1, 1),
    ]
    assert read_date("平成31年5月1日") == date(2019, 5, 1)


_PIECES = st.sampled_from(
    [
        *"0123456789０１２３４５６７８９年月日元令和平成昭RHSrhs./-／．－() （）:T日曜土,\t\u200b",
        "令和",
        "平成",
        "2023",
        "10",
        "㍻",
        "⽉",
        "Ⅻ",
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(_PIECES, max_size=14).map("".join) | st.text(max_size=10), min_size=20, max_size=80
    )
)
def test_any_text_is_the_same_day_or_none_in_both_languages(
    expression: str, texts: list[str]
) -> None:
    plain = [text.replace("\0", "") for text in texts]
    assert in_sql(expression, plain) == [read_date(text) for text in plain]


QUALIFIED = (
    *(
        "約3",
        "およそ３人",
        "概ね60％",
        "3人程度",
        "60%以上",
        "100件超",
        "5日以内",
        "10人弱",
        "20件余り",
    ),
    *(
        "20余件",
        "合計30",
        "30件(累計)",
        "最大10",
        "少なくとも3名",
        "約4割",
        "9割前後",
        "3千人ほど",
        "50人近く",
    ),
)
UNQUALIFIED = (
    *(
        "3",
        "３人",
        "▲１",
        "60%",
        "6割",
        "7割5分",
        "1.5倍",
        "1,100件",
        "6千2百万円",
        "+3",
        "ゼロ",
        "3人増",
    ),
    *("若干名", "", "約束", "10~20", "第3回", "1,00", "３分の１", "＊＊＊"),
)


def test_a_qualified_number_is_one_in_both_languages() -> None:
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    macro = MACRO.read_text(encoding="utf-8") + "{{ is_qualified_number('written') }}"
    expression = environment.from_string(macro).render().strip()
    for texts, expected in ((QUALIFIED, True), (UNQUALIFIED, False)):
        found = [(text, read_number(text)) for text in texts]
        qualified = [number is not None and number.qualifier != "exact" for _, number in found]
        assert list(zip(texts, qualified, strict=True)) == [(text, expected) for text in texts]
        assert in_sql(expression, list(texts)) == [expected] * len(texts)
