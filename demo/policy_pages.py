"""The digital bureau's operating policy of FY2023 as a city's web page: the plan, and a year later
the results on the same page.

Headings, indicator lines and figures are those of Osaka City's page 596582 (Digital Bureau, CC BY
4.0); its prose is left out, and the mark-up is ours. The plan page must not know what happened
later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape

from demo.city import Delivery

SOURCE = "policy_pages"
NAME = "digital-bureau-r5.html"
TITLE = "令和5年度デジタル統括室運営方針"
PAGE_NUMBER = "596582"
PLAN_DAY = date(2023, 4, 3)
RESULT_DAY = date(2024, 6, 10)
LEFT_OUT = "〔本文は省略〕"


@dataclass(frozen=True)
class Issue:
    """A section of the page; an indicator is a line with the lines of its targets below it."""

    heading: str
    strategies: tuple[str, ...]
    indicators: tuple[tuple[str, ...], ...]
    results: tuple[str, ...]
    previous_year: tuple[str, ...]


ISSUES: tuple[Issue, ...] = (
    Issue(
        "経営課題1 デジタル技術を活用し、便利・快適で、幸せ(Well-being)を実感できる市民生活の実現",
        (
            "行政手続きのオンライン化とBPR",
            "デジタルツールを活用した情報発信・サービス提供の最適化の推進",
        ),
        (
            ("オンラインでできる手続数", "令和5年度 1,000件", "令和7年度 2,000件"),
            ("デジタルツールを活用した情報発信・サービス提供の最適化の推進",),
        ),
        (
            "オンラインでできる手続数 約1,100件:A",
            "情報発信・サービス提供の最適化施策の策定 策定済:A",
        ),
        ("オンラインでできる手続数 710件",),
    ),
    Issue(
        "経営課題2 デジタル技術を活用した効率的かつ質の高い行政運営",
        (
            "自治体DXの推進に必要となる情報システム及びICTインフラの刷新",
            "内部管理業務(バックオフィス)の本市全体最適化",
            "システムの職員内製化によるBPR推進",
        ),
        (
            ("本市共通クラウドサービスの整備",),
            ("令和5年度 バックオフィスDXグランドデザインの策定",),
            ("ノーコードツールを活用したアプリの運用・開発着手",),
        ),
        (
            "本市共通クラウドサービスの整備 令和5年10月から運用開始:A",
            "バックオフィスDXグランドデザインの策定 策定済:A",
            "ノーコードツールを活用したアプリの運用・開発着手 21業務:A",
        ),
        (
            "本市共通クラウドサービスの整備 運用開始までの全行程の50%以上を達成",
            "ノーコードツールを活用したアプリの運用・開発着手 3業務",
        ),
    ),
    Issue(
        "経営課題3 データ活用による公共サービスの変革",
        ("データを活用したEBPMの推進",),
        (
            (
                "令和8年度までにデータ可視化環境の利用状況を全所属の70%以上とする",
                "(令和5年度:30%、令和6年度:45% 令和7年度:60%)",
            ),
            ("令和5年度 データ活用の方針を策定",),
        ),
        ("データ可視化環境の利用状況 40%:A", "データ活用の方針を策定 策定済:A"),
        ("データ可視化環境の利用状況 9%",),
    ),
    Issue(
        "経営課題4 DX人材の確保・育成",
        ("DXの即戦力となる外部人材の確保", "自所属・自課のDXを主体的に推進する人材の育成"),
        (
            ("令和5年度から令和7年度にかけて外部専門人材を採用", "令和5年度:3名程度"),
            ("令和5年度から令和7年度にかけて研修を実施", "受講者60名/年"),
        ),
        ("外部専門人材を採用 2名:A", "研修の受講者 54名:A"),
        ("研修の受講者 28名",),
    ),
)


def deliveries(last_day: date) -> Iterator[Delivery]:
    """Yield the two snapshots of the page."""
    for day, has_results in ((PLAN_DAY, False), (RESULT_DAY, True)):
        if day <= last_day:
            yield Delivery(SOURCE, day, NAME, page(day, has_results=has_results).encode())


def page(day: date, *, has_results: bool) -> str:
    """Write the page as it stood on a day, with or without a year's results."""
    body = [
        f"<h1>{TITLE}</h1>",
        f'<p class="update">{_western(day)}</p>',
        f'<p class="page-number">ページ番号:{PAGE_NUMBER}</p>',
    ]
    if has_results:
        body.append(
            "<p>運営方針の進捗管理を実施しました。"
            "その結果を「アウトカム指標の達成状況(定量評価)」と「自己評価」に反映しています。"
            f"({_japanese(day)})</p>"
        )
    body += ["<h2>重点的に取り組む主な経営課題</h2>"]
    for issue in ISSUES:
        body += _issue(issue, has_results=has_results)
    if has_results:
        for heading in ("自己評価(運営方針全体の定性評価)", "今後の方針"):
            body += [f"<h2>{heading}</h2>", f"<p>{LEFT_OUT}</p>"]
        body.append(f'<p class="attachment">{TITLE}({_japanese(day)}更新)</p>')
    return _document(body)


def _issue(issue: Issue, *, has_results: bool) -> list[str]:
    lines = [
        f"<h2>{escape(issue.heading)}</h2>",
        "<h3>【課題認識】</h3>",
        f"<p>{LEFT_OUT}</p>",
        "<h3>【主な戦略(課題解決の方策)】</h3>",
    ]
    lines += _list([(strategy,) for strategy in issue.strategies])
    lines += [
        "<h3>【アウトカム指標(経営課題の進捗度合を示した指標)】</h3>",
        *_list(issue.indicators),
    ]
    if has_results:
        lines += [
            "<h3>【アウトカム指標の達成状況(定量評価)】</h3>",
            *_list([(result,) for result in issue.results]),
        ]
        lines += ["<h3>【前年度実績】</h3>", *_list([(actual,) for actual in issue.previous_year])]
    return lines


def _list(items: tuple[tuple[str, ...], ...] | list[tuple[str, ...]]) -> list[str]:
    return [
        "<ul>",
        *("<li>" + "<br />".join(escape(line) for line in item) + "</li>" for item in items),
        "</ul>",
    ]


def _document(body: list[str]) -> str:
    head = [
        "<!DOCTYPE html>",
        '<html lang="ja">',
        "<head>",
        '<meta charset="UTF-8" />',
        f"<title>大阪市:{TITLE}</title>",
        "</head>",
        "<body>",
        (
            "<!-- Demonstration copy: headings, indicators and figures of Osaka City's page"
            f" {PAGE_NUMBER} (CC BY 4.0); prose left out. -->"
        ),
        '<ul class="breadcrumb"><li>トップページ</li><li>デジタル統括室</li><li>運営方針</li></ul>',
        '<div id="main">',
    ]
    foot = [
        "</div>",
        '<div id="footer">',
        "<h2>このページの作成者・問合せ先</h2>",
        "<p>大阪市 デジタル統括室</p>",
        "</div>",
        "</body>",
        "</html>",
    ]
    return "\n".join([*head, *body, *foot]) + "\n"


def _western(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _japanese(day: date) -> str:
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"
