"""Units, scales and decimal shares: the words around the digits of a Japanese number.

6千2百万 is 62,000,000, and 割, 分 and 厘 are tenths, hundredths and thousandths of a whole: 7割5分
is 75 %. It never decides whether a number is a level: japanese_quantities and japanese_unread do.
"""

import re
from decimal import Decimal

# 円 also takes a scale: 40,544百万円 keeps the number as written; only 6千2百万円 is worked out.
# fmt: off
UNITS = (
    "件", "名", "人", "人日", "者", "業務", "所属", "%", "%ポイント", "ポイント", "pt", "点", "倍", "位",
    "回", "つ", "個", "か所", "カ所", "ヵ所", "ヶ所", "ケ所", "箇所", "施設", "拠点", "校", "園", "戸", "棟",
    "区", "地区", "地域", "区画", "路線", "円", "km", "㎞", "m", "㎡", "m2", "m²", "㎥", "m3", "ha", "t",
    "トン", "kg", "kWh", "MWh", "MB", "GB", "TB", "年", "年間", "か月", "カ月", "ヵ月", "ヶ月", "箇月",
    "週間", "日", "日間", "時間", "分", "秒", "歳", "世帯", "団体", "社", "台", "種", "種類", "項目", "品目",
    "手続", "手続き", "システム", "アプリ", "コース", "講座", "本", "冊", "枚", "部", "基", "両", "隻", "口",
    "票", "単位", "事業", "計画",
)
# fmt: on
_LONGEST_FIRST = sorted(UNITS, key=len, reverse=True)
UNIT = "|".join(
    re.escape(unit) + ("(?![A-Za-z])" if re.search("[A-Za-z]$", unit) else "")
    for unit in _LONGEST_FIRST
)
# A share in words: 割 with 分 and 厘 (no 割引, 割合), and percent spelt out, with or without
# points.
WARI = r"割(?![引合り])(?:\s?(?P<bu>[0-9])分)?(?:\s?(?P<rin>[0-9])厘)?"
PERCENT_WORD = r"(?:パーセント|プロセント|㌫)(?P<points>[・\s]?ポイント)?|%・ポイント"
_ANY_UNIT = re.sub(r"\(\?P<\w+>", "(?:", f"{WARI}|{PERCENT_WORD}|{UNIT}")

SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "億": 10**8, "兆": 10**12}
_DIGITS = r"(?>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]{1,15})(?:\.[0-9]{1,9})?+"
NUMBER = rf"{_DIGITS}(?:[十百千万億兆]+(?:{_DIGITS})?)*+"

ABOUT = "(?:約|およそ|おおよそ|凡そ|概ね|おおむね|ほぼ|だいたい|大体)"
# 100件を上回る is a floor; 前年度を100件上回る is a change.
AT_LEAST = r"以上|超(?!え|過)|を超(?:える|えた|過)|を上回(?:る|った)"
AT_MOST = r"以下|以内|未満|を下回(?:る|った)"
AROUND = r"程度|前後|内外|ほど|[くぐ]らい|余り?|あまり|足らず|近く|強(?![化靱])|弱(?!点)|台(?=\W|$)"
BOUND = f"(?:{AT_LEAST}|{AT_MOST}|{AROUND})"
# A number with whatever qualifies it, for patterns in which its parts do not matter.
FIGURE = (
    rf"(?:{ABOUT}\s*)?(?<![0-9A-Za-z.,/])(?:[▲△+\-−]\s?)?{NUMBER}(?!,?[0-9])余?"
    rf"\s?(?:{_ANY_UNIT})?{BOUND}?"
)

_KANJI_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_KANJI_SHARE = re.compile(
    r"(?<![一二三四五六七八九十百千万第])[一二三四五六七八九]割(?:[一二三四五六七八九]分)?(?:[一二三四五六七八九]厘)?"
)


def with_digits_before_wari(text: str) -> str:
    """Return text with the digits of 四割五分 as 4割5分, in the same length."""
    return _KANJI_SHARE.sub(lambda share: share[0].translate(_KANJI_DIGITS), text)


def amount(number: str) -> Decimal:
    """Work out a number with scales in it: 6千2百万 is 62,000,000."""
    total = section = Decimal(0)
    current: Decimal | None = None
    for token in re.findall(r"[0-9.]+|[十百千万億兆]", number.replace(",", "")):
        scale = SCALES.get(token)
        if scale is None:
            current = Decimal(token)
        elif scale < 10**4:
            section, current = section + (1 if current is None else current) * scale, None
        else:
            section += current or 0
            total, section, current = total + section * scale, Decimal(0), None
    return _whole(total + section + (current or 0)) if section or total else current or Decimal(0)


def percent_of_wari(number: str, hundredths: str | None, thousandths: str | None) -> Decimal:
    """Return 7割5分 in percent: tenths of a whole, hundredths and thousandths."""
    return _whole(amount(number) * 10 + int(hundredths or 0) + Decimal(thousandths or 0) / 10)


def _whole(value: Decimal) -> Decimal:
    """Leave out the decimals that working out a scale leaves behind: 1.2万 is 12,000."""
    whole = value.to_integral_value()
    return whole if whole == value else value
