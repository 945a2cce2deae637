"""Japanese text as municipal pages write it: character widths, fiscal years and dates.

It exists so that every source reads 「Ｒ５年度」 in one way. It must never guess: what is no year
or date is not found, and nothing here knows any page, indicator or bureau.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

# Copied from PDF files in place of the characters they look like; Unicode gives these radicals no
# decomposition.
_RADICALS = dict(zip("⺠⻄⻑⻘⻝⻩⻭⻯⻲", "民西長青食黄歯竜亀", strict=True))
_WAVE_DASHES = "\u301c\uff5e\u223c~"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# ① is no 1 and the ² of m² is no 2, though NFKC makes one character of each.
_KEPT_FORMS = ("<circle>", "<super>", "<sub>", "<square>", "<fraction>")


class _PlainCharacters(dict[int, str]):
    """A translation table that fills itself character by character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        if character in _INVISIBLE:
            plain = ""
        elif character in _WAVE_DASHES:
            plain = "~"
        elif character in _RADICALS:
            plain = _RADICALS[character]
        elif len(plain) != 1 or unicodedata.decomposition(character).startswith(_KEPT_FORMS):
            plain = character
        self[code] = plain
        return plain


_PLAIN_CHARACTERS = _PlainCharacters()


def normalise(text: str) -> str:
    """Return text with one width and one form for each character; ㎡, ① and ㈱ stay."""
    return unicodedata.normalize("NFC", text.translate(_PLAIN_CHARACTERS))


@dataclass(frozen=True)
class Mention:
    """A fiscal year, or a range of them, named in a text; `span` counts characters of the
    normalised text.
    """

    start_year: int
    end_year: int
    span: tuple[int, int]


_ERA_OFFSETS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925}
_KANJI_DIGITS = "〇一二三四五六七八九"
_YEAR_NUMBER = (
    r"(?:元|[1-9][0-9]|0?[1-9]|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
)
_NO_DATE_FOLLOWS = r"(?![0-9.年月/A-Za-z]|-[0-9]{1,2}-)"
_SHORT_YEAR = rf"(?:(?<=[RH][0-9])|(?<=[RH][0-9]{{2}})){_NO_DATE_FOLLOWS}"
_FISCAL = rf"(?:\s?年度|{_SHORT_YEAR})"


def _year_pattern(prefix: str) -> str:
    era = rf"(?P<{prefix}era>令和|平成|昭和|(?<![A-Za-z0-9])[RH])\s?(?P<{prefix}number>{_YEAR_NUMBER})"
    return rf"(?:{era}|(?P<{prefix}common>(?<![0-9.,])(?:19|20)[0-9]{{2}}))"


_ONE_YEAR = re.compile(_year_pattern("a") + _FISCAL)
_YEAR_RANGE = re.compile(
    rf"{_year_pattern('a')}\s?年?度?\s*(?:~|-|–|から|より|→)\s*(?:{_year_pattern('b')}{_FISCAL}|(?P<cnumber>{_YEAR_NUMBER})\s?年度)"
)
_DATE = re.compile(
    rf"{_year_pattern('a')}\s*[年./-]\s*(?P<month>[0-9]{{1,2}})\s*[月./-]\s*(?P<day>[0-9]{{1,2}})(?![0-9])\s*日?"
)
# What holds digits and is no quantity: parts of dates, calendar years, ordinals.
_NO_QUANTITY = re.compile(
    rf"{_year_pattern('a')}\s?年\s*(?:[0-9]{{1,2}}\s*月)?(?!間)|(?<![A-Za-z0-9])[RH][0-9]{{1,2}}\.[0-9]{{1,2}}(?![0-9])"
    rf"|(?<![0-9])[0-9]{{1,2}}\s?月(?:\s?[0-9]{{1,2}}\s?日)?|[0-9]{{1,2}}年度|第\s?[0-9]+|[0-9]+\s?(?:[回年日人件期次代台校つ]目|番|号|丁目|条(?!例))"
)
MASK = "\ufffc"


def _number(text: str) -> int:
    if text == "元":
        return 1
    if text[0] in "0123456789":
        return int(text)
    tens, _, ones = text.rpartition("十")
    ten_count = _KANJI_DIGITS.find(tens) if tens else 1
    return (ten_count * 10 if "十" in text else 0) + (_KANJI_DIGITS.find(ones) if ones else 0)


def _year(match: re.Match[str], prefix: str) -> int:
    common = match[f"{prefix}common"]
    return (
        int(common)
        if common
        else _ERA_OFFSETS[match[f"{prefix}era"]] + _number(match[f"{prefix}number"])
    )


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


def _range(match: re.Match[str]) -> Mention:
    start = _year(match, "a")
    if match["cnumber"]:
        # 「令和5~7年度」 and 「2023~25年度」: the era, or the century, is named once.
        last = _number(match["cnumber"])
        end = (
            start - start % 100 + last
            if match["acommon"]
            else start + last - _number(match["anumber"])
        )
    else:
        end = _year(match, "b")
    return Mention(start, end, match.span())


def fiscal_years(text: str) -> list[Mention]:
    """Find the fiscal years and ranges of them that a text names, in order; 「R5.10.1」 and
    「令和5年10月」 are dates, not fiscal years.
    """
    text = normalise(text)
    ranges = [
        mention
        for mention in map(_range, _YEAR_RANGE.finditer(text))
        if mention.start_year < mention.end_year
    ]
    rest = _masked(text, [mention.span for mention in ranges])
    singles = [
        Mention(year, year, match.span())
        for match in _ONE_YEAR.finditer(rest)
        for year in [_year(match, "a")]
    ]
    return sorted(ranges + singles, key=lambda mention: mention.span)


def parse_date(text: str) -> date | None:
    """Return the first date in a text, 和暦 or common era; None for none and for one that no
    calendar has.
    """
    match = _DATE.search(normalise(text))
    if match is None:
        return None
    try:
        return date(_year(match, "a"), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def without_years_and_dates(text: str) -> str:
    """Return the normalised text with every date, fiscal year and ordinal covered up, at its full
    length.
    """
    text = normalise(text)
    text = _masked(text, [match.span() for match in _DATE.finditer(text)])
    text = _masked(text, [mention.span for mention in fiscal_years(text)])
    return _masked(text, [match.span() for match in _NO_QUANTITY.finditer(text)])
