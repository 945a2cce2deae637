"""Quantities that are more than their digits: shares, scales, bounds and totals; and what is no
level.
"""

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_city import ROOT

from flows.sources.japanese import Quantity, Unread, find_figures, find_quantities, parse_quantity
from flows.sources.japanese_unread import Reason

SEEDS = ROOT / "dbt_project" / "seeds"


@pytest.mark.parametrize(
    ("text", "value", "qualifier", "unit"),
    [
        ("約4割", "40", "about", "%"),
        ("4割", "40", "exact", "%"),
        ("四割五分", "45", "exact", "%"),
        ("7割5分", "75", "exact", "%"),
        ("7割5分3厘", "75.3", "exact", "%"),
        ("4割以上", "40", "at_least", "%"),
        ("8割超", "80", "at_least", "%"),
        ("9割前後", "90", "around", "%"),
        ("概ね5割", "50", "about", "%"),
        ("9割弱", "90", "around", "%"),
        ("1.5割", "15", "exact", "%"),
        ("全所属の7割以上とする", "70", "at_least", "%"),
        ("40パーセント以上", "40", "at_least", "%"),
        ("40ﾊﾟｰｾﾝﾄ", "40", "exact", "%"),
        ("４０﹪", "40", "exact", "%"),
        ("百分率で40", "40", "exact", "%"),
        ("3パーセントポイント", "3", "exact", "%ポイント"),
        ("3%ポイント", "3", "exact", "%ポイント"),
        ("1.5倍", "1.5", "exact", "倍"),
        ("2倍以上", "2", "at_least", "倍"),
        ("50%以下に抑制", "50", "at_most", "%"),
        ("80%に向上", "80", "exact", "%"),
        ("80%まで引き上げ", "80", "exact", "%"),
        ("▲3件", "-3", "exact", "件"),
        ("10人弱", "10", "around", "人"),
        ("20件余り", "20", "around", "件"),
        ("20余件", "20", "around", "件"),
        ("1,000件台", "1000", "around", "件"),
        ("80%台", "80", "around", "%"),
        ("5台", "5", "exact", "台"),
        ("3校強化", "3", "exact", "校"),
        ("5万件", "50000", "exact", "件"),
        ("1.2万件", "12000", "exact", "件"),
        ("3千人", "3000", "exact", "人"),
        ("１０万人以上", "100000", "at_least", "人"),
        ("累計1,000件", "1000", "cumulative", "件"),
        ("3年間で300件", "300", "cumulative", "件"),
        ("5年で300件", "300", "cumulative", "件"),
        ("3か年累計300件", "300", "cumulative", "件"),
        ("3カ年で300件", "300", "cumulative", "件"),
        ("累積100件", "100", "cumulative", "件"),
        ("10,000世帯以上(R3~R5作成合計目標)", "10000", "cumulative", "世帯"),
        ("ゼロ", "0", "exact", ""),
        ("皆無", "0", "exact", ""),
        ("ゼロ件", "0", "exact", "件"),
        ("0件", "0", "exact", "件"),
        ("約3", "3", "about", ""),
        ("３人程度", "3", "around", "人"),
        ("最大10件", "10", "at_most", "件"),
        ("最低10件", "10", "at_least", "件"),
        ("少なくとも3名", "3", "at_least", "名"),
        ("1,000件を上回る", "1000", "at_least", "件"),
        ("100件を超える", "100", "at_least", "件"),
        ("月平均3件", "3", "exact", "件/月"),
        ("1日3件", "3", "exact", "件/日"),
        ("月3件", "3", "exact", "件/月"),
        ("1人当たり3件", "3", "exact", "件/人"),
        ("年間60名", "60", "exact", "名/年"),
        ("60名/年", "60", "exact", "名/年"),
        ("構成比40%", "40", "exact", "%"),
        ("構成比 40%", "40", "exact", "%"),
        ("3割程度", "30", "around", "%"),
        ("約1割5分", "15", "about", "%"),
        ("約1.2万件", "12000", "about", "件"),
        ("1億2千万円", "120000000", "exact", "円"),
        ("令和5年度より100件", "100", "exact", "件"),
        ("令和7年度までに7割", "70", "exact", "%"),
        ("毎月10件", "10", "exact", "件/月"),
        ("2割強", "20", "around", "%"),
        ("5校増築", "5", "exact", "校"),
        ("3件の減免", "3", "exact", "件"),
        ("ごみの削減率10%以上", "10", "at_least", "%"),
        ("12年間で300件", "300", "cumulative", "件"),
        ("300件(3か年計)", "300", "cumulative", "件"),
        ("6千2百万円", "62000000", "exact", "円"),
        ("約1.25万件", "12500", "about", "件"),
        ("1,100件(前年度比増)", "1100", "exact", "件"),
        ("令和5年度の40%", "40", "exact", "%"),
        ("100件高齢者向け", "100", "exact", "件"),
        ("5件多言語", "5", "exact", "件"),
    ],
)
def test_a_level_is_read_as_what_it_says(text: str, value: str, qualifier: str, unit: str) -> None:
    (found,) = find_figures(text)
    assert isinstance(found, Quantity)
    assert (found.value, found.qualifier, found.unit) == (Decimal(value), qualifier, unit)


