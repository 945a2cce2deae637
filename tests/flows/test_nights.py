"""Nights on a small city: what is delivered is what is shown, then and now."""

import json
from datetime import date
from pathlib import Path

import pytest
from harness.invariants import export_marts
from small_city import (
    FIRST_DAY,
    HEADING,
    ROSTER_HEADING,
    STAFF,
    City,
    log_lines,
    new_city,
    roster_lines,
)

NEXT_NIGHT = date(2026, 10, 22)
NOVEMBER = date(2026, 11, 1)


def _corrected_staff() -> dict[str, str]:
    """The first viewer was entered under the wrong department: 都島区役所 instead of 北区役所's
    colleague's.
    """
    return {**STAFF, "S0000003": "副首都推進局"}


@pytest.fixture(scope="module")
def november(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city after nights to 5 November: a day's log was corrected, what was delivered on a weekend
    waited for Monday, and a roster was corrected in the last night; what `show` gave before it is
    kept beside it.
    """
    city = base_city.copy_to(tmp_path_factory.mktemp("november") / "city")
    monday = date(2026, 10, 26)
    for day in range(21, 32):
        city.deliver_log(date(2026, 10, day), on=monday if day in (24, 25) else None)
    corrected = log_lines(FIRST_DAY, rows=44, users=("S0000001", "S0000005"))
    city.deliver_log(FIRST_DAY, corrected, on=date(2026, 10, 25))
    city.deliver_roster(FIRST_DAY, roster_lines(_corrected_staff()), on=date(2026, 11, 5))
    for night in (monday, NOVEMBER):
        city.publish(night)
    (city.folder / "rate").write_text(repr(city.rate(2026)), encoding="utf-8")
    city.publish(date(2026, 11, 5))
    return city


def test_show_as_of_gives_the_old_and_the_new_rate_from_the_same_warehouse(november: City) -> None:
    assert (november.folder / "rate").read_text(encoding="utf-8") == "(3, 53)"
    assert november.rate(2026) == (2, 53)
    assert november.rate(2026, "--as-of", date(2026, 11, 4)) == (3, 53)
    assert november.rate(2026, "--as-of", date(2026, 11, 5)) == (2, 53)
    assert november.rate(2026, "--as-of", date(2026, 10, 31)) is None, "October was not complete"


def test_a_closed_day_is_compared_with_closed_days(november: City) -> None:
    weekend = ("access_log_20261024.csv", "access_log_20261025.csv")
    assert november.query(
        f"select item_key, known_from from marts.fct_loads where item_key in {weekend} order by 1"
    ) == [(item, date(2026, 10, 26)) for item in weekend]
    assert november.query(
        "select count(*), bool_and(is_success) from marts.fct_audit_results where"
        " expectation_name = 'day_volume_is_usual'"
    ) == [(4, True)]


def test_incremental_nights_and_full_refresh_give_the_same_marts(
    november: City, tmp_path: Path
) -> None:
    city = november.copy_to(tmp_path / "city")
    incremental = export_marts(city)

    refreshed = city.shihyo("run", "--as-of", date(2026, 11, 5), "--full-refresh")

    assert refreshed.returncode == 0, refreshed.stderr
    assert export_marts(city) == incremental
    assert incremental["fct_loads"]


def test_backfill_lands_what_night_after_night_would_have_landed(
    city: City, tmp_path: Path
) -> None:
    backfilled = new_city(tmp_path / "other", city.api_url)
    (backfilled.folder / "inbox").rename(tmp_path / "empty")
    (city.folder / "inbox").rename(backfilled.folder / "inbox")
    done = backfilled.shihyo("backfill", "--from", "2026-10-01", "--to", "2026-10-21")
    assert done.returncode == 0, done.stderr
    known_from = backfilled.query(
        "select item_key, known_from from marts.fct_loads where source_name = 'access_log' order"
        " by 1"
    )
    assert known_from == [
        (f"access_log_202610{day:02d}.csv", date(2026, 10, day + 1)) for day in range(1, 21)
    ]
    assert backfilled.query(
        "select numerator from marts.fct_indicator_actuals where org_unit_code = '271004' and"
        " is_current"
    ) == [(2,)]


def test_unchanged_night_lands_nothing_and_publishes_the_same_figures(city: City) -> None:
    before, items = export_marts(city), city.query("select count(*) from marts.fct_loads")
    city.publish(NEXT_NIGHT)
    after = export_marts(city)
    assert city.query("select count(*) from marts.fct_loads where is_new") == [(0,)]
    assert city.query("select count(*) from marts.fct_loads") == items
    assert after == before


@pytest.fixture(scope="module")
def mixed(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city to which much comes on one night: bad rows, a page and files that cannot be read, and
    the first use by another department. What the night says is kept beside it.
    """
    city = base_city.copy_to(tmp_path_factory.mktemp("mixed") / "city")
    day = date(2026, 10, 21)
    lines = [HEADING, *log_lines(day, users=("S0000001", "S0000003", "S0000005"))]
    lines[5] = "2026-10-21T03:04:05Z,s0000001"  # row 6: too few fields
    lines[7] = "2026-02-30T25:61:00Z,s0000001,view,x,10.0.0.1"  # row 8: an impossible date
    content = (
        "\n".join(lines).encode().replace("窓口の混雑".encode(), b"\xff\xfe", 1)
    )  # row 2: undecodable
    city.deliver("access_log", "access_log_20261021.csv", content, on=NEXT_NIGHT)
    roster = roster_lines()
    roster[0] = roster[0].replace("2024/04/01", "2024/13/01")  # row 2
    city.deliver_roster(date(2026, 11, 1), roster, on=NEXT_NIGHT)
    city.deliver(
        "policy_pages", "page.html", b"\x00\xff\xfe nothing that decodes \x81", on=NEXT_NIGHT
    )
    city.deliver("access_log", "access_log_20261021.log", b"x", on=NEXT_NIGHT)
    unnamed = [ROSTER_HEADING, *roster_lines({})]
    city.deliver("staff_roster", "名簿_令和8年度.csv", unnamed, on=NEXT_NIGHT)
    done = city.night(NEXT_NIGHT)
    assert done.returncode == 0, done.stderr
    (city.folder / "said").write_text(done.stdout, encoding="utf-8")
    return city


def test_bad_rows_are_held_back_with_item_row_and_reason_and_every_row_is_accounted_for(
    mixed: City,
) -> None:
    held_back = mixed.query(
        "select item_key, source_row, disposition, reason_code from marts.fct_quarantined_rows "
        "where source_name != 'policy_pages' order by all"
    )
    assert held_back == [
        ("access_log_20261021.csv", 2, "rejected", "undecodable_byte"),
        ("access_log_20261021.csv", 6, "rejected", "too_few_fields"),
        ("access_log_20261021.csv", 8, "quarantined", "bad_timestamp"),
        ("staff_roster_202611.csv", 2, "quarantined", "bad_posted_from"),
    ]
    counts = mixed.query(
        "select rows_read, rows_rejected, rows_quarantined, rows_staged, rows_unaccounted from"
        " marts.fct_loads where item_key in ('access_log_20261021.csv', 'staff_roster_202611.csv')"
        " order by item_key"
    )
    assert counts == [(40, 2, 1, 37, 0), (8, 0, 1, 7, 0)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--as-of", "9999-12-31"), "9999-12-31 is no day of a night"),
        (("backfill", "--from", "0202-04-01", "--to", "2026-10-01"), "0202-04-01 is no day"),
        (("backfill", "--from", "2001-01-01", "--to", "2100-12-31"), "36,524 dates from 2001"),
    ],
)
def test_a_day_that_no_night_can_have_is_wrong_usage(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    city = new_city(tmp_path)
    done = city.shihyo(*words)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert len(done.stderr) < 2_000
    assert not (city.data / "published").exists()


def test_stamps_of_another_clock_count_on_their_day_and_those_of_no_year_are_held_back(
    mixed: City, tmp_path: Path
) -> None:
    city, on = mixed.copy_to(tmp_path / "city"), date(2026, 10, 23)
    stamps = (
        *("294247-01-10T03:00:00Z", "294247-01-09 19:30:00", "2026-10-22T20:00:00+24:00"),
        *("2026-09-30T20:00:00+09:00", "2026-10-22T23:30:00+0900"),
    )
    lines = [f"{stamp},s0000005,view,窓口の混雑,10.1.2.1" for stamp in stamps]
    day = date(2026, 10, 22)
    city.deliver_log(day, [*lines, *log_lines(day)], on=on)
    city.publish(on)
    held_back = city.query(
        "select source_row, reason_code from marts.fct_quarantined_rows where item_key ="
        " 'access_log_20261022.csv' order by source_row"
    )
    assert held_back == [(row, "bad_timestamp") for row in (2, 3, 4)]
    days = city.query(
        "select distinct access_date from intermediate.int_access_log_user_days where item_id like"
        " '%20261022%' order by access_date"
    )
    assert days == [(date(2026, 9, 30),), (date(2026, 10, 22),)]


def test_a_roster_as_excel_writes_it_is_read_and_tells_its_lines(
    mixed: City, tmp_path: Path
) -> None:
    city, on = mixed.copy_to(tmp_path / "city"), date(2026, 10, 23)
    rows = [f"{row},一行目" for row in roster_lines(_corrected_staff())]
    rows[0] = rows[0].replace("一行目", '"一行目\n二行目, ""三""行目"')
    rows[3] += ",一項目多い"  # its record is one less than its line
    table = "\r\n".join(["職員名簿", "", f"{ROSTER_HEADING},備考", *rows]).replace(",", "\t")
    city.deliver("staff_roster", "staff_roster_202612.csv", table.encode("utf-16"), on=on)
    city.publish(on)
    [counts] = city.query(
        "select encoding, rows_read, rows_rejected, rows_staged, rows_unaccounted from"
        " marts.fct_loads where item_key = 'staff_roster_202612.csv'"
    )
    assert counts == ("utf-16-le", len(rows), 1, len(rows) - 1, 0)
    held_back = city.query(
        "select source_row, reason_code, detail from marts.fct_quarantined_rows where item_key ="
        " 'staff_roster_202612.csv'"
    )
    assert [row[:2] for row in held_back] == [(8, "too_many_fields")]
    assert held_back[0][2].startswith("row 7, line 8: 7 fields where the heading has 6; ")


def test_an_unreadable_page_is_rejected_whole_and_does_not_stop_the_night(mixed: City) -> None:
    held_back = mixed.query(
        "select item_key, source_row, disposition from marts.fct_quarantined_rows where source_name"
        " = 'policy_pages'"
    )
    assert held_back == [("page.html", 0, "rejected")]
    assert mixed.query(
        "select rows_read, rows_rejected, rows_unaccounted from marts.fct_loads where item_key ="
        " 'page.html'"
    ) == [(1, 1, 0)]


def test_an_outage_of_the_pages_is_a_warning_and_one_of_a_required_source_ends_the_night(
    city: City, page_server
) -> None:
    page_server.failures = 1
    environment = {
        "SHIHYO_SOURCES__POLICY_PAGES__LOCATION": (
            f"{page_server.url}/596582.html?token=secret-in-the-url"
        ),
        "SHIHYO_SOURCES__ACCESS_LOG__ENABLED": "false",
        "SHIHYO_SOURCES__STAFF_ROSTER__ENABLED": "false",
    }
    done = city.night(NEXT_NIGHT, **environment)
    assert done.returncode == 0, done.stderr
    assert page_server.requests == 2
    assert city.query("select count(*) from marts.fct_official_results") == [(20,)]
    assert "secret-in-the-url" not in str(city.query("select origin from marts.dim_policy_pages"))

    page_server.failures = 99
    done = city.night(date(2026, 10, 23), **environment)
    assert done.returncode == 0, done.stderr
    assert page_server.requests == 5, "two retries"
    [warning] = city.status()["last_run"]["warnings"]
    assert warning.startswith(
        "policy_pages is stale: last read as of 2026-10-22, 1 days ago, where 30 are allowed; "
    )
    assert "secret-in-the-url" not in warning + done.stdout

    done = city.night(date(2026, 11, 22), **environment)
    assert done.returncode == 0, done.stderr
    assert "2026-10-22, 31 days ago, where 30 are allowed, optional; " in done.stdout + done.stderr

    link = city.published.readlink()
    gone = str(city.folder / "gone.sqlite")
    environment |= {
        "SHIHYO_SOURCES__STAFF_ROSTER__ENABLED": "true",
        "SHIHYO_SOURCES__STAFF_ROSTER__LOCATION": gone,
    }
    done = city.night(date(2026, 11, 23), **environment)
    assert done.returncode == 4
    assert gone in done.stderr
    assert "(staff_roster: last read as of 2026-10-21, 33 days ago" in done.stderr
    assert "policy_pages" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "secret-in-the-url" not in done.stderr + done.stdout
    assert city.published.readlink() == link
    assert city.status()["last_run"]["outcome"] == "source_unavailable"


def test_rollback_publishes_an_earlier_version_again(
    base_city: City, mixed: City, tmp_path: Path
) -> None:
    first = base_city.published.resolve().stem.removeprefix("warehouse-")
    city = mixed.copy_to(tmp_path / "city")
    assert city.query("select count(*) > 21 from marts.fct_loads") == [(True,)]
    assert city.shihyo("versions").stdout.count("\n") == 2
    done = city.shihyo("rollback", first)
    assert done.returncode == 0, done.stderr
    assert city.published.resolve().stem.endswith(first)
    assert city.status()["published_version"] == first
    assert city.query("select count(*) from marts.fct_loads") == [(21,)]
    assert city.shihyo("rollback", "20200101-20200101T000000Z").returncode == 2


def test_old_versions_are_removed_and_the_published_one_is_kept(city: City) -> None:
    import flows.night.publish as publish
    from published import published_link
    from settings import Settings

    settings = Settings(
        data_dir=city.data, pseudonym_key="a key for the tests alone", keep_versions=2, sources={}
    )
    for hour in range(4):
        (settings.published_dir / f"warehouse-20261022-20990101T0{hour}0000Z.duckdb").touch()
        (settings.published_dir / f"warehouse-20261022-20990101T0{hour}0000Z.ja.html").touch()
    publish._remove_old_versions(settings)
    beside = {
        page.name.replace(".ja.html", ".duckdb")
        for page in settings.published_dir.glob("*.ja.html")
    }
    assert beside == {file.name for file in settings.published_dir.glob("warehouse-*.duckdb")}
    assert published_link(settings).resolve().exists()
    assert len(list(settings.published_dir.glob("warehouse-*.duckdb"))) == 3


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (["run", "--as-of", "2026-10-20"], {}, "earlier than the published"),
        (["backfill", "--from", "2026-10-22", "--to", "2026-10-21"], {}, "after"),
        (["show"], {"SHIHYO_CONFIG": "nowhere.toml"}, "nowhere.toml"),
        (["show"], {"SHIHYO_DATADIR": "x"}, "SHIHYO_DATADIR"),
        (["show"], {"SHIHYO_SOURCES__ACES_LOG__ENABLED": "false"}, "ACES_LOG"),
        (["show"], {"SHIHYO_PSEUDONYM_KEY": "short"}, "pseudonym_key"),
        (
            ["run", "--as-of", "2026-10-22"],
            {"SHIHYO_PSEUDONYM_KEY": "another key that recognises nobody"},
            "SHIHYO_PSEUDONYM_KEY",
        ),
    ],
)
def test_wrong_usage_ends_with_exit_2_and_one_line(city: City, words, environment, said) -> None:
    done = city.shihyo(*words, **environment)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr
    assert "short" not in done.stderr


