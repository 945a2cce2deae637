"""What a source or a seed can tell is text on every page, whatever it looks like."""

import re
from html.parser import HTMLParser
from typing import Any

import duckdb
import pytest

_SCRIPT = "<script>window.planted = 1</script><img src=x onerror='window.planted = 1'>"
_MARKDOWN = "**bold** [link](javascript:planted) `code` $x$ {{ 7 * 7 }} {planted}"
_FORMULA = '=HYPERLINK("http://planted")'
PLANTED = f"{_SCRIPT} {_MARKDOWN} {_FORMULA} \" ' &"

_PAGE_READ = "https://www.city.example/596582.html"

# What keys, codes and links are made of stays what it is: everything else is planted.
_KEPT = re.compile(
    r"(_code|_id|kind|direction|roll_up|grain|origin|outlook|counted|qualifier|standing|change|measure|cause"
    r"|_status|status|status_reason|reason_code|_method|judging_method|outcome|severity|disposition|source_name"
    r"|run_id|attention_group|headline_kind|deciding_reason|year_choice|year_result|rating_comparison|rating_differs_by|revision_kind|stage|model_name|sha256|period_grain)$"
)


def plant(house: Any) -> int:
    """Replace every text of the published version that is no code, and return how many columns that
    were.
    """
    with duckdb.connect(str((house.published_dir / "warehouse.duckdb").resolve())) as connection:
        columns = connection.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns "
            "inner join information_schema.tables using (table_schema, table_name) "
            "where table_type = 'BASE TABLE' and data_type = 'VARCHAR'"
        ).fetchall()
        planted = [(table, column) for table, column in columns if not _KEPT.search(column)]
        for table, column in planted:
            connection.execute(
                f"update {table} set {column} = $planted where {column} is not null",
                {"planted": PLANTED},
            )
    return len(planted)


class Elements(HTMLParser):
    """The elements and attributes that a page has, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


PAGES = (
    [
        ("", {}),
        ("usage", {}),
        ("usage", {"months": "all"}),
        ("health", {}),
        ("report", {"year": "2023"}),
        ("definitions", {}),
    ]
    + [
        (page, query)
        for page in ("", "indicator", "usage", "report", "definitions")
        for query in ({"on": "2024-06-10"}, {"year": "2023"}, {"on": "2024-06-10", "year": "2023"})
    ]
    + [
        ("indicator", {"indicator": code, "units": units})
        for code in (
            "online_procedures",
            "visualisation_usage_rate",
            "specialists_hired",
            "training_participants",
            "data_utilisation_policy",
        )
        for units in ("as_it_was", "as_it_is_now")
    ]
)


@pytest.fixture
def planted(published: Any, held_run: dict[str, Any]) -> Any:
    """A house in which every text is planted: the marts', the ledger's, and what was delivered."""
    entry = {"name": PLANTED, "reason_code": PLANTED}
    accounts = {
        PLANTED: {"unread": [entry], "landed_undated": [entry], "not_read": 1, "warning": PLANTED}
    }
    told = {
        "failures": [PLANTED, f"roster_keeps_its_size: {PLANTED} ({PLANTED})"],
        "message": PLANTED,
    }
    published.write_status(
        {**held_run, **told, "outcome": PLANTED, "warnings": [PLANTED], "accounts": accounts}
    )
    assert plant(published) > 40
    with duckdb.connect(
        str((published.published_dir / "warehouse.duckdb").resolve())
    ) as connection:
        connection.execute(
            "update marts.fct_reconciliation set item_id = null, source_url = 'javascript:planted'"
            " where indicator_code = 'visualisation_usage_rate'"
        )
    return published


@pytest.mark.parametrize("language", ["ja", "en"])
def test_planted_text_is_inert_on_every_page(planted: Any, opened: Any, language: str) -> None:
    whole = ""
    for page, query in PAGES:
        drawn = opened(page, lang=language, **query)
        form = re.search(r"<form.*?</form>", drawn, re.DOTALL)
        assert form
        own, found = Elements(), Elements()
        own.feed(form[0])
        assert own.names == {"form", "input", "label", "button"}
        assert own.attributes == {
            "method",
            "action",
            "type",
            "name",
            "value",
            "required",
            "min",
            "max",
        }
        found.feed(drawn.replace(form[0], ""))
        assert not found.names & {"script", "iframe", "object", "style", "form", "input"}, page
        assert not {name for name in found.attributes if name.startswith("on")}, page
        ours = (
            ".",
            "#",
            "mailto:?subject=",
            "indicator",
            "usage",
            "health",
            "report",
            "definitions",
            "download/",
            "data:image/svg+xml;base64,",
        )
        # The address that a page was read from is one of the web, whatever else is planted.
        assert all(link.startswith(ours) for link in found.links - {_PAGE_READ})
        whole += "".join(found.text)
    assert _SCRIPT in whole
    assert _MARKDOWN in whole
    assert _FORMULA in whole


def test_what_an_address_names_is_inert(published: Any, opened: Any) -> None:
    for query in (
        {"indicator": PLANTED},
        {"lang": PLANTED},
        {"scheme": PLANTED},
        {"months": PLANTED},
        {"units": PLANTED},
        {"year": PLANTED},
    ):
        found = Elements()
        found.feed(opened("indicator", **query))
        assert not found.names & {"script", "img"} or "indicator" not in query
        assert not {name for name in found.attributes if name.startswith("on")}
        assert "<script>window.planted" in "".join(found.text)


def test_planted_text_is_inert_in_a_chart(planted: Any, opened: Any) -> None:
    import base64

    for code in ("visualisation_usage_rate", "training_participants"):
        for drawn in re.findall(r"base64,([\w+/=]+)", opened("indicator", indicator=code)):
            assert "<script" not in base64.b64decode(drawn).decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_planted_text_is_inert_in_the_one_page_copy(planted: Any, language: Any) -> None:
    import settings as configuration
    from app import site, warehouse

    state = warehouse.read_state(configuration.settings())
    assert state.published
    drawn = site.draw_one_page(state.published, language, is_demo=True)
    found = Elements()
    found.feed(drawn)
    assert not found.names & {"script", "iframe", "object", "form", "input", "base"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert all(link.startswith(("#", "data:image/svg+xml;base64,")) for link in found.links)
    assert _SCRIPT in "".join(found.text)
