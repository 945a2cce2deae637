"""Every text that the app shows, Japanese beside English, and how figures and dates are written in either language.

Names of indicators, years and units come from the marts; nothing here decides what a figure is.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, get_args

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"ja": "日本語", "en": "English"}

JST = timezone(timedelta(hours=9), "JST")
NONE = "—"

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("指標 Shihyō", "指標 Shihyō"),
    "subtitle": ("デジタル統括室 KPI", "Digital Bureau KPIs"),
    "overview": ("全体", "Overview"),
    "language": ("言語 / Language", "Language / 言語"),
    "as_of": ("基準日", "As of"),
    "version": ("版", "Version"),
    "published_at": ("公表", "Published"),
    "rolled_back": ("差し戻し後の版", "after a rollback"),
    "demo": ("模擬データ", "Simulated data"),
    "demo_banner": (
        "実演用の環境です。「模擬データ」の印がある数値は、架空の利用記録・名簿・台帳から計算したもので、実在の市の実績ではありません。"
        "「公表値」の印がある令和4・5年度の数値は、大阪市の公表資料によります。",
        "This is a demonstration. Figures marked “Simulated data” are computed from invented logs, rosters and registers "
        "and are no city's results. Figures of FY2022 and FY2023 marked “Published figure” are real, from Osaka City's published "
        "pages.",
    ),
    "official": ("公表値", "Published figure"),
    "computed": ("算出値", "Computed figure"),
    "attribution": (
        "公表値の出典: 大阪市「運営方針 令和5年度デジタル統括室」(CC BY 4.0)",
        "Source of published figures: Osaka City, operating policy of the Digital Bureau for FY2023 (CC BY 4.0)",
    ),
    "held_title": ("{when} の更新は公表されませんでした", "The update of {when} was not published"),
    "held_title_undated": ("前回の更新は公表されませんでした", "The last update was not published"),
    "held_reason": ("理由", "Reason"),
    "held_shown": (
        "以下の数値は、{as_of} 時点の版 {version} のものです。",
        "The figures below are those of version {version}, as of {as_of}.",
    ),
    "held_details": ("詳しい内容(担当者向け)", "Details (for the data team)"),
    "outcome_audit_failed": (
        "データの検査(監査)に合格しなかったため、公表を止めました。",
        "The data did not pass the audit, so nothing was published.",
    ),
    "outcome_source_unavailable": (
        "取込元のシステムに接続できませんでした。",
        "A source system could not be reached.",
    ),
    "outcome_held": ("承認待ちのため、公表を止めています。", "It is held for approval."),
    "outcome_interrupted": ("処理が途中で止まりました。", "It stopped half-way."),
    "outcome_failed": ("処理の途中で失敗しました。", "It failed on the way."),
    "unfinished": (
        "{when} に始まった更新は、まだ終わりが記録されていません(実行中、または中断)。以下は公表済みの版の数値です。",
        "The update that began on {when} has recorded no end yet (still going, or interrupted). The figures below are the published ones.",
    ),
    "warnings": ("検査の注意事項({count}件)", "Notes of the audit ({count})"),
    "nothing_title": ("まだ公表された版がありません", "Nothing is published yet"),
    "nothing_body": (
        "最初の夜間更新が検査に合格すると、ここに指標が表示されます。しばらくしてから、もう一度開いてください。",
        "The indicators appear here once the first nightly update has passed its audit. Please come back later.",
    ),
    "unreadable_title": ("公表された版を読み込めません", "The published version cannot be read"),
    "unreadable_body": ("担当者に連絡してください。", "Please tell the data team."),
    "configuration_title": ("設定に誤りがあります", "The configuration is wrong"),
    "indicators": ("指標の一覧", "Indicators"),
    "issue": ("経営課題{number}", "Issue {number}"),
    "target": ("目標", "Target"),
    "no_target": ("目標設定なし", "No target set"),
    "no_actual": ("実績なし", "No actual yet"),
    "rating": ("公式評価", "Official rating"),
    "in_year": ("({year})", " ({year})"),
    "rated": ("評価", "rated"),
    "no_rating": ("なし", "none"),
    "provisional": ("暫定", "Provisional"),
    "provisional_in_brief": ("暫定", "Prov."),
    "provisional_to": ("暫定 {day}時点", "Provisional, as of {day}"),
    "trend": ("推移", "Trend"),
    "trend_from_to": ("{start} {first} から {end} {last}", "{start} {first} to {end} {last}"),
    "usage_title": ("データ可視化環境の利用状況(月別)", "Departments using the data-visualisation environment, by month"),
    "usage_definition": ("定義", "Definition"),
    "legend_final": ("実績(確定した月)", "Actual (finished month)"),
    "legend_provisional": ("暫定(月の途中など)", "Provisional (month not finished)"),
    "legend_target": ("年度の目標(年度末 3月)", "Target of the fiscal year (its end, March)"),
    "chart_alt": (
        "月別の利用率の折れ線グラフ。最新は {month} {value}。年度ごとの目標は {targets}。",
        "Line chart of the usage rate by month. Latest: {month}, {value}. Targets by fiscal year: {targets}.",
    ),
    "month": ("月", "Month"),
    "usage_rate": ("利用率", "Usage rate"),
    "departments_of": ("{part} / {whole}", "{part} / {whole}"),
    "departments": ("利用所属 / 全所属", "Used by / of all"),
    "state": ("状態", "State"),
    "final": ("確定", "Final"),
    "fiscal_year": ("年度", "Fiscal year"),
    "actual": ("実績", "Actual"),
    "table_title": ("年度別の実績と目標", "Actual and target by fiscal year"),
    "usage_page": ("利用状況", "Usage"),
    "usage_page_title": ("データ可視化環境を利用している所属", "Departments using the data-visualisation environment"),
    "pages": ("ページ", "Pages"),
    "pace_needed": ("{target}まで あと {count} 所属", "{count} more departments to {target}"),
    "pace_monthly": ("(月 {pace} 所属)", " ({pace} a month)"),
    "pace_reached": ("{target}に達しています", "{target} is reached"),
    "pace_facts": (
        "{day}時点 {part} / {whole} 所属({rate})。{target}には {required} 所属が必要です。期限は{end}末、残り {months} か月。",
        "{part} of {whole} departments ({rate}) as of the {day}; {target} takes {required}, by the end of {end} ({months} months).",
    ),
    "usage_joined": ("新たに利用", "Joined"),
    "usage_returned": ("利用再開", "Returned"),
    "usage_left": ("利用が止まった", "Stopped"),
    "usage_never": ("未利用", "Never used it"),
    "within": ("直近{months}か月", "in the last {months} months"),
    "until": ("{day}まで", "up to the {day}"),
    "since_returned": ("(その後再開)", "(returned since)"),
    "nobody": ("該当なし", "None"),
    "department": ("所属", "Department"),
    "span": ("期間", "Period"),
    "span_recent": ("直近{months}か月", "Last {months} months"),
    "span_all": ("全期間", "All months"),
    "grid_caption": ("所属別・月別の利用の有無", "Use by department and month"),
    "standing_using": ("利用中 {count} 所属", "Using: {count}"),
    "standing_left": ("利用が止まっている {count} 所属", "Stopped: {count}"),
    "standing_never": ("未利用 {count} 所属", "Never used it: {count}"),
    "cell_used": ("利用あり", "Used"),
    "cell_unused": ("利用なし", "Not used"),
    "cell_joined": ("新たに利用", "Joined"),
    "cell_returned": ("利用再開", "Returned"),
    "cell_left": ("利用が止まった", "Stopped"),
    "cell_provisional": ("月の途中(暫定)", "Month not over (provisional)"),
    "cell_absent": ("所属なし(設置前)", "No such department yet"),
    "usage_source": (
        "出典: データ可視化環境のアクセスログと職員名簿。利用した人数は示しません。",
        "Source: the environment's access log and the staff roster. How many people used it is not shown.",
    ),
    "quarantine_page": ("要確認データ", "Held back"),
    "quarantine_page_title": ("計算から除いているデータ(担当別)", "Data held back from the figures, by owner"),
    "quarantine_told": (
        "{count} 行を、読み取れない値があるため計算から除いています(担当 {owners} か所)。"
        "元のファイルを直して提出し直すと、次の夜間処理で解消します。",
        "{count} rows hold a value that cannot be used and are not counted ({owners} owners). "
        "Once the source is mended and delivered again, the next night clears them.",
    ),
    "quarantine_none": ("計算から除いているデータはありません。", "No data is held back."),
    "quarantine_count": ("{count} 行", "{count} rows"),
    "quarantine_more": ("ほか {count} 行。全件は担当者向けの一覧表にあります。", "{count} more rows; the owner's workbook lists them all."),
    "quarantine_place": ("ファイルと行", "File and row"),
    "quarantine_reason": ("理由", "Reason"),
    "quarantine_row": ("内容(個人項目は＊)", "Content (personal values as ＊)"),
    "quarantine_since": ("初回検出", "First seen"),
    "quarantine_touches": ("関係する指標", "Indicators"),
    "quarantine_sheet": ("シート「{sheet}」", "sheet “{sheet}”"),
    "quarantine_line": ("{row} 行目", "row {row}"),
    "quarantine_whole": ("ファイル全体", "whole file"),
    "quarantine_several": ("{count} 指標", "{count} indicators"),
    "stages": ("{part}/{whole} 工程", "{part} of {whole} stages"),
    "no_months": ("月別の実績はまだありません。", "There are no monthly actuals yet."),
}

# The published wordings without a number, for readers of English; an unknown one is shown as it stands.
_WORDINGS_EN = {
    "策定": "Drawn up",
    "策定済": "Drawn up",
    "令和5年10月から運用開始": "In operation since October 2023",
    "運用開始までの全行程の50%以上を達成": "At least 50% of the stages up to operation",
}

# Before and after the number and its unit.
_QUALIFIERS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "about": (("約", ""), ("about ", "")),
    "around": (("", "程度"), ("around ", "")),
    "at_least": (("", "以上"), ("at least ", "")),
    "at_most": (("", "以下"), ("at most ", "")),
    "cumulative": (("合計", ""), ("", " in total")),
}


@dataclass(frozen=True)
class Figure:
    """A figure as it is written: the number stands out, what surrounds it does not."""

    before: str
    number: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.number}{self.after}"


class Words:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        return TEXTS[key][self._place].format(**values)

    def of(self, row: dict[str, Any], column: str) -> str:
        """Return the column of a mart that exists in both languages: `name` is `name_ja` or `name_en`."""
        return row[f"{column}_{self.language}"] or ""

    def outcome(self, outcome: str) -> str:
        """Return why a run was not published."""
        return self(f"outcome_{outcome}" if f"outcome_{outcome}" in TEXTS else "outcome_failed")

    def figure(self, value: float, decimals: int, unit: str, qualifier: str | None) -> Figure:
        """Write a number with its unit and qualifier; half is rounded up, as readers expect."""
        before, after = _QUALIFIERS.get(qualifier or "", (("", ""), ("", "")))[self._place]
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        gap = " " if self.language == "en" and unit and not unit.startswith("%") else ""
        return Figure(before, f"{rounded:,}", f"{gap}{unit}{after}")

    def wording(self, published: str) -> str:
        """Return a published wording that holds no number."""
        return published if self.language == "ja" else _WORDINGS_EN.get(published, published)

    def provisional(self, row: dict[str, Any]) -> str:
        """Say that a figure is provisional and until when it was measured; nothing for a final one."""
        if not row["is_provisional"]:
            return ""
        return self("provisional_to", day=self.day_in_brief(row["measured_to"])) if row["measured_to"] else self("provisional")

    def day(self, day: date) -> str:
        """Write a day."""
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "ja" else f"{day.day} {day:%B %Y}"

    def day_in_brief(self, day: date) -> str:
        """Write the last day measured: the end of a month as such."""
        if (day + timedelta(days=1)).day != 1:
            return self.day(day)
        return f"{day.year}年{day.month}月末" if self.language == "ja" else f"end of {day:%B %Y}"

    def month(self, day: date) -> str:
        """Write the month of a day."""
        return f"{day.year}年{day.month}月" if self.language == "ja" else f"{day:%b %Y}"

    def moment(self, instant: datetime) -> str:
        """Write an instant in Japan's time."""
        there = instant.astimezone(JST)
        return f"{self.day(there.date())} {there:%H:%M}" if self.language == "ja" else f"{self.day(there.date())}, {there:%H:%M} JST"
