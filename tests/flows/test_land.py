"""What a night lands, from landing alone: what is new, what was missed, what was corrected; without
a warehouse.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from harness.ready_python import ready_children
from small_city import City, log_lines, new_city
from workbooks import TRAINING_HEADING, attendance, workbook

from flows.errors import UsageError
from flows.landing.items import Manifest, landed_items
from flows.landing.land import land_source, staleness
from flows.landing.land_item import Item, _after, land_item
from flows.landing.places import Place
from flows.landing.reader import Reader
from flows.ledger import append
from flows.sources import SOURCES
from flows.sources.base import Source
from flows.sources.entry_names import item_name
from settings import Settings, SourceSettings

BY_NAME = {source.name: source for source in SOURCES}
DAY = date(2026, 10, 5)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return new_city(tmp_path / "city")


def settings_of(city: City, key: str = "a key for the tests alone") -> Settings:
    sources = {
        name: SourceSettings(location=str(city.folder / "inbox" / name))
        for name in ("access_log", "training_rosters", "specialists")
    }
    return Settings(data_dir=city.data, pseudonym_key=key, sources=sources)


def land(settings: Settings, source: Source, as_ofs: list[date]) -> int:
    with ready_children(), Reader(settings) as reader:
        return land_source(settings, source, as_ofs, reader).landed


def roster(*numbers: str) -> bytes:
    return workbook(
        {"第1回": [attendance(number, "北区役所", "R8.10.1") for number in numbers]},
        TRAINING_HEADING,
    )


def landed(city: City) -> list[tuple[str, str, int]]:
    return [
        (item.manifest.item_key, item.manifest.known_from, item.manifest.rows_landed)
        for item in landed_items(settings_of(city))
    ]


def test_a_missed_week_is_caught_up_by_the_next_night(city: City) -> None:
    for offset in range(7):
        city.deliver_log(DAY + timedelta(days=offset))
    assert land(settings_of(city), BY_NAME["access_log"], [DAY + timedelta(days=2)]) == 2
    assert land(settings_of(city), BY_NAME["access_log"], [DAY + timedelta(days=9)]) == 5
    assert [known_from for _, known_from, _ in landed(city)] == ["2026-10-07"] * 2 + [
        "2026-10-14"
    ] * 5


def test_landing_twice_changes_nothing_and_a_correction_keeps_the_earlier_delivery(
    city: City,
) -> None:
    settings, source = settings_of(city), BY_NAME["training_rosters"]
    city.deliver("training_rosters", "研修.xlsx", roster("S1", "S2"), on=DAY)
    assert [land(settings, source, [DAY]), land(settings, source, [DAY])] == [1, 0]
    city.deliver("training_rosters", "研修.xlsx", roster("S1"), on=DAY + timedelta(days=1))
    city.deliver("training_rosters", "研修.xlsx", roster("S1", "S2"), on=DAY + timedelta(days=2))
    assert land(settings, source, [DAY + timedelta(days=1), DAY + timedelta(days=2)]) == 2
    assert landed(city) == [
        ("研修.xlsx", "2026-10-05", 2),
        ("研修.xlsx", "2026-10-06", 1),
        ("研修.xlsx", "2026-10-07", 2),
    ]


def test_what_lies_in_the_folder_is_read_again_under_a_new_version_of_its_contract(
    city: City,
) -> None:
    settings, source = settings_of(city), BY_NAME["training_rosters"]
    city.deliver("training_rosters", "研修.xlsx", roster("S1"), on=DAY)
    assert land(settings, source, [DAY]) == 1
    raised = type(source)()
    raised.contract = replace(source.contract, version=source.contract.version + 1)
    assert land(settings, raised, [DAY + timedelta(days=1)]) == 1
    assert land(settings, raised, [DAY + timedelta(days=2)]) == 0
    # It was known on the day on which it first landed, whatever the reading.
    assert [known_from for _, known_from, _ in landed(city)] == ["2026-10-05", "2026-10-05"]
    manifests = [item.manifest for item in landed_items(settings, source.name)]
    assert [manifest.contract_version for manifest in manifests] == [
        source.contract.version,
        raised.contract.version,
    ]


def test_an_address_or_a_number_in_a_files_name_is_nowhere_that_landing_writes(city: City) -> None:
    settings, source = settings_of(city), BY_NAME["access_log"]
    names = [f"山田 yamada{each}@example.lg.jp 20261005.csv" for each in (1, 2)]
    for name in (*names, "利用 090-1234-5678 20261006.csv.gz"):
        content = "\n".join(["timestamp,user_name,event", *log_lines(DAY)]).encode()
        packed = gzip.compress(content) if name.endswith(".gz") else content
        city.deliver("access_log", name, packed, on=DAY)
    night = DAY + timedelta(days=2)
    assert [land(settings, source, [night]), land(settings, source, [night])] == [3, 0]
    items = [item.manifest for item in landed_items(settings, source.name)]
    assert len({each.item_key for each in items}) == 3
    assert sorted(str(each.business_date) for each in items) == ["2026-10-05"] * 2 + ["2026-10-06"]
    for file in city.data.rglob("*"):
        written = str(file) + (file.read_bytes().decode(errors="ignore") if file.is_file() else "")
        assert not re.search("yamada|090-1234", written), file
    # What landed under the name itself is the same item.
    key = item_name(names[0])
    [item] = [each for each in landed_items(settings, source.name) if each.manifest.item_key == key]
    earlier = item.manifest.model_copy(update={"item_key": names[0]})
    earlier.write(item.folder / "manifest.json")
    assert "yamada1" in (item.folder / "manifest.json").read_text(encoding="utf-8")
    assert [each.manifest.item_key for each in landed_items(settings, source.name)].count(key) == 1
    assert land(settings, source, [night]) == 0


def test_what_landed_under_a_name_of_separate_marks_is_the_item_that_others_name(
    city: City,
) -> None:
    settings, source = settings_of(city), BY_NAME["training_rosters"]
    city.deliver("training_rosters", "デジタル.xlsx", roster("S1"), on=DAY)
    land(settings, source, [DAY])
    [item] = landed_items(settings, source.name)
    apart = unicodedata.normalize("NFD", item.manifest.item_key)
    earlier = item.manifest.model_copy(update={"item_key": apart})
    earlier.write(item.folder / "manifest.json")
    assert apart in (item.folder / "manifest.json").read_text(encoding="utf-8")
    city.deliver("training_rosters", apart, roster("S1", "S2"), on=DAY + timedelta(days=1))
    assert land(settings, source, [DAY, DAY + timedelta(days=1)]) == 1
    assert landed(city) == [("デジタル.xlsx", "2026-10-05", 1), ("デジタル.xlsx", "2026-10-06", 2)]


def test_columns_that_were_edited_without_raising_the_version_are_noticed(city: City) -> None:
    settings, source = settings_of(city), BY_NAME["training_rosters"]
    city.deliver("training_rosters", "研修.xlsx", roster("S1"), on=DAY)
    assert land(settings, source, [DAY]) == 1
    first, *others = source.contract.columns
    edited, described = type(source)(), type(source)()
    edited.contract = replace(
        source.contract, columns=(replace(first, headings=(*first.headings, "別の見出し")), *others)
    )
    described.contract = replace(edited.contract, owner_ja="別の所管", may_be_stale_days=99)
    assert land(settings, edited, [DAY + timedelta(days=1)]) == 1
    assert land(settings, described, [DAY + timedelta(days=2)]) == 0
    assert [known_from for _, known_from, _ in landed(city)] == ["2026-10-05", "2026-10-05"]


def test_an_item_landed_before_columns_were_digested_stands_by_its_version(city: City) -> None:
    settings, source = settings_of(city), BY_NAME["training_rosters"]
    city.deliver("training_rosters", "研修.xlsx", roster("S1"), on=DAY)
    land(settings, source, [DAY])
    [item] = landed_items(settings, source.name)
    item.manifest.model_copy(update={"contract_digest": None}).write(item.folder / "manifest.json")
    assert land(settings, source, [DAY + timedelta(days=1)]) == 0


def test_what_a_source_no_longer_has_stands_as_it_was_read_and_is_counted(city: City) -> None:
    settings, source = settings_of(city), BY_NAME["training_rosters"]
    first = city.deliver("training_rosters", "研修1.xlsx", roster("S1"), on=DAY)
    city.deliver("training_rosters", "研修2.xlsx", roster("S1"), on=DAY)
    assert land(settings, source, [DAY]) == 2
    first.unlink()
    raised = type(source)()
    raised.contract = replace(source.contract, version=source.contract.version + 1)
    with ready_children(), Reader(settings) as reader:
        accounts = [
            land_source(settings, raised, [DAY + timedelta(days=days)], reader) for days in (1, 2)
        ]
    assert [(each.landed, each.read_by_earlier_contract) for each in accounts] == [(1, 1), (0, 1)]
    assert accounts[0].describe(source.name)["read_by_earlier_contract"] == 1


def test_what_a_night_landed_before_its_source_failed_does_not_tell_that_it_was_read(
    city: City,
) -> None:
    settings, source = settings_of(city), BY_NAME["access_log"]
    begun = datetime.now(UTC)
    city.deliver_log(DAY)
    assert land(settings, source, [DAY + timedelta(days=1)]) == 1
    day = DAY + timedelta(days=2)
    assert staleness(settings, source, day, begun) == ("it has never been read", False)
    assert staleness(settings, source, day, datetime.now(UTC))[1]


def test_a_backfill_lands_what_came_first_first(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, source = settings_of(city), BY_NAME["access_log"]
    for days in (1, 3, 2):  # the first is delivered again at last
        city.deliver_log(DAY, log_lines(DAY, rows=days), on=DAY + timedelta(days=2 * days))
        city.deliver_log(DAY + timedelta(days=days), on=DAY + timedelta(days=2 * days))
    found = []

    def noted(
        settings: Settings, source: Source, item: Item, reader: Reader, place: Place
    ) -> Iterator[Manifest | None]:
        found.append([as_of for as_of, _ in item.deliveries])
        return land_item(settings, source, item, reader, place)

    monkeypatch.setattr("flows.landing.land.land_item", noted)
    nights = [DAY + timedelta(days=day) for day in range(8)]
    assert land(settings, source, nights) == 6
    assert found == sorted(found)
    assert len(found) == 6


def test_the_file_that_excel_keeps_beside_an_open_workbook_is_no_delivery(city: City) -> None:
    city.deliver("training_rosters", "研修.xlsx", roster("S1"), on=DAY)
    city.deliver("training_rosters", "~$研修.xlsx", b"\x08Yamada H", on=DAY)
    assert land(settings_of(city), BY_NAME["training_rosters"], [DAY]) == 1
    assert [key for key, *_ in landed(city)] == ["研修.xlsx"]


def test_a_source_may_be_stale_for_as_long_as_its_contract_allows(city: City) -> None:
    settings, source = settings_of(city), BY_NAME["access_log"]
    assert staleness(settings, source, DAY) == ("it has never been read", False)
    ended = {
        "event": "finished",
        "run_id": "x",
        "command": "run",
        "started_at": "x",
        "outcome": "published",
    }
    append(settings, {**ended, "as_of": DAY.isoformat(), "sources_read": ["access_log"]})
    append(
        settings,
        {**ended, "as_of": (DAY + timedelta(days=9)).isoformat(), "sources_read": ["specialists"]},
    )
    allowed = source.contract.may_be_stale_days
    assert staleness(settings, source, DAY + timedelta(days=allowed))[1]
    too_old = DAY + timedelta(days=allowed + 1)
    assert not staleness(settings, source, too_old)[1]
    optional = type(source)()
    optional.contract = replace(source.contract, is_required=False)
    assert staleness(settings, optional, too_old) == (
        f"last read as of {DAY}, {allowed + 1} days ago, where {allowed} are allowed, optional",
        True,
    )


def test_without_a_ledger_what_has_landed_tells_how_stale_a_source_is(city: City) -> None:
    city.deliver_log(DAY)
    land(settings_of(city), BY_NAME["access_log"], [DAY + timedelta(days=1)])
    assert staleness(settings_of(city), BY_NAME["access_log"], DAY + timedelta(days=3))[
        0
    ].startswith("last read as of 2026-10-06, 2 days ago")


def test_another_key_is_refused_where_people_were_landed_under_the_first(city: City) -> None:
    city.deliver("training_rosters", "研修.xlsx", roster("S1"), on=DAY)
    land(settings_of(city), BY_NAME["training_rosters"], [DAY])
    with pytest.raises(UsageError, match="nobody would be recognised"):
        land(settings_of(city, "another key for the tests"), BY_NAME["training_rosters"], [DAY])


def test_what_lands_after_the_clock_was_set_back_is_newer_than_what_landed_before(
    base_city: City,
) -> None:
    settings = Settings(data_dir=base_city.data, pseudonym_key="a key for the tests alone")
    [landed] = landed_items(settings, "staff_roster")
    ahead = landed.manifest.model_copy(update={"landed_at": "2999-12-31T00:00:00.000000+00:00"})
    assert _after(ahead).isoformat() == "2999-12-31T00:00:00.000001+00:00"
    assert _after(landed.manifest).year < 2999
