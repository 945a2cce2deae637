"""Figures that are no level: changes, ranges, shares in words and counts that name no number.

A change must never be taken for what an indicator was, whatever its sign and however it is worded:
390件増, 前年度比110%, +5%, 半減, 710件から増加. Where a text says from what to what, neither is
taken.
"""

import re
from collections.abc import Iterator
from typing import Literal

from flows.sources.japanese_numbers import ABOUT, BOUND, FIGURE, UNIT
from flows.sources.japanese_text import MASK

Reason = Literal[
    "figure_is_a_change",
    "figure_is_a_range",
    "figure_is_a_share",
    "figure_is_uncertain",
    "several_figures",
    "unread_figure",
]

_CHANGE = (
    r"(?:(?:\s*(?:の|を|ずつ|分の?))?\s*"
    r"(?:[倍純]?増(?![築刷補進殖])|減(?![免価])|削減|縮減|低減|抑制|上昇|低下|向上|改善(?!要望|提案|事例)"
    r"|拡大|縮小|短縮|伸び|伸長|アップ|ダウン|上乗せ|上積み|追加|引き?上げ|引き?下げ)"
    r"(?:加|少|額|員|や[すし]|ら[すし])?|[上下]回(?:る|った)?|超(?:える|えた|え|過)"
    r"|\s?(?:UP|DOWN|[Uu]p|[Dd]own|[↑↓])|[多高低][いくか]|少な[いくか]|\((?:[^()0-9]{0,8}比|純?[増減][加少]?分?)\))"
)
_BASE_WORD = r"対?(?:前々?年|前期|前回|昨年|同年|当初|基準|計画|目標|予算)"
# 令和4年度 is covered up by now.
_BASE = rf"(?:(?:{_BASE_WORD}|(?<!{MASK}){MASK}++)[^\s、。(),:0-9]{{0,6}}?)"
_COMPARED = r"(?<!構成)(?<!占有)(?<!男女)に?比(?:べて?|較(?:して|で)?|して?)?"
_STEP = r"\s*(?:は|で|:|、)?\s*(?:プラス|マイナス)?\s*"
_WORD_BEFORE = r"(?<![ァ-ヴー一-龥A-Za-z0-9])"
# 増加率 5% says no level, but 苦情の減少率 is an indicator's own name.
_LABEL = (
    r"(?:^|(?<=[\s、。:(]))"
    r"(?:純[増減]|増減|増分|伸び率?|(?:増加|減少|削減|上昇|低下)(?:数|率|量|幅|分)?"
    r"|(?:目標)?達成[率度])"
)
_WORD_AFTER = r"(?=[\s、。,:;()/]|する|させ|した|$)"
_SHARE_OF_BASE = rf"{FIGURE}(?<=[%割倍])(?:{BOUND})?"
_CHANGED = (
    rf"{FIGURE}(?:\s?\([^()]*\))?\s*(?:→|⇒|➡)\s*{FIGURE}"
    rf"|(?:{_BASE}?{_COMPARED}|{_BASE_WORD}度?より){_STEP}{FIGURE}(?:{_CHANGE})?"
    rf"|(?:前々?年|前期|前回|昨年|同年|基準|目標)[^\s、。(),:0-9]{{0,6}}の\s*{_SHARE_OF_BASE}"
    rf"|(?:{_BASE}(?:から|より|に対し(?:て)?|を)\s*)?(?:プラス|マイナス)?\s*{FIGURE}{_CHANGE}"
    rf"|{_LABEL}\s*:?\s*{FIGURE}(?:{_CHANGE})?"
    rf"|(?:プラス|マイナス|新規(?:に|の)?)\s*{FIGURE}|(?<![\w)])\+\s?{FIGURE}"
    rf"|{FIGURE}(?:から|より|に対し|に比べ)"
    rf"|{_WORD_BEFORE}(?:倍増|半減|半増|[微急漸激][増減]|横ばい|前年度?並み|増加|減少){_WORD_AFTER}"
)
_RANGE = (
    rf"{FIGURE}\s*(?:~|-|–|ないし|または|又は|もしくは|若しくは)\s*{FIGURE}"
    rf"|{FIGURE}から\s*(?>{FIGURE})(?!{_CHANGE})"
    rf"|(?<![0-9.,])[0-9]、[0-9]\s?(?:{UNIT}){BOUND}?"
)
_SHARE = (
    rf"(?:{ABOUT}\s*)?(?<![0-9])[0-9]{{1,9}}\s?(?:分の|/)\s?[0-9]{{1,9}}(?![0-9/]|から|より)"
    rf"\s?(?:{UNIT})?{BOUND}?(?:{_CHANGE})?"
    rf"|{_WORD_BEFORE}(?:{ABOUT}\s*)?(?:過半数?|半数|半分|大半|大多数|大部分)"
    rf"(?={BOUND}|[\s、。,:;()をにがでの]|$){BOUND}?"
)
_UNCERTAIN = (
    rf"(?:(?:{ABOUT}\s*)?(?:[0-9]+|十)数|(?:{ABOUT}\s*|{_WORD_BEFORE})数)[十百千万億]*"
    rf"\s?(?:{UNIT}|割|パーセント){BOUND}?(?:{_CHANGE})?"
    rf"|{_WORD_BEFORE}若干(?:名|人|件|数)?(?=\W|$)"
)
# In this order: 10~20件増 must not lose its first half, nor 3分の1増 what it is a share of.
_PATTERNS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("figure_is_a_share", re.compile(_SHARE)),
    ("figure_is_uncertain", re.compile(_UNCERTAIN)),
    ("figure_is_a_range", re.compile(_RANGE)),
    ("figure_is_a_change", re.compile(_CHANGED)),
)
# No character of a text, and none of the years and dates that are covered up before.
COVER = "\ufffb"


def unread_spans(text: str) -> Iterator[tuple[Reason, tuple[int, int]]]:
    """Find what is no level, in a text whose years and dates are covered up; no two overlap."""
    for reason, pattern in _PATTERNS:
        for start, end in [match.span() for match in pattern.finditer(text)]:
            yield reason, (start, end)
            text = text[:start] + COVER * (end - start) + text[end:]
