"""The rules of the gate, as the seed holds them: each becomes the expectation that it says, and one
that would guard nothing is named before a night.
"""

from dataclasses import replace

import duckdb
import pytest
from jinja2 import Environment
from small_city import ROOT

from expectations.rules import Rule, suites

RULE = Rule(
    rule_code="few_are_lost",
    checkpoint_name="raw",
    suite_name="rosters",
    relation="intermediate.int_arrival_volumes",
    condition="source_name = 'staff_roster'",
    named_by="item_key",
    column_name="lost_share",
    min_value=None,
    max_value=0.1,
    allowed_values=None,
    at_most_column=None,
    severity="critical",
    is_approvable=False,
    message_en="Too much is lost",
)


@pytest.mark.parametrize(
    ("facts", "kind", "expected"),
    [
        ({}, "ExpectColumnValuesToBeBetween", "lost_share at most 0.1"),
        (
            {"min_value": 0.0},
            "ExpectColumnValuesToBeBetween",
            "lost_share at least 0 and at most 0.1",
        ),
        (
            {"max_value": None, "allowed_values": "a|b"},
            "ExpectColumnValuesToBeInSet",
            "lost_share to be a or b",
        ),
        (
            {"max_value": None, "at_most_column": "limit"},
            "ExpectColumnPairValuesAToBeGreaterThanB",
            "lost_share at most limit",
        ),
        ({"max_value": None}, "ExpectColumnValuesToBeNull", "lost_share of no row"),
    ],
)
def test_a_rule_becomes_the_expectation_that_it_says(facts: dict, kind: str, expected: str) -> None:
    rule = replace(RULE, **facts)
    expectation = rule.expectation()
    assert type(expectation).__name__ == kind
    assert expectation.severity == "critical"
    assert expectation.meta == {
        "name": "few_are_lost",
        "message": f"Too much is lost; expected {expected}",
    }


def test_rules_about_the_same_rows_share_a_suite_that_selects_what_they_look_at() -> None:
    second = replace(
        RULE, rule_code="is_known", column_name="is_known", max_value=None, allowed_values="true"
    )
    third = replace(RULE, rule_code="other", suite_name="logs", condition=None)
    found = {suite.name: suite for suite in suites([RULE, third, second])}
    assert [rule.rule_code for rule in found["rosters@raw"].rules] == ["few_are_lost", "is_known"]
    assert found["rosters@raw"].query == (
        "select item_key as named_by, cast(is_known as varchar) as is_known, lost_share"
        " from intermediate.int_arrival_volumes where source_name = 'staff_roster'"
    )
    assert "where" not in found["logs@raw"].query


def _is_garbled(text: str) -> bool:
    macros = (ROOT / "dbt_project" / "macros" / "garbled.sql").read_text(encoding="utf-8")
    asked = Environment().from_string(f"{macros}{{{{ is_garbled('$text') }}}}").render()
    return bool(duckdb.execute(f"select {asked}", {"text": text}).fetchall()[0][0])


def test_every_character_that_utf8_becomes_as_cp932_is_garbled() -> None:
    made = [
        character
        for lead in range(0xE3, 0xEA)
        for trail in range(0x80, 0xC0)
        if (character := bytes([lead, trail]).decode("cp932", errors="ignore"))
    ]
    assert len(made) == 448
    assert all(_is_garbled(f"北{character}役所") for character in made)


@pytest.mark.parametrize(
    ("text", "is_garbled"),
    [
        ("北区役所", False),
        ("デジタル統括室", False),
        ("ICT戦略室?", False),
        ("å\x8c\x97å\x8cºå½¹æ‰\x80", True),
        ("ﾃﾞｼﾞﾀﾙ統括室", True),
        ("北\ufffd役所", True),
        ("北??役所", True),
    ],
)
def test_other_signs_of_a_lost_encoding_are_garbled(text: str, is_garbled: bool) -> None:
    assert _is_garbled(text) == is_garbled
