"""What a policy page states under its headings: indicators, targets, actuals and last year's
actuals.

It puts list items together from their lines and decides what year each figure is of. Sentences are
not read. It never decides which indicator a wording means: that is done downstream, where an
unknown one is shown.
"""

import re
from dataclasses import dataclass, field

from flows.sources.japanese import Mention, Quantity, Unread, find_figures, fiscal_years
from flows.sources.policy_page_text import CLOSERS, OPENERS, Line, Section
from flows.sources.policy_page_wording import (
    Figure,
    clean,
    figures,
    is_figure,
    leading_year,
    milestone_verb,
    split_rating,
    split_value,
    subject,
    value_figure,
    without_years,
)

_NO_ITEM = re.compile(
    r"[\[(【<]?\s*(?:\S{1,6}年度の?\s*)?(?:当初|補正)?(?:予算|決算)(?:見込)?額|関連する?SDGs|※|\(?注[0-9]?[):]|.*。$"
    r"|(?:(?:アウトカム)?指標名?|目標値?|実績値?|(?:定量)?評価|年度|達成状況|備考|\s)+$|[^\w–—―-]*$"
)
_SUBTOPIC = re.compile(rf"[{re.escape(OPENERS)}].*[{re.escape(CLOSERS)}]|[■◆●▼]\s*\S.*")
_PLAIN_LABEL = re.compile(r"(?:各年度の?)?(?:目標値?|実績値?)")
_OF_ANOTHER = re.compile(r"\s*\((?=[^()]*[0-9])[^()]*(?:目標|見込|予定|計画|うち|内訳)[^()]*\)")
_A_PART_OF_IT = re.compile(r"(?<=\S)[\s、,]*(?:うち|内訳)(?=.*[0-9]).*$")
_LONGEST_PLAN_YEARS = 20
# A longer line is prose.
_LONGEST_LINE = 400


@dataclass(frozen=True)
class Statement:
    """One thing that a page states, and the line that states it; `said` is its figure, level or
    not.
    """

    kind: str
    line: Line
    value_text: str | None = None
    said: Quantity | Unread | None = None
    rating: str | None = None
    fiscal_year: int | None = None
    issue_no: str | None = None
    wording: str | None = None


@dataclass
class _Item:
    """A list item and the lines that belong to it."""

    head: Line
    below: list[Line] = field(default_factory=list)


def section_statements(sections: list[Section], page_year: int | None) -> list[Statement]:
    """Return what the sections state; `page_year` is the fiscal year of a figure that names none."""
    statements: list[Statement] = []
    for section in sections:
        if section.kind == "indicators":
            for item in _items(section):
                statements += _targets(item, section.issue_no, page_year)
    for section in sections:
        if section.kind in ("results", "previous"):
            wordings = {
                each.wording
                for each in statements
                if each.kind == "indicator" and each.issue_no == section.issue_no
            }
            only = wordings.pop() if len(wordings) == 1 else None
            for item in _items(section):
                statements += _actuals(item, section, page_year, only or "")
    return statements


def _items(section: Section) -> list[_Item]:
    """Gather list items; in a section without list marks every line that is no figure alone begins
    one.
    """
    lines = [line for line in section.lines if len(line.text) <= _LONGEST_LINE]
    lines = [line for line in lines if not _NO_ITEM.match(line.body) or is_figure(line.body)]
    has_marks = any(line.mark for line in lines)
    belongs = _belongs_to_target if section.kind == "indicators" else _belongs_to_actual
    items: list[_Item] = []
    is_open = False
    for position, line in enumerate(lines):
        if _is_subtopic(line, lines[position + 1 : position + 2]):
            is_open = False
        elif is_open and belongs(items[-1], line, has_marks):
            items[-1].below.append(line)
        else:
            items.append(_Item(line))
            is_open = True
    return items


def _is_subtopic(line: Line, following: list[Line]) -> bool:
    """Tell 「<感染症対策>」, or 「■感染症対策」 above items with smaller marks, from an item."""
    if not _SUBTOPIC.fullmatch(line.text):
        return False
    is_above_items = (
        bool(following)
        and following[0].mark[:1] not in ("", line.mark[:1])
        and not is_figure(following[0].body)
    )
    return line.text[0] in OPENERS or is_above_items


def _is_nested(item: _Item, line: Line) -> bool:
    return bool(line.mark) and line.indent >= item.head.indent + 2


def _belongs_to_target(item: _Item, line: Line, has_marks: bool) -> bool:
    if is_figure(line.body) or (line.mark and not without_years(line.body)):
        return True
    if line.mark:
        return _is_nested(item, line) and bool(find_figures(line.body))
    if has_marks:
        return bool(item.head.mark)
    # No marks at all: a labelled figure without a year completes a head that names years and no
    # figure.
    is_waiting = bool(fiscal_years(item.head.body)) and not any(
        find_figures(each.body) for each in (item.head, *item.below)
    )
    return is_waiting and bool(find_figures(line.body)) and not fiscal_years(line.body)


