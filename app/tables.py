"""A table that a phone can push sideways, with its caption and notes."""

from collections.abc import Sequence
from html import escape

from app.i18n import Words

# The first cell is text and heads its row; the others are HTML.
Cells = list[str]


def table_html(caption: str, heads: Sequence[str], body: Sequence[Cells], notes: Sequence[str], words: Words) -> str:
    """Return a table of rows; without rows, its caption and notes alone."""
    table = ""
    if body:
        drawn_heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
        drawn = "".join(
            f'<tr><th scope="row">{escape(cells[0])}</th>{"".join(f"<td>{cell}</td>" for cell in cells[1:])}</tr>' for cells in body
        )
        table = f'<div class="scroll"><table class="shihyo-years"><thead><tr>{drawn_heads}</tr></thead><tbody>{drawn}</tbody></table></div>'
    told = "".join(f'<p class="shihyo-note">{escape(note)}</p>' for note in notes)
    return f'<section class="shihyo-table" lang="{words.language}"><h3>{escape(caption)}</h3>{table}{told}</section>'
