"""The text of an HTML page, line by line, as a browser would show it.

A row of a table is one line and a list item keeps its mark, so that a page reads the same whether
it was saved as text or as HTML. It never fails: what is no HTML is text.
"""

import re
from html.parser import HTMLParser

from flows.sources.policy_page_text import Line

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("th", "td"))
_HIDDEN = frozenset(("script", "style", "template", "noscript"))
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "caption",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
        ),
        *(
            "figure",
            "footer",
            "form",
            "header",
            "hr",
            "html",
            "legend",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "summary",
            "table",
        ),
        *("tbody", "tfoot", "thead", "tr", "ul", *_HEADINGS, *_CELLS),
    )
)


class _HtmlLines(HTMLParser):
    """Collects the lines that a browser would show, and the <title>."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.title = ""
        self._skipped: str | None = None
        self._is_title = self._is_preformatted = False
        self._lists: list[int | None] = []
        self._mark = self._text = ""
        self._number = 0
        self._row: list[Line] | None = None
        self._cell_count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_title = tag == "title" and not self.title
        if tag in _HIDDEN:
            self._skipped = self._skipped or tag
        if tag in _BLOCKS and tag != "dd":
            self._break()
        if tag == "dd":
            self._text += " "
        elif tag in _CELLS:
            self._cell_count += 1
        elif tag in ("table", "tr", "li") or tag in _HEADINGS:
            # A list or a heading in a cell: the table serves for layout, and its lines stay apart.
            self._end_row(is_layout=tag not in ("table", "tr"))
            self._row = [] if tag == "tr" else None
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._start_item()
        self._is_preformatted = self._is_preformatted or tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._skipped = None
        if tag in _BLOCKS and tag != "dt":
            self._break()
        if tag in ("tr", "table"):
            self._end_row(is_layout=False)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._is_preformatted = False
        self._is_title = self._is_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.title += data
        elif self._skipped is None and self._is_preformatted:
            for number, piece in enumerate(data.split("\n"), start=self.getpos()[0]):
                if number > self.getpos()[0]:
                    self._break()
                self._add(piece, number)
        elif self._skipped is None:
            self._add(data, self.getpos()[0])

    def parse_html_declaration(self, i: int) -> int:
        """Read past a declaration; the library raises AssertionError on an unknown one such as
        `<![x[`.
        """
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def close(self) -> None:
        super().close()
        self._break()
        self._end_row(is_layout=False)

    def _start_item(self) -> None:
        mark = "- "
        if self._lists and (count := self._lists[-1]) is not None:
            self._lists[-1] = count + 1
            mark = f"{count + 1}. "
        self._mark = "  " * (len(self._lists) - 1) + mark

    def _add(self, data: str, number: int) -> None:
        if not self._text.strip() and data.strip():
            self._number = number + data[: len(data) - len(data.lstrip())].count("\n")
        self._text += data

    def _break(self) -> None:
        if text := " ".join(self._text.split()):
            lines = self.lines if self._row is None else self._row
            lines.append(Line(self._number, self._mark + text))
            self._mark = ""
        self._text = ""

    def _end_row(self, is_layout: bool) -> None:
        row, is_record = self._row or [], self._cell_count > 1 and not is_layout
        self.lines += (
            [Line(row[0].number, " ".join(line.raw for line in row))] if row and is_record else row
        )
        self._row, self._cell_count = None, 0


def is_html(text: str) -> bool:
    """Tell HTML by its tags; headings such as <主な戦略> are none."""
    return (
        re.search(
            r"<!doctype html|<html[\s>]|<body[\s>]|</(?:p|div|li|ul|h[1-6]|td|table)>|<br\s*/?>",
            text,
            re.IGNORECASE,
        )
        is not None
    )


def html_lines(text: str) -> tuple[list[Line], str]:
    """Return an HTML page's lines of text, numbered by where they begin in the file, and its
    <title>.
    """
    reader = _HtmlLines()
    reader.feed(text.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    return reader.lines, " ".join(reader.title.split())
