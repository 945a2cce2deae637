"""The state of the data: sources by their rhythm, nights, findings with what to do, and each empty
state.
"""

import re
from html import unescape
from typing import Any

import pytest

from app.drawing.words import LANGUAGES

VERSION = "20261120-20261124T034500Z"


def plain(html: str) -> str:
    heads = re.compile(r'<span class="head".*?</span>')
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", heads.sub("", html))))


def panel(page: str, title: str) -> str:
    """Return the panel under a heading, as a reader sees it."""
    found = re.search(rf"<h2>{re.escape(title)}.*?</section>", page, re.DOTALL)
    assert found, title
    return plain(found[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finding_says_the_sentences_of_its_rule_and_without_them_one_for_all(
    language: Any,
) -> None:
    from app import nights
    from app.drawing.templates import words_of

    words = words_of(language)
    rule = {
        "observed": "3 of 12 rows",
        "message_ja": "多すぎます",
        "message_en": "Too many",
        "advice_ja": "確かめてください。",
        "advice_en": "Find out.",
        "owner_ja": "人事室",
        "owner_en": "Personnel Office",
    }
    found = nights.noted([rule, rule], words)
    assert found == [
        nights.Finding("多すぎます(12件中3件)", "確かめてください。", "人事室")
        if language == "ja"
        else nights.Finding("Too many (3 of 12 cases)", "Find out.", "Personnel Office")
    ]
    unknown = dict.fromkeys(rule, None) | {"observed": None}
    assert nights.noted([unknown], words) == [
        nights.Finding(words("check.other"), words("advice.other"))
    ]


def test_a_refusal_that_names_no_rule_says_where_it_stopped_and_what_to_do() -> None:
    from app import nights
    from app.drawing.templates import words_of
    from published import FinishedRun

    run = FinishedRun(run_id="a", failures=["rows: no rule of today (2 rows)", "rows_of: neither"])
    assert [each.sentence for each in nights.findings(run, words_of("ja"))] == [
        "検査に合格しない項目がありました"
    ]
    at = FinishedRun(run_id="a1b2", outcome="audit_failed", stage="write")
    for words, told in ((words_of("ja"), "数値の計算"), (words_of("en"), "computing the figures")):
        (finding,) = nights.findings(at, words)
        assert told in finding.sentence
        assert "a1b2" in finding.advice
    assert nights.findings(FinishedRun(run_id="a", outcome="failed"), words_of("ja")) == []


def test_each_source_stands_beside_its_rhythm_and_its_owner(published: Any, opened: Any) -> None:
    told = panel(opened("health"), "取得元ごとの新しさ")
    assert (
        "利用ログ 遅れ 2026年11月14日 10日前 2026年11月13日の分まで 3日以内に1回 必須 データ活用担当"
        in told
    )
    assert (
        "職員名簿 間隔どおり 2026年11月1日 23日前 2026年11月1日の分まで 40日以内に1回 必須 人事室"
        in told
    )
    assert "運営方針の公表ページ 間隔の定めなし 2026年11月19日 5日前 変わったとき 任意" in told
    assert "採用台帳 受領なし — 変わったとき" in told
    rows = plain(opened("health").split("<h2>行の内訳(全期間)</h2>")[1].split("</details>")[0])
    assert "読込 使用 除外 置換" in rows
    assert "利用ログ 12,345 12,000 45 300" in rows
    assert told.index("利用ログ") < told.index("職員名簿"), "what is late comes first"
    english = panel(opened("health", lang="en"), "How fresh each source is")
    assert "Access log Late 14 November 2026 10 days ago" in english


def test_a_source_says_when_it_was_last_asked_and_not_only_when_it_last_changed(
    published: Any, opened: Any, passed_run: Any
) -> None:
    earlier = passed_run(
        run_id="a" * 12,
        started_at="2026-11-23T03:40:00+00:00",
        finished_at="2026-11-23T03:45:30+00:00",
        sources_read=["access_log", "staff_roster"],
    )
    last = passed_run(run_id="b" * 12, sources_read=["access_log"], sources_stale=["staff_roster"])
    published.write_ledger({"event": "finished", **earlier}, {"event": "finished", **last})
    published.write_status(last)
    told = panel(opened("health"), "取得元ごとの新しさ")
    assert "利用ログ 遅れ 最後の確認 2026年11月24日 12:40" in told
    roster = told.split("職員名簿 ")[1]
    assert "接続できず、前回までの内容で計算 最後の確認 2026年11月23日 12:40" in roster
    assert told.count("最後の確認") == 2, "of the others nothing is known"


def test_the_answer_stands_first(
    published: Any, opened: Any, passed_run: Any, held_run: dict[str, Any]
) -> None:
    told = plain(opened("health"))
    assert (
        "2026年11月20日時点の数値を公表しています。最後に公表できた夜間処理は 2026年11月24日"
        " 12:40 です。" in told
    )
    assert "利用ログのデータが、決まった間隔を過ぎても届いていません。" in told
    assert "そのあとの夜間処理" not in told
    published.write_ledger({"event": "finished", **passed_run()}, {"event": "finished", **held_run})
    published.write_status(held_run)
    assert "そのあとの夜間処理(2026年11月25日 02:00)は公表されませんでした。" in plain(
        opened("health")
    )


def test_a_source_that_was_out_of_reach_says_so(
    published: Any, opened: Any, passed_run: Any
) -> None:
    published.write_status(
        passed_run(warnings=["staff_roster is stale: last read as of 2026-11-18; no answer"])
    )
    told = panel(opened("health"), "取得元ごとの新しさ")
    assert told.count("接続できず、前回までの内容で計算") == 1
    assert "no answer" not in told


def test_nights_say_how_they_ended_and_whether_readers_see_them(
    published: Any,
    opened: Any,
    passed_run: Any,
    held_run: dict[str, Any],
) -> None:
    older = passed_run(
        run_id="a" * 12,
        version="20261119-20261123T034500Z",
        as_of="2026-11-19",
        started_at="2026-11-23T03:40:00+00:00",
    )
    older |= {"finished_at": "2026-11-23T04:45:30+00:00"}
    killed = {"event": "started", "run_id": "k" * 12, "started_at": "2026-11-23T17:00:00+00:00"}
    published.write_ledger(
        {"event": "finished", **older},
        killed,
        {"event": "finished", **passed_run()},
        {"event": "finished", **held_run},
        {"event": "rollback", "at": "2026-11-25T01:00:00+00:00", "version": VERSION},
        {
            "event": "damaged",
            "at": "2026-11-25T02:00:00+00:00",
            "version": "x",
            "republished": VERSION,
        },
        {"event": "of_tomorrow", "at": "2026-11-25T03:00:00+00:00"},
        {"event": "started", "run_id": "e" * 12, "started_at": "2026-11-25T17:00:00+00:00"},
    )
    drawn = opened("health")
    assert "途中で中断" not in panel(drawn, "最近の夜間処理"), "five at once, the others unfold"
    told = plain(drawn)
    expected = [
        "2026年11月26日 02:00 実行中、または中断 — —",
        "2026年11月25日 11:00 版が壊れていたため、正常な版に戻した — 2026年11月20日時点 表示中",
        "2026年11月25日 10:00 以前の版に差し戻し — 2026年11月20日時点 表示中",
        "2026年11月25日 02:00 検査で公表を止めた 4分0秒 —",
        "2026年11月24日 12:40 公表 5分30秒 2026年11月20日時点 表示中",
        "2026年11月24日 02:00 途中で中断 — —",
        "2026年11月23日 12:40 公表 1時間5分 2026年11月19日時点 保管期間を過ぎて削除",
    ]
    places = [told.index(line) for line in expected]
    assert places == sorted(places)


def test_findings_say_what_to_do_in_the_readers_language(
    published: Any, opened: Any, held_run: dict[str, Any], finding: Any
) -> None:
    held_run["findings"] = [
        finding("roster_keeps_its_size", "1 of 12 rows: x 0.4"),
        finding("milestones_keep_their_size", "2 rows"),
        finding("a_check_of_tomorrow", "1 rows"),
    ]
    published.write_status(held_run)
    told = panel(opened("health"), "公表されなかった夜間処理の所見(2026年11月25日 02:00)")
    assert (
        "データの検査に合格しなかったため、公表を止めました。 下の所見を直して、もう一度提出してください。"
        in told
    )
    assert (
        "職員名簿の行数が、前の月より大きく減っています(12件中1件) 一部の所属だけの出力でないか確かめ"
        in told
    )
    assert (
        "工程の台帳の担当に、全件の入ったファイルを同じ名前でもう一度提出してもらってください。"
        in told
    )
    assert "担当者が確かめている検査項目があります(1件) 担当者が処理の記録で確かめます。" in told
    assert "roster" not in told
    english = panel(
        opened("health", lang="en"), "Findings of the night of 25 November 2026, 02:00 JST"
    )
    assert (
        "See whether it is of some departments only, and ask for the whole city's roster."
        in english
    )


def test_a_refused_night_stays_readable_after_a_good_one(
    published: Any, opened: Any, passed_run: Any, held_run: dict[str, Any]
) -> None:
    earlier = {
        **held_run,
        "started_at": "2026-11-23T17:00:00+00:00",
        "finished_at": "2026-11-23T17:04:00+00:00",
    }
    published.write_ledger({"event": "finished", **earlier}, {"event": "finished", **passed_run()})
    told = panel(opened("health"), "公表されなかった夜間処理の所見(2026年11月24日 02:00)")
    assert "その後、2026年11月24日 12:40 の夜間処理は公表されました。" in told


def test_the_checks_of_the_published_version_are_told_with_what_to_do(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.fct_audit_results set expectation_name = 'day_volume_is_not_excessive' where"
        " severity = 'warning'",
    )
    told = panel(opened("health"), "公表中の数値の検査")
    assert (
        "利用記録の1日分が、通常より大幅に多くなっています(12件)"
        " 試験や二重の出力でないか確かめてください。" in told
    )


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update marts.fct_audit_results set is_success = true",
            "3項目の検査に、すべて合格しています。",
        ),
        ("delete from marts.fct_audit_results", "この版には検査の記録がありません。"),
        ("delete from marts.fct_source_freshness", "取得元の記録がありません。"),
        ("delete from marts.fct_quarantined_rows", "計算から除いているデータはありません。"),
        ("delete from marts.fct_reconciliation", "照合できる公表値がまだありません。"),
        (
            "update marts.fct_reconciliation set outcome = 'cannot_tell'",
            "2件のうち 2件が、公表された実績と異なるか、判定できません。",
        ),
        (
            "update marts.fct_source_freshness set late_from = null",
            "1系統のデータは、まだ一度も届いていません。",
        ),
        (
            "delete from marts.fct_source_freshness where late_from <= date '2026-11-20' or last_landed_on is null",
            "どの取得元のデータも、決まった間隔を過ぎていません。",
        ),
    ],
)
def test_empty_and_good_states_are_said(
    published: Any, opened: Any, change: Any, statement: str, told: str
) -> None:
    change(published, statement)
    assert told in plain(opened("health"))


