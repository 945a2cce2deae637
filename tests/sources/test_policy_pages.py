"""Policy pages: what a page states, whatever way it is written, saved or delivered."""

import csv
import gzip
import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import SourceUnavailable, UsageError
from flows.sources import policy_pages
from flows.sources.policy_pages import PolicyPages
from flows.sources.pseudonyms import Pseudonyms

SHARED = Path(__file__).parents[3] / "shared"
INDEX = SHARED / "policy_pages" / "index.csv"
needs_shared = pytest.mark.skipif(
    not INDEX.is_file(), reason="the reference pages are not beside this checkout"
)
REAL_PAGE = SHARED / "policy_pages" / "digital-bureau-fy2023.txt"
PSEUDONYMS = Pseudonyms(b"a key for tests")
HEAD = "令和5年度港町局運営方針\n2024年6月10日\nページ番号:123456\n"

Cells = dict[str, str | None]

# Invented; it holds every construction that the parser knows from real pages.
PAGE = (
    HEAD
    + """【局の目標（何をめざすのか）】
- 港に人が集まるまち
重点的に取り組む主な経営課題
経営課題1 港のにぎわい
【課題認識】
来訪者は5年で3割減っており、令和4年度は120件の苦情があった。
【主な戦略(課題解決の方策)】
- 桟橋の改修
【アウトカム指標(経営課題の進捗度合を示した指標)】
- 来訪者の満足度
令和5年度 1,000件
令和7年度：2,000件
- 令和8年度までに桟橋の利用状況を全区画の70%以上とする
(令和5年度:30%、令和6年度:45% 令和7年度:60%)
- 令和5年度 港湾計画の策定
- 夜間照明の整備
[予算額 40,544百万円]
【アウトカム指標の達成状況(定量評価)】
- 来訪者の満足度 約1,100件:A
- 桟橋の利用状況 40%:B
- 港湾計画の策定 策定済:A
- 夜間照明の整備 令和5年10月から点灯:A
【前年度実績】
- 桟橋の利用状況 9%
- 夜間照明の整備 点灯までの全工程の50%以上を達成

経営課題2 人材の確保
【アウトカム指標(経営課題の進捗度合を示した指標)】
- 令和5年度から令和7年度にかけて水先人を採用
令和5年度:3名程度
- 令和5年度から令和7年度にかけて講習を実施
受講者60名/年
【アウトカム指標の達成状況(定量評価)】
- 水先人を採用 2名:A
- 講習の受講者 54名:A
【前年度実績】
- 講習の受講者 28名

自己評価(運営方針全体の定性評価)
- 来訪者の満足度 9,999件:A
このページの作成者・問合せ先
大阪市港町局 電話:06-0000-0000
"""
)


def rows(content: bytes | str) -> list[Cells]:
    parsed = PolicyPages().parse(
        content.encode() if isinstance(content, str) else content, PSEUDONYMS
    )
    found = [row for batch in parsed.batches for row in batch.to_pylist()]
    assert parsed.rejected == []
    return found


def said(content: bytes | str, *kinds: str) -> list[Cells]:
    return [row for row in rows(content) if row["statement"] in kinds]


def stated(content: bytes | str) -> list[tuple[str | None, ...]]:
    """Everything but where it stands and how it was written."""
    columns = (
        "statement",
        "value",
        "qualifier",
        "unit",
        "rating",
        "fiscal_year",
        "issue_no",
        "indicator_wording",
    )
    return [
        (
            *(row[column] for column in columns),
            row["value_text"] if row["statement"] != "title" else None,
        )
        for row in rows(content)
    ]


def figures(section: str, *, kind: str = "target") -> list[tuple[str | None, ...]]:
    return [
        (
            row["indicator_wording"],
            row["fiscal_year"],
            row["value_text"],
            row["value"],
            row["qualifier"],
            row["rating"],
        )
        for row in said(f"{HEAD}経営課題1 x\n{section}", kind)
    ]


def one(content: bytes | str, kind: str) -> str | None:
    (row,) = said(content, kind)
    return row["value_text"]


def rejection(content: bytes) -> tuple[int, str, str]:
    parsed = PolicyPages().parse(content, PSEUDONYMS)
    assert list(parsed.batches) == []
    (rejected,) = parsed.rejected
    return rejected.source_row, rejected.reason_code, rejected.reason


# ---- the page in other clothes

FULL_WIDTH = str.maketrans(
    {**{chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}, " ": "\u3000"}
)
BULLETS = ("・", "• ", "・　", "– ", "○ ", "◯", "■ ", "\u3000・ ", "  • ", "* ")


def with_bullets(text: str, mark: str) -> str:
    return re.sub(r"(?m)^- ", mark, text)


def numbered(text: str) -> str:
    count = iter(range(1, 1000))
    return re.sub(r"(?m)^- ", lambda _: f"({next(count) % 20 + 1}) ", text)


