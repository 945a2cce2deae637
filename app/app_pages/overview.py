"""The overview: nine tiles, and the usage rate by month against its targets."""

from html import escape

import streamlit as st

from app.accounts import unread_told, without_accounts
from app.charts import monthly_rate_chart, target_of
from app.figures import Figures
from app.i18n import NONE, Figure, Words
from app.notices import notices_html
from app.tiles import origin_badge, tiles_html
from app.warehouse import Published, Row, State, rows

_USAGE_RATE = "visualisation_usage_rate"


def show(state: State, published: Published, words: Words) -> None:
    """Draw the page."""
    for notice in notices_html(state, words):
        st.html(notice)
    tiles = rows(published, "overview_tiles", as_of=published.as_of)
    trends = rows(published, "overview_trends")
    st.html(f'<h2 class="shihyo-section" lang="{words.language}">{escape(words("indicators"))}</h2>')
    st.html(tiles_html(tiles, trends, words, is_demo=state.is_demo))
    _show_usage_rate(next((tile for tile in tiles if tile["indicator_code"] == _USAGE_RATE), None), state, published, words)
    _show_warnings(state, published, words)
    if state.is_demo:
        st.html(f'<p class="shihyo-footer" lang="{words.language}">{escape(words("attribution"))}</p>')


def _show_usage_rate(indicator: Row | None, state: State, published: Published, words: Words) -> None:
    if indicator is None:
        return
    months = rows(published, "indicator_months", indicator_code=_USAGE_RATE)
    targets = rows(published, "indicator_targets", indicator_code=_USAGE_RATE, as_of=published.as_of)
    years = rows(published, "indicator_years", indicator_code=_USAGE_RATE)
    figures = Figures(indicator, words)
    with st.container(border=True, key="shihyo-usage-rate"):
        st.html(_chart_heading(indicator, words, is_demo=state.is_demo))
        if months:
            drawn = monthly_rate_chart(months, targets, figures, words)
            st.altair_chart(drawn, width="stretch", theme=None, alt=_chart_alt(months, targets, figures, words))
        else:
            st.html(f'<p lang="{words.language}">{escape(words("no_months"))}</p>')
        st.html(_years_table(years, figures, words, is_demo=state.is_demo))


def _chart_heading(indicator: Row, words: Words, *, is_demo: bool) -> str:
    legend = "".join(
        f'<li><span class="key {key}" aria-hidden="true"></span>{escape(words(f"legend_{key}"))}</li>'
        for key in ("final", "provisional", "target")
    )
    return (
        f'<div class="shihyo-chart-heading" lang="{words.language}">'
        f"<h2>{escape(words('usage_title'))} {origin_badge({'computed'}, words, is_demo=is_demo)}</h2>"
        f"<p>{escape(words('usage_definition'))}: {escape(words.of(indicator, 'definition'))}</p><ul>{legend}</ul></div>"
    )


def _chart_alt(months: list[Row], targets: list[Row], figures: Figures, words: Words) -> str:
    latest = months[-1]
    value = figures.value(latest["actual_value"], beside=[target_of(latest, targets)])
    told = ", ".join(f"{words.of(target, 'year')} {figures.target(target)}" for target in targets)
    return words("chart_alt", month=words.month(latest["period_start"]), value=value, targets=told or NONE)


def _years_table(years: list[Row], figures: Figures, words: Words, *, is_demo: bool) -> str:
    heads = "".join(f'<th scope="col">{escape(words(key))}</th>' for key in ("fiscal_year", "actual", "target", "departments", "official"))
    origins = {year["actual_origin"] for year in years if year["actual_origin"]}
    # One label for the table where all actuals are alike: on a phone one in every row leaves no room for the figures.
    badges = {origin: origin_badge({origin}, words, is_demo=is_demo) if len(origins) > 1 else "" for origin in origins}
    body = "".join(_year_row(year, figures, badges.get(year["actual_origin"], ""), words) for year in years)
    label = f"<span>{escape(words('actual'))}: {origin_badge(origins, words, is_demo=is_demo)}</span>" if len(origins) == 1 else ""
    return (
        f'<table class="shihyo-years" lang="{words.language}"><caption>{escape(words("table_title"))} {label}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{_provisional_notes(years, words)}"
    )


def _provisional_notes(years: list[Row], words: Words) -> str:
    notes = [f"{words.of(year, 'year')}: {words.provisional(year)}" for year in years if year["is_provisional"]]
    return "".join(f'<p class="shihyo-note" lang="{words.language}">{escape(note)}</p>' for note in notes)


def _year_row(year: Row, figures: Figures, badge: str, words: Words) -> str:
    actual = figures.of(year, "actual", beside=[year["target_value"]])
    official = figures.of(year, "official")
    target = figures.target(year) if year["target_text"] else NONE
    departments = NONE if year["numerator"] is None else figures.parts(year)
    return (
        f'<tr><th scope="row">{escape(words.of(year, "year"))}</th><td><b>{_text(actual)}</b> {badge} {_provisional(year, words)}</td>'
        f'<td>{escape(target)}</td><td><span class="nowrap">{escape(departments)}</span></td>'
        f"<td>{_text(official)}{_rating(year, words)}</td></tr>"
    )


def _text(figure: Figure | None) -> str:
    return escape(str(figure)) if figure else NONE


def _provisional(year: Row, words: Words) -> str:
    return f'<span class="shihyo-provisional">{escape(words("provisional_in_brief"))}</span>' if year["is_provisional"] else ""


def _rating(year: Row, words: Words) -> str:
    return f' <span class="nowrap">{escape(words("rated"))} {escape(year["official_rating"])}</span>' if year["official_rating"] else ""


def _show_warnings(state: State, published: Published, words: Words) -> None:
    found = rows(published, "audit_warnings")
    told = [f"{warning['expectation_name']}: {warning['message']} ({warning['observed'] or NONE})" for warning in found]
    if state.last_run and state.last_run.version == published.version:
        told += [warning for warning in without_accounts(state.last_run) if warning not in told]
    told += unread_told(state.last_run, words) if state.last_run else []
    if told:
        with st.expander(words("warnings", count=len(told))):
            st.html(f'<ul class="shihyo-warnings">{"".join(f"<li>{escape(warning)}</li>" for warning in told)}</ul>')
