"""The policy pages (運営方針) that each bureau publishes: plan in April, results in June of the
next year, on one address.

A page is read as a saved file or from the web, and lands as one row per statement. Contact persons
at the foot of a page are not landed. It must never take a draft for the final page or fill in a
figure that the page does not state.
"""

import re
from dataclasses import dataclass, replace

import httpx
import pyarrow as pa

from flows.errors import SourceUnavailable, UsageError
from flows.sources.base import Delivery, Listing, Parsed, rejected_item
from flows.sources.contracts import Column, Contract
from flows.sources.drop_folder import list_files, read_file
from flows.sources.japanese import (
    MASK,
    Mention,
    Quantity,
    fiscal_years,
    normalise,
    parse_date,
    without_years_and_dates,
)
from flows.sources.packed import Unreadable, unpack
from flows.sources.policy_page_html import html_lines, is_html
from flows.sources.policy_page_statements import Statement, section_statements
from flows.sources.policy_page_text import Line, is_title, read_structure, text_lines
from flows.sources.pseudonyms import Pseudonyms

_SUFFIXES = (".txt", ".html", ".htm")
_TIMEOUT_SECONDS = 30.0
_ENCODINGS = ("utf-8", "cp932", "euc_jp")
_DECLARED = {"utf-8": "utf-8", "utf8": "utf-8", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932"} | {
    "windows-31j": "cp932", "cp932": "cp932", "ms932": "cp932", "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "eucjp": "euc_jp"
}  # fmt: skip
# Python's cp932 maps these undefined bytes to control and private characters instead of failing.
_NOT_IN_CP932 = re.compile("[\x80-\x9f\xa0\uf8f0-\uf8f3]")
_SECRET_NAME = re.compile("token|key|pass|pwd|secret|sig|auth|cred|session|code", re.IGNORECASE)
_DRAFT = re.compile(r"(?:^|[(【\[<〈「])\s*(?:素|原|最終|修正)?案\s*(?:[)】\]>〉」(]|$)")
_DATE_LABEL = re.compile(r"(?:(?:最終)?(?P<updated>更新)|公開|掲載|作成)日?\s*:?\s*")
_PAGE_NUMBER = re.compile(r"ページ番号\s*:?\s*(?P<number>[0-9]{1,12})")
_NO_VALUES = ("-", "–", "—", "―")


CONTRACT = Contract(
    source_name="policy_pages",
    version=4,
    name_ja="運営方針の公表ページ",
    name_en="Published operating-policy pages",
    owner_ja="デジタル統括室 企画担当",
    owner_en="Digital Bureau, planning",
    may_be_stale_days=30,
    # Nothing is counted from the pages: they are what the figures are held against.
    is_required=False,
    # What is read out of a page; a page itself has no columns.
    columns=tuple(
        Column(name, (name,))
        for name in (
            "statement",
            "value_text",
            "value",
            "qualifier",
            "unit",
            "no_value_because",
            "rating",
            "fiscal_year",
            "issue_no",
            "indicator_wording",
            "raw_text",
        )
    ),
)