def as_html(text: str, *, encoding: str = "utf-8", item_break: str = "<br>\n") -> str:
    """Write the text as a page of the web: headings, paragraphs, lists with breaks in them, and
    things that are not text.
    """
    body: list[str] = []
    for line in text.split("\n"):
        escaped = html.escape(line)
        if line.startswith("- "):
            body.append(f"<ul>\n<li>\n  {escaped[2:]}</li></ul>")
        elif body and body[-1].endswith("</li></ul>") and line and line[0] not in "【経自今":
            body[-1] = body[-1].removesuffix("</li></ul>") + f"{item_break}{escaped}</li></ul>"
        elif line.startswith(("【", "経営課題")):
            body.append(f"<h3 class='x'><span>{escaped[:3]}</span>{escaped[3:]}</h3>")
        else:
            body.append(f"<p>{escaped}</p>")
    page = "\n".join(body).replace("</ul>\n<ul>\n", "")
    head = (
        f'<meta charset="{encoding}"><title>港の市:違う題(トップページ)</title><style>p {{ color:'
        " red }</style>"
    )
    script = '<script>document.write("令和9年度 9件");</script>'
    start = (
        f"<!DOCTYPE html>\n<html lang='ja'><head>{head}</head>\n<body><!-- 令和9年度 9件"
        f" -->{script}"
    )
    return f"{start}<nav><ul><li>市政</li></ul></nav>\n{page}</body></html>"


