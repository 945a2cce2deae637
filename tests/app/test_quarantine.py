"""The page of what is held back: by owner, with place, reason and since when; and nothing beyond
what the mart tells.
"""

import re
from typing import Any


def plain(html: str) -> str:
    heads = re.compile(r'<span class="head".*?</span>')
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", heads.sub("", html)))


def test_each_owner_finds_file_sheet_row_reason_and_first_day(published: Any, opened: Any) -> None:
    page = opened("health")
    assert re.findall(r'data-count="(\d+)"', page) == ["1", "31"]
    told = plain(page)
    assert "32行を、読み取れない値があるため計算から除いています(担当 2か所)" in told
    assert "人事室 人材育成担当 31行" in told
    assert "研修_令和8年度.xlsx シート「第1回」 1行目" in told
    assert "受講日: 受講日が日付として読めない" in told
    assert "2026年10月3日 研修の受講者" in told
    assert (
        "596582.html 運営方針の公表ページ ファイル全体 運営方針のページではない — 2026年11月19日 9指標"
        in told
    )
    assert "ほか 1行" in told


def test_what_a_source_wrote_is_shown_as_text(published: Any, opened: Any) -> None:
    assert "&lt;b&gt;出席&lt;/b&gt;" in opened("health")


def test_the_page_reads_in_english(published: Any, opened: Any) -> None:
    told = plain(opened("health", lang="en"))
    assert "Personnel Office, training 31 rows" in told
    assert "sheet “第1回” row 1" in told
    assert "The item is not an operating-policy page" in told


def test_nothing_held_back_is_said(published: Any, opened: Any, change: Any) -> None:
    change(published, "delete from marts.fct_quarantined_rows")
    assert "計算から除いているデータはありません。" in plain(opened("health"))
