"""How a panel is drawn: rows and words into a template. It knows nothing of the web server, so that
the same templates draw the app, a file and a print.

All that a template is given is text until it is escaped: `{{ … }}` escapes, and a name that was not
given is an error.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.drawing.figures import Figures
from app.drawing.words import NONE, Language, Words
from rounding import PACES

_TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


def draw(template: str, language: Language, **context: Any) -> Markup:
    """Return the template drawn in a language with its context."""
    return Markup(environment(language).get_template(template).render(context))


@cache
def words_of(language: Language) -> Words:
    """Return the words of a language, as its templates know them."""
    return Words(language)


@cache
def environment(language: Language) -> Environment:
    """Return the templates of a language: every one knows its words, and how figures are written."""
    words = words_of(language)
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Asking each time whether a template has changed takes a third of a page's drawing.
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )

    def figures_of(indicator: dict[str, Any]) -> Figures:
        return Figures(indicator, words)

    made.globals |= {
        "words": words,
        "words_of": words_of,
        "figures_of": figures_of,
        "NONE": NONE,
        "PACES": PACES,
    }
    return made