CLOTHES: dict[str, Callable[[str], bytes]] = {
    "full-width": lambda text: text.translate(FULL_WIDTH).encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "UTF-8 with a BOM": lambda text: text.encode("utf-8-sig"),
    "CP932": lambda text: text.encode("cp932"),
    "EUC-JP": lambda text: text.encode("euc_jp"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "HTML": lambda text: as_html(text).encode(),
    "HTML with paragraphs in items": lambda text: as_html(text, item_break="<p>").encode(),
    "HTML in Shift_JIS": lambda text: as_html(text, encoding="Shift_JIS").encode("cp932"),
    "HTML in EUC-JP": lambda text: as_html(text, encoding="EUC-JP").encode("euc_jp"),
    "HTML with CRLF": lambda text: as_html(text).replace("\n", "\r\n").encode(),
    "Kangxi radicals": lambda text: text.translate(str.maketrans("方月日", "⽅⽉⽇")).encode(),
    "<headings>": lambda text: text.translate(str.maketrans("【】", "<>")).encode(),
    "＜headings＞": lambda text: text.translate(str.maketrans("【】", "＜＞")).encode(),
    "《headings》": lambda text: text.translate(str.maketrans("【】", "《》")).encode(),
    "■headings": lambda text: text.translate(str.maketrans("【", "■", "】")).encode(),
    "bare headings": lambda text: text.translate(str.maketrans("", "", "【】")).encode(),
    "headings without a closing bracket": lambda text: re.sub(r"(?m)\)】$", "】", text).encode(),
    "indented headings": lambda text: re.sub(r"(?m)^【", "    【", text).encode(),
    "【issue】 title": lambda text: re.sub(r"(?m)^(経営課題\d) ", r"【\1】", text).encode(),
    "【issue title】": lambda text: re.sub(r"(?m)^(経営課題\d .*)$", r"【\1】", text).encode(),
    "a typing error in a section's name": (
        lambda text: text.replace("アウトカム指標", "アウトカム指数").encode()
    ),
    "ratings in brackets": lambda text: re.sub(r"(?m):([AB])$", r"(\1)", text).encode(),
    "ratings in 【】": lambda text: re.sub(r"(?m):([AB])$", r" 【\1】", text).encode(),
    "ratings with a label": lambda text: re.sub(r"(?m):([AB])$", r" 評価：\1", text).encode(),
    "ratings after a space": lambda text: re.sub(r"(?m):([AB])$", r"　\1", text).encode(),
    "ratings on a line below": lambda text: re.sub(r"(?m):([AB])$", r"\n評価:\1", text).encode(),
    "numbers as list marks": lambda text: numbered(text).encode(),
    "era letters": lambda text: re.sub("令和([0-9]年度)", r"R\1", text).encode(),
    "common era": (
        lambda text: re.sub(
            "令和([0-9])年度", lambda match: f"{2018 + int(match[1])}年度", text
        ).encode()
    ),
    "blank lines everywhere": lambda text: text.replace("\n", "\n\n").encode(),
    **{
        f"list mark {mark!r}": lambda text, mark=mark: with_bullets(text, mark).encode()
        for mark in BULLETS
    },  # type: ignore[misc]
}


@pytest.mark.parametrize("clothes", CLOTHES)
def test_a_page_states_the_same_in_any_clothes(clothes: str) -> None:
    assert stated(CLOTHES[clothes](PAGE)) == stated(PAGE)


@needs_shared
@pytest.mark.parametrize("clothes", CLOTHES)
def test_the_real_page_states_the_same_in_any_clothes(clothes: str) -> None:
    text = REAL_PAGE.read_text(encoding="utf-8")
    assert stated(CLOTHES[clothes](text)) == stated(text)


# ---- the reference pages

CODES = {
    "オンラインでできる手続数": "online_procedures",
    "情報発信・サービス提供の最適化施策の策定": "information_service_plan",
    "本市共通クラウドサービスの整備": "common_cloud_service",
    "バックオフィスDXグランドデザインの策定": "backoffice_grand_design",
    "ノーコードツールを活用したアプリの運用・開発着手": "nocode_applications",
    "データ可視化環境の利用状況": "visualisation_usage_rate",
    "データ活用の方針を策定": "data_utilisation_policy",
    "外部専門人材を採用": "specialists_hired",
    "研修を実施 受講者": "training_participants",
    "研修の受講者": "training_participants",
}


@needs_shared
def test_the_real_page_gives_exactly_the_official_figures() -> None:
    found: dict[tuple[str, str], Cells] = {}
    for row in said(REAL_PAGE.read_bytes(), "target", "actual", "previous_actual"):
        kind = "target" if row["statement"] == "target" else "actual"
        figure = found.setdefault(
            (CODES[row["indicator_wording"] or ""], row["fiscal_year"] or ""),
            {"issue_no": row["issue_no"]},
        )
        assert f"{kind}_text" not in figure
        figure |= {
            f"{kind}_text": row["value_text"],
            f"{kind}_value": row["value"],
            f"{kind}_qualifier": row["qualifier"],
        }
        figure |= {"official_rating": row["rating"]} if row["statement"] == "actual" else {}
    with (SHARED / "domain" / "official_figures.csv").open(encoding="utf-8", newline="") as file:
        official = list(csv.DictReader(file))
    assert len(official) == 20
    columns = [
        column
        for column in official[0]
        if column.startswith(("target_", "actual_", "official_", "issue_"))
    ]
    assert {
        key: {column: figure.get(column) or "" for column in columns}
        for key, figure in found.items()
    } == {
        (row["indicator_code"], row["fiscal_year"]): {column: row[column] for column in columns}
        for row in official
    }


def _index() -> list[dict[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open(encoding="utf-8", newline="") as file:
        skeletons = list(csv.DictReader(file))
    digital = (
        "digital-bureau-fy2023.txt",
        "令和5年度デジタル統括室運営方針",
        "2024年6月10日",
        "596582",
        "result",
    )
    return [
        *skeletons,
        dict(zip(("file", "title", "page_date", "page_no", "stage"), digital, strict=True)),
    ]


@needs_shared
@pytest.mark.parametrize("page", _index(), ids=lambda page: page["file"])
def test_every_reference_page_has_its_title_year_date_number_and_stage(
    page: dict[str, str],
) -> None:
    content = (SHARED / "policy_pages" / page["file"]).read_bytes()
    (title,) = said(content, "title")
    year, month, day = map(int, re.findall("[0-9]+", page["page_date"]))
    era = re.match("令和([0-9]+)年度", page["title"])
    assert era is not None
    assert (title["value_text"], title["fiscal_year"]) == (page["title"], str(2018 + int(era[1])))
    assert one(content, "page_date") == date(year, month, day).isoformat()
    assert one(content, "page_number") == page["page_no"]
    assert one(content, "stage") == page["stage"].split()[0]
    assert one(content, "bureau") == re.sub(r"^.*?年度\s*|運営方針.*$", "", page["title"])


@needs_shared
def test_every_reference_page_is_listed_and_its_index_is_not() -> None:
    deliveries = PolicyPages().list_deliveries(str(SHARED / "policy_pages")).deliveries
    assert sorted(delivery.item_key for delivery in deliveries) == sorted(
        page["file"] for page in _index()
    )


# ---- facts of a page


def test_every_row_says_where_it_stands() -> None:
    lines = PAGE.split("\n")
    for row in rows(PAGE):
        assert row["raw_text"] == lines[int(row["_source_row"] or 0) - 1]


def test_html_rows_say_in_which_line_of_the_file_their_text_begins() -> None:
    page = as_html(PAGE)
    lines = page.split("\n")
    for row in rows(page):
        words = re.sub(r"^- |[<>&]", "", row["raw_text"] or "")
        assert words[-4:] in html.unescape(
            re.sub("<[^>]*>", "", lines[int(row["_source_row"] or 0) - 1])
        )


def test_page_facts_stand_once() -> None:
    facts = {
        row["statement"]: row["value_text"]
        for row in said(PAGE, "title", "bureau", "page_date", "page_number", "stage")
    }
    assert facts == {
        "title": "令和5年度港町局運営方針",
        "bureau": "港町局",
        "page_date": "2024-06-10",
        "page_number": "123456",
        "stage": "result",
    }
    assert len(said(PAGE, "title", "bureau", "page_date", "page_number", "stage")) == len(facts)


def test_issues_stand_once_with_their_titles() -> None:
    assert [(row["issue_no"], row["value_text"]) for row in said(PAGE, "issue")] == [
        ("1", "港のにぎわい"),
        ("2", "人材の確保"),
    ]


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("経営課題1 港", "1", "港"),
        ("経営課題１　港", "1", "港"),
        ("【経営課題1】港", "1", "港"),
        ("【経営課題1 港】", "1", "港"),
        ("＜経営課題1＞港", "1", "港"),
        ("■経営課題1:港", "1", "港"),
        ("経営課題一 港", "1", "港"),
        ("経営課題③港", "3", "港"),
        ("経営課題1 2つの港", "1", "2つの港"),
        ("経営課題12 港「みなと」", "12", "港「みなと」"),
        ("経営課題1-(1) 港", "1-1", "港"),
        ("経営課題1-2 港", "1-2", "港"),
        ("【経営課題1】\n\n港", "1", "港"),
    ],
)
def test_issue_headings_are_read_in_every_style(heading: str, number: str, title: str) -> None:
    assert [(row["issue_no"], row["value_text"]) for row in said(f"{HEAD}{heading}", "issue")] == [
        (number, title)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "経営課題1については達成した。",
        "「経営課題1 港」における成果",
        "経営課題1の達成",
        "重点的に取り組む主な経営課題",
    ],
)
def test_sentences_about_issues_are_no_headings(line: str) -> None:
    assert said(f"{HEAD}{line}", "issue") == []


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("最終更新日：2024年6月10日", "2024-06-10"),
        ("（令和6年6月10日）", "2024-06-10"),
        ("2024年6月10日 ページ番号:12", "2024-06-10"),
        ("公開日:2024年4月1日\n更新日:2024年6月10日", "2024-06-10"),
    ],
)
def test_the_page_date_is_the_line_that_is_only_a_date(line: str, day: str) -> None:
    assert one(f"令和5年度港町局運営方針\n{line}", "page_date") == day


