"""The pages and the panels that each one lists.

A panel is a template; what it draws are the rows of the query of the same name, and of those that
it names besides.
"""

from dataclasses import dataclass

USAGE_RATE = "visualisation_usage_rate"


@dataclass(frozen=True)
class Panel:
    """A template with the queries whose rows it draws, each under its own name."""

    name: str
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The panels of a page, in their order; `indicator` is the one that the page is about, whatever
    an address names.
    """

    panels: tuple[Panel, ...]
    is_of_one_indicator: bool = False
    indicator: str | None = None
    # Panels that have something to say also where no figures can be read.
    without_figures: tuple[str, ...] = ()

    @property
    def queries(self) -> tuple[str, ...]:
        """Return what all its panels draw, each once."""
        return tuple(dict.fromkeys(query for panel in self.panels for query in panel.queries))


def _panel(name: str, *besides: str) -> Panel:
    return Panel(name, (name, *besides))


# What the frame around every page draws.
FRAME = ("trust", "indicators")

LAYOUTS = {
    "overview": Layout(
        panels=(
            _panel("overview_headline"),
            Panel("indicator_standing", ("overview_tiles",)),
            _panel("indicator_months", "indicator_targets", "forecast_path"),
            _panel("overview_tiles", "overview_trends"),
            _panel("overview_changes"),
            _panel("audit_warnings"),
        ),
        indicator=USAGE_RATE,
    ),
    "indicator": Layout(
        panels=(
            Panel("indicator_heading", ("indicator_judgements",)),
            Panel("indicator_standing", ("overview_tiles",)),
            _panel("indicator_months", "indicator_targets", "forecast_path"),
            Panel("indicator_bars", ("indicator_judgements", "indicator_months")),
            _panel("indicator_judgements"),
            Panel("indicator_methods", ("indicator_judgements",)),
            _panel("indicator_paces"),
            _panel("indicator_forecasts", "indicator_calibrations"),
            _panel("indicator_reconciliations"),
            _panel("indicator_revisions"),
            _panel("indicator_units", "indicator_judgements"),
            Panel("indicator_definition", ()),
            _panel("indicator_receipts", "indicator_receipt_items"),
            _panel("indicator_corrections"),
        ),
        is_of_one_indicator=True,
    ),
    "usage": Layout(
        panels=(
            _panel("indicator_paces"),
            _panel("usage_ask"),
            Panel("usage_standings", ("usage_departments", "usage_months")),
            Panel("usage_grid", ("usage_departments", "usage_months")),
        ),
        indicator=USAGE_RATE,
    ),
    "health": Layout(
        panels=(
            Panel("health_heading", ("health_sources",)),
            _panel("health_sources"),
            Panel("health_nights", ()),
            Panel("health_findings", ("audit_warnings",)),
            _panel("health_reconciliations"),
            Panel("health_versions", ()),
            _panel("quarantine_rows"),
        ),
        without_figures=("health_nights", "health_findings", "health_versions"),
    ),
    "report": Layout(panels=(_panel("report_rows", "report_years"),)),
    "definitions": Layout(
        panels=(
            _panel("definitions"),
            _panel("judging_examples", "judging_paces"),
            Panel("glossary", ()),
        ),
    ),
}

# Panels that say in a sentence, or as links, what others show.
WITHOUT_FILES = frozenset({"overview_headline", "audit_warnings", "indicator_heading", "indicator_definition", "health_heading"})

# The overview as a file of its own. What the night noted is not known yet when the file is drawn.
ONE_PAGE = Layout(
    panels=tuple(panel for panel in LAYOUTS["overview"].panels if panel.name != "audit_warnings"),
    indicator=USAGE_RATE,
)
