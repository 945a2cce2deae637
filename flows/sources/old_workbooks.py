"""Whether a workbook of Excel 97 (.xls) is sound enough to be handed to a reader that makes room
for whatever its cells say.

One damaged byte puts a cell into a column that no sheet of that time has, and the room up to it
takes all memory.
"""

import struct
from collections.abc import Iterator

from flows.sources.compound_files import Damaged, streams

_STREAM_NAMES = ("workbook", "book")
_COLUMNS = 256
_MOST_TEXTS = 5_000_000
_SHARED_TEXTS = 0x00FC
_CELLS = frozenset((0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00BE, 0x00D6, 0x00FD))
_SEVERAL_CELLS = frozenset((0x00BD, 0x00BE))


def is_sound(content: bytes) -> bool:
    """Tell whether the container is whole and no record names more than its kind of workbook can
    hold.
    """
    try:
        found = streams(content)
        return all(_is_plausible(kind, record) for kind, record in _records(_sheets(found)))
    except (Damaged, struct.error):
        return False


def _sheets(found: dict[str, bytes]) -> bytes:
    for name, stream in found.items():
        if name.lower() in _STREAM_NAMES:
            return stream
    raise Damaged


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _is_plausible(kind: int, record: bytes) -> bool:
    if kind == _SHARED_TEXTS:
        return len(record) >= 8 and struct.unpack_from("<I", record, 4)[0] <= _MOST_TEXTS
    if kind not in _CELLS:
        return True
    last = struct.unpack_from("<H", record, len(record) - 2 if kind in _SEVERAL_CELLS else 2)[0]
    return bool(struct.unpack_from("<H", record, 2)[0] < _COLUMNS and last < _COLUMNS)
