"""What the address of a page asks for. What it names and is not there is told, and never replaced."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote, unquote, urlsplit

import streamlit as st

from app.i18n import NONE, Words
from app.warehouse import Published, Row

_SHOWN_CHARACTERS = 60


def asked(name: str) -> str | None:
    """Return what a parameter of the address names, or None without it; several are no known name."""
    values = list(dict.fromkeys(st.query_params.get_all(name)))
    return ", ".join(values) if values else None


def asked_page(url: str | None, base_path: str, known: Iterable[str]) -> str | None:
    """Return the page that an address names and that is not among the known ones, or None."""
    path = unquote(urlsplit(url or "").path).strip("/")
    page = path.removeprefix(base_path.strip("/")).strip("/")
    return page if page and page not in known else None


def named(text: str, words: Words) -> str:
    """Return what an address named, fit to be shown: in one line, and not at any length."""
    line = "".join(each if each.isprintable() else " " for each in text).strip()
    cut = line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
    return cut or words("address_empty")


def indicator_link(indicator: Row, words: Words) -> str:
    """Return an indicator's name as a way to its page."""
    address = f"indicator?indicator={quote(indicator['indicator_code'])}&lang={words.language}"
    name, title = escape(words.of(indicator, "name")), escape(words("details"))
    return f'<a href="{escape(address)}" target="_self" title="{title}">{name}</a>'


def unknown_html(told: str, words: Words) -> str:
    """Return word of something that the address names and that is not there."""
    return f'<div class="shihyo-notice unknown" lang="{words.language}" role="alert"><p>{escape(told)}</p></div>'


def unknown_indicator_html(
    code: str,
    indicators: Iterable[Row],
    published: Published,
    words: Words,
) -> str:
    """Return word of an indicator that the published version does not hold, and those that it does."""
    as_of = words.day(published.as_of) if published.as_of else NONE
    title = words("indicator_unknown", code=named(code, words))
    body = words("indicator_unknown_in", as_of=as_of, version=published.version)
    known = list(indicators)
    alike = [each for each in known if each["indicator_code"] == code.strip().casefold()]
    hint = "".join(f"<p>{escape(words('indicator_alike'))} {indicator_link(each, words)}</p>" for each in alike)
    listed = "".join(f"<li>{indicator_link(each, words)}</li>" for each in known)
    return (
        f'<section class="shihyo-table shihyo-unknown" lang="{words.language}" role="alert">'
        f'<h3>{escape(title)}</h3><p class="shihyo-note">{escape(body)}</p>{hint}<ul>{listed}</ul></section>'
    )
