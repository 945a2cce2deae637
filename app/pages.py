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
    # What is drawn instead of a day that has passed, and of one fiscal year: None where the panels
    # are the same.
    of_the_past: tuple[Panel, ...] | None = None
    of_a_year: tuple[Panel, ...] | None = None

    def drawn(self, *, is_past: bool, has_year: bool) -> tuple[Panel, ...]:
        """Return the panels of what an address looks at."""
        chosen = self.of_the_past if is_past else self.of_a_year if has_year else None
        return self.panels if chosen is None else chosen

    @property
    def every_panel(self) -> tuple[Panel, ...]:
        """Return its panels of any day and year, each once."""
        return tuple(
            dict.fromkeys((*self.panels, *(self.of_the_past or ()), *(self.of_a_year or ())))
        )


def _panel(name: str, *besides: str) -> Panel:
    return Panel(name, (name, *besides))


# What the frame around every page draws.
FRAME = ("trust", "indicators", "days", "years")

_MONTHS = _panel("indicator_months", "indicator_targets", "forecast_path", "indicator_events")
_TILES_OF_A_YEAR = (
    Panel("year_headline", ("year_tiles",)),
    Panel("year_standing", ("year_tiles",)),
    _MONTHS,
    _panel("year_tiles", "overview_trends"),
)
_NOT_KEPT = Panel("not_kept", ())
_YEARS_OF_ONE = (
    Panel("indicator_heading", ("indicator_judgements",)),
    Panel("year_standing", ("year_tiles",)),
)
_JUDGED = (
    Panel("indicator_bars", ("indicator_judgements", "indicator_months", "indicator_events")),
    _panel("indicator_judgements"),
    Panel("indicator_methods", ("indicator_judgements",)),
)
_RECONCILED = _panel("indicator_reconciliations")
_RECEIPTS = _panel("indicator_receipts", "indicator_receipt_items")
_AHEAD_AND_BELOW = (
    _panel("indicator_paces"),
    _panel("indicator_forecasts", "indicator_calibrations"),
    _RECONCILED,
    _panel("indicator_revisions"),
    _panel("indicator_units", "indicator_judgements"),
    Panel("indicator_definition", ()),
    _RECEIPTS,
    _panel("indicator_corrections"),
)

LAYOUTS = {
    "overview": Layout(
        panels=(
            _panel("overview_headline"),
            Panel("indicator_standing", ("overview_tiles",)),
            _MONTHS,
            _panel("overview_tiles", "overview_trends"),
            _panel("overview_changes"),
            _panel("audit_warnings", "source_names"),
        ),
        indicator=USAGE_RATE,
        of_the_past=(*_TILES_OF_A_YEAR, _NOT_KEPT),
        of_a_year=_TILES_OF_A_YEAR,
    ),
    "indicator": Layout(
        panels=(
            Panel("indicator_heading", ("indicator_judgements",)),
            Panel("indicator_standing", ("overview_tiles",)),
            _MONTHS,
            *_JUDGED,
            *_AHEAD_AND_BELOW,
        ),
        is_of_one_indicator=True,
        of_the_past=(
            *_YEARS_OF_ONE,
            _MONTHS,
            *_JUDGED,
            _panel("indicator_revisions"),
            _panel("indicator_units_then", "indicator_judgements"),
            Panel("indicator_definition", ()),
            _NOT_KEPT,
            Panel("of_now", ()),
            _RECONCILED,
            _RECEIPTS,
        ),
        of_a_year=(*_YEARS_OF_ONE, _MONTHS, *_JUDGED, *_AHEAD_AND_BELOW),
    ),
    "usage": Layout(
        panels=(
            _panel("indicator_paces"),
            _panel("usage_ask"),
            Panel("usage_standings", ("usage_departments", "usage_months")),
            Panel("usage_grid", ("usage_departments", "usage_months")),
        ),
        indicator=USAGE_RATE,
        of_the_past=(
            Panel(
                "usage_then",
                (
                    "usage_departments_then",
                    "usage_months_then",
                    "indicator_months",
                    "indicator_targets",
                ),
            ),
            _NOT_KEPT,
        ),
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
    "report": Layout(panels=(_panel("report_rows"),)),
    "definitions": Layout(
        panels=(
            _panel("definitions", "definition_targets"),
            _panel("attention_rules"),
            _panel("judging_examples", "judging_paces"),
            Panel("glossary", ()),
        ),
    ),
}

# Panels that say in a sentence, or as links, what others show.
WITHOUT_FILES = frozenset(
    {
        "overview_headline",
        "audit_warnings",
        "indicator_heading",
        "indicator_definition",
        "health_heading",
        "year_headline",
        "not_kept",
        "of_now",
    }
)

# Panels that say what the last nights did: they change while a version stands, all others do not.
OF_THE_NIGHTS = frozenset(
    {
        "audit_warnings",
        "health_heading",
        "health_sources",
        "health_nights",
        "health_findings",
        "health_versions",
    }
)

# Panels that are of today whatever day is looked at: their past is not kept.
OF_NOW = frozenset({"indicator_reconciliations", "indicator_receipts"})

# Panels that say of which year they are in the name of what is saved, where one is looked at.
OF_A_YEAR = frozenset(
    {"year_standing", "year_tiles", "usage_standings", "usage_grid", "usage_then"}
)

# The overview as a file of its own. What the night noted is not known yet when the file is drawn.
ONE_PAGE = Layout(
    panels=tuple(panel for panel in LAYOUTS["overview"].panels if panel.name != "audit_warnings"),
    indicator=USAGE_RATE,
)
