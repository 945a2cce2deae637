"""The router: the language, the published version (resolved once per run) and the page asked for. Figures are drawn by pages only."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import addresses, notices, warehouse
from app.app_pages import indicator, overview, quarantine, usage
from app.i18n import LANGUAGE_NAMES, LANGUAGES, Words
from settings import ConfigurationError, settings

_HERE = Path(__file__).resolve().parent


def _keep_language() -> None:
    st.query_params["lang"] = st.session_state["language"]


def _choose_language() -> Words:
    asked = addresses.asked("lang")
    known = next((language for language in LANGUAGES if language == asked), None)
    # The address may have changed since, by the browser's way back: its language is the one shown.
    st.session_state["language"] = known or st.session_state.get("language") or LANGUAGES[0]
    words = Words(st.session_state["language"])
    st.segmented_control(
        words("language"),
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="language",
        on_change=_keep_language,
        required=True,
        label_visibility="collapsed",
    )
    if asked is not None and known is None:
        told = words("language_unknown", language=addresses.named(asked, words))
        st.html(addresses.unknown_html(told, words))
    return words


def _tell_unknown_page(pages: list[StreamlitPage], shown: StreamlitPage, words: Words) -> None:
    base_path = str(st.get_option("server.baseUrlPath"))
    known = ["overview", *(page.url_path for page in pages)]
    page = addresses.asked_page(st.context.url, base_path, known)
    if page is not None:
        told = words("page_unknown", page=addresses.named(page, words), shown=shown.title)
        st.html(addresses.unknown_html(told, words))


def _show_nothing(state: warehouse.State, words: Words) -> None:
    for notice in notices.notices_html(state, words):
        st.html(notice)
    if state.unreadable:
        st.html(notices.message_html(words("unreadable_title"), words("damaged_body"), state.unreadable, words))
    else:
        st.html(notices.message_html(words("nothing_title"), words("nothing_body"), "", words))


def _navigate(state: warehouse.State, words: Words) -> None:
    published = state.published
    if published is None:
        _show_nothing(state, words)
        return

    def show_overview() -> None:
        overview.show(state, published, words)

    def show_indicator() -> None:
        indicator.show(state, published, words)

    def show_usage() -> None:
        usage.show(state, published, words)

    def show_quarantine() -> None:
        quarantine.show(state, published, words)

    pages = [
        st.Page(show_overview, title=words("overview"), url_path="overview", default=True),
        st.Page(show_indicator, title=words("indicator_page"), url_path="indicator"),
        st.Page(show_usage, title=words("usage_page"), url_path="usage"),
        st.Page(show_quarantine, title=words("quarantine_page"), url_path="quarantine"),
    ]
    chosen = st.navigation(pages, position="hidden")
    with st.container(horizontal=True, key="shihyo-pages"):
        for page in pages:
            is_here = page.title == chosen.title
            st.page_link(
                page, label=f"**{page.title}**" if is_here else page.title, query_params={"lang": words.language}, disabled=is_here
            )
    _tell_unknown_page(pages, chosen, words)
    try:
        chosen.run()
    except warehouse.WarehouseUnreadableError as error:
        st.html(notices.message_html(words("unreadable_title"), words("damaged_body"), str(error), words))


def _run() -> None:
    st.set_page_config(page_title="指標 Shihyō", page_icon=_HERE / "icon.svg", layout="wide")
    st.html(_HERE / "style.css")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="top", key="shihyo-top"):
        heading = st.container(key="shihyo-title")
        words = _choose_language()
    try:
        state = warehouse.read_state(settings())
    except ConfigurationError as error:
        st.html(notices.message_html(words("configuration_title"), words("unreadable_body"), str(error), words))
        return
    with heading:
        st.html(notices.heading_html(state.published, words))
    _navigate(state, words)


_run()
