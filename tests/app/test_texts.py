"""The texts of both languages: none missing, none unused, the same places; and a word for every
code that a mart or a night can tell.
"""

import csv
import re
import string
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.drawing.words import LANGUAGES, texts
from flows.sources import SOURCES

ROOT = Path(__file__).resolve().parents[2]
_SOURCES = [*(ROOT / "app").rglob("*.py"), *(ROOT / "app" / "templates").rglob("*.html")]

# words("status.met"), self("points"), and words("status." ~ code), f"check.{name}"
_ASKED = re.compile(r"""(?:words|words\.html|self)\(\s*["']([\w.]+)["']\s*[,)]""")
_QUOTED = re.compile(r"""["']((?:\w+\.)?\w+)["']""")
_TABLES = re.compile(r"""["'](\w+)\.(?:["']\s*~|\{)""")


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def differences(japanese: dict[str, str], english: dict[str, str]) -> list[str]:
    """Return what keeps two languages from saying the same."""
    found = [f"{key}: in one language only" for key in sorted(set(japanese) ^ set(english))]
    both = sorted(set(japanese) & set(english))
    found += [f"{key}: empty" for key in both if not (japanese[key] and english[key])]
    return found + [
        f"{key}: other places" for key in both if places(japanese[key]) != places(english[key])
    ]


def unasked(known: set[str], source: str) -> tuple[set[str], set[str]]:
    """Return the texts that are asked for and missing, and those that are there and never asked
    for.
    """
    missing = set(_ASKED.findall(source)) - known
    tables = set(_TABLES.findall(source))
    quoted = set(_QUOTED.findall(source))
    unused = {key for key in known if key not in quoted and key.split(".")[0] not in tables}
    return missing, unused


def test_both_languages_say_the_same() -> None:
    assert differences(*(texts(language) for language in LANGUAGES)) == []


def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in _SOURCES)
    assert unasked(set(texts("ja")), source) == (set(), set())


def test_the_rules_on_texts_can_be_broken() -> None:
    assert differences({"a": "{x}", "b": "1", "c": ""}, {"a": "{y}", "d": "1", "c": ""}) == [
        "b: in one language only",
        "d: in one language only",
        "c: empty",
        "a: other places",
    ]
    source = 'words("one") words("two.a") words("three." ~ code) words.html("four", x=1)'
    assert unasked({"one", "two.b", "three.x", "four"}, source) == ({"two.a"}, {"two.b"})


# Columns of marts whose codes a table of texts tells.
_TOLD = {
    ("fct_indicator_progress", "status"): "status",
    ("fct_indicator_progress", "status_reason"): "reason",
    ("fct_indicator_progress", "linear_pace_status"): "progress",
    ("fct_indicator_progress", "statcan_cagr_status"): "progress",
    ("fct_indicator_progress", "judging_method"): "method",
    ("fct_reconciliation", "outcome"): "reconciled",
    ("fct_indicator_revisions", "measure"): "measure",
    ("fct_department_usage", "standing"): "standing",
    ("fct_indicator_standings", "attention_group"): "group",
    ("dim_org_units", "kind"): "kind_of",
    ("fct_headlines", "headline_kind"): "question",
    ("fct_department_usage_months", "change"): "cell",
    ("dim_indicators", "kind"): "indicator_kind",
    ("dim_indicators", "direction"): "direction",
    ("dim_indicators", "frequency"): "frequency",
}


# Codes of which nothing is said.
_UNTOLD = {"without_indicator"}


def accepted(model: str, column: str) -> set[str]:
    """Return the values that a mart's contract accepts in a column."""
    file = ROOT / "dbt_project" / "models" / "marts" / f"{model}.yml"
    told = yaml.safe_load(file.read_text(encoding="utf-8"))["models"][0]["columns"]
    tests: list[Any] = next(each for each in told if each["name"] == column).get("data_tests", [])
    found = [
        each["accepted_values"]
        for each in tests
        if isinstance(each, dict) and "accepted_values" in each
    ]
    return {value for each in found for value in (each.get("arguments") or each)["values"]}


@pytest.mark.parametrize(
    ("column", "table"),
    _TOLD.items(),
    ids=lambda each: ".".join(each) if isinstance(each, tuple) else each,
)
def test_every_code_that_a_mart_may_tell_has_its_words(column: tuple[str, str], table: str) -> None:
    codes = accepted(*column)
    assert codes, "the contract accepts no values: is it still this column?"
    assert {f"{table}.{code}" for code in codes - _UNTOLD} <= set(texts("ja"))


def test_every_reason_that_decides_where_an_indicator_stands_has_its_sentence() -> None:
    with (ROOT / "dbt_project" / "seeds" / "attention_reasons.csv").open(encoding="utf-8") as seed:
        reasons = {
            row["reason_code"] for row in csv.DictReader(seed) if row["attention_group"] != "note"
        }
    assert {f"standing_told.{reason}" for reason in reasons} <= set(texts("ja"))


def test_a_source_is_named_by_its_contract_and_by_no_text_besides() -> None:
    assert {name for name in texts("ja") if name.startswith("source.")} == {"source.other"}
    assert all(source.contract.name_ja and source.contract.name_en for source in SOURCES)