CHANGES = (
    "5割増",
    "3割減",
    "2倍増",
    "倍増",
    "半減",
    "ごみを半減する",
    "前年度比390件増",
    "前年度比 390件増",
    "前年度比110%",
    "前年比+5%",
    "対前年度比5%増",
    "令和4年度比10%減",
    "対令和4年度比で約1割増",
    "10%減",
    "3ポイント増",
    "100件増",
    "100件以上増",
    "100件の増加",
    "46%削減",
    "46%を削減",
    "+5%",
    "＋390件",
    "プラス390件",
    "前年度より390件多い",
    "前年度より390件増",
    "前年度から390件増加",
    "30%→40%",
    "710件(前年度)→1,100件",
    "前年度を100件上回る",
    "100件超える",
    "目標比90%",
    "5件改善",
    "新規5業務",
    "3名増員",
    "5人増やす",
    "100件ずつ増加",
    "3%上昇",
    "横ばい",
    "前年度並み",
    "増加率 5%",
    "純増390件",
    "達成率 90%",
    "5%抑制",
    "110%(前年度比)",
    "390件(増)",
    "5%UP",
    "5%↑",
    "390件多い",
    "前年度の9割",
    "前年度実績の9割以上",
    "昨年度の110%",
    "目標の9割",
    "5%高い",
    "390件の純増",
)
RANGES = (
    "10~20件",
    "10～20件増",
    "100件から200件",
    "10件ないし20件",
    "3-5件",
    "2、3件",
)
SHARES = (
    "3分の1",
    "5分の4",
    "約3分の2以上",
    "1/2",
    "21/53所属",
    "過半数",
    "半数以上",
    "約半数",
    "全区の半数で実施",
    "4/1",
)
UNCERTAIN = (
    "数十件",
    "数件",
    "10数件",
    "数%",
    "若干名",
    "約10数件",
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "figure_is_a_change") for text in CHANGES),
        *((text, "figure_is_a_range") for text in RANGES),
        *((text, "figure_is_a_share") for text in SHARES),
        *((text, "figure_is_uncertain") for text in UNCERTAIN),
    ],
)
def test_what_is_no_level_is_found_with_its_reason(text: str, reason: Reason) -> None:
    (found,) = find_figures(text)
    assert isinstance(found, Unread)
    assert found.reason == reason
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,100件(前年度比390件増)", ["1100"]),
        ("390件増の1,100件", ["1100"]),
        ("目標100件に対し120件", ["120"]),
        ("710件から390件増", []),
        ("710件から1,100件に増加", []),
        ("21業務(うち新規5業務)", ["21"]),
        ("4,722世帯(R3~R5作成合計10,488世帯)", ["4722", "10488"]),
        ("構成比 40%", ["40"]),
        ("ごみの削減率 令和7年度 10%以上", ["10"]),
        ("3校強化", ["3"]),
        ("5校増築", ["5"]),
        ("3件の減免", ["3"]),
        ("ゼロカーボン計画の策定", []),
        ("待機児童ゼロ", []),
        ("役割の見直し", []),
        ("10/1から運用開始", []),
        ("12,34件", []),
    ],
)
def test_only_the_levels_of_a_text_are_its_quantities(text: str, expected: list[str]) -> None:
    assert [str(each.value) for each in find_quantities(text)] == expected


@given(
    st.integers(1, 9),
    st.integers(0, 9),
    st.sampled_from([("", "exact"), ("約", "about"), ("概ね", "about"), ("最低", "at_least")]),
    st.booleans(),
)
def test_tenths_and_hundredths_are_percent(
    tenths: int, hundredths: int, mark: tuple[str, str], is_kanji: bool
) -> None:
    written = f"{tenths}割" + (f"{hundredths}分" if hundredths else "")
    if is_kanji:
        written = written.translate(str.maketrans("123456789", "一二三四五六七八九"))
    found = parse_quantity(mark[0] + written)
    assert found is not None
    assert (found.value, found.unit) == (tenths * 10 + hundredths, "%")
    assert found.qualifier == mark[1]


NUMBERS = st.builds(
    "{}{}{}".format,
    st.integers(1, 10**6).map("{:,}".format),
    st.sampled_from(["件", "名", "%", "世帯", "割", "ポイント", "パーセント", "万件"]),
    st.sampled_from(["", "以上", "程度"]),
)


@given(
    st.sampled_from(["前年度比", "対前年比", "前年度から", "昨年度より", "令和4年度比", "", "約"]),
    NUMBERS,
    st.sampled_from(
        ["増", "減", "増加", "の減少", "を削減", "上昇", "の低下", "アップ", "の増", "純増"]
    ),
)
def test_a_change_is_never_a_level(base: str, number: str, change: str) -> None:
    assert find_quantities(f"{base}{number}{change}") == []


@given(NUMBERS, st.sampled_from(["~", "～", "から", "-", "ないし", "→", " ～ "]), NUMBERS)
def test_from_one_number_to_another_is_no_level(low: str, between: str, high: str) -> None:
    assert find_quantities(f"{low}{between}{high}") == []


def test_the_shipped_figures_say_what_their_words_say() -> None:
    for seed, kind in (("indicator_targets", "target"), ("published_actuals", "actual")):
        with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found = parse_quantity(row[f"{kind}_text"])
                read_as = (str(found.value), found.qualifier) if found else ("", "")
                assert (row[f"{kind}_value"], row[f"{kind}_qualifier"]) == read_as


def test_every_reason_has_words_for_its_owner() -> None:
    with (SEEDS / "quarantine_reasons.csv").open(encoding="utf-8", newline="") as file:
        known = {row["reason_code"] for row in csv.DictReader(file)}
    assert set(Reason.__args__) <= known  # type: ignore[attr-defined]
