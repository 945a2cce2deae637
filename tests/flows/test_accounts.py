"""Everything that lies in a drop folder is landed, known, replaced, not yet due, hidden, or not
read for a reason that is named.
"""

import io
import json
import pickle
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from harness.ready_python import ready_children
from small_city import HEADING, ROSTER_HEADING, SHARED, City, log_lines, new_city, roster_lines
from workbooks import xls

from app.drawing.words import texts
from flows.landing.accounts import MOST_LISTED, REASONS, Account
from flows.landing.items import landed_items
from flows.landing.land import land_source
from flows.landing.reader import Reader
from flows.ledger import append
from flows.reading.source_list import listed_sources, report
from flows.sources import SOURCES
from flows.sources.base import UnreadReason
from settings import Settings, SourceSettings

BY_NAME = {source.name: source for source in SOURCES}
NIGHT = date(2026, 10, 20)
MONTH = [ROSTER_HEADING, *roster_lines()]


@pytest.fixture
def city(tmp_path: Path) -> City:
    return new_city(tmp_path / "city")


def settings_of(city: City, **places: Path) -> Settings:
    names = ("access_log", "staff_roster", "training_rosters", "specialists", "milestones")
    sources = {
        name: SourceSettings(location=str(places.get(name, city.folder / "inbox" / name)))
        for name in names
    }
    sources["procedures"] = SourceSettings(
        location="postgresql://reader:s3cret@db.example.lg.jp/catalogue", enabled=False
    )
    return Settings(data_dir=city.data, pseudonym_key="a key for the tests alone", sources=sources)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    settings = Settings(pseudonym_key="a key for the tests alone")
    with ready_children(), Reader(settings) as reader:
        yield reader


def night(reader: Reader, settings: Settings, name: str, *as_ofs: date) -> Account:
    return land_source(settings, BY_NAME[name], list(as_ofs or [NIGHT]), reader)


def about(settings: Settings) -> dict[str, str | None]:
    return {item.manifest.item_key: item.manifest.business_date for item in landed_items(settings)}


def reasons(entries: list[object]) -> dict[str, str]:
    return {each.name: each.reason_code for each in entries}  # type: ignore[attr-defined]


def test_every_entry_is_counted_once_on_every_night(reader: Reader, city: City) -> None:
    city.deliver_log(date(2026, 10, 1), on=date(2026, 10, 2))
    city.deliver_log(
        date(2026, 10, 1),
        [*log_lines(date(2026, 10, 1)), *log_lines(date(2026, 10, 2))],
        on=date(2026, 10, 3),
    )
    city.deliver_log(date(2026, 10, 18))
    city.deliver_log(NIGHT)
    city.deliver("access_log", "access_log_20261231.csv", [HEADING])
    city.deliver("access_log", "x.jsonl", b"{}", on=NIGHT)
    city.deliver("access_log", ".hidden", b"")
    settings = settings_of(city)
    first, second = night(reader, settings, "access_log"), night(reader, settings, "access_log")
    counted = [
        (each.landed, each.known, each.replaced, each.not_yet_due, each.passed_over)
        for each in (first, second)
    ]
    assert counted == [(2, 0, 1, 2, 1), (0, 2, 1, 2, 1)]
    assert reasons(first.unread) == reasons(second.unread) == {f"{NIGHT}/x.jsonl": "unknown_ending"}
    assert first.newest == "access_log_20261018.csv of 2026-10-19"
    assert night(reader, settings, "access_log", NIGHT + timedelta(days=1)).landed == 1


def test_a_roster_is_of_the_month_in_its_name_or_is_held_back(reader: Reader, city: City) -> None:
    for name in (
        "271004_staff_roster_202604.csv",
        "名簿_令和8年5月1日現在.csv",
        "名簿_Ｒ８．６.csv",
    ):
        city.deliver("staff_roster", name, MONTH, encoding="cp932")
    for name in (
        "名簿.csv",
        "名簿_令和8年度.csv",
        "名簿_202607_202608.csv",
        "名簿_202609_20260825.csv",
    ):
        city.deliver("staff_roster", name, MONTH, on=NIGHT, encoding="cp932")
    settings = settings_of(city)
    account = night(reader, settings, "staff_roster")
    assert about(settings) == {
        "271004_staff_roster_202604.csv": "2026-04-01",
        "名簿_令和8年5月1日現在.csv": "2026-05-01",
        "名簿_Ｒ８．６.csv": "2026-06-01",
    }
    assert reasons(account.unread) == {
        f"{NIGHT}/名簿.csv": "no_month",
        f"{NIGHT}/名簿_令和8年度.csv": "no_month",
        f"{NIGHT}/名簿_202607_202608.csv": "several_months",
        f"{NIGHT}/名簿_202609_20260825.csv": "several_months",
    }


