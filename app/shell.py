"""What Streamlit is handed for every page: its HTML, the style, the icon and the browser's script."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Html:
    """HTML that says of itself that it is: of a mere text Streamlit asks the disk whether it names
    a file.
    """

    text: str

    def _repr_html_(self) -> str:
        return self.text


@cache
def style() -> Html:
    """Return the style of all pages."""
    return Html(f"<style>{(_HERE / 'style.css').read_text(encoding='utf-8')}</style>")


@cache
def icon() -> str:
    """Return the icon of all pages, as an address that holds it."""
    return f"data:image/svg+xml;base64,{b64encode((_HERE / 'icon.svg').read_bytes()).decode()}"


@cache
def script() -> Html:
    """Return the script that runs in the reader's browser."""
    return Html(f"<script>{(_HERE / 'browser.js').read_text(encoding='utf-8')}</script>")