def test_a_page_without_date_number_or_figures_is_normal() -> None:
    found = {
        row["statement"]: row["value_text"]
        for row in rows("令和6年度 港町局運営方針\n2024年13月1日\n")
    }
    assert found == {"title": "令和6年度 港町局運営方針", "bureau": "港町局", "stage": "plan"}


@pytest.mark.parametrize(
    ("page", "stage"),
    [
        ("令和4年度港町局運営方針(素案)", "draft"),
        ("令和4年度港町局運営方針（案）", "draft"),
        ("令和4年度港町局運営方針 案", "draft"),
        ("令和4年度港町局運営方針【素案】(令和4年2月)", "draft"),
        ("令和4年度港町局運営方針(令和4年4月1日)", "plan"),
        (
            HEAD + "年間の進捗管理を実施しました。成果は下の欄に反映済みです。(令和5年6月9日)",
            "result",
        ),
        (HEAD + "年間の進捗管理を実施しました。\n成果は下の欄に反映済みです。", "result"),
        (HEAD + "年間の進捗管理(中間)を実施しました。成果は下の欄に反映済みです。", "plan"),
        (HEAD + "【アウトカム指標の達成状況】\n- 来訪者数 -\n", "plan"),
        (HEAD + "【アウトカム指標の達成状況】\n- 来訪者数 集計中\n", "result"),
    ],
)
def test_the_stage_is_recognised_by_the_title_the_actuals_and_the_note(
    page: str, stage: str
) -> None:
    assert one(page, "stage") == stage


