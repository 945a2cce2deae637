"""Packed deliveries: gzip, bzip2 and a zip of one file. What they unpack to is bounded, because a
few kilobytes can ask for all memory.
"""

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

UNPACKED_LIMIT_BYTES = 2_000_000_000
_PIECE_BYTES = 1 << 20
# A zip that holds one of these is a workbook (.xlsx, .xlsm, .xlsb or .ods), and is read as it is.
_WORKBOOK_PARTS = ("[Content_Types].xml", "mimetype")
_GZIP, _BZIP2, _ZIP = b"\x1f\x8b", b"BZh", b"PK\x03\x04"


class Unreadable(Exception):
    """What was delivered does not unpack; the message says why, and quotes nothing of it."""


def unpack(content: bytes) -> bytes:
    """Return what a packed delivery holds, and anything else (a workbook among it) as it is.

    Raises Unreadable for damaged content, an archive of several files and one with a password, and
    for more than UNPACKED_LIMIT_BYTES.
    """
    if content.startswith(_GZIP):
        return b"".join(_gunzipped(content))
    if content.startswith(_BZIP2):
        with bz2.open(io.BytesIO(content)) as stream:
            return b"".join(_pieces(stream, "bzip2"))
    if content.startswith(_ZIP):
        return _unzipped(content)
    return content


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return an archive's files without those that macOS adds for itself."""
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
    ]


def _gunzipped(content: bytes) -> Iterator[bytes]:
    """Yield what one gzip stream after another holds; zeros after the last one are padding."""
    unpacked = 0
    while content.strip(b"\0"):
        stream = zlib.decompressobj(wbits=31)
        piece = content
        while not stream.eof:
            try:
                found = stream.decompress(piece, _PIECE_BYTES)
            except zlib.error:
                raise _damaged("gzip") from None
            piece = stream.unconsumed_tail
            if not found and not piece and not stream.eof:
                raise _damaged("gzip")
            unpacked = _counted(unpacked, found)
            yield found
        content = stream.unused_data


def _pieces(stream: IO[bytes], form: str) -> Iterator[bytes]:
    unpacked = 0
    while True:
        try:
            piece = stream.read(_PIECE_BYTES)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile):
            raise _damaged(form) from None
        if not piece:
            return
        unpacked = _counted(unpacked, piece)
        yield piece


def _unzipped(content: bytes) -> bytes:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except Exception:  # zipfile raises whatever a damaged archive leads it to
        if any(part.encode() in content for part in _WORKBOOK_PARTS):
            return content  # what reads workbooks says that it is damaged
        raise _damaged("zip") from None
    with archive:
        entries = files_in(archive)
        if any(entry.filename in _WORKBOOK_PARTS for entry in entries):
            return content
        if len(entries) != 1:
            raise Unreadable(
                f"the zip archive holds {len(entries)} files; expected one; deliver each file by"
                " itself"
            )
        if entries[0].flag_bits & 0x1:
            raise Unreadable("the zip archive has a password; deliver the file without one")
        try:
            stream = archive.open(entries[0])
        except Exception:
            raise _damaged("zip") from None
        with stream:
            return b"".join(_pieces(stream, "zip"))


def _counted(unpacked: int, piece: bytes) -> int:
    if unpacked + len(piece) > UNPACKED_LIMIT_BYTES:
        raise Unreadable(
            f"it unpacks to more than {UNPACKED_LIMIT_BYTES / 1e9:.0f} GB; deliver it in smaller"
            " files"
        )
    return unpacked + len(piece)


def _damaged(form: str) -> Unreadable:
    return Unreadable(f"the {form} stream is damaged or cut short; deliver the file again")
