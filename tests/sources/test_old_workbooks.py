"""A damaged .xls is refused before its reader makes room for what it says of itself."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import TRAINING_HEADING, attendance, xls

from flows.sources.old_workbooks import is_sound

ROWS = [attendance(f"S{number:07d}", "北区役所", "R5.10.1") for number in range(30)]
SOUND = xls(TRAINING_HEADING, ROWS)
TABLE, DIRECTORY, STREAM = 512, 1024, 1536


def damaged(place: int, value: int, form: str = "<I") -> bytes:
    content = bytearray(SOUND)
    struct.pack_into(form, content, place, value)
    return bytes(content)


def test_a_whole_workbook_is_sound() -> None:
    assert is_sound(SOUND)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (30, 31),  # the size of a sector
        (44, 0x7FFFFFFF),  # how long the table of sectors is
        (48, 0x00F00000),  # where the directory begins
        (68, 0x00F00000),  # where the table goes on
        (76, 0x00F00000),  # where the table begins
        (TABLE + 4 * 4, 0x00F00000),  # a chain that leaves the file
        (TABLE + 4 * 4, 3),  # a chain that leads back into itself
        (DIRECTORY + 128 + 116, 0x00F00000),  # where the stream begins
        (DIRECTORY + 128 + 120, 0x70000000),  # how long it is
        (DIRECTORY + 120, 0x70000000),  # how long the stream of small ones is
    ],
)
def test_a_container_that_names_what_is_not_there_is_refused(place: int, value: int) -> None:
    assert not is_sound(damaged(place, value))


def test_a_cell_in_a_column_that_no_such_sheet_has_is_refused() -> None:
    cell = SOUND.index(struct.pack("<HHHH", 3, 2, 0, len("研修 太郎")), STREAM)
    assert not is_sound(damaged(cell + 2, 60_000, "<H"))


@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_is_told_without_an_exception(place: int, piece: bytes) -> None:
    assert is_sound(SOUND[:place] + piece + SOUND[place + len(piece) :]) in (True, False)
    assert is_sound(SOUND[:place]) in (True, False)