class PolicyPages:
    """The policy pages behind the source protocol."""

    name = CONTRACT.source_name
    contract = CONTRACT

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}

    def list_deliveries(self, location: str) -> Listing:
        """List saved pages, or the pages of one or more addresses; an address's secrets stay out of
        `origin`.
        """
        if not re.match(r"\s*https?://", location, re.IGNORECASE):
            listing = list_files(location, _SUFFIXES)
            # A page's day stands in it; its name may hold that of saving it.
            return replace(
                listing,
                deliveries=tuple(replace(each, stated_days=()) for each in listing.deliveries),
            )
        addresses = dict.fromkeys(
            each.strip(" \t\r\n,")
            for each in re.split(r"[\s,]+(?=https?://)", location.strip(), flags=re.IGNORECASE)
        )
        deliveries: dict[str, Delivery] = {}
        for address in addresses:
            shown, key = _masked(address), _item_key(address)
            if key in deliveries:
                raise UsageError(
                    f"policy_pages {shown}: its last part '{key}' is also that of"
                    f" {deliveries[key].origin}; expected one name a page"
                )
            self._addresses[shown] = address
            deliveries[key] = Delivery(key, shown)
        return Listing(tuple(deliveries.values()))

    def read(self, delivery: Delivery) -> bytes:
        """Read a saved page as it lies there, or fetch it."""
        if re.match("https?://", delivery.origin, re.IGNORECASE):
            return _fetch(self._addresses.get(delivery.origin, delivery.origin), delivery.origin)
        return read_file(delivery)

    def parse(self, content: bytes, pseudonyms: Pseudonyms) -> Parsed:
        """Parse a page into its statements; bytes in no Japanese encoding and a page without a
        title are rejected as items.
        """
        item_hash = pseudonyms.of_bytes(content)
        try:
            content = unpack(content)
        except Unreadable as error:
            return rejected_item("unreadable_item", str(error), item_hash)
        decoded = _decode(content)
        if decoded is None:
            reason = (
                f"the page is not {', '.join(_ENCODINGS)} throughout; save it again in UTF-8 and"
                " deliver it again"
            )
            return rejected_item("undecodable_item", reason, item_hash)
        encoding, text = decoded
        lines, html_title = html_lines(text) if is_html(text) else (text_lines(text), "")
        title = _find_title(lines, html_title)
        if title is None:
            reason = (
                f"none of {len(lines)} lines is a title; expected one such as"
                " 令和5年度〇〇局運営方針, with a fiscal year and 運営方針 and no sentence around"
                " them; check that the right page was saved"
            )
            return rejected_item("not_a_policy_page", reason, item_hash, encoding)
        statements = _statements(lines, title)
        rows = [_row(statement) for statement in statements]
        numbers = [statement.line.number for statement in statements]
        arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        return Parsed(
            encoding,
            iter(
                [pa.record_batch([*arrays, pa.array(numbers, pa.int64())], schema=CONTRACT.schema)]
            ),
        )


def _masked(address: str) -> str:
    """Hide the user and every query value that may be a secret."""
    scheme, _, rest = address.partition("://")
    place, mark, query = rest.partition("?")
    authority, slash, path = place.partition("/")
    if "@" in authority:
        authority = f"***@{authority.rpartition('@')[2]}"
    pairs = [pair.partition("=") for pair in query.split("&")]
    shown = "&".join(
        f"{name}{equals}{'***' if _SECRET_NAME.search(name) and value else value}"
        for name, equals, value in pairs
    )
    return f"{scheme}://{authority}{slash}{path}{mark}{shown}"


def _item_key(address: str) -> str:
    path = re.split("[?#]", address.partition("://")[2], maxsplit=1)[0]
    host, *segments = [part for part in path.split("/") if part.strip(".")] or ["page"]
    return segments[-1] if segments else host.rpartition("@")[2]


