"""What one line of a policy page says: the figures and years in it, what they are about, and the
rating at its end.

It knows how such lines are worded and no indicator by name: a wording is handed on as it stands.
"""

import re
from dataclasses import dataclass

from flows.sources.japanese import (
    MASK,
    Mention,
    Quantity,
    Unread,
    find_figures,
    fiscal_years,
    without_years_and_dates,
)

MILESTONE_VERBS = (
    *(
        "本格稼働",
        "運用開始",
        "供用開始",
        "策定",
        "改定",
        "改訂",
        "整備",
        "構築",
        "公表",
        "公開",
        "開始",
        "運用",
        "導入",
        "実施",
        "設置",
    ),
    *(
        "作成",
        "開設",
        "稼働",
        "試行",
        "移行",
        "完成",
        "完了",
        "締結",
        "制定",
        "選定",
        "開催",
        "着手",
        "決定",
        "竣工",
    ),
)
_VERB = "|".join(MILESTONE_VERBS)
_VERB_AT_END = re.compile(rf"({_VERB})(?:する)?$")
_DONE = rf"(?:{_VERB})?(?:済み?|中)|未(?:実施|達成|定|策定|着手|集計|公表)|(?:集計|調査|確認)中|達成|(?:該当)?なし"
_DONE_AT_END = re.compile(
    rf"(?:(?:{_VERB})(?:済み?|中)|未(?:実施|達成|策定|着手|集計)|集計中|調査中)$"
)
_STATUS = re.compile(
    rf"(?:から|に|より|までに?)?\s*(?:{_DONE}|(?:{_VERB})(?:完了|予定|した)?|[-–—―])"
)
_STATUS_AT_END = re.compile(rf"(?:{_DONE}|{_VERB})(?:する|予定|した)?$")
_STATUS_WORD = re.compile(rf"{_DONE}|{_VERB}")
_GLUE = re.compile(r"(?:[\s:、,()~/]|末|時点|現在|までに?|にかけて|目標値?|実績値?|から)*")
# 「(R3~R5作成合計)」 beside figures says of what they are, and is no name.
_OF_WHAT = re.compile(
    rf"\((?:{MASK}|{_VERB}|合計|累計|累積|通算|総計|目標|実績|見込み?|[\s:、,~])*\)"
)
# What may join a change to the level that it led to: 「390件増の1,100件」.
_LED_TO = re.compile(r"\s*(?:[のし]|して|となり|で)?[、,]?\s*(?:計\s*)?")
_AFTER_YEAR = re.compile(
    r"(?:にかけて|[末中](?=まで|[にの、,:)\s]|$))?"
    r"(?:までに?|から|において|における|には|に|の|は)?[、,:]?\s*"
)
_LABEL = r"(?:定量)?評価\s*:?\s*"
_RATING = re.compile(
    rf"(?:\s*[(\[【<〈]\s*(?:{_LABEL})?([A-DS])\s*[)\]】>〉]"
    rf"|[\s、,]*{_LABEL}([A-DS])|\s*:\s*([A-DS])|(?:^|\s)([A-DS]))\s*$"
)


@dataclass(frozen=True)
class Figure:
    """A figure, level or not, and the fiscal year it is said of; None when the line names none."""

    mention: Mention | None
    said: Quantity | Unread


def figures(text: str) -> list[Figure]:
    """Pair figures with years: 「令和5年度 30%」, 「100件(令和5年度)」.

    Without any year, take the last figure outside brackets. A figure before a bracket that names
    years and holds a figure of its own is of the item's year: 「10件(R3~R5合計30件)」.
    """
    mentions, found = fiscal_years(text), find_figures(text)
    if not mentions:
        return [Figure(None, each) for each in (_outside_brackets(text, found) or found)[-1:]]
    pairs: list[Figure] = []
    ends = [0, *(mention.span[1] for mention in mentions)]
    starts = [*(mention.span[0] for mention in mentions), len(text)]
    for number, mention in enumerate(mentions):
        around = [each for each in found if each.span[0] <= mention.span[0] < each.span[1]]
        earlier = [each for each in found if ends[number] <= each.span[0] < mention.span[0]]
        later = [each for each in found if mention.span[1] <= each.span[0] < starts[number + 1]]
        if around or re.match(r"\s*(?:末|中|時点|まで|に)*\s*\)", text[mention.span[1] :]):
            pairs += [Figure(mention, each) for each in around or earlier[-1:]]
            continue
        known = [pair.said for pair in pairs]
        beside = [
            Figure(None, each)
            for each in earlier[-1:]
            if later and each not in known and _opens_bracket(text, each, mention)
        ]
        pairs += beside
        pairs += [Figure(mention, _stated(text, later))] if later else []
    return pairs or [Figure(mentions[0], each) for each in found[-1:]]


def _outside_brackets(text: str, found: list[Quantity | Unread]) -> list[Quantity | Unread]:
    return [
        each
        for each in found
        if text.count("(", 0, each.span[0]) <= text.count(")", 0, each.span[0])
    ]


def _opens_bracket(text: str, figure: Quantity | Unread, mention: Mention) -> bool:
    return text[figure.span[1] : mention.span[0]].strip() == "("


def value_figure(text: str) -> Quantity | Unread | None:
    """Return the one level that a value states, or why it has none; None for words alone.

    Brackets explain what stands before them. Of several levels none is taken, nor a number without
    a unit in the midst of words.
    """
    found = find_figures(text)
    if not found:
        return Unread(text, "unread_figure", (0, len(text))) if _has_unread_digits(text) else None
    said = _stated(text, found)
    if isinstance(said, Quantity) and not said.unit and not is_figure(text):
        return Unread(text, "unread_figure", (0, len(text)))
    return said


