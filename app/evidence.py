"""Where a figure comes from and what stands beside it: published figures, revisions, the receipt of a year, corrections."""

from collections.abc import Sequence
from html import escape

from app.figures import Figures
from app.i18n import NONE, Words
from app.tables import Cells, table_html
from app.warehouse import Row

_LISTED_REVISIONS = 20
_LISTED_ITEMS = 12


def reconciliations_html(reconciliations: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return every published actual beside the computed one; nothing while there is none."""
    if not reconciliations:
        return ""
    heads = [words(key) for key in ("fiscal_year", "computed", "official", "outcome", "published_in")]
    figures = Figures(indicator, words)
    body: list[Cells] = [
        [
            words.of(each, "year"),
            f"<b>{escape(figures.in_detail(each['computed_value'], beside=[each['official_value']]))}</b>",
            escape(words.wording(each["official_text"])),
            escape(words(f"reconciled_{each['outcome']}")),
            escape(_published_in(each["published_in"], words)),
        ]
        for each in reconciliations
    ]
    notes = [f"{words.of(each, 'year')}: {words.of(each, 'reason')}" for each in reconciliations if each["reason_ja"]]
    return table_html(words("reconciliation_title"), heads, body, notes, words)


def _published_in(published_in: str, words: Words) -> str:
    page = published_in.removeprefix("policy_page ")
    return words("policy_page_in", number=page) if page != published_in else published_in


def revisions_html(revisions: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return what was changed after it had been told: when, from what to what, and because of which delivery or document."""
    if not revisions:
        return table_html(words("revisions_title"), [], [], [words("revisions_none")], words)
    heads = [words(key) for key in ("revised_on", "fiscal_year", "measure", "changed", "cause")]
    figures = Figures(indicator, words)
    body = [
        [
            words.day(each["revised_on"]),
            escape(words.of(each, "year")),
            escape(words(f"measure_{each['measure']}")),
            escape(_changed(each, figures, words)),
            _cause(each, words),
        ]
        for each in revisions[:_LISTED_REVISIONS]
    ]
    return table_html(words("revisions_title"), heads, body, [], words)


def _changed(revision: Row, figures: Figures, words: Words) -> str:
    values = figures.change(revision["previous_value"], revision["new_value"])
    texts = (revision["previous_text"], revision["new_text"])
    before, after = (
        words.wording(text) if text is not None else value or words("withdrawn") for text, value in zip(texts, values, strict=True)
    )
    return words("changed_from_to", before=before, after=after)


def _cause(revision: Row, words: Words) -> str:
    if revision["cause"] == "landed_items":
        return "<br>".join(f"<code>{escape(item)}</code>" for item in revision["cause_item_ids"][:3])
    return escape(revision["source_document"] or words("cause_calendar"))


def receipt_html(receipts: Sequence[Row], items: Sequence[Row], indicator: Row, words: Words) -> str:
    """Return what the latest computed figure rests on: parts, model, deliveries, version and run; nothing while none is computed."""
    if not receipts:
        return ""
    latest, figures = receipts[-1], Figures(indicator, words)
    told = [
        words(
            "receipt_parts" if indicator["kind"] in ("ratio", "milestone") else "receipt_count",
            year=words.of(latest, "year"),
            part=figures.plain_count(latest["numerator"]),
            whole=figures.plain_count(latest["denominator"]),
            value=figures.in_detail(latest["actual_value"], beside=[latest["target_value"]]),
        ),
        words("receipt_measured", day=words.day(latest["measured_to"]), known=words.day(latest["known_from"])),
        words("receipt_inputs", items=latest["item_count"], rows=latest["rows_read"]),
        words("receipt_run", model=latest["model_name"], version=latest["warehouse_version"], run=latest["run_id"]),
    ]
    if len(items) > _LISTED_ITEMS:
        told.append(words("receipt_more", count=len(items) - _LISTED_ITEMS))
    told.append(words("receipt_rows", command=f"shihyo explain {latest['indicator_code']} --fiscal-year {latest['fiscal_year']} --rows"))
    heads = [words(key) for key in ("receipt_item", "receipt_read", "receipt_held", "receipt_counted", "receipt_hash")]
    body: list[Cells] = [
        [
            item["item_key"],
            f"{item['rows_read']:,}",
            f"{item['rows_quarantined'] + item['rows_rejected']:,}",
            NONE if item["rows_counted"] is None else f"{item['rows_counted']:,}",
            f"<code>{escape(item['sha256'][:12])}</code>",
        ]
        for item in items[:_LISTED_ITEMS]
    ]
    return table_html(words("receipt_title"), heads, body, told, words)


def corrections_html(corrections: Sequence[Row], words: Words) -> str:
    """Return the declared corrections as footnotes: what was recorded, what it is counted as, why and by whom; nothing without any."""
    if not corrections:
        return ""
    notes = [
        words(
            "correction_told" if each["corrected_value"] is not None else "correction_of_people",
            number=number,
            item=each["item_key"],
            row=each["source_row"],
            column=each["column_heading"],
            recorded=each["recorded_value"] or NONE,
            corrected=each["corrected_value"],
            reason=words.of(each, "reason"),
            office=each["declared_by"],
            day=words.day(each["declared_on"]),
        )
        for number, each in enumerate(corrections, start=1)
    ]
    return table_html(words("corrections_title"), [], [], notes, words)