def _belongs_to_actual(item: _Item, line: Line, has_marks: bool) -> bool:
    text, _ = split_rating(line.body)
    if not text:
        return True
    head, head_rating = split_rating(item.head.body)
    name, value, is_sure = split_value(head)
    if is_figure(text):
        is_waiting = (
            not item.below
            and not head_rating
            and (value is None or (not is_sure and not line.mark))
        )
        return is_waiting or bool(name and fiscal_years(text))
    return (
        value is None
        and not item.below
        and (_is_nested(item, line) or (has_marks and not line.mark))
    )


def _years(
    mention: Mention | None, said: Quantity | Unread, otherwise: int | None
) -> list[int | None]:
    """Return the years that a figure is of: a rate over a range is each year's, any other figure
    its last year's.
    """
    if mention is None:
        return [otherwise]
    is_yearly = isinstance(said, Quantity) and "/年" in said.unit
    if is_yearly and mention.end_year - mention.start_year < _LONGEST_PLAN_YEARS:
        return list(range(mention.start_year, mention.end_year + 1))
    return [mention.end_year]


def _targets(item: _Item, issue_no: str | None, page_year: int | None) -> list[Statement]:
    head = item.head.body
    found = figures(head)
    wording = subject(head, found) or without_years(head)
    mention = next(reversed(fiscal_years(head)), None)
    targets = _line_targets(item.head, found, wording, issue_no, mention, page_year)
    for line in item.below:
        found = figures(line.body)
        label = subject(line.body, found)
        if not found and not label:
            mention = mention or next(iter(fiscal_years(line.body)), None)
        elif found:
            full = wording if not label or _PLAIN_LABEL.fullmatch(label) else f"{wording} {label}"
            targets += _line_targets(line, found, full, issue_no, mention, page_year)
        elif label and milestone_verb(label) and fiscal_years(line.body):
            targets.append(_milestone(line, label, fiscal_years(line.body)[0], issue_no, wording))
    verb = milestone_verb(wording)
    if not targets and verb and mention and mention.start_year == mention.end_year:
        targets.append(_milestone(item.head, verb, mention, issue_no, wording))
    return [Statement("indicator", item.head, issue_no=issue_no, wording=wording), *targets]


def _milestone(
    line: Line, text: str, mention: Mention, issue_no: str | None, wording: str
) -> Statement:
    return Statement(
        "target", line, text, fiscal_year=mention.end_year, issue_no=issue_no, wording=wording
    )


def _line_targets(
    line: Line,
    found: list[Figure],
    wording: str,
    issue_no: str | None,
    of_item: Mention | None,
    page_year: int | None,
) -> list[Statement]:
    return [
        Statement(
            "target",
            line,
            each.said.text,
            each.said,
            fiscal_year=year,
            issue_no=issue_no,
            wording=wording,
        )
        for each in found
        for year in _years(each.mention or of_item, each.said, page_year)
    ]


def _actuals(
    item: _Item, section: Section, page_year: int | None, only_wording: str
) -> list[Statement]:
    is_result = section.kind == "results"
    year = page_year if is_result or page_year is None else page_year - 1
    head, rating = split_rating(item.head.body)
    mention, rest = leading_year(head)
    if mention and not is_figure(head) and not head[mention.span[1] :].startswith("まで"):
        head, year = rest, mention.end_year
    name, value, is_sure = split_value(head)
    below = [(line, *split_rating(line.body)) for line in item.below]
    if not is_sure and not rating and below and below[0][1]:
        name, value = clean(head), None
    entries = (
        [(item.head, value, rating)]
        if value is not None or not any(text for _, text, _ in below)
        else []
    )
    entries += [(line, text, rated or rating) for line, text, rated in below if text]
    late = next((rated for _, text, rated in below if rated and not text), None)
    return [
        Statement(
            "actual" if is_result else "previous_actual",
            line,
            text,
            said,
            (rated or late) if is_result and is_rated else None,
            stated.end_year if stated else year,
            section.issue_no,
            name or only_wording,
        )
        for line, value, rated in entries
        for is_rated, stated, text, said in _values(value)
        # What is said of a year to come is no actual.
        if not (is_result and stated and year and stated.end_year > year)
    ]


def _but_for_others(value: str) -> str:
    """Leave out what a value says of others than itself: a target, what is expected, a part of it."""
    return _A_PART_OF_IT.sub("", _OF_ANOTHER.sub("", value)).strip() or value


def _values(
    value: str | None,
) -> list[tuple[bool, Mention | None, str | None, Quantity | Unread | None]]:
    """Read a value: one for each year that it names, else the whole text as it stands. The rating
    at its end is said of the figure that names no year, else of the last one.
    """
    if value is None:
        return [(True, None, None, None)]
    own = _but_for_others(value)
    mentions = [each for each in fiscal_years(own) if not own[each.span[1] :].startswith("まで")]
    dated = [each for each in figures(own) if each.mention in mentions]
    if mentions and dated:
        known = [each.said for each in dated]
        early = [
            Figure(None, each)
            for each in find_figures(own)
            if each.span[1] <= mentions[0].span[0] and each not in known
        ]
        found = [*early, *dated]
        rated = next((each for each in found if each.mention is None), found[-1])
        return [(each is rated, each.mention, each.said.text, each.said) for each in found]
    mention, rest = leading_year(own)
    if mention and mention in mentions and rest:
        return [(True, mention, rest, value_figure(rest))]
    return [(True, None, value, value_figure(own))]
