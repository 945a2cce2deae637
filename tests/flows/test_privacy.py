"""Nobody can be named from anything that is written, and one person can be erased from all of it."""

import subprocess
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest
from harness.bare_nights import settings_of
from harness.invariants import export_marts
from harness.ready_python import ready_children, ready_python
from harness.search import found_in
from small_city import BASE_AS_OF, DEPARTMENTS, ROOT, STAFF, City, log_lines, roster_lines
from workbooks import MILESTONE_HEADING, TRAINING_HEADING, attendance, workbook

from flows.errors import UsageError
from flows.landing.items import LandedItem, landed_items
from flows.landing.land import land_source
from flows.landing.reader import Reader
from flows.night import erase
from flows.night.erase import Erased, erase_from_landing
from flows.sources import SOURCES
from flows.sources.pseudonyms import Pseudonyms
from settings import Settings, SourceSettings

NEXT_NIGHT = BASE_AS_OF + timedelta(days=1)
NAME, LATIN_NAME, NUMBER, MAIL, ADDRESS = (
    "山田太郎花子",
    "Zebedee Quux",
    "S7654321",
    "zebedee.quux@example.lg.jp",
    "10.99.88.77",
)
PLANTED = (NAME, LATIN_NAME, NUMBER, MAIL, ADDRESS)
KITA = DEPARTMENTS["271276"]


def plant(city: City, day: date) -> None:
    """Deliver every file source with people in the cells that are theirs, in the cells that are
    not, and outside of the tables.
    """
    at = f"{day - timedelta(days=1)}T01:00:00Z"
    log = [
        *log_lines(day - timedelta(days=1)),
        f"{at},{NUMBER},view,{NAME},{ADDRESS}",
        f"{NAME},{NUMBER},view,x,{ADDRESS}",
        f"{at},{MAIL},{LATIN_NAME},x,{ADDRESS}",
        f"{at},{NAME}",
        f'{at},{NUMBER},"view,{NAME},{ADDRESS}',
    ]
    city.deliver_log(day - timedelta(days=1), log, on=day)
    # A roster is refused when more than a tenth of it is lost, so the planted rows stand among
    # many.
    staff = {f"T{number:07d}": KITA for number in range(200)}
    roster = [
        *roster_lines(),
        *roster_lines(staff),
        f"{NUMBER},{NAME},{KITA},2024/04/01,",
        f"{NUMBER},{KITA},{NAME},2024/04/01,",
    ]
    city.deliver_roster(
        date(2026, 10, 1), [*roster, f"{NUMBER},x,{KITA},{MAIL},", f"{NAME},{NUMBER}"], on=day
    )
    attended = [attendance(f"S000{number:04d}", KITA, "R8.10.10") for number in range(1, 9)]
    attended += [
        ("1", NUMBER, NAME, KITA, "R8.10.10", "出席", MAIL),
        ("1", NAME, NUMBER, LATIN_NAME, MAIL, NAME, ADDRESS),
    ]
    titles, notes = (f"担当 {NAME}", f"連絡先 {MAIL}"), (f"※ {LATIN_NAME}", f"合計 {NUMBER}")
    city.deliver(
        "training_rosters",
        "研修.xlsx",
        workbook({"第1回": attended}, TRAINING_HEADING, titles=titles, notes=notes),
        on=day,
    )
    hires = [
        f"{number},{NAME},R8.4.{number},{LATIN_NAME},デジタル統括室,1,{MAIL}"
        for number in range(1, 9)
    ]
    hires += [f"9,x,{NAME},,{NAME},1,", f"10,x,R8.4.1,,{LATIN_NAME},{NUMBER},{ADDRESS}"]
    heading = "整理番号,氏名,採用年月日,職種,配属先,採用数,備考"
    city.deliver("specialists", "専門人材.csv", [heading, *hires], on=day, encoding="cp932")
    cloud = "本市共通クラウドサービスの整備"
    stages = [
        (cloud, number, f"工程 {MAIL}", "R8.5.1", "", "未着手", "0%", "", NAME)
        for number in range(1, 9)
    ]
    stages += [
        (cloud, 9, NAME, NAME, LATIN_NAME, NAME, NUMBER, MAIL, NAME),
        (NAME, 1, NAME, *[LATIN_NAME] * 6),
    ]
    city.deliver(
        "milestones",
        "管理表.xlsx",
        workbook({"一覧": stages}, MILESTONE_HEADING, notes=(NAME,)),
        on=day,
    )
    city.deliver(
        "policy_pages",
        "page.html",
        f"<html><body><h1>{NAME}</h1><p>{MAIL} {NUMBER}</p></body></html>".encode(),
        on=day,
    )