def _fetch(address: str, shown: str) -> bytes:
    expected = "expected an HTML page"
    try:
        response = httpx.get(address, timeout=_TIMEOUT_SECONDS, follow_redirects=True)
    except httpx.TimeoutException:
        raise SourceUnavailable(
            f"policy_pages {shown}: no answer within {_TIMEOUT_SECONDS:.0f} seconds; {expected}; it"
            " is tried again, else check the site"
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise SourceUnavailable(
            f"policy_pages {shown}: it cannot be reached ({type(error).__name__}); {expected};"
            " check the address and the network"
        ) from None
    status = response.status_code
    if status == 429 or status >= 500:
        raise SourceUnavailable(
            f"policy_pages {shown}: the site answers {status}; {expected}; it is tried again, else"
            " ask the site's operator"
        )
    if status >= 300:
        raise SourceUnavailable(
            f"policy_pages {shown}: the site answers {status}; {expected}; check the address in the"
            " setting"
        )
    return response.content


def _decode(content: bytes) -> tuple[str, str] | None:
    """Decode strictly; of several encodings that fit, take the first in which the page speaks of
    運営方針.
    """
    declared = re.search(
        rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", content[:4096], re.IGNORECASE
    )
    first = _DECLARED.get(declared[1].decode("ascii", "replace").lower()) if declared else None
    fitting = []
    for encoding in dict.fromkeys([*([first] if first else []), *_ENCODINGS]):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp932" or not _NOT_IN_CP932.search(text):
            fitting.append((encoding, text))
    chosen = next(
        (each for each in fitting if "運営方針" in normalise(each[1])), next(iter(fitting), None)
    )
    if chosen and chosen[0] == "utf-8" and content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", chosen[1].removeprefix("\ufeff")
    return chosen


@dataclass(frozen=True)
class _Title:
    line: Line
    year: Mention


def _find_title(lines: list[Line], html_title: str) -> _Title | None:
    """Find the title: a line of its own, then one of a list, then what the browser shows in its
    title bar.
    """
    own = [line for line in lines if is_title(line) and not line.mark]
    listed = [line for line in lines if is_title(line) and line.mark]
    bar = [line for line in [Line(1, html_title)] if "運営方針" in line.text]
    for line in (*own, *listed, *bar):
        if years := fiscal_years(line.text):
            return _Title(line, years[0])
    return None


def _statements(lines: list[Line], title: _Title) -> list[Statement]:
    issues, sections = read_structure(lines)
    found = section_statements(sections, title.year.start_year)
    found += [
        Statement("issue", issue.line, issue.title, issue_no=issue.number) for issue in issues
    ]
    found += _page_facts(lines, title)
    found.append(Statement("stage", title.line, _stage(lines, title, found)))
    return sorted(found, key=lambda statement: statement.line.number)


def _page_facts(lines: list[Line], title: _Title) -> list[Statement]:
    facts = [
        Statement(
            "title",
            title.line,
            title.line.body if title.line.mark else title.line.raw.strip(),
            fiscal_year=title.year.start_year,
        )
    ]
    before = title.line.text.partition("運営方針")[0]
    bureau = re.sub(
        r"^\s*の", "", before[title.year.span[1] :] if title.year.span[1] <= len(before) else before
    ).strip(" :【】<>「」『』[]()")
    if bureau:
        facts.append(Statement("bureau", title.line, bureau))
    after_title = [line for line in lines if line.number >= title.line.number]
    dates = [stated for line in (*after_title, *lines) if (stated := _page_date(line))]
    if dates:
        _, line, day = max(dates, key=lambda stated: stated[0])
        facts.append(Statement("page_date", line, day))
    for line in (*after_title, *lines):
        if match := _PAGE_NUMBER.search(line.text):
            return [*facts, Statement("page_number", line, match["number"])]
    return facts


def _page_date(line: Line) -> tuple[bool, Line, str] | None:
    """Read a line that is only a date, its label aside; the flag tells a day of update."""
    text = _PAGE_NUMBER.sub("", line.text).strip(" ()[]【】")
    label = _DATE_LABEL.match(text)
    text = text[label.end() :] if label else text
    day = parse_date(text) if len(text) <= 20 else None
    if day is None or without_years_and_dates(text).strip(f"{MASK} ()更新公開"):
        return None
    return bool(label and label["updated"]), line, day.isoformat()


def _stage(lines: list[Line], title: _Title, found: list[Statement]) -> str:
    if _DRAFT.search(title.line.text.partition("運営方針")[2].strip()):
        return "draft"
    has_actuals = any(
        each.kind == "actual" and each.value_text not in (None, *_NO_VALUES) for each in found
    )
    pairs = zip(lines, [*lines[1:], Line(0, "")], strict=False)
    return (
        "result"
        if has_actuals
        or any(_is_result_note(line.text, following.text) for line, following in pairs)
        else "plan"
    )


def _is_result_note(text: str, following: str) -> bool:
    """Tell the note that results were added, on one line or two; the mid-year review's note is not
    that.
    """
    if "進捗管理" not in text or "実施しました" not in text:
        return False
    note = text if "反映" in text else text + following
    return "反映" in note and not re.search(r"進捗管理\s*\(?中間|中間振り?返り", note)


def _row(statement: Statement) -> tuple[str | None, ...]:
    said = statement.said
    value, qualifier, unit, no_value_because = (
        (format(said.value, "f"), said.qualifier, said.unit or None, None)
        if isinstance(said, Quantity)
        else (None, None, None, said.reason if said else None)
    )
    year = None if statement.fiscal_year is None else str(statement.fiscal_year)
    figure = (statement.value_text, value, qualifier, unit, no_value_because)
    return (
        statement.kind,
        *figure,
        statement.rating,
        year,
        statement.issue_no,
        statement.wording,
        statement.line.raw,
    )
