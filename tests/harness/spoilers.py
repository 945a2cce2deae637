"""Ways in which a delivery can be spoiled, or written otherwise than it usually is.

The same random numbers spoil in the same ways.
"""

import bz2
import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable

Spoiler = Callable[[bytes, random.Random], bytes]


def flip_bytes(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.choice((1, 3, 30))):
        if spoiled:
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def cut_short(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def lose_a_piece(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    return content[:start] + content[start + chance.randrange(1, 60) :]


def swap_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines if chance.random() < 0.5 else [*lines, *lines[1:]])


def swap_cells(content: bytes, chance: random.Random) -> bytes:
    """Exchange two pieces between separators, in a file of lines or in JSON."""
    pieces = re.split(rb"([,\n{}\[\]:])", content)
    places = [place for place in range(0, len(pieces), 2) if pieces[place].strip()]
    if len(places) > 1:
        one, other = chance.sample(places, 2)
        pieces[one], pieces[other] = pieces[other], pieces[one]
    return b"".join(pieces)


_OTHER_ENCODINGS = (
    *("utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("euc_jp", "cp932", "utf-8-sig", "utf-7", "iso2022_jp"),
)


def change_encoding(content: bytes, chance: random.Random) -> bytes:
    for encoding in ("utf-8", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        encoding = chance.choice(_OTHER_ENCODINGS)
        lines = text.splitlines(keepends=True)
        of_another = chance.randrange(len(lines) + 1) if chance.random() < 0.2 else len(lines)
        mixed = "".join(lines[of_another:]).encode(chance.choice(_OTHER_ENCODINGS), "replace")
        return "".join(lines[:of_another]).encode(encoding, "replace") + mixed
    return content


def put_in(content: bytes, chance: random.Random) -> bytes:
    nasty = chance.choice(
        (
            b"\0",
            b'"',
            b'""",',
            b"\r",
            b"\xff\xfe",
            b"," * 500,
            b"9" * 5000,
            "㍻".encode(),
            b"</x><![CDATA[",
            b"\x1f\x8b",
            b"\n\n\n",
        )
    )
    start = chance.randrange(len(content) + 1)
    return content[:start] + nasty + content[start:]


_FAR_AWAY = ("XFD1048576", "XFD1", "A1048576", "ZZ90000", "K5000")


def _put_a_cell_far_away(parts: dict[str, bytes], chance: random.Random) -> None:
    """Put a cell that somebody formatted, or typed into, where no table reaches."""
    name = chance.choice([each for each in sorted(parts) if each.startswith("xl/worksheets/sheet")])
    place = chance.choice(_FAR_AWAY)
    row = re.sub("[A-Z]", "", place)
    cell = chance.choice(
        (f'<c r="{place}"/>', f'<c r="{place}" t="inlineStr"><is><t>x</t></is></c>'),
    )
    stray = f'<row r="{row}">{cell}</row></sheetData>'.encode()
    parts[name] = parts[name].replace(b"</sheetData>", stray)


IN_WORDS = (
    "約3",
    "３人程度",
    "4割",
    "7割以上",
    "1千",
    "前年度比2増",
    "若干名",
    "2～3",
    "半分",
    "▲１",
)


def _in_strings(parts: dict[str, bytes], chance: random.Random) -> None:
    """Write a quantity, or whatever else stands in a cell, in words."""
    name = "xl/sharedStrings.xml"
    texts = re.split(rb"(<t[^>]*>[^<]*</t>)", parts.get(name, b""))
    quantities = [
        place for place in range(1, len(texts), 2) if re.search(rb">[0-9]+%?<", texts[place])
    ]
    for place in quantities or [chance.randrange(1, max(2, len(texts)), 2)]:
        if place < len(texts):
            texts[place] = f"<t>{chance.choice(IN_WORDS)}</t>".encode()
    parts[name] = b"".join(texts)


def of_workbook(content: bytes, chance: random.Random) -> bytes:
    """Take a workbook apart and put it together wrongly: a part missing, one spoiled, two
    exchanged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(parts)
    how = chance.randrange(6)
    if how == 4:
        _put_a_cell_far_away(parts, chance)
    elif how == 5:
        _in_strings(parts, chance)
    elif how == 0:
        del parts[chance.choice(names)]
    elif how == 1:
        name = chance.choice(names)
        parts[name] = chance.choice((flip_bytes, cut_short, swap_cells, put_in))(
            parts[name], chance
        )
    elif how == 2:
        one, other = chance.sample(names, 2)
        parts[one], parts[other] = parts[other], parts[one]
    else:
        texts = re.split(rb"(<si>.*?</si>)", parts.get("xl/sharedStrings.xml", b""))
        places = range(1, len(texts), 2)
        for _ in range(chance.randrange(1, 8)):
            one, other = chance.choice(places), chance.choice(places)
            texts[one], texts[other] = texts[other], texts[one]
        parts["xl/sharedStrings.xml"] = b"".join(texts)
    spoiled = io.BytesIO()
    with zipfile.ZipFile(spoiled, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return spoiled.getvalue()


def _lines_of(content: bytes) -> tuple[list[str], str]:
    """Return the lines of a delimited file, and its encoding."""
    for encoding in ("utf-8", "cp932"):
        try:
            return content.decode(encoding).split("\n"), encoding
        except UnicodeDecodeError:
            continue
    raise ValueError("a valid item is in one of the two")


def change_separator(content: bytes, chance: random.Random) -> bytes:
    lines, encoding = _lines_of(content)
    separator = chance.choice(("\t", ";", "\t", ";", "|"))
    some = len(lines) if chance.random() < 0.8 else chance.randrange(len(lines))
    changed = [*(line.replace(",", separator) for line in lines[:some]), *lines[some:]]
    above = [f"sep={separator}"] if chance.random() < 0.3 else []
    text = "\n".join([*above, *changed])
    return text.encode(chance.choice((encoding, "utf-16", "utf-16-le")), "replace")


def put_above_the_heading(content: bytes, chance: random.Random) -> bytes:
    lines, encoding = _lines_of(content)
    titles = (
        "令和8年度 一覧",
        "",
        "一覧,,,,",
        '"一覧\n(抄)"',
        "作成日,2026/4/1",
        '"',
        lines[-2],
        lines[0],
    )
    above = chance.choices(titles, k=chance.choice((1, 2, 3, 40)))
    return "\n".join([*above, *lines]).encode(encoding)


def break_lines_in_quotes(content: bytes, chance: random.Random) -> bytes:
    """Put a cell into quotation marks, with line breaks in it; sometimes forget one of the marks."""
    lines, encoding = _lines_of(content)
    for _ in range(chance.choice((1, 2, 9))):
        place = chance.randrange(len(lines))
        cells = lines[place].split(",")
        cell = chance.randrange(len(cells))
        inside = chance.choice(("", "\n", "\n\n", ",", '""', "\n" * 150, "\n" + lines[-2] + "\n"))
        marks = chance.choice((('"', '"'), ('"', '"'), ('"', ""), ("", '"')))
        cells[cell] = f"{marks[0]}{cells[cell]}{inside}{marks[1]}"
        lines[place] = ",".join(cells)
    return "\n".join(lines).encode(encoding)


def double_a_heading(content: bytes, chance: random.Random) -> bytes:
    lines, encoding = _lines_of(content)
    headings = lines[0].split(",")
    one, other = chance.sample(range(len(headings)), 2)
    headings[one] = chance.choice((headings[other], "所属", "採用日", "event"))
    return "\n".join([",".join(headings), *lines[1:]]).encode(encoding)


def write_in_words(content: bytes, chance: random.Random) -> bytes:
    """Write quantities in words where numbers stand, and elsewhere too."""
    lines, encoding = _lines_of(content)
    for _ in range(chance.choice((1, 3, 8))):
        place = chance.randrange(1, len(lines))
        cells = lines[place].split(",")
        numbers = [at for at, cell in enumerate(cells) if re.fullmatch("[0-9]+", cell.strip())]
        cells[(numbers or [0])[-1]] = chance.choice(IN_WORDS)
        lines[place] = ",".join(cells)
    return "\n".join(lines).encode(encoding, "replace")


def end_lines_otherwise(content: bytes, chance: random.Random) -> bytes:
    ends = chance.choice((b"\r", b"\r\n", b"\n\n", b"\r\r\n", b"\x1a\n", b"\x85", b"\n\0"))
    return content.replace(b"\r\n", b"\n").replace(b"\n", ends)


def pack(content: bytes, chance: random.Random) -> bytes:
    how = chance.choice((gzip.compress, bz2.compress, _zipped))
    packed = how(content)
    return packed if chance.random() < 0.7 else flip_bytes(packed, chance)


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", content)
    return packed.getvalue()


SPOILERS: tuple[Spoiler, ...] = (
    *(flip_bytes, cut_short, lose_a_piece, swap_lines),
    *(swap_cells, change_encoding, put_in, pack),
)
OF_LINES: tuple[Spoiler, ...] = (
    *(change_separator, put_above_the_heading, break_lines_in_quotes),
    *(double_a_heading, write_in_words, end_lines_otherwise),
)


def spoil(content: bytes, chance: random.Random, *, is_delimited: bool = False) -> bytes:
    """Spoil a valid item in one of the ways that there are for its form, or in two."""
    if content[:4] == b"PK\x03\x04" and chance.random() < 0.7:
        return of_workbook(content, chance)
    if is_delimited and chance.random() < 0.6:
        spoiled = chance.choice(OF_LINES)(content, chance)
        return chance.choice(SPOILERS)(spoiled, chance) if chance.random() < 0.3 else spoiled
    return chance.choice(SPOILERS)(content, chance)


# Names that files have had, or may have: nothing in them may end a night, or lose an item.
NAMES = (
    *("{}", "271004_職員名簿_令和8年4月_{}.csv", "R8.4.1 名簿({}).csv", "令和元年度 {}.CSV"),
    *(
        "名簿 最新版(確定)_修正{}.csv",
        "ﾒｲﾎﾞ_{}.csv",
        "２０２６０４{}.csv",
        "{}" + "長" * 80,
        "-rf {}",
    ),
    *(
        "📊{}.csv",
        "{}'; drop table x; --",
        '{} "引用".csv',
        "{}\n二行目.csv",
        "%s{{0}} {}%",
        "..{}",
    ),
    *("{} ", "{}.", "nul {}", "\u202e{}", "か\u3099{}", "$HOME {}", "{}\t", "\\{}\\", "*{}?<>|"),
)