def test_no_byte_of_what_is_written_names_anybody(city: City, tmp_path: object) -> None:
    city = City(
        city.folder
    )  # with a Prefect server of its own, whose database lies in the data folder
    plant(city, NEXT_NIGHT)
    passed = city.installed().night(NEXT_NIGHT)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert city.query(
        "select count(distinct source_name) from marts.fct_quarantined_rows where is_current"
    ) == [(6,)]
    assert city.shihyo("quarantine", "export").returncode == 0
    listed = city.shihyo("quarantine", "list", "--format", "json")
    # A night that is refused, and says why.
    cells = [("1", NUMBER, NAME, KITA, NAME, "出席", "")] * 4
    city.deliver(
        "training_rosters",
        "研修.xlsx",
        workbook({NAME: cells}, (*TRAINING_HEADING[:-1], NAME)),
        on=NEXT_NIGHT + timedelta(days=1),
    )
    city.deliver(
        "specialists",
        "専門人材.csv",
        [f"{NAME},{NUMBER},{MAIL}"],
        on=NEXT_NIGHT + timedelta(days=1),
        encoding="cp932",
    )
    refused = city.night(NEXT_NIGHT + timedelta(days=1))
    assert refused.returncode == 3
    said = passed.stdout + passed.stderr + refused.stdout + refused.stderr + listed.stdout
    assert [needle for needle in PLANTED if needle.lower() in said.lower()] == []
    assert found_in(city.data, PLANTED) == []
    # The search itself finds what is there: the sources are full of it.
    assert len(found_in(city.folder / "inbox", PLANTED)) > 12


def test_an_erased_person_is_nowhere_and_every_figure_stands(city: City) -> None:
    person = "S0000001"
    pseudonym = Pseudonyms(b"a key for the tests alone").of(person)
    city.deliver(
        "training_rosters",
        "研修.xlsx",
        workbook({"第1回": [attendance(person, KITA, "R8.10.10")]}, TRAINING_HEADING),
        on=NEXT_NIGHT,
    )
    city.publish(NEXT_NIGHT)
    before, versions = export_marts(city), city.shihyo("versions").stdout
    assert len(versions.strip().splitlines()) == 2
    assert found_in(city.data, (pseudonym,)) != []

    done = subprocess.run(
        [ready_python(), "-m", "flows.cli", "erase", "-"],
        input=f"{person.lower()}\n",
        env=city.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "22 landed items" in done.stdout
    assert found_in(city.data, (pseudonym, person)) == []
    assert len(city.shihyo("versions").stdout.strip().splitlines()) == 1

    erased = city.query("select sum(rows_erased), sum(rows_unaccounted) from marts.fct_loads")
    assert erased == [(20 * 20 + 2, 0)]
    ledger = (city.data / "published" / "runs.jsonl").read_text(encoding="utf-8")
    assert '"event": "erased", "items": 22, "rows": 402' in ledger
    after = export_marts(city)
    assert {name for name in before if before[name] != after[name]} <= {
        "fct_loads",
        "fct_audit_results",
    }
    # The sources still hold the person; what is landed already is not landed again.
    settings = settings_of(city)
    with ready_children(), Reader(settings) as reader:
        for source in SOURCES:
            land_source(settings, source, [NEXT_NIGHT + timedelta(days=1)], reader)
    assert found_in(city.data, (pseudonym, person)) == []


@pytest.mark.parametrize(
    "person",
    ["S0000001", " ｓ０００００01 ", Pseudonyms(b"a key for the tests alone").of("S0000001")],
)
def test_a_person_is_found_by_identifier_in_any_width_or_by_pseudonym(
    city: City, person: str
) -> None:
    settings = Settings(
        data_dir=city.data,
        pseudonym_key="a key for the tests alone",
        sources={"access_log": SourceSettings(enabled=False)},
    )
    assert erase_from_landing(settings, person) == Erased(items=21, rows=401)
    assert erase_from_landing(settings, person) == Erased(items=0, rows=0)
    manifests = [item.manifest for item in landed_items(settings)]
    assert sum(manifest.rows_erased for manifest in manifests) == 401
    assert all(
        manifest.rows_read == manifest.rows_landed + manifest.rows_rejected
        for manifest in manifests
    )


def test_an_erasure_that_was_cut_short_goes_on_with_the_same_number(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone who became two nobodies would be in no roster any more, and counted twice."""
    settings = Settings(data_dir=city.data, pseudonym_key="a key for the tests alone", sources={})
    one_by_one, erased = erase._erase_from_item, list[LandedItem]()

    def cut_short(item: LandedItem, *given: object) -> int:
        if len(erased) == 3:
            raise KeyboardInterrupt
        erased.append(item)
        return one_by_one(item, *given)

    monkeypatch.setattr(erase, "_erase_from_item", cut_short)
    with pytest.raises(KeyboardInterrupt):
        erase_from_landing(settings, "S0000001")
    monkeypatch.setattr(erase, "_erase_from_item", one_by_one)
    erase_from_landing(settings, "S0000001")
    known = set(map(Pseudonyms(b"a key for the tests alone").of, STAFF))
    numbers = {
        value
        for source in SOURCES
        for item in landed_items(settings, source.name)
        for column in source.contract.columns
        if column.is_personal
        for value in pq.read_table(item.folder / "data.parquet")[column.name].to_pylist()
    }
    assert len(numbers - known - {None}) == 1
    assert [file.name for file in settings.landing_dir.glob(".erasing-*")] == []


def test_erasing_nobody_is_refused_and_an_unknown_person_changes_nothing(city: City) -> None:
    settings = Settings(
        data_dir=city.data,
        pseudonym_key="a key for the tests alone",
        sources={"access_log": SourceSettings(enabled=False)},
    )
    before = [item.manifest for item in landed_items(settings)]
    with pytest.raises(UsageError, match="nobody is named"):
        erase_from_landing(settings, " ")
    assert erase_from_landing(settings, "S9999999") == Erased(items=0, rows=0)
    assert [item.manifest for item in landed_items(settings)] == before
