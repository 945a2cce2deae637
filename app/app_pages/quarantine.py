"""What was held back and who can mend it: the rows that no figure counts, by owner, with the reason against each.

Personal values are masked in the mart already; nothing here may show more than it holds.
"""

from html import escape
from itertools import groupby

import streamlit as st

from app.i18n import NONE, Words
from app.notices import notices_html
from app.warehouse import Published, Row, State, rows

_LISTED = 30


def show(state: State, published: Published, words: Words) -> None:
    """Draw the page."""
    for notice in notices_html(state, words):
        st.html(notice)
    held_back = rows(published, "quarantine_rows")
    title = f'<h2 class="shihyo-section" lang="{words.language}">{escape(words("quarantine_page_title"))}</h2>'
    if not held_back:
        st.html(f'{title}<p class="shihyo-note" lang="{words.language}">{escape(words("quarantine_none"))}</p>')
        return
    told = words("quarantine_told", count=len(held_back), owners=len({row["owner_ja"] for row in held_back}))
    st.html(f'{title}<p class="shihyo-note" lang="{words.language}">{escape(told)}</p>')
    for _, of_owner in groupby(held_back, key=lambda row: row["owner_ja"]):
        st.html(owner_html(list(of_owner), words))


def owner_html(held_back: list[Row], words: Words) -> str:
    """Return one owner's rows: where each stands, what is wrong, since when, and which indicators lack it."""
    heads = "".join(f'<th scope="col">{escape(words(f"quarantine_{key}"))}</th>' for key in ("place", "reason", "row", "since", "touches"))
    body = "".join(_row(row, words) for row in held_back[:_LISTED])
    more = len(held_back) - _LISTED
    rest = f'<p class="shihyo-note">{escape(words("quarantine_more", count=more))}</p>' if more > 0 else ""
    owner = escape(words.of(held_back[0], "owner"))
    return (
        f'<section class="shihyo-owner" lang="{words.language}" data-count="{len(held_back)}"><h3>{owner} '
        f"<b>{escape(words('quarantine_count', count=len(held_back)))}</b></h3>"
        f'<div class="shihyo-held" tabindex="0" role="region" aria-label="{owner}"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{rest}</section>"
    )


def _row(row: Row, words: Words) -> str:
    sheet = words("quarantine_sheet", sheet=row["sheet_name"]) if row["sheet_name"] else ""
    line = words("quarantine_line", row=row["source_row"]) if row["source_row"] else words("quarantine_whole")
    column = f"{row['column_heading']}: " if row["column_heading"] else ""
    cells = (
        f'<th scope="row">{escape(row["item_key"])}<small>{escape(f"{sheet} {line}".strip())}</small></th>',
        f"<td>{escape(column + words.of(row, 'reason'))}</td>",
        f"<td><small>{escape(row['row_masked'] or NONE)}</small></td>",
        f'<td class="nowrap">{escape(words.day(row["first_seen_on"]))}</td>',
        f"<td><small>{escape(_indicators(row, words))}</small></td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _indicators(row: Row, words: Words) -> str:
    if not row["indicator_count"]:
        return NONE
    return words("quarantine_several", count=row["indicator_count"]) if row["indicator_count"] > 2 else words.of(row, "indicators")
