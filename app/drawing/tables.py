"""What a drawn panel shows, as tables: a file says exactly what the page says, and nothing else.

A panel is read as a reader sees it. Its tables are tables already; tiles become a row each, and
lists a row an entry, under the heading that they stand under.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.drawing.words import Words

_VOID = {"img", "br", "hr", "wbr"}
_BLOCKS = {
    "p",
    "div",
    "li",
    "dt",
    "dd",
    "tr",
    "th",
    "td",
    "section",
    "h1",
    "h2",
    "h3",
    "ul",
    "dl",
    "header",
    "summary",
}
_HEADINGS = {"h1", "h2", "h3", "summary"}
# What is no content of a panel: ways to other pages, keys of a chart, the files themselves.
_ASIDE = {"nav", "legend", "files", "workbook", "onward"}
# The parts of a tile by their class, and the column that each is in.
_TILE = {"actual": "actual", "facts-of": "time", "planned-told": "time", "told": "told"}

_HEADING = re.compile(r"<(h1|h2|h3|summary)\b[^>]*>(.*?)</\1>", re.DOTALL)
_BADGE = re.compile(r'<span class="badge .*?</span>', re.DOTALL)
_LEGEND = re.compile(r'<ul class="legend">.*?</ul>|<nav\b.*?</nav>', re.DOTALL)
_ROW = re.compile(r"<(?:td|dd|li|p)\b")


@dataclass(frozen=True)
class Table:
    """A table of a panel: its title, its columns, its rows as they are written, and its notes."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str]
    inside: list["_Element | str"] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    @property
    def elements(self) -> list["_Element"]:
        return [each for each in self.inside if isinstance(each, _Element)]

    @property
    def is_aside(self) -> bool:
        return self.tag in _ASIDE or bool(self.classes & _ASIDE)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self._texts())).strip()

    def _texts(self) -> Iterator[str]:
        for each in self.inside:
            if isinstance(each, str):
                yield each
            elif each.attributes.get("aria-hidden") != "true" and not each.is_aside:
                gap = (
                    " "
                    if each.tag in _BLOCKS or each.tag == "br" or "badge" in each.classes
                    else ""
                )
                yield gap
                yield from each._texts()
                yield gap

    def all(self, *tags: str) -> Iterator["_Element"]:
        """Give the elements of these tags below it, in order, and nothing of what stands aside."""
        for each in self.elements:
            if each.is_aside:
                continue
            if each.tag in tags:
                yield each
            yield from each.all(*tags)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = _Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def title_of(html: str) -> str:
    """Return the first heading of a panel, or nothing."""
    found = _HEADING.search(html)
    return _read(_BADGE.sub("", found[2])).text if found else ""


def has_rows(html: str) -> bool:
    """Say whether a panel shows anything that is a row of a table."""
    return bool(_ROW.search(_LEGEND.sub("", html)))


def charts_of(html: str) -> list[str]:
    """Return the drawings of a panel, each as the address of an image."""
    return [
        each.attributes.get("src", "")
        for each in _read(html).all("img")
        if {"chart", "wide"} <= each.classes
    ]


def tables_of(html: str, words: Words) -> list[Table]:
    """Return what a panel shows, as tables; those of the same columns are one, by their titles."""
    root = _read(html)
    if any(root.all("table")):
        found = [_table(each, title, notes) for each, title, notes in _tables(root)]
    elif any(root.all("article")):
        found = [_tiles(root, words)]
    else:
        found = [_entries(root, words)]
    return _joined([each for each in found if each.rows], words)


def _read(html: str) -> _Element:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def _tables(root: _Element) -> Iterator[tuple[_Element, str, tuple[str, ...]]]:
    """Give each table with the heading above it and the notes below."""
    title, found = "", list[tuple[_Element, str, list[str]]]()
    for each in root.all("table", "p", *_HEADINGS):
        if each.tag == "table":
            found.append((each, title, []))
        elif each.tag in _HEADINGS:
            title = each.text
        elif found and "note" in each.classes and each.text:
            found[-1][2].append(each.text)
    return ((table, title, tuple(notes)) for table, title, notes in found)


def _table(table: _Element, title: str, notes: tuple[str, ...]) -> Table:
    heads, rows, group = list[str](), list[tuple[str, ...]](), ""
    for row in table.all("tr"):
        cells = [each for each in row.elements if each.tag in ("th", "td")]
        if not heads:
            heads = [each.attributes.get("aria-label") or each.text for each in cells]
        elif len(cells) == 1 and "colspan" in cells[0].attributes:
            group = cells[0].text
        else:
            rows.append((*((group,) if group else ()), *(each.text for each in cells)))
    return Table(title, (*(("",) if group else ()), *heads), tuple(rows), notes)


def _tiles(root: _Element, words: Words) -> Table:
    columns = ("section", "issue", "name", "data", "actual", "time", "told", "besides")
    heads = tuple(words(f"files.{each}") for each in columns)
    rows, section = [], ""
    for each in root.all("h2", "article"):
        if each.tag == "h2":
            section = each.text
            continue
        found: dict[str, list[str]] = {
            "section": [section],
            "name": [part.text for part in each.all("h3")],
        }
        for part in each.all("p", "span", "div"):
            place = next((place for name, place in _TILE.items() if name in part.classes), None)
            place = (
                "issue"
                if "kicker" in part.classes
                else "data"
                if "badges" in part.classes
                else place
            )
            is_entry = part.tag == "div" and [inner.tag for inner in part.elements] == ["dt", "dd"]
            if place or is_entry:
                found.setdefault(place or "besides", []).append(part.text)
        rows.append(tuple(" / ".join(found.get(column, ())) for column in columns))
    return Table("", heads, tuple(rows))


def _entries(root: _Element, words: Words) -> Table:
    """Read lists, terms with what they say, and sentences: section, entry and what is said of it."""
    found, section = list[tuple[str, str, str]](), ""
    term = ""
    for each in root.all("li", "dt", "dd", "p", *_HEADINGS):
        if each.tag in _HEADINGS:
            section = each.text
        elif each.tag == "dt":
            term = each.text
        elif each.tag == "dd":
            found.append((section, term, each.text))
        elif each.tag == "li" and each.elements:
            first, *rest = (
                part.text for part in each.elements if part.attributes.get("aria-hidden") != "true"
            )
            found.append((section, first, " ".join(rest)))
        elif not {"note", "scope"} & each.classes:
            found.append((section, each.text, ""))
    notes = tuple(each.text for each in root.all("p") if "note" in each.classes)
    if not found:
        found, notes = [("", each, "") for each in notes], ()
    kept = [place for place in range(3) if any(row[place] for row in found)]
    if len({row[0] for row in found}) < 2:
        kept = [place for place in kept if place != 0]
    heads = [words(f"files.{name}") for name in ("section", "item", "value")]
    rows = tuple(tuple(row[place] for place in kept) for row in found)
    return Table("", tuple(heads[place] for place in kept), rows, notes)


def _joined(tables: list[Table], words: Words) -> list[Table]:
    tables = [
        Table(
            each.title,
            tuple(head or words("files.section") for head in each.heads),
            each.rows,
            each.notes,
        )
        for each in tables
    ]
    if len(tables) < 2 or len({each.heads for each in tables}) > 1:
        return tables
    rows = tuple((each.title, *row) for each in tables for row in each.rows)
    notes = tuple(note for each in tables for note in each.notes)
    return [Table("", (words("files.section"), *tables[0].heads), rows, notes)]
