"""Text normalisation, fiscal years, dates and quantities, as municipal pages write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.japanese import (
    UNITS,
    find_quantities,
    fiscal_years,
    normalise,
    parse_date,
    parse_quantity,
)

# Characters that meet in these texts, so that hypothesis finds combinations that random Unicode
# never gives.
PAGE_TEXT = st.text(
    alphabet=(
        "令和平成元年度月日RH0123456789０１．.,，"
        "~〜-−▲約合計延べ程度以上未満千百万億円件名%％/()（）:： 　毎年間第回目ABａ㎡①⽉ｶﾞ"
    )
)


def years(text: str) -> list[tuple[int, int]]:
    return [(mention.start_year, mention.end_year) for mention in fiscal_years(text)]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ＡＢＣ１２３：（％）", "ABC123:(%)"),
        ("ﾊﾟｿｺﾝ", "パソコン"),
        ("全角　空白", "全角 空白"),
        ("⽅⽉⽇⾰", "方月日革"),
        ("市⺠", "市民"),
        ("㎡①㈱m²", "㎡①㈱m²"),
        ("〜～~", "~~~"),
        ("か\u3099", "が"),
        ("見え\u200bない\ufeff", "見えない"),
    ],
)
def test_widths_are_mended_and_symbols_with_a_meaning_stay(written: str, plain: str) -> None:
    assert normalise(written) == plain


@given(st.text() | PAGE_TEXT)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_every_single_character_is_normalised_once_and_for_all() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [
        character
        for character in characters
        if normalise(normalise(character)) != normalise(character)
    ] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和5年度", [(2023, 2023)]),
        ("令和５年度", [(2023, 2023)]),
        ("令和元年度", [(2019, 2019)]),
        ("令和十二年度", [(2030, 2030)]),
        ("R5年度", [(2023, 2023)]),
        ("Ｒ５", [(2023, 2023)]),
        ("R5実績", [(2023, 2023)]),
        ("H31年度", [(2019, 2019)]),
        ("平成30年度", [(2018, 2018)]),
        ("2023年度", [(2023, 2023)]),
        ("令和5年度から令和7年度にかけて", [(2023, 2025)]),
        ("令和5年度から7年度", [(2023, 2025)]),
        ("令和5～7年度", [(2023, 2025)]),
        ("R3〜R5", [(2021, 2023)]),
        ("平成30年度～令和2年度", [(2018, 2020)]),
        ("2023~25年度", [(2023, 2025)]),
        ("令和5年度:30%、令和6年度:45%", [(2023, 2023), (2024, 2024)]),
        ("R5 10件 (R3~R5合計 30件)", [(2023, 2023), (2021, 2023)]),
        ("令和7年度から令和5年度", [(2025, 2025), (2023, 2023)]),
    ],
)
def test_fiscal_years_and_ranges_are_found(text: str, expected: list[tuple[int, int]]) -> None:
    assert years(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "R5.10.1",
        "令和5年10月",
        "令和5年",
        "R5年10月",
        "R0",
        "令和0年度",
        "AR5",
        "R52.",
        "毎年度",
        "2024年6月10日",
        "2024-06-10",
    ],
)
def test_dates_and_other_text_are_no_fiscal_years(text: str) -> None:
    assert years(text) == []


def test_a_mention_says_where_it_stands() -> None:
    text = "目標は令和5年度から令和7年度にかけて"
    (mention,) = fiscal_years(text)
    assert text[slice(*mention.span)] == "令和5年度から令和7年度"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年6月10日", date(2024, 6, 10)),
        ("２０２４年６⽉１０⽇", date(2024, 6, 10)),
        ("2024年 6月 10日", date(2024, 6, 10)),
        ("令和6年6月10日", date(2024, 6, 10)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("R5.10.1", date(2023, 10, 1)),
        ("2024-06-10", date(2024, 6, 10)),
        ("2024/6/10", date(2024, 6, 10)),
        ("2024.6.10", date(2024, 6, 10)),
        ("更新日:2024年6月10日", date(2024, 6, 10)),
        ("令和5年13月1日", None),
        ("R5.2.30", None),
        ("2024年6月", None),
        ("令和5年度", None),
        ("", None),
    ],
)
def test_dates_are_read_and_impossible_ones_are_not(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "phrase", "value", "qualifier", "unit"),
    [
        ("1,000件", "1,000件", "1000", "exact", "件"),
        ("約1,100件", "約1,100件", "1100", "about", "件"),
        ("およそ50人", "およそ50人", "50", "about", "人"),
        ("概ね80％", "概ね80%", "80", "about", "%"),
        ("70%以上", "70%以上", "70", "at_least", "%"),
        ("100件超", "100件超", "100", "at_least", "件"),
        ("5日以内", "5日以内", "5", "at_most", "日"),
        ("10%未満", "10%未満", "10", "at_most", "%"),
        ("3名程度", "3名程度", "3", "around", "名"),
        ("約3名程度", "約3名程度", "3", "around", "名"),
        ("60名/年", "60名/年", "60", "exact", "名/年"),
        ("60名以上/年", "60名以上/年", "60", "at_least", "名/年"),
        ("年間60名", "年間60名", "60", "exact", "名/年"),
        ("４０％", "40%", "40", "exact", "%"),
        ("21業務", "21業務", "21", "exact", "業務"),
        ("6千2百万円", "6千2百万円", "62000000", "exact", "円"),
        ("1億2千万円", "1億2千万円", "120000000", "exact", "円"),
        ("40,544百万円", "40,544百万円", "40544", "exact", "百万円"),
        ("2.5億円", "2.5億円", "2.5", "exact", "億円"),
        ("2千人", "2千人", "2000", "exact", "人"),
        ("▲3", "▲3", "-3", "exact", ""),
        ("△3件", "△3件", "-3", "exact", "件"),
        ("-3", "-3", "-3", "exact", ""),
        ("−5ポイント", "−5ポイント", "-5", "exact", "ポイント"),
        ("1.5倍", "1.5倍", "1.5", "exact", "倍"),
        ("合計 30件", "合計 30件", "30", "cumulative", "件"),
        ("R3~R5合計 30件", "合計 30件", "30", "cumulative", "件"),
        ("延べ合計30人", "延べ合計30人", "30", "cumulative", "人"),
        ("30件(累計)", "30件(累計)", "30", "cumulative", "件"),
        ("合計約100件以上", "合計約100件以上", "100", "cumulative", "件"),
        ("延べ30名", "延べ30名", "30", "exact", "名"),
        ("1,200㎡", "1,200㎡", "1200", "exact", "㎡"),
        ("300m2", "300m2", "300", "exact", "m2"),
        ("3ほげ以上", "3ほげ以上", "3", "at_least", "ほげ"),
        ("12頭立てで走る馬車", "12", "12", "exact", ""),
        ("全所属の70%以上とする", "70%以上", "70", "at_least", "%"),
        ("運用開始までの全行程の50%以上を達成", "50%以上", "50", "at_least", "%"),
        ("1人当たり3件", "1人当たり3件", "3", "exact", "件/人"),
        ("第2期計画で5件", "5件", "5", "exact", "件"),
    ],
)
def test_a_quantity_keeps_its_phrase_qualifier_and_unit(
    text: str, phrase: str, value: str, qualifier: str, unit: str
) -> None:
    quantity = parse_quantity(text)
    assert quantity is not None
    assert (quantity.text, quantity.value, quantity.qualifier, quantity.unit) == (
        phrase,
        Decimal(value),
        qualifier,
        unit,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "策定済",
        "令和5年10月から運用開始",
        "2024年6月10日",
        "R5.10.1",
        "令和5年度",
        "6月10日まで",
        "第3回",
        "3回目",
        "2年目",
        "5丁目",
        "CO2",
        "5G整備",
        "経営課題1",
        "1/2",
        "10~20件",
        "10件~20件",
        "3-5件",
        "12,34件",
    ],
)
def test_dates_ordinals_names_and_ranges_are_no_quantities(text: str) -> None:
    assert parse_quantity(text) is None


def test_several_quantities_are_found_in_order() -> None:
    assert [
        quantity.text
        for quantity in find_quantities("令和5年度:30%、令和6年度:45% 令和7年度:60%以上")
    ] == ["30%", "45%", "60%以上"]


@given(
    st.integers(0, 10**12), st.sampled_from(UNITS), st.sampled_from(["", "以上", "以下", "程度"])
)
def test_every_number_with_a_known_unit_is_read_whole(number: int, unit: str, bound: str) -> None:
    quantity = parse_quantity(f"{number:,}{unit}{bound}")
    assert quantity is not None
    assert (quantity.value, quantity.unit, quantity.text) == (
        Decimal(number),
        unit,
        f"{number:,}{normalise(unit)}{bound}",
    )


@given(PAGE_TEXT | st.text())
def test_any_text_is_read_without_an_error_and_spans_point_at_their_phrases(text: str) -> None:
    plain = normalise(text)
    parse_date(text)
    for mention in fiscal_years(text):
        assert mention.start_year <= mention.end_year
        assert fiscal_years(plain[slice(*mention.span)])[:1] != []
    for quantity in find_quantities(text):
        assert plain[slice(*quantity.span)] == quantity.text