def test_status_and_ledger_say_what_every_night_did(city: City) -> None:
    last = city.status()["last_run"]
    assert (last["outcome"], last["stage"], last["exit_code"]) == ("published", "publish", 0)
    assert last["counts"]["items_landed_access_log"] == 20
    assert json.dumps(city.status(), ensure_ascii=False).count("a key for the tests alone") == 0
    assert "published" in city.shihyo("runs").stdout


def test_a_department_that_joined_late_in_the_month_counts_from_the_night_that_knew_it(
    mixed: City,
) -> None:
    rows = mixed.query(
        "select known_from, numerator from marts.fct_indicator_actuals "
        "where org_unit_code = '271004' and period_grain = 'month' order by known_from"
    )
    assert rows == [(date(2026, 10, 21), 2), (NEXT_NIGHT, 3)]


def test_a_night_says_what_was_delivered_and_not_read_wherever_it_is_looked_for(
    mixed: City,
) -> None:
    assert "land: access_log, 1 new items, 1 not read" in (mixed.folder / "said").read_text(
        encoding="utf-8"
    )
    last = mixed.status()["last_run"]
    assert last["accounts"]["access_log"]["known"] == 20
    assert last["accounts"]["staff_roster"]["unread"] == [
        {"name": f"{NEXT_NIGHT}/名簿_令和8年度.csv", "reason_code": "no_month"}
    ]
    for name in ("access_log_20261021.log", "名簿_令和8年度.csv"):
        assert sum(name in warning for warning in last["warnings"]) == 1
        assert name in mixed.shihyo("sources").stdout
    assert mixed.query(
        "select item_key from marts.fct_loads where source_name = 'staff_roster' order by 1"
    ) == [
        ("staff_roster_202610.csv",),
        ("staff_roster_202611.csv",),
    ]
