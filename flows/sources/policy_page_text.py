"""The structure of a policy page: its lines, and which of them stand under which issue and heading.

Headings are recognised by their normalised names, whatever brackets, marks and widths a bureau
writes them with. It never reads what a line states: policy_page_statements does.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from flows.sources.japanese import normalise

_MARK = re.compile(
    r"(?:(?:[・•‣∙●○◯■□◆◇▪▶►*\uf0b7\uf06c\uf0a7]|[-–—](?![0-9-])|[0-9]{1,2}[.)](?![0-9])|\([0-9]{1,2}\)|[①-⑳])\s*(?=\S))+"
)
OPENERS, CLOSERS = "【<《〈[「", "】>》〉]」"
_OPEN, _CLOSE = rf"[{re.escape(OPENERS)}■◆●▼]", rf"[{re.escape(CLOSERS)}]"
_ISSUE = re.compile(
    rf"(?P<open>(?!「){_OPEN})*\s*経営課題\s*(?P<number>[0-9]{{1,2}}|[一二三四五六七八九十]|[①-⑳])(?:\s*[-–]?\s*\(?(?P<part>(?<=[(-])[0-9]{{1,2}})\)?)?"
    rf"(?P<separator>(?:\s|:|\.|{_CLOSE})*)(?P<title>.*)"
)
_SECTIONS = {
    "results": r"アウトカム(?:\([^)]*\))?指[標数]の?達成状況",
    "indicators": r"アウトカム(?:\([^)]*\))?指[標数]",
    "previous": r"[前昨]年度の?実績",
    "other": r"課題認識|主な戦略|自己評価|今後の方針",
}
_NAMED = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _SECTIONS.items())
_SUFFIX = rf"{_CLOSE}*(?:[(【<《〈\[][^)]*\)?)?{_CLOSE}*:?"
_SECTION = re.compile(rf"{_OPEN}*(?:{_NAMED}){_SUFFIX}")
_SECTION_AND_MORE = re.compile(rf"{_OPEN}+(?:{_NAMED})(?:\([^)]*\))?{_CLOSE}.+")
_PAGE_SECTION = re.compile(
    rf"{_OPEN}*(?:(?:.{{0,20}}[のと])?(?:目標|使命|基本的な考え方)|重点的に取り組む.{{0,20}}?){_SUFFIX}"
)
TITLE = re.compile(
    r"(?P<before>[^。、]{0,40}?)運営方針"
    r"(?P<after>\s*(?:素案|原案|案|改訂版)?\s*(?:[(【\[<][^。]*)?)"
)
_END = re.compile(
    r"このページの(?:作成者|内容)|探している情報が見つから|Adobe|PDFファイル|CC\s?\(|CC-?BY|クリエイティブ・?コモンズ|過去の.*運営方針$"
    r"|.*\((?:PDF|XLSX?|DOCX?|CSV|Excel|Word)形式",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """A line of a page: its number in the file, itself, and what of it is read when that is less
    than all.
    """

    number: int
    raw: str
    part: str | None = None

    @cached_property
    def text(self) -> str:
        """The line in one character width with single spaces."""
        return " ".join(normalise(self.raw if self.part is None else self.part).split())

    @cached_property
    def indent(self) -> int:
        """How far the line is indented; a full-width space and a tab count two."""
        start = self.raw[: len(self.raw) - len(self.raw.lstrip())]
        return sum(2 if character in "\u3000\t" else 1 for character in start)

    @cached_property
    def mark(self) -> str:
        """The list mark that the line begins with, or nothing."""
        match = _MARK.match(self.text)
        return match[0] if match else ""

    @property
    def body(self) -> str:
        """The text without its list mark."""
        return self.text[len(self.mark) :]


@dataclass(frozen=True)
class Issue:
    """A 経営課題: `number` is "1", or "1-2" for 経営課題1-(2)."""

    line: Line
    number: str
    title: str


@dataclass
class Section:
    """The lines under a heading such as 【アウトカム指標】; `kind` is one of indicators, results,
    previous, other.
    """

    kind: str
    issue_no: str | None
    lines: list[Line] = field(default_factory=list)


def text_lines(text: str) -> list[Line]:
    """Split plain text into lines, whatever ends them."""
    return [Line(number, raw) for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1)]


def issue_heading(line: Line) -> Issue | None:
    """Read 「経営課題1 x」 in any bracket style; a sentence that mentions an issue is none."""
    match = _ISSUE.fullmatch(line.body)
    if match is None or "。" in match["title"]:
        return None
    title = match["title"].strip()
    if not match["separator"] and re.match("[のはにをがとでも、」]", title):
        return None
    if match["open"] and not re.search(_CLOSE, match["separator"]):
        title = re.sub(rf"\s*{_CLOSE}$", "", title)
    number = str(
        int(
            unicodedata.numeric(match["number"])
            if not match["number"].isascii()
            else match["number"]
        )
    )
    return Issue(line, f"{number}-{int(match['part'])}" if match["part"] else number, title)


def section_heading(line: Line, is_in_issue: bool) -> Section | None:
    """Read a section's heading and, after its bracket, what may stand on the same line; the issue
    is left open.
    """
    compact = re.sub(r"\s", "", line.body)
    if match := _SECTION.fullmatch(compact):
        return Section(match.lastgroup or "other", None)
    if match := _SECTION_AND_MORE.fullmatch(compact):
        rest = re.split(_CLOSE, line.body, maxsplit=1)[1].strip()
        return Section(match.lastgroup or "other", None, [Line(line.number, line.raw, rest)])
    # Inside an issue 「目標」 is the heading of a column, not of the bureau's aims.
    if _PAGE_SECTION.fullmatch(compact) and (not is_in_issue or "重点的" in compact):
        return Section("other", None)
    return None


def is_title(line: Line) -> bool:
    """Tell a title such as 「令和5年度〇〇室運営方針(案)」 from a sentence about one."""
    return TITLE.fullmatch(line.body) is not None and "年度" in line.body


def read_structure(lines: list[Line]) -> tuple[list[Issue], list[Section]]:
    """Return the issues, each once, and the sections in the order of the page."""
    issues: dict[tuple[str, str], Issue] = {}
    sections: list[Section] = []
    issue: Issue | None = None
    is_open = False
    for line in lines:
        if heading := issue_heading(line):
            issue, is_open = heading, False
        elif _END.match(line.body) or is_title(line):
            issue, is_open = None, False
        elif section := section_heading(line, issue is not None):
            section.issue_no = issue.number if issue else None
            sections.append(section)
            is_open = True
        elif is_open:
            sections[-1].lines.append(line)
        elif issue and not issue.title and line.text:
            issue = Issue(issue.line, issue.number, line.body.strip(OPENERS + CLOSERS))
        if issue and issue.title:
            issues.setdefault((issue.number, re.sub(r"\s", "", issue.title)), issue)
    return list(issues.values()), sections
