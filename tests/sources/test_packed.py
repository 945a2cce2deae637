"""What is delivered packed: unpacked whole within a bound, or refused with its reason."""

import bz2
import gzip
import io
import zipfile

import pytest

from flows.sources import packed
from flows.sources.packed import Unreadable, unpack

TEXT = "職員番号,所属名\r\n1001,北区役所\r\n".encode() * 50


def zipped(*names: str, content: bytes = TEXT) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [TEXT, gzip.compress(TEXT), gzip.compress(TEXT[:700]) + gzip.compress(TEXT[700:]), gzip.compress(TEXT) + b"\0" * 512,
     bz2.compress(TEXT), zipped("roster.csv"), zipped("2026/", "2026/roster.csv"), zipped("roster.csv", "__MACOSX/._roster.csv")],
    ids=("plain", "gzip", "gzip of two", "gzip with padding", "bzip2", "zip", "zip with folder", "zip of macOS"),
)  # fmt: skip
def test_what_is_packed_is_unpacked_and_what_is_not_is_left_alone(content: bytes) -> None:
    assert unpack(content) == TEXT


def test_a_workbook_is_an_archive_and_stays_one() -> None:
    for content in (
        zipped("[Content_Types].xml", "xl/workbook.xml"),
        zipped("mimetype", "content.xml"),
    ):
        assert unpack(content) == content


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lambda content: zipped("a.csv", content=content)]
)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:40] + b"\xff" * 20 + content[60:],
    ],
)
def test_what_is_damaged_or_cut_short_is_refused(pack, spoil) -> None:
    with pytest.raises(Unreadable, match="damaged or cut short"):
        unpack(spoil(pack(bytes(range(256)) * 300)))


def test_an_archive_of_several_files_is_refused_by_their_number() -> None:
    with pytest.raises(Unreadable, match="holds 2 files; expected one"):
        unpack(zipped("a.csv", "b.csv"))
    with pytest.raises(Unreadable, match="holds 0 files"):
        unpack(zipped("folder/"))


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lambda content: zipped("a.csv", content=content)]
)
def test_a_bomb_ends_at_the_bound(monkeypatch: pytest.MonkeyPatch, pack) -> None:
    monkeypatch.setattr(packed, "UNPACKED_LIMIT_BYTES", 5_000_000)
    assert len(unpack(pack(b"0" * 5_000_000))) == 5_000_000
    with pytest.raises(Unreadable, match="unpacks to more than"):
        unpack(pack(b"0" * 5_000_001))


def test_a_zip_with_a_password_is_refused() -> None:
    content = bytearray(zipped("a.csv"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 0x1
    with pytest.raises(Unreadable, match="password"):
        unpack(bytes(content))