def test_a_roster_that_comes_early_lands_for_its_month_by_whichever_way(
    reader: Reader, city: City, tmp_path: Path
) -> None:
    city.deliver_roster(date(2026, 11, 1), on=NIGHT)
    days = [NIGHT + timedelta(days=offset) for offset in range(14)]
    nightly, at_once = (
        settings_of(city),
        settings_of(City(tmp_path / "other"), staff_roster=city.folder / "inbox" / "staff_roster"),
    )
    accounts = [night(reader, nightly, "staff_roster", day) for day in days]
    assert [each.landed for each in accounts] == [1] + [0] * 13
    night(reader, at_once, "staff_roster", *days)
    landings = [
        [(item.manifest.known_from, item.manifest.business_date) for item in landed_items(each)]
        for each in (nightly, at_once)
    ]
    assert landings == [[(NIGHT.isoformat(), "2026-11-01")]] * 2


def test_a_roster_without_a_day_of_delivery_is_not_due_before_its_month(
    reader: Reader, city: City
) -> None:
    city.deliver("staff_roster", "staff_roster_202611.csv", [ROSTER_HEADING, *roster_lines()])
    settings = settings_of(city)
    accounts = [
        night(reader, settings, "staff_roster", day)
        for day in (NIGHT, date(2026, 10, 31), date(2026, 11, 1))
    ]
    assert [(each.landed, each.not_yet_due) for each in accounts] == [(0, 1), (0, 1), (1, 0)]


def test_a_log_whose_name_states_no_single_day_lands_without_one_and_that_is_said_once(
    reader: Reader, city: City
) -> None:
    for name in ("log_20261001-20261002.csv", "log.csv", "271004_log_20261005.csv"):
        city.deliver("access_log", name, [HEADING, *log_lines(date(2026, 10, 1))], on=NIGHT)
    settings = settings_of(city)
    account = night(reader, settings, "access_log")
    assert about(settings) == {
        "log_20261001-20261002.csv": None,
        "log.csv": None,
        "271004_log_20261005.csv": "2026-10-05",
    }
    assert reasons(account.undated) == {
        f"{NIGHT}/log.csv": "no_day",
        f"{NIGHT}/log_20261001-20261002.csv": "several_days",
    }
    assert "2 of what was delivered landed without its day" in str(account.warning("access_log"))
    again = night(reader, settings, "access_log")
    assert (len(again.undated), again.warning("access_log")) == (2, None)


def test_a_roster_that_landed_under_a_wrong_month_is_landed_again_under_its_own(
    reader: Reader, city: City
) -> None:
    city.deliver("staff_roster", "141003_staff_roster_202605.csv", MONTH, encoding="cp932")
    settings = settings_of(city)
    night(reader, settings, "staff_roster")
    [item] = landed_items(settings)
    manifest = item.folder / "manifest.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("2026-05-01", "1410-03-01"), encoding="utf-8"
    )
    accounts = [
        night(reader, settings, "staff_roster", NIGHT + timedelta(days=after)) for after in (1, 2)
    ]
    assert [(each.landed, each.known) for each in accounts] == [(1, 0), (0, 1)]
    assert [item.manifest.business_date for item in landed_items(settings)] == [
        "1410-03-01",
        "2026-05-01",
    ]