def test_a_lost_ledger_and_status_are_said(published: Any, opened: Any) -> None:
    (published.published_dir / "status.json").unlink()
    page = plain(opened("health"))
    assert "夜間処理の記録がありません。" in page
    assert "2026年11月20日時点の数値を公表しています。" in page


def test_versions_that_are_kept_are_told_by_their_day(published: Any, opened: Any) -> None:
    published.publish("20261118-20261122T034500Z")
    link = published.published_dir / "warehouse.duckdb"
    link.unlink()
    link.symlink_to(f"warehouse-{VERSION}.duckdb")
    told = panel(opened("health"), "保管している版")
    assert "2026年11月20日 2026年11月24日 12:45 表示中" in told
    assert "2026年11月18日 2026年11月22日 12:45 差し戻せます" in told


def test_nights_are_told_where_nothing_can_be_read(
    house: Any, opened: Any, held_run: dict[str, Any]
) -> None:
    page = plain(opened("health"))
    assert "まだ公表された数値がありません" in page
    assert "保管している版はありません。" in page
    house.write_status(held_run)
    told = plain(opened("health"))
    assert "検査で公表を止めた" in told
    assert "公表されなかった夜間処理の所見" in told
    house.publish()
    (house.published_dir / "warehouse.duckdb").resolve().chmod(0o644)
    (house.published_dir / "warehouse.duckdb").resolve().write_bytes(b"no database" * 1000)
    damaged = plain(opened("health"))
    assert "公表された数値を読み込めません" in damaged
    assert "検査で公表を止めた" in damaged
