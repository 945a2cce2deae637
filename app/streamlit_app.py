"""The app's script: it hands an address to the site and shows the page that comes back.

The address is the only state there is, so that back, reload, bookmark and mail find what it names.
"""

import gc
import logging
from datetime import UTC, datetime
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit import runtime

from app import files, shell, site, warehouse
from app.address import PAGES, Address, path_below, read_address
from app.drawing.templates import words_of
from app.shell import Html
from app.site import Drawn
from app.warehouse import State
from settings import ConfigurationError, settings

_LOG = logging.getLogger(__name__)
_TYPES = {"html": "text/html", "pdf": "application/pdf"}


def _drawn_by_the_site() -> None:
    """Stand for a page where Streamlit asks for one: the site draws all of them."""


def _asked() -> Address:
    """Return what the address asks for; Streamlit shows its first page of an address it does not
    know.
    """
    known = [
        st.Page(_drawn_by_the_site, title=page, url_path=page, default=page == PAGES[0])
        for page in PAGES
    ]
    path = st.navigation(known, position="hidden").url_path
    if not path:
        named = path_below(st.context.url, str(st.get_option("server.baseUrlPath")))
        path = "" if named in PAGES[1:] else named
    return read_address(path, {name: st.query_params.get_all(name) for name in st.query_params})


def _draw(address: Address) -> Drawn:
    try:
        drawn, state = _draw_published(address)
        # A night may remove a version while its page is drawn: readers see the next one then.
        if not drawn.has_figures and warehouse.has_moved(settings(), state):
            drawn, _ = _draw_published(address)
    except ConfigurationError:
        _LOG.exception("the settings are wrong")
        return site.draw_misconfigured(address)
    return drawn


def _draw_published(address: Address) -> tuple[Drawn, State]:
    state = warehouse.read_state(settings())
    copies = warehouse.read_one_page(settings(), state.published, address.lang)
    return site.draw_site(state, address, datetime.now(UTC), _served(copies)), state


def _served(copies: dict[str, bytes]) -> dict[str, str]:
    """Return the links under which Streamlit serves the copies of a page, none outside of its
    server.
    """
    if not runtime.exists():
        return {}
    served = runtime.get_instance().media_file_mgr
    return {
        form: served.add(content, _TYPES[form], f"one_page.{form}").lstrip("/")
        for form, content in copies.items()
    }


def _run() -> None:
    drawn = _draw(_asked())
    st.set_page_config(page_title=drawn.title, page_icon=shell.icon(), layout="wide")
    st.html(shell.style())
    st.html(Html(drawn.html))
    st.html(shell.script(), unsafe_allow_javascript=True)


def _file(request: Request) -> Response:
    """Answer a link to a file: what a panel shows, saved."""
    asked = {name: request.query_params.getlist(name) for name in request.query_params}
    address = read_address(request.path_params["page"], asked)
    name, _, form = request.path_params["file"].rpartition(".")
    version, owner = ("".join(asked.get(each, [])[:1]) for each in ("of", "owner"))
    try:
        found = files.saved(settings(), address, name, form, version, datetime.now(UTC), owner)
    except ConfigurationError:
        _LOG.exception("the settings are wrong")
        found = None
    if found is None:
        words = words_of(address.lang)
        return PlainTextResponse(
            f"{words('files.gone_title')}\n{words('files.gone')}\n", status_code=410
        )
    disposition = f"attachment; filename*=UTF-8''{quote(found.name)}"
    headers = {
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


def _below(path: str) -> str:
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}{path}" if base else path


# Streamlit runs this script for a page, and imports it as a module for its server.
if __name__ == "__main__":
    _run()
else:
    app = st.App(__file__, routes=[Route(_below("/download/{page}/{file}"), _file)])
    # Streamlit collects garbage after every run: what is loaded by now is none, and is passed over.
    gc.freeze()