def test_packed_and_old_workbooks_land_under_the_name_that_they_have_unpacked(
    reader: Reader, city: City
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export.csv", "\n".join([HEADING, *log_lines(date(2026, 10, 1))]))
    city.deliver("access_log", "log_20261001.zip", packed.getvalue())
    city.deliver(
        "staff_roster",
        "名簿_202610.xls",
        xls(ROSTER_HEADING.split(","), [line.split(",") for line in roster_lines()]),
    )
    settings = settings_of(city)
    night(reader, settings, "access_log")
    night(reader, settings, "staff_roster")
    landed = {
        item.manifest.item_key: (item.manifest.rows_landed, item.manifest.rows_rejected)
        for item in landed_items(settings)
    }
    assert landed == {"log_20261001.csv": (40, 0), "名簿_202610.xls": (8, 0)}


@pytest.mark.skipif(
    not (SHARED / "cases" / "naming_rule").is_dir(), reason="the cases are not beside this checkout"
)
def test_names_that_begin_with_the_code_of_a_municipality_are_of_april_2026(
    reader: Reader, city: City
) -> None:
    cases = SHARED / "cases" / "naming_rule"
    settings = settings_of(city, **{name: cases / name for name in ("access_log", "staff_roster")})
    for name in ("access_log", "staff_roster"):
        assert night(reader, settings, name).landed == 1
    assert about(settings) == {
        "271004_access_log_20260415.csv": "2026-04-15",
        "271004_staff_roster_202604.csv": "2026-04-01",
    }


def recorded(reader: Reader, city: City, *names: str) -> dict[str, object]:
    settings = settings_of(city)
    accounts = {name: night(reader, settings, name).describe(name) for name in names}
    ended = {
        "event": "finished",
        "run_id": "x",
        "command": "run",
        "started_at": "x",
        "outcome": "published",
        "as_of": NIGHT.isoformat(),
    }
    append(settings, {**ended, "sources_read": list(names), "accounts": accounts})
    return dict(accounts)


def test_the_list_of_sources_says_what_was_not_read_and_what_to_do(
    reader: Reader, city: City
) -> None:
    city.deliver_log(date(2026, 10, 1))
    city.deliver("access_log", "yamada@city.example.lg.jp.jsonl", b"{}")
    city.deliver("training_rosters", "~$山田.xlsx", b"x")
    accounts = recorded(reader, city, "access_log", "training_rosters")
    assert accounts["training_rosters"]["warning"] is None, (
        "a workbook that somebody has open is no fault"
    )  # type: ignore[index]
    text = report(settings_of(city), "table")
    lines = {line.split(" ")[0]: line for line in text.splitlines() if line}
    assert set(lines) >= {"access_log", "procedures", "milestones"}
    assert "2026-10-20" in lines["access_log"]
    assert "disabled" in lines["procedures"]
    assert "never" in lines["milestones"]
    assert (
        "＊＊＊.jsonl: this source reads no file with this ending; next: deliver it with one of"
        " .csv, .tsv, .txt " in text
    )
    assert "~$＊＊＊: Excel keeps it beside an open workbook; next: close the workbook" in text
    for secret in ("s3cret", "yamada", "山田"):
        assert secret not in text + json.dumps(accounts, ensure_ascii=False)
    [log] = [
        each
        for each in json.loads(report(settings_of(city), "json"))
        if each["source_name"] == "access_log"
    ]
    assert (log["landed"], log["not_read"], log["unread"][0]["reason_code"]) == (
        1,
        1,
        "unknown_ending",
    )


def test_what_the_ledger_keeps_is_bounded_and_counts_everything(reader: Reader, city: City) -> None:
    for number in range(MOST_LISTED + 5):
        city.deliver("access_log", f"{number:02d}_{'長' * 80}.pdf", b"x")
    [account] = recorded(reader, city, "access_log").values()
    assert account["not_read"] == MOST_LISTED + 5  # type: ignore[index]
    assert len(json.dumps(account)) < 20_000
    assert account["warning"].count(".pdf") == 3  # type: ignore[index]
    assert "and 22 more; next: shihyo sources" in account["warning"]  # type: ignore[index]
    assert "  and 5 more" in report(settings_of(city), "table").splitlines()


def test_a_ledger_of_another_release_is_listed_all_the_same(city: City) -> None:
    entry = {"name": "x", "reason_code": "of_tomorrow"}
    ended = {
        "event": "finished",
        "run_id": "x",
        "command": "run",
        "started_at": "x",
        "outcome": "published",
        "as_of": NIGHT.isoformat(),
    }
    append(
        settings_of(city),
        {
            **ended,
            "accounts": {"access_log": {"unread": [entry], "not_read": 1}, "milestones": None},
        },
    )
    append(settings_of(city), {**ended, "accounts": "none"})
    assert listed_sources(settings_of(city))[1]["unread"][0]["reason_code"] == "of_tomorrow"
    assert "  x: " in report(settings_of(city), "table")


def test_every_reason_has_its_words_here_and_in_the_app() -> None:
    codes = set(get_args(UnreadReason))
    assert set(REASONS) == codes
    assert {f"unread_reason.{code}" for code in codes} <= set(texts("ja"))


def test_a_listing_goes_from_one_process_to_another(city: City) -> None:
    city.deliver_log(date(2026, 10, 1))
    listing = BY_NAME["access_log"].list_deliveries(str(city.folder / "inbox" / "access_log"))
    assert pickle.loads(pickle.dumps(listing)) == listing