def _stated(text: str, found: list[Quantity | Unread]) -> Quantity | Unread:
    """Choose among figures that are said of one thing: the level that a change led to, or the
    first.
    """
    stated = _outside_brackets(text, found) or found
    while len(stated) > 1 and isinstance(stated[0], Unread) and _leads_to(text, *stated[:2]):
        stated = stated[1:]
    first, last = stated[0], stated[-1]
    levels = {(each.value, each.unit) for each in stated if isinstance(each, Quantity)}
    if isinstance(first, Quantity) and len(levels) > 1:
        span = (first.span[0], last.span[1])
        return Unread(text[slice(*span)], "several_figures", span)
    return first


def _leads_to(text: str, change: Quantity | Unread, level: Quantity | Unread) -> bool:
    between = text[change.span[1] : level.span[0]]
    return isinstance(level, Quantity) and _LED_TO.fullmatch(between) is not None


def _has_unread_digits(text: str) -> bool:
    """Tell 「12,34件」, in which a figure is broken, from words such as 「10/1から運用開始」."""
    rest = without_years_and_dates(text)
    return re.match(r"\W*[0-9]", rest) is not None and not _STATUS_AT_END.search(rest)


def leading_year(text: str) -> tuple[Mention | None, str]:
    """Split 「令和5年度から令和7年度にかけて研修を実施」 into its years and the rest."""
    mention = next(iter(fiscal_years(text)), None)
    if mention is None or mention.span[0] > 0:
        return None, text
    return mention, _AFTER_YEAR.sub("", text[mention.span[1] :], count=1)


def without_years(text: str) -> str:
    """Leave out every fiscal year and the particle after it."""
    for mention in reversed(fiscal_years(text)):
        before, after = (
            text[: mention.span[0]],
            _AFTER_YEAR.sub("", text[mention.span[1] :], count=1),
        )
        if before.endswith("(") and after.startswith(")"):
            before, after = before[:-1], after[1:]
        text = before + after
    return clean(text)


def clean(name: str) -> str:
    """Return a wording without separators or quotation marks around it and with single spaces in
    it.
    """
    name = re.sub(r"^[\s:、,~→/]+|[\s:、,~→/(]+$", "", name)
    if re.fullmatch(r"「[^」]*」|【[^】]*】", name):
        name = name[1:-1]
    return " ".join(name.split())


def subject(text: str, found: list[Figure]) -> str:
    """Return what a line is about, without years and the figures found in it:
    「Xを全所属の70%以上とする」 is about X.
    """
    if not found:
        return without_years(text)
    lead = len(text) - len(leading_year(text)[1])
    starts = [each.said.span[0] for each in found] + [
        each.mention.span[0] for each in found if each.mention
    ]
    name = text[lead : min((start for start in starts if start >= lead), default=lead)].rstrip(
        " :、,(~→"
    )
    is_object = re.match(r"\s*(?:と|に|へ|を|まで)", text[found[0].said.span[1] :])
    match = re.fullmatch(
        r"(.+)[をがは](?:年間|[全各]?[^\sるた]{0,8}の)?" if is_object else r"(.+)[をが]", name
    )
    return clean(match[1] if match else name)


def milestone_verb(text: str) -> str | None:
    """Return the verbal noun that a milestone ends in, such as 策定."""
    match = _VERB_AT_END.search(text)
    return match[1] if match else None


def is_figure(text: str) -> bool:
    """Tell whether a text is nothing but figures with their years, or a status such as 策定済,
    集計中 or 「令和5年10月から運用開始」.
    """
    rest = without_years_and_dates(text)
    found = find_figures(text)
    for each in found:
        rest = rest[: each.span[0]] + MASK * len(each.text) + rest[each.span[1] :]
    if found:
        rest = _OF_WHAT.sub("", rest)
    rest = rest.replace(MASK, "").strip()
    return (_GLUE if found else _STATUS).fullmatch(rest) is not None


def split_rating(text: str) -> tuple[str, str | None]:
    """Split the rating off the end of a line: 「40%:A」, 「40%(A)」, 「40% 評価:A」, 「40% A」."""
    match = _RATING.search(text)
    return (
        (text[: match.start()].rstrip(), next(filter(None, match.groups())))
        if match
        else (text, None)
    )


def split_value(text: str) -> tuple[str, str | None, bool]:
    """Split a line into a name, its value, and whether the value is beyond doubt.

    A value that is wholly a figure or a status counts most, then what follows a colon or a space
    and holds a digit or a word of status.
    """
    if is_figure(text):
        return "", text, True
    gaps = [
        gap
        for gap in re.finditer(r"\s*:\s*|\s+", text)
        if text.count("(", 0, gap.start()) <= text.count(")", 0, gap.start())
    ]
    halves = [
        (text[: gap.start()], text[gap.end() :], ":" in gap[0])
        for gap in gaps
        if gap.end() < len(text)
    ]
    for name, value, _ in halves:
        if is_figure(value):
            return clean(name), value, True
    if not halves:
        return _split_unseparated(text)
    telling = [
        half for half in halves if re.search("[0-9]", half[1]) or _STATUS_WORD.search(half[1])
    ]
    name, value, _ = min(telling or halves, key=lambda half: not half[2])
    return clean(name), value, False


def _split_unseparated(text: str) -> tuple[str, str | None, bool]:
    starts = [
        each.span[0]
        for each in find_figures(text)
        if re.fullmatch(r"\s?(?:\([^()]*\))?", text[each.span[1] :])
    ]
    if match := _DONE_AT_END.search(text):
        starts.append(match.start())
    start = min(starts, default=0)
    name = re.sub("[はがのを]$", "", clean(text[:start]))
    return (name, text[start:], True) if start else (clean(text), None, False)
