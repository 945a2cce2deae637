"""Japanese text as municipal pages write it: character widths, fiscal years, dates and quantities.

It exists so that every source reads 「Ｒ５年度」 and 「約１，１００件」 in one way. It must never guess: what is no year, date or quantity
is not found, and nothing here knows any page, indicator or bureau.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Qualifier = Literal["exact", "about", "around", "at_least", "at_most", "cumulative"]

# Copied from PDF files in place of the characters they look like; Unicode gives these radicals no decomposition.
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
    """A fiscal year, or a range of them, named in a text; `span` counts characters of the normalised text."""

    start_year: int
    end_year: int
    span: tuple[int, int]


@dataclass(frozen=True)
class Quantity:
    """A number with its qualifier and unit; `text` is the whole phrase as written, `span` where it stands in the normalised text."""

    text: str
    value: Decimal
    qualifier: Qualifier
    unit: str
    span: tuple[int, int] = field(default=(0, 0), compare=False)


_ERA_OFFSETS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925}
_KANJI_DIGITS = "〇一二三四五六七八九"
_YEAR_NUMBER = r"(?:元|[1-9][0-9]|0?[1-9]|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
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
_DATE = re.compile(rf"{_year_pattern('a')}\s*[年./-]\s*(?P<month>[0-9]{{1,2}})\s*[月./-]\s*(?P<day>[0-9]{{1,2}})(?![0-9])\s*日?")
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
    return int(common) if common else _ERA_OFFSETS[match[f"{prefix}era"]] + _number(match[f"{prefix}number"])


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


def _range(match: re.Match[str]) -> Mention:
    start = _year(match, "a")
    if match["cnumber"]:
        # 「令和5~7年度」 and 「2023~25年度」: the era, or the century, is named once.
        last = _number(match["cnumber"])
        end = start - start % 100 + last if match["acommon"] else start + last - _number(match["anumber"])
    else:
        end = _year(match, "b")
    return Mention(start, end, match.span())


def fiscal_years(text: str) -> list[Mention]:
    """Find the fiscal years and ranges of them that a text names, in order; 「R5.10.1」 and 「令和5年10月」 are dates, not fiscal years."""
    text = normalise(text)
    ranges = [mention for mention in map(_range, _YEAR_RANGE.finditer(text)) if mention.start_year < mention.end_year]
    rest = _masked(text, [mention.span for mention in ranges])
    singles = [Mention(year, year, match.span()) for match in _ONE_YEAR.finditer(rest) for year in [_year(match, "a")]]
    return sorted(ranges + singles, key=lambda mention: mention.span)


def parse_date(text: str) -> date | None:
    """Return the first date in a text, 和暦 or common era; None for none and for one that no calendar has."""
    match = _DATE.search(normalise(text))
    if match is None:
        return None
    try:
        return date(_year(match, "a"), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def without_years_and_dates(text: str) -> str:
    """Return the normalised text with every date, fiscal year and ordinal covered up, at its full length."""
    text = normalise(text)
    text = _masked(text, [match.span() for match in _DATE.finditer(text)])
    text = _masked(text, [mention.span for mention in fiscal_years(text)])
    return _masked(text, [match.span() for match in _NO_QUANTITY.finditer(text)])


# 円 also takes a scale: 40,544百万円, 千円 and 億円 keep the number as written; only a compound such as 6千2百万円 is worked out.
# fmt: off
UNITS = (
    "件", "名", "人", "人日", "者", "業務", "所属", "%", "%ポイント", "ポイント", "pt", "点", "倍", "割", "位", "回", "つ", "個",
    "か所", "カ所", "ヵ所", "ヶ所", "ケ所", "箇所", "施設", "拠点", "校", "園", "戸", "棟", "区", "地区", "地域", "区画", "路線",
    "円", "km", "㎞", "m", "㎡", "m2", "m²", "㎥", "m3", "ha", "t", "トン", "kg", "kWh", "MWh", "MB", "GB", "TB",
    "年", "年間", "か月", "カ月", "ヵ月", "ヶ月", "箇月", "週間", "日", "日間", "時間", "分", "秒", "歳",
    "世帯", "団体", "社", "台", "種", "種類", "項目", "品目", "手続", "手続き", "システム", "アプリ", "コース", "講座",
    "本", "冊", "枚", "部", "基", "両", "隻", "口", "票", "単位", "事業", "計画",
)
# fmt: on
_LONGEST_FIRST = sorted(UNITS, key=len, reverse=True)
_UNIT = "|".join(re.escape(unit) + ("(?![A-Za-z])" if re.search("[A-Za-z]$", unit) else "") for unit in _LONGEST_FIRST)
_BOUNDS: dict[str, Qualifier] = {
    "以上": "at_least",
    "超": "at_least",
    "以下": "at_most",
    "以内": "at_most",
    "未満": "at_most",
    "程度": "around",
    "前後": "around",
}
_BOUND = "|".join(_BOUNDS)
_DIGITS = r"(?>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]{1,15})(?:\.[0-9]{1,9})?+"
_FREE = "[^\\W0-9_A-Za-zをがはにでとのもへ]"
_RATE = r"\s?/\s?(?P<{}>年度|年|月|週|日|時間|回|人|世帯|所属|件)"
_QUANTITY = re.compile(
    rf"""
    (?P<yearly>(?:年間|毎年度?|各年度?)\s*)?
    (?P<total>(?:延べ)?(?:合計|累計|通算|総計)(?:で|:)?\s*)?
    (?:延べ\s*)?(?P<about>(?:約|およそ|おおよそ|概ね|おおむね)\s*)?
    (?<![0-9A-Za-z.,~])(?<![0-9][-–/])(?<!課題)(?P<sign>[▲△]\s?|(?<!\w)[-−–+])?
    (?P<number>{_DIGITS}(?:[十百千万億兆]+(?:{_DIGITS})?)*+)(?!,?[0-9]|\s?(?:{_UNIT})?[当あ]たり)
    (?>\s?(?P<unit>{_UNIT})|(?!{_BOUND})(?P<free>[A-Za-z]{{1,4}}|{_FREE}{{1,4}}?)(?=(?:{_BOUND})?\W*$)|(?![A-Za-z]))
    (?:{_RATE.format("rate")})?+(?P<bound>{_BOUND})?+(?:{_RATE.format("late_rate")})?+
    (?P<total_after>\s?\((?:合計|累計|通算)\))?
    (?!\s*[~/]\s*[0-9]|[-–][0-9])
    """,
    re.VERBOSE,
)
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "億": 10**8, "兆": 10**12}


def _amount(number: str) -> Decimal:
    """Work out a number with scales in it: 6千2百万 is 62,000,000."""
    total = section = Decimal(0)
    current: Decimal | None = None
    for token in re.findall(r"[0-9.]+|[十百千万億兆]", number.replace(",", "")):
        scale = _SCALES.get(token)
        if scale is None:
            current = Decimal(token)
        elif scale < 10**4:
            section, current = section + (1 if current is None else current) * scale, None
        else:
            total, section, current = total + (section + (current or 0)) * scale, Decimal(0), None
    return total + section + (current or 0)


def _qualifier(match: re.Match[str]) -> Qualifier:
    if match["total"] or match["total_after"]:
        return "cumulative"
    return _BOUNDS[match["bound"]] if match["bound"] else "about" if match["about"] else "exact"


def _quantity(text: str, match: re.Match[str]) -> Quantity:
    number, unit = match["number"], match["unit"] or match["free"] or ""
    scaled = re.fullmatch(r"([0-9,.]+)([十百千万億兆]+)", number)
    if scaled and unit == "円":
        number, unit = scaled[1], scaled[2] + unit
    rate = match["rate"] or match["late_rate"] or ("年" if match["yearly"] else None)
    value = -_amount(number) if (match["sign"] or "+").strip() != "+" else _amount(number)
    phrase = text[match.start() : match.end()].rstrip()
    return Quantity(phrase, value, _qualifier(match), f"{unit}/{rate}" if rate else unit, (match.start(), match.start() + len(phrase)))


def find_quantities(text: str) -> list[Quantity]:
    """Find every quantity of a text, in order; a range such as 「10~20件」 has no single value and is none."""
    text = normalise(text)
    return [_quantity(text, match) for match in _QUANTITY.finditer(without_years_and_dates(text))]


def parse_quantity(text: str) -> Quantity | None:
    """Return the first quantity of a text, or None.

    未満 and 以内 count as at_most, 超 as at_least: the landed text keeps the word. A cumulative figure stays cumulative whatever else
    qualifies it, because taking it for one year's would be the greater error; 程度 outweighs 約.
    """
    return next(iter(find_quantities(text)), None)
