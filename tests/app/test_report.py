"""The report: the results of one fiscal year as they stand in the warehouse, ready to be completed
and pasted.
"""

import re
from html.parser import HTMLParser
from typing import Any

import duckdb
import pytest


class Tables(HTMLParser):
    """The report's tables: their elements, and the text of every cell by row and heading."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: dict[str, dict[str, str]] = {}
        self._is_in_body = False
        self._cell: tuple[str, str] | None = None
        self._row = ""
        for table in re.findall(r'<table class="plain".*?</table>', page, re.DOTALL):
            self.feed(table)

    def handle_starttag(self, name: str, given: list[tuple[str, str | None]]) -> None:
        self.names.add(name)
        self.attributes |= {attribute for attribute, _ in given}
        if name == "tbody":
            self._is_in_body = True
        if name == "th" and self._is_in_body:
            self._row, self._cell = "", ("name", "")
        if name == "td":
            self._cell = ("cell", str(dict(given)["data-head"]))
            self.rows.setdefault(self._row.strip(), {})[self._cell[1]] = ""
        if name == "br":
            self.handle_data("\n")

    def handle_endtag(self, name: str) -> None:
        self._is_in_body = self._is_in_body and name != "tbody"
        if name in ("td", "th"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell and self._cell[0] == "name":
            self._row += data
        elif self._cell:
            self.rows[self._row.strip()][self._cell[1]] += data


def report(opened: Any, **query: str) -> dict[str, dict[str, str]]:
    return Tables(opened("report", **query)).rows


def test_the_report_is_of_the_last_finished_year_or_the_chosen_one(
    published: Any, opened: Any
) -> None:
    assert "<h1>達成状況(令和7年度)" in opened("report")
    assert "<h1>達成状況(令和5年度)" in opened("report", year="2023")
    assert "<h1>Results of FY2023" in opened("report", year="2023", lang="en")
    page = opened("report", year="2026")
    assert "令和8年度は年度の途中です。" in page
    assert 'href="report?year=2023"' in page
    assert '<a href="report?year=2026" aria-current="true">' in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("1999", "リンクが示す年度(1999)の実績はありません。"),
        (
            "令和5",
            "リンクが示す年度「令和5」は読み取れません。「達成状況」は年度の指定なしで表示しています。",
        ),
        ("20230", "年度「20230」は読み取れません"),
    ],
)
def test_a_year_that_is_not_there_is_told(
    published: Any, opened: Any, asked: str, told: str
) -> None:
    page = opened("report", year=asked)
    assert told in page
    assert ("<table" in page) == (len(asked) != 4)


def test_targets_actuals_and_ratings_are_those_of_the_warehouse(
    published: Any, opened: Any
) -> None:
    shown = report(opened, year="2023")
    with duckdb.connect(
        str(published.published_dir / "warehouse.duckdb"), read_only=True
    ) as connection:
        rows = connection.execute(
            "select name_ja, kind, actual_text, actual_value, target_text, official_rating, status"
            " from marts.fct_indicator_progress inner join marts.dim_indicators using"
            " (indicator_code) where fiscal_year = 2023"
        ).fetchall()
    assert {name for name, *_ in rows} == set(shown)
    for name, kind, text, value, target, rating, status in rows:
        told = shown[name]
        assert told["目標"].strip() == (target or "—")
        assert told["評価"].strip() == (rating or "")
        verdict = {None: "—", "met": "達成", "not_met": "未達成", "cannot_tell": "判定できない"}[
            status
        ]
        differs = name == "研修の受講者"
        assert told["数値判定"].strip() == verdict + ("\n(公表された評価は A)" if differs else "")
        if kind != "milestone":
            assert (text or f"{value:,.0f}%") in told["実績"]
    assert shown["研修の受講者"]["前年度実績"].strip() == "28名"


def test_a_rating_is_never_computed_and_what_is_to_be_written_is_left_free(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.fct_indicator_progress set official_rating = null where indicator_code ="
        " 'online_procedures'",
        "update marts.fct_indicator_progress set status = 'not_met' where indicator_code ="
        " 'training_participants' and fiscal_year = 2023",
    )
    shown = report(opened, year="2023")
    assert shown["オンラインでできる手続数"]["評価"].strip() == ""
    assert shown["研修の受講者"]["評価"].strip() == "A"
    draft = shown["研修の受講者"]["自己評価"]
    assert draft.startswith(
        "目標 60名/年に対し、実績は 54名。目標を達成できなかった。\n要因:\n\n今後の対応:"
    )
    assert "判定" not in shown["研修の受講者"]["評価"]


def test_a_year_that_is_not_over_is_not_judged(published: Any, opened: Any) -> None:
    rate = report(opened, year="2026", lang="en")["Departments using data visualisation"]
    assert "66%" in rate["Actual"]
    assert "35 of 53 departments" in rate["Actual"]
    assert "Provisional" in rate["Actual"]
    assert rate["Self-evaluation"].startswith(
        "Target at least 70%; actual at end of October 2026: 66%."
    )


def test_the_tables_can_be_pasted_into_a_document(published: Any, opened: Any) -> None:
    found = Tables(opened("report", year="2023"))
    assert found.names == {"table", "thead", "tbody", "tr", "th", "td", "br"}
    assert found.attributes <= {"class", "border", "scope", "data-head"}
    assert opened("report", year="2023").count('border="1"') == 4
