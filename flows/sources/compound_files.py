"""Compound files (OLE2), the containers of .xls: what they hold, once every sector that they name
has been looked at.

A file of six kilobytes can name a sector a terabyte behind its end, or a chain of sectors that
leads back into itself: a reader that believes it takes all memory and ends the process, with no
exception to catch.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER = struct.Struct("<8s22xHH6xIIIIIIIII")
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_STREAM, _ROOT = 2, 5


class Damaged(ValueError):
    """The file contradicts itself."""


def streams(content: bytes) -> dict[str, bytes]:
    """Return what a compound file holds, by name; raise Damaged unless every chain of sectors
    stays within the file, ends, and is whole.
    """
    try:
        return _read(content)
    except struct.error:
        raise Damaged from None


def _read(content: bytes) -> dict[str, bytes]:
    (signature, shift, small_shift, folders, tables, folder, _, cutoff, small_table, small_tables, more, _) = _HEADER.unpack_from(content)
    if signature != SIGNATURE or shift not in (9, 12) or small_shift != 6:
        raise Damaged
    sectors = _Sectors(content, 1 << shift)
    if max(folders, tables, small_tables) > sectors.count:
        raise Damaged
    sectors.read_table(content, more)
    entries = sectors.chain(folder)
    named = [_Entry.of(entries[place : place + 128]) for place in range(0, len(entries), 128)]
    if not named or named[0].kind != _ROOT:
        raise Damaged
    small_following = _numbers(sectors.chain(small_table))
    small = _Sectors(bytes(64) + sectors.stream(named[0].start, named[0].size), 64, small_following)
    return {
        entry.name: (sectors if entry.size >= cutoff else small).stream(entry.start, entry.size)
        for entry in named[1:]
        if entry.kind == _STREAM
    }


@dataclass(frozen=True)
class _Entry:
    """A line of the directory."""

    name: str
    kind: int
    start: int
    size: int

    @classmethod
    def of(cls, line: bytes) -> "_Entry":
        (length,) = struct.unpack_from("<H", line, 64)
        start, size = struct.unpack_from("<II", line, 116)
        return cls(line[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), line[66], start, size)


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


class _Sectors:
    """The sectors of a file, the first of which is its header; none is of two chains, nor twice
    of one.
    """

    def __init__(self, content: bytes, size: int, following: Sequence[int] = ()) -> None:
        self.count = max(0, -(-(len(content) - size) // size))
        self._content, self._size, self._following = content, size, following
        self._taken: set[int] = set()

    def read_table(self, content: bytes, more: int) -> None:
        """Read which sector follows which; the header names the first 109 parts of that table, a
        chain of its own the others.
        """
        parts = list(struct.unpack_from("<109I", content, 76))
        visited = 0
        while more not in (_END, _FREE):
            visited += 1
            if more >= self.count or visited > self.count:
                raise Damaged
            *further, more = _numbers(self._sector(more))
            parts += further
        used = [part for part in parts if part not in (_FREE, _END)]
        if any(part >= self.count for part in used) or len(used) != len(set(used)):
            raise Damaged
        self._following = [number for part in used for number in _numbers(self._sector(part))]

    def chain(self, start: int) -> bytes:
        """Return what a chain of sectors holds."""
        found = []
        while start != _END:
            if start >= min(self.count, len(self._following)) or start in self._taken:
                raise Damaged
            self._taken.add(start)
            found.append(self._sector(start))
            start = self._following[start]
        return b"".join(found)

    def stream(self, start: int, size: int) -> bytes:
        """Return a stream; refuse a chain that is shorter than what it is said to hold."""
        found = self.chain(start) if size else b""
        if len(found) < size:
            raise Damaged
        return found[:size]

    def _sector(self, number: int) -> bytes:
        return self._content[(number + 1) * self._size : (number + 2) * self._size].ljust(self._size, b"\0")
