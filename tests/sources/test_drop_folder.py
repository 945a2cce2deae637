"""Every entry of a drop folder is a delivery, is named with the reason why it is none, or is hidden
and counted.
"""

import bz2
import gzip
import os
import socket
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest

from flows.errors import SourceUnavailable
from flows.sources import SOURCES
from flows.sources.base import Listing
from flows.sources.drop_folder import list_files
from flows.sources.entry_names import safe_name

CSV = (".csv",)


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def zipped(file: Path, *names: str) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")


def unread(listing: Listing) -> dict[str, str]:
    return {each.name: each.reason_code for each in listing.unread}


def keys(listing: Listing) -> list[str]:
    return [each.item_key for each in listing.deliveries]


def test_what_a_source_does_not_read_is_named_with_its_reason(tmp_path: Path) -> None:
    fill(
        tmp_path,
        "a.csv",
        "b.log",
        "c.jsonl",
        "d.XLS",
        "2026-04-02/e.pdf",
        "2026-04-02/in/f.csv",
        "old/g.csv",
        "2026-02-30/h.csv",
    )
    fill(tmp_path, ".hidden.csv", "Thumbs.db", "~$山田.xlsx", "2026-04-02/.x")
    listing = list_files(str(tmp_path), CSV)
    assert keys(listing) == ["a.csv"]
    assert unread(listing) == {
        "b.log": "unknown_ending",
        "c.jsonl": "unknown_ending",
        "d.XLS": "unknown_ending",
        "2026-04-02/e.pdf": "unknown_ending",
        "2026-04-02/in": "other_folder",
        "old": "other_folder",
        "2026-02-30": "no_such_day",
        "~$＊＊＊": "office_lock",
    }
    assert listing.passed_over == 3