# ---- targets


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("・受講者数 令和5年度 60名", [("受講者数", "2023", "60名", "60", "exact")]),
        (
            "・手続数を100件以上にする（令和6年度）",
            [("手続数", "2024", "100件以上", "100", "at_least")],
        ),
        (
            "・手続数 100件(令和5年度)、200件(令和6年度)",
            [
                ("手続数", "2023", "100件", "100", "exact"),
                ("手続数", "2024", "200件", "200", "exact"),
            ],
        ),
        ("・R3~R5合計 30件\n", [("合計 30件", "2023", "合計 30件", "30", "cumulative")]),
        ("・相談数\nR3～R5合計 30件", [("相談数", "2023", "合計 30件", "30", "cumulative")]),
        (
            "・相談数\nR5 10件 (R3~R5合計 30件)",
            [
                ("相談数", "2023", "10件", "10", "exact"),
                ("相談数", "2023", "合計 30件", "30", "cumulative"),
            ],
        ),
        ("・満足度 80%以上", [("満足度", "2023", "80%以上", "80", "at_least")]),
        ("・75歳以上の受診率 令和6年度 40%", [("75歳以上の受診率", "2024", "40%", "40", "exact")]),
        (
            "・手続数\n・令和5年度 10件\n・令和6年度 20件",
            [("手続数", "2023", "10件", "10", "exact"), ("手続数", "2024", "20件", "20", "exact")],
        ),
        ("・研修を実施\n  ・受講者 60名", [("研修を実施 受講者", "2023", "60名", "60", "exact")]),
        (
            "手続数\n令和5年度 10件\n件数\n令和5年度 20件",
            [("手続数", "2023", "10件", "10", "exact"), ("件数", "2023", "20件", "20", "exact")],
        ),
        ("・方針の策定", []),
        ("・方針の策定(令和6年度)", [("方針の策定", "2024", "策定", None, None)]),
        ("・令和6年度中に基盤を構築する", [("基盤を構築する", "2024", "構築", None, None)]),
        (
            "・計画\n令和5年度 策定\n令和6年度:運用開始",
            [("計画", "2023", "策定", None, None), ("計画", "2024", "運用開始", None, None)],
        ),
        ("・令和5年度から令和7年度にかけて基盤を整備", []),
        ("<港湾>\n・手続数 令和5年度 10件", [("手続数", "2023", "10件", "10", "exact")]),
        ("■港湾\n・手続数 令和5年度 10件", [("手続数", "2023", "10件", "10", "exact")]),
        ("■手続数\n令和5年度 10件", [("手続数", "2023", "10件", "10", "exact")]),
    ],
)
def test_targets_are_read(items: str, expected: list[tuple[str | None, ...]]) -> None:
    assert [row[:5] for row in figures(f"【アウトカム指標】\n{items}")] == expected


@pytest.mark.parametrize(
    "line",
    [
        "[予算額 40,544百万円]",
        "(令和6年度決算額 6千2百万円)",
        "・令和5年度予算額 6千3百万円",
        "関連するSDGs 11住み続けられるまちづくりを",
        "※令和5年度 3件を含む",
    ],
)
def test_budgets_goals_and_notes_are_no_statements(line: str) -> None:
    assert figures(f"【アウトカム指標】\n・手続数 令和5年度 10件\n{line}") == [
        ("手続数", "2023", "10件", "10", "exact", None)
    ]


def test_every_item_is_an_indicator_once() -> None:
    assert [row["indicator_wording"] for row in said(PAGE, "indicator")] == [
        "来訪者の満足度",
        "桟橋の利用状況",
        "港湾計画の策定",
        "夜間照明の整備",
        "水先人を採用",
        "講習を実施",
    ]


# ---- actuals


@pytest.mark.parametrize(
    ("item", "wording", "value_text", "value", "rating"),
    [
        ("手続数 約1,100件:A", "手続数", "約1,100件", "1100", "A"),
        ("手続数：約1,100件：Ａ", "手続数", "約1,100件", "1100", "A"),
        ("手続数\t40%（Ｂ）", "手続数", "40%", "40", "B"),
        ("窓口 の 利用状況 40% 【A】", "窓口 の 利用状況", "40%", "40", "A"),
        ("受講者54名:A", "受講者", "54名", "54", "A"),
        ("受講者\n54名:A", "受講者", "54名", "54", "A"),
        ("受講者\n54名\n評価:A", "受講者", "54名", "54", "A"),
        ("計画の策定 策定済 評価:A", "計画の策定", "策定済", None, "A"),
        ("計画策定済:A", "計画", "策定済", None, "A"),
        (
            "共通基盤の整備 令和5年10月から運用開始:A",
            "共通基盤の整備",
            "令和5年10月から運用開始",
            None,
            "A",
        ),
        (
            "共通 基盤: 令和5年10月から一部で開始:A",
            "共通 基盤",
            "令和5年10月から一部で開始",
            None,
            "A",
        ),
        ("手続数 21業務(うち新規5業務):A", "手続数", "21業務(うち新規5業務)", "21", "A"),
        ("手続数 集計中", "手続数", "集計中", None, None),
        ("手続数 未実施", "手続数", "未実施", None, None),
        ("手続数 -", "手続数", "-", None, None),
        ("手続数 10~20件:B", "手続数", "10~20件", None, "B"),
        ("手続数 ▲3件:B", "手続数", "▲3件", "-3", "B"),
        ("手続数", "手続数", None, None, None),
    ],
)
def test_actuals_are_read(
    item: str, wording: str, value_text: str | None, value: str | None, rating: str | None
) -> None:
    ((*found, qualifier, found_rating),) = figures(
        f"【アウトカム指標の達成状況】\n・{item}", kind="actual"
    )
    assert [*found, found_rating] == [wording, "2023", value_text, value, rating]
    assert (qualifier is None) == (value is None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,957件(令和6年度目標 2,200件):B", [("2023", "1957", "B")]),
        ("30業務(令和6年度は45業務の見込み):A", [("2023", "30", "A")]),
        ("累計1,100件(うち令和5年度390件):A", [("2023", "1100", "A")]),
        ("6名(うち1名は令和4年度採用):C", [("2023", "6", "C")]),
        ("1,100件、うち令和5年度に390件:A", [("2023", "1100", "A")]),
        ("62%(令和4年度45%):A", [("2023", "62", "A"), ("2022", "45", None)]),
        ("62%(令和6年度70%):A", [("2023", "62", "A")]),
    ],
)
def test_a_figure_of_another_year_or_part_is_not_taken_for_the_actual_nor_its_rating(
    value: str, expected: list[tuple[str | None, ...]]
) -> None:
    found = figures(f"【アウトカム指標の達成状況】\n・手続数 {value}", kind="actual")
    assert sorted((row[1], row[3], row[5]) for row in found) == sorted(expected)


