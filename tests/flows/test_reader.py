"""A file may bring its reader down in any way: that item is rejected with its reason or the source
named, and the rest is read.
"""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from harness.misbehaving import FAULTS, Misbehaving
from harness.ready_python import ready_children

from flows.errors import SourceUnavailable
from flows.landing.items import landed_items
from flows.landing.land import land_source
from flows.landing.reader import Reader
from settings import Settings, SourceSettings

DAY = date(2026, 10, 5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        pseudonym_key="a key for the tests alone",
        item_memory_mib=512,
        item_seconds=5,
        sources={"staff_roster": SourceSettings(location="anywhere")},
    )


@pytest.fixture
def reader(settings: Settings) -> Iterator[Reader]:
    with Reader(settings) as reader:
        yield reader


@pytest.fixture
def ready_reader(settings: Settings) -> Iterator[Reader]:
    """A reader whose processes have the libraries: each of many that are brought down is a new one."""
    with ready_children(), Reader(settings) as reader:
        yield reader


def _processes_of(settings: Settings) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"flows.landing.reader_process" in process.read_bytes():
                parent = (process.parent / "status").read_text().partition("PPid:")[2].split()[0]
                found.append(parent)
        except OSError:
            continue
    return [each for each in found if each == "1"]  # an orphan


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        *((fault, "batches") for fault in sorted(set(FAULTS) - {"killed", "hang"})),
        ("hang", "parse"),
    ],
)
def test_an_item_that_brings_its_reader_down_is_rejected_and_the_others_land(
    settings: Settings, ready_reader: Reader, fault: str, step: str
) -> None:
    assert land_source(settings, Misbehaving(fault, step), [DAY], ready_reader).landed == 3
    items = {item.manifest.item_key: item for item in landed_items(settings, "staff_roster")}
    counts = {
        key: (item.manifest.rows_read, item.manifest.rows_landed, item.manifest.rows_rejected)
        for key, item in items.items()
    }
    assert counts == {"before": (1, 1, 0), "bad": (1, 0, 1), "after": (1, 1, 0)}
    assert pq.read_table(items["bad"].folder / "data.parquet").num_rows == 0
    [rejected] = pq.read_table(items["bad"].folder / "rejected.parquet").to_pylist()
    assert (rejected["source_row"], rejected["reason_code"]) == (0, "unreadable_item")
    assert "nothing of it was landed" in rejected["reason"]
    assert "山田" not in rejected["reason"]
    # What is known by now is not read again.
    assert land_source(settings, Misbehaving("hang", "parse"), [DAY], ready_reader).landed == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("abort", "the reader was ended by SIGABRT"),
        (
            "memory",
            "reading it took more than the memory that one item may take (item_memory_mib = 512)",
        ),
        ("hang", "it took more than 5 seconds"),
        ("recursion", "reading it failed (RecursionError)"),
        ("os_error", "reading it failed (OSError)"),
    ],
)
def test_the_reason_says_what_was_seen(
    settings: Settings, reader: Reader, fault: str, reason: str
) -> None:
    land_source(settings, Misbehaving(fault, "parse"), [DAY], reader)
    [bad] = [
        item for item in landed_items(settings, "staff_roster") if item.manifest.item_key == "bad"
    ]
    assert reason in pq.read_table(bad.folder / "rejected.parquet").to_pylist()[0]["reason"]


@pytest.mark.parametrize("step", ["list", "read"])
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_source_that_cannot_be_listed_or_fetched_is_a_named_outage(
    settings: Settings, ready_reader: Reader, fault: str, step: str
) -> None:
    with pytest.raises(SourceUnavailable, match="staff_roster") as outage:
        land_source(settings, Misbehaving(fault, step), [DAY], ready_reader)
    assert "山田" not in str(outage.value)
    assert "next:" in str(outage.value)
    # And the same reader reads the next source.
    assert land_source(settings, Misbehaving("none", "nowhere"), [DAY], ready_reader).landed == (
        3 if step == "list" else 2
    )


def test_a_reader_that_is_killed_from_outside_rejects_nobodys_file(
    settings: Settings, reader: Reader
) -> None:
    with pytest.raises(SourceUnavailable, match="SIGKILL"):
        land_source(settings, Misbehaving("killed", "parse"), [DAY], reader)
    assert {item.manifest.item_key for item in landed_items(settings, "staff_roster")} == {"after"}


def test_a_file_larger_than_the_memory_is_rejected_by_its_size(
    settings: Settings, tmp_path: Path
) -> None:
    from flows.sources.staff_roster import StaffRoster

    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with (inbox / "roster_202610.csv").open("wb") as file:
        file.truncate(3 * 2**30)
    (inbox / "roster_202609.csv").write_text(
        "職員番号,所属名,発令日,終了日\n1001,北区役所,2026/04/01,\n", encoding="utf-8"
    )
    settings = settings.model_copy(update={"item_seconds": 300})
    settings.sources["staff_roster"].location = str(inbox)
    with Reader(settings) as reader:
        assert land_source(settings, StaffRoster(), [DAY], reader).landed == 2
    reasons = {
        item.manifest.item_key: [
            row["reason"] for row in pq.read_table(item.folder / "rejected.parquet").to_pylist()
        ]
        for item in landed_items(settings, "staff_roster")
    }
    assert reasons["roster_202609.csv"] == []
    assert (
        "3.2 GB do not fit into the memory that one item may take"
        in reasons["roster_202610.csv"][0]
    )


def test_a_folder_that_takes_nothing_rejects_nobodys_file(reader: Reader, tmp_path: Path) -> None:
    [delivery, *_] = reader.list_deliveries(Misbehaving("none", "nowhere"), "anywhere").deliveries
    with pytest.raises(OSError, match=r"nowhere") as failed:
        reader.land(delivery, None, tmp_path / "nowhere")
    assert not isinstance(failed.value, SourceUnavailable)


def test_no_reader_outlives_what_it_reads_for(settings: Settings) -> None:
    with Reader(settings) as reader:
        with pytest.raises(SourceUnavailable):
            land_source(settings, Misbehaving("hang", "list"), [DAY], reader)
        land_source(settings, Misbehaving("none", "nowhere"), [DAY], reader)
    time.sleep(0.2)
    assert _processes_of(settings) == []