def test_links_and_special_files_are_named_and_never_opened(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv")
    (tmp_path / "to_a.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "circle.csv").symlink_to(tmp_path / "circle.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "to_pipe.zip").symlink_to(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(str(tmp_path / "s.csv"))
        listing = list_files(str(tmp_path), CSV)
    assert keys(listing) == ["a.csv", "to_a.csv"]
    assert unread(listing) == {
        **dict.fromkeys(["gone.csv", "circle.csv"], "broken_link"),
        **dict.fromkeys(["zero.csv", "pipe.csv", "to_pipe.zip", "s.csv"], "special_file"),
    }


def test_what_may_not_be_read_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a.csv", "b.csv", "2026-04-02/c.csv")
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "b.csv" and may(path, mode)
    )
    entries = Path.iterdir

    def listed(folder: Path) -> object:
        if folder.name == "2026-04-02":
            raise PermissionError(13, "Permission denied")
        return entries(folder)

    monkeypatch.setattr(Path, "iterdir", listed)
    listing = list_files(str(tmp_path), CSV)
    assert keys(listing) == ["a.csv"]
    assert unread(listing) == {"b.csv": "no_rights", "2026-04-02": "no_rights"}


def test_two_files_of_one_item_in_one_folder_are_both_left(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv", "a.csv.gz", "b.csv.bz2", "2026-04-02/b.csv")
    zipped(tmp_path / "c.zip", "inside.csv")
    fill(tmp_path, "c.csv")
    listing = list_files(str(tmp_path), CSV)
    assert [(each.item_key, each.delivered_on) for each in listing.deliveries] == [
        ("b.csv", None),
        ("b.csv", date(2026, 4, 2)),
    ]
    assert unread(listing) == dict.fromkeys(["a.csv", "a.csv.gz", "c.csv", "c.zip"], "same_item")


def test_a_name_is_one_item_whoever_wrote_its_voiced_marks(tmp_path: Path) -> None:
    name = "デジタル研修ポリシー.csv"
    for day, form in (("2026-04-01", "NFD"), ("2026-05-01", "NFC")):
        fill(tmp_path / day, unicodedata.normalize(form, name))
    assert keys(list_files(str(tmp_path), (".csv",))) == [name, name]
    fill(tmp_path / "2026-05-01", unicodedata.normalize("NFD", name))
    assert keys(list_files(str(tmp_path), (".csv",))) == [name]
    alone = tmp_path / "2026-04-01" / unicodedata.normalize("NFD", name)
    assert keys(list_files(str(alone), (".csv",))) == [name]


def test_an_item_is_named_without_its_packing(tmp_path: Path) -> None:
    (tmp_path / "a.CSV.GZ").write_bytes(gzip.compress(b"x"))
    (tmp_path / "b.csv.bz2").write_bytes(bz2.compress(b"x"))
    zipped(tmp_path / "c.csv.zip", "c.csv")
    zipped(tmp_path / "log_20260415.zip", "dir/", "dir/export.CSV")
    zipped(tmp_path / "two.zip", "a.csv", "b.csv")
    zipped(tmp_path / "other.zip", "a.pdf")
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04cut")
    fill(tmp_path, "d.gz", "e.csv.gz.zip")
    listing = list_files(str(tmp_path), CSV)
    assert keys(listing) == ["a.CSV", "b.csv", "c.csv", "log_20260415.csv"]
    assert unread(listing) == {
        "two.zip": "no_single_file",
        "cut.zip": "no_single_file",
        "e.csv.gz.zip": "no_single_file",
        "other.zip": "unknown_ending",
        "d.gz": "unknown_ending",
    }


def test_a_name_that_is_no_utf_8_is_left_and_shown_readably(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + "/名簿_202604.csv".encode("cp932"), "wb"):  # noqa: PTH123  # Path takes no bytes
        pass
    listing = list_files(str(tmp_path), CSV)
    [(name, reason)] = unread(listing).items()
    assert (keys(listing), reason) == ([], "garbled_name")
    assert name.encode().decode().endswith("_202604.csv")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("名簿_山田@city.example.lg.jp.xls", "＊＊＊.xls"),
        ("名簿＠山田.xls", "＊＊＊.xls"),
        ("連絡先 06-6208-1234.pdf", "連絡先 ＊＊＊.pdf"),
        ("個人番号123456789012.txt", "個人番号＊＊＊.txt"),
        ("log_10.1.2.3.txt", "log_＊＊＊.txt"),
        ("access_log_2026-04-15.log", "access_log_2026-04-15.log"),
        ("export_20260415093000.log", "export_20260415093000.log"),
        ("export_202604150930.log", "export_202604150930.log"),
        ("a\nb.log", "a\ufffdb.log"),
    ],
)
def test_a_name_is_shown_without_addresses(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_a_long_name_is_cut_in_the_middle() -> None:
    shown = safe_name("長" * 80 + "x" * 40 + ".log")
    assert len(shown) == 100
    assert shown.endswith(".log")


def test_a_location_that_is_no_folder_is_unavailable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for place in ("nowhere", "pipe.csv"):
        with pytest.raises(SourceUnavailable, match=r"expected a file or a folder; next:"):
            list_files(str(tmp_path / place), CSV)


WORKBOOKS = ("a.xlsx", "a.xlsm", "a.xlsb", "a.xls", "a.ods")
DELIMITED = ("a.csv", "a.tsv", "a.txt")
READ = {
    "policy_pages": ("a.txt", "a.html", "a.htm"),
    "access_log": DELIMITED,
    "staff_roster": (*DELIMITED, *WORKBOOKS),
    "training_rosters": WORKBOOKS,
    "specialists": (*DELIMITED, *WORKBOOKS),
    "milestones": (*DELIMITED, *WORKBOOKS),
}


@pytest.mark.parametrize(
    "source", [source for source in SOURCES if source.name in READ], ids=lambda source: source.name
)
def test_each_source_reads_its_own_endings(source: object, tmp_path: Path) -> None:
    every = sorted(
        {name for names in READ.values() for name in names} | {"a.log", "a.docx", "a.pdf"}
    )
    for number, name in enumerate(every):
        fill(tmp_path, f"{number}{name}")
    listing = source.list_deliveries(str(tmp_path))  # type: ignore[attr-defined]
    assert {key.lstrip("0123456789") for key in keys(listing)} == set(READ[source.name])  # type: ignore[attr-defined]
    assert len(listing.deliveries) + len(listing.unread) == len(every)