def test_an_actual_is_of_the_year_that_its_line_states_and_the_rating_is_the_last_ones() -> None:
    found = figures(
        "【アウトカム指標の達成状況】\n・手続数 令和4年度 710件 令和5年度 800件:A\n・令和6年度"
        " 受講者 5名:B",
        kind="actual",
    )
    assert [(row[0], row[1], row[2], row[5]) for row in found] == [
        ("手続数", "2022", "710件", None),
        ("手続数", "2023", "800件", "A"),
        ("受講者", "2024", "5名", "B"),
    ]


def test_a_nameless_figure_of_last_year_is_of_the_only_indicator() -> None:
    section = "【アウトカム指標】\n・手続数\n{}【前年度実績】\n・710件"
    assert [row[:3] for row in figures(section.format(""), kind="previous_actual")] == [
        ("手続数", "2022", "710件")
    ]
    assert [row[:3] for row in figures(section.format("・受講者\n"), kind="previous_actual")] == [
        ("", "2022", "710件")
    ]


def test_a_figure_on_its_headings_line_is_read() -> None:
    assert figures("【前年度実績】手続数 710件", kind="previous_actual") == [
        ("手続数", "2022", "710件", "710", "exact", None)
    ]


def test_a_table_states_a_row_as_a_line() -> None:
    table = "<table><tr><th>指標</th><th>実績</th><th>評価</th></tr><tr><td><p>手続数</p></td><td>約1,100件</td><td>A</td></tr></table>"
    page = f"<html><body><h1>令和5年度港町局運営方針</h1><h3>アウトカム指標の達成状況</h3>{table}</body></html>"
    assert [
        (row["indicator_wording"], row["value_text"], row["rating"]) for row in said(page, "actual")
    ] == [("手続数", "約1,100件", "A")]


def test_nested_lists_and_definitions_state_what_their_text_would() -> None:
    nested = "<ul><li>手続数<ul><li>令和5年度:10件</li><li>令和6年度:20件</li></ul></li></ul>"
    number = "<dl><dt>ページ番号</dt><dd>77</dd></dl>"
    page = f"<html><body><h1>令和5年度港町局運営方針</h1>{number}<h3>アウトカム指標</h3>{nested}</body></html>"
    assert [
        (row["indicator_wording"], row["fiscal_year"], row["value"]) for row in said(page, "target")
    ] == [
        ("手続数", "2023", "10"),
        ("手続数", "2024", "20"),
    ]
    assert one(page, "page_number") == "77"


def test_the_browsers_title_serves_where_the_page_shows_none() -> None:
    assert (
        one(
            "<html><head><title>令和5年度港町局運営方針</title></head><body><p>x</p></body></html>",
            "bureau",
        )
        == "港町局"
    )


# ---- a quantity is not just its digits

MEANT = """経営課題1 x
【アウトカム指標】
・令和8年度までに桟橋の利用状況を全区画の7割以上とする
・相談数を前年度比390件増とする(令和6年度)
・避難計画 10,000世帯以上(R3~R5作成合計目標)
・来訪者を3年間で300人とする
・満足度 60%→80%
【アウトカム指標の達成状況】
・桟橋の利用状況 約4割(21/53区画):A
・相談数 前年度比 390件増:B
・相談数は前年度比390件増:B
・避難計画
4,722世帯(R3~R5作成合計10,488世帯):A
・避難計画の作成4,722世帯(R3~R5作成合計10,488世帯)
・来訪者 1,100人(前年度比390人増):A
・講習 3回、60名:B
・講座 令和5年度 3回 60名:B
・工程 工程2まで完了:B
・登録 12,34件:B
・点灯 10/1から点灯開始:A
【前年度実績】
・桟橋の利用状況 40パーセント以上
・苦情 ゼロ
・相談数 数十件
"""


def test_a_page_that_writes_shares_changes_and_totals_in_words_is_read_or_says_why_not() -> None:
    columns = ("indicator_wording", "fiscal_year", "value", "qualifier", "unit", "no_value_because")
    found = [
        tuple(row[column] for column in columns)
        for row in said(HEAD + MEANT, "target", "actual", "previous_actual")
    ]
    change, several = "figure_is_a_change", "several_figures"
    assert found == [
        ("桟橋の利用状況", "2026", "70", "at_least", "%", None),
        ("相談数", "2024", None, None, None, change),
        ("避難計画", "2023", "10000", "cumulative", "世帯", None),
        ("来訪者", "2023", "300", "cumulative", "人", None),
        ("満足度", "2023", None, None, None, change),
        ("桟橋の利用状況", "2023", "40", "about", "%", None),
        ("相談数", "2023", None, None, None, change),
        ("相談数", "2023", None, None, None, change),
        ("避難計画", "2023", "4722", "exact", "世帯", None),
        ("避難計画", "2023", "10488", "cumulative", "世帯", None),
        ("避難計画の作成", "2023", "4722", "exact", "世帯", None),
        ("避難計画の作成", "2023", "10488", "cumulative", "世帯", None),
        ("来訪者", "2023", "1100", "exact", "人", None),
        ("講習", "2023", None, None, None, several),
        ("講座", "2023", None, None, None, several),
        ("工程", "2023", None, None, None, "unread_figure"),
        ("登録", "2023", None, None, None, "unread_figure"),
        ("点灯", "2023", None, None, None, None),
        ("桟橋の利用状況", "2022", "40", "at_least", "%", None),
        ("苦情", "2022", "0", "exact", None, None),
        ("相談数", "2022", None, None, None, "figure_is_uncertain"),
    ]


@given(
    st.sampled_from(["増", "減", "の増加", "削減"]),
    st.integers(1, 9999),
    st.sampled_from(["件", "%", "割"]),
)
def test_a_change_is_no_actual_wherever_it_stands(change: str, number: int, unit: str) -> None:
    written = f"{number}{unit}{change}"
    for line in (f"相談数 {written}:A", f"相談数{written}:A", f"相談数\n{written}:A"):
        (row,) = said(f"{HEAD}経営課題1 x\n【アウトカム指標の達成状況】\n・{line}", "actual")
        wording, rating, reason = row["indicator_wording"], row["rating"], row["no_value_because"]
        assert (wording, row["value"], rating) == ("相談数", None, "A")
        assert reason == "figure_is_a_change"


# ---- what is no page


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PAGE.encode(), "utf-8"),
        (PAGE.encode("utf-8-sig"), "utf-8-sig"),
        (PAGE.encode("cp932"), "cp932"),
        (PAGE.encode("euc_jp"), "euc_jp"),
    ],
)
def test_the_encoding_is_recognised(content: bytes, encoding: str) -> None:
    assert PolicyPages().parse(content, PSEUDONYMS).encoding == encoding


def test_bytes_in_no_japanese_encoding_are_one_rejected_item() -> None:
    row, code, reason = rejection(PAGE.encode() + b"\xff\xff\xa0\x80")
    assert (row, code) == (0, "undecodable_item")
    assert "utf-8, cp932, euc_jp" in reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "市政だより\n運営方針は毎年度策定しています。\n".encode(),
        b"<html><body>404</body></html>",
    ],
)
def test_another_page_is_one_rejected_item_that_says_what_was_expected(content: bytes) -> None:
    row, code, reason = rejection(content)
    assert (row, code) == (0, "not_a_policy_page")
    assert "expected one such as 令和5年度〇〇局運営方針" in reason


def test_a_damaged_archive_is_one_rejected_item() -> None:
    assert rejection(gzip.compress(PAGE.encode())[:-20])[:2] == (0, "unreadable_item")


TAGS = ("<li>", "</li>", "<td>", "<tr>", "</table>", "<pre>", "<![x[", "<!", "<script>", "&#xD800;")
PIECES = st.sampled_from([*re.findall(r"[^\s]+|\n", PAGE), *TAGS, *"\n \u3000():~-", "：A", "R5"])


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.lists(PIECES, max_size=60).map(lambda pieces: (HEAD + "".join(pieces)).encode())
)
def test_any_bytes_are_parsed_into_the_contract_or_rejected(content: bytes) -> None:
    parsed = PolicyPages().parse(content, PSEUDONYMS)
    batches = list(parsed.batches)
    assert bool(batches) != bool(parsed.rejected)
    for batch in batches:
        assert batch.schema == PolicyPages.contract.schema
        found = batch.to_pylist()
        assert [row["statement"] for row in found].count("title") == 1
        assert all(row["_source_row"] >= 1 for row in found)
        assert all((row["value"] is None) == (row["qualifier"] is None) for row in found)


@pytest.mark.parametrize(
    "line",
    [
        "- " + "あ " * 200_000,
        "令和5年度 " * 50_000,
        "(" * 200_000,
        " " * 400_000 + "A",
        "<" * 200_000,
    ],
)
def test_a_monstrous_line_does_not_hold_up_the_night(line: str) -> None:
    started = time.monotonic()
    rows(f"{HEAD}【アウトカム指標】\n{line}\n【前年度実績】\n{line}\n")
    assert time.monotonic() - started < 10


# ---- deliveries


def test_files_are_listed_by_name_and_day_of_delivery(tmp_path: Path) -> None:
    (tmp_path / "2024-06-10").mkdir()
    for name in (
        "20230401_a.txt",
        "b.HTML",
        "index.csv",
        "2024-06-10/20230401_a.txt",
        "2024-06-10/c.htm",
    ):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    listing = PolicyPages().list_deliveries(str(tmp_path))
    deliveries = listing.deliveries
    assert [(each.item_key, each.delivered_on) for each in deliveries] == [
        ("20230401_a.txt", None),
        ("b.HTML", None),
        ("20230401_a.txt", date(2024, 6, 10)),
        ("c.htm", date(2024, 6, 10)),
    ]
    assert {each.stated_days for each in deliveries} == {()}
    assert [(each.name, each.reason_code) for each in listing.unread] == [
        ("index.csv", "unknown_ending")
    ]
    assert PolicyPages().read(deliveries[0]) == PAGE.encode()


def test_a_single_file_is_a_location(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAGE, encoding="utf-8")
    assert [
        each.item_key for each in PolicyPages().list_deliveries(str(tmp_path / "a.txt")).deliveries
    ] == ["a.txt"]


def test_a_missing_location_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"nowhere.*expected.*next:"):
        PolicyPages().list_deliveries(str(tmp_path / "nowhere"))


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/slow.html":
            time.sleep(0.5)
            return
        status = {
            "/missing.html": 404,
            "/busy.html": 429,
            "/broken.html": 503,
            "/moved.html": 302,
        }.get(path, 200)
        body = as_html(PAGE, encoding="Shift_JIS").encode("cp932")
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/page/1.html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("separator", [" ", ",", ", ", "\n"])
def test_addresses_are_listed_and_fetched(site: str, separator: str) -> None:
    source = PolicyPages()
    deliveries = source.list_deliveries(
        separator.join((f"{site}/page/1.html", f"{site}/moved.html", f"{site}/page/1.html"))
    ).deliveries
    assert [(each.item_key, each.stamp, each.stated_days) for each in deliveries] == [
        ("1.html", None, ()),
        ("moved.html", None, ()),
    ]
    for delivery in deliveries:
        assert stated(source.read(delivery)) == stated(PAGE)


def test_two_addresses_under_one_name_are_refused(site: str) -> None:
    with pytest.raises(UsageError, match=r"its last part '1\.html' is also that of"):
        PolicyPages().list_deliveries(f"{site}/a/1.html {site}/b/1.html")


@pytest.mark.parametrize(
    ("path", "message"),
    [("missing.html", "answers 404"), ("busy.html", "answers 429"), ("broken.html", "answers 503")],
)
def test_a_refusing_site_is_unavailable_and_keeps_its_secrets(
    site: str, path: str, message: str
) -> None:
    source = PolicyPages()
    address = f"{site.replace('//', '//clerk:pa55word@')}/{path}?page=3&access_token=s3cret"
    (delivery,) = source.list_deliveries(address).deliveries
    assert delivery.origin == f"{site.replace('//', '//***@')}/{path}?page=3&access_token=***"
    with pytest.raises(SourceUnavailable, match=message) as caught:
        source.read(delivery)
    assert "s3cret" not in str(caught.value)
    assert "pa55word" not in str(caught.value)


def test_an_address_with_secrets_is_fetched_with_them(site: str) -> None:
    source = PolicyPages()
    (delivery,) = source.list_deliveries(f"{site}/page/1.html?key=s3cret").deliveries
    assert stated(source.read(delivery)) == stated(PAGE)


def test_a_silent_site_is_unavailable(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_pages, "_TIMEOUT_SECONDS", 0.2)
    source = PolicyPages()
    with pytest.raises(SourceUnavailable, match="no answer within"):
        source.read(source.list_deliveries(f"{site}/slow.html").deliveries[0])


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.html", "http://[::bad/x.html", "http://127.0.0.1:99999/x.html"],
)
def test_a_site_that_is_not_there_is_unavailable(address: str) -> None:
    source = PolicyPages()
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        source.read(source.list_deliveries(address).deliveries[0])
