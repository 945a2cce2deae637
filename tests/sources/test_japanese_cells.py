"""One cell that should be a number: read whole, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.japanese_cells import read_exact_number, read_number

WIDE = str.maketrans("0123456789,.-%", "０１２３４５６７８９，．－％")
QUALIFIED = (
    ("{}", "exact"),
    ("約{}", "about"),
    ("{}程度", "around"),
    ("{}以上", "at_least"),
    ("{}未満", "at_most"),
    ("合計{}", "cumulative"),
)


@given(
    st.integers(0, 10**12),
    st.sampled_from(["件", "名", "人", "業務", "%", ""]),
    st.sampled_from(QUALIFIED),
    st.booleans(),
    st.booleans(),
)
def test_every_whole_number_is_read_in_every_dress(
    number: int, unit: str, form: tuple[str, str], has_commas: bool, is_wide: bool
) -> None:
    pattern, qualifier = form
    text = pattern.format(f"{number:,}{unit}" if has_commas else f"{number}{unit}")
    found = read_number(f" {text.translate(WIDE) if is_wide else text} ")
    assert found is not None
    assert (found.value, found.qualifier) == (number, qualifier)


@given(st.integers(1, 9999), st.sampled_from(["▲", "△", "-", "－", "▲ "]))
def test_every_mark_of_a_negative_is_one(number: int, mark: str) -> None:
    found = read_number(f"{mark}{number}")
    assert found is not None
    assert found.value == -number


@given(st.integers(1, 9), st.integers(1, 9))
def test_scales_are_worked_out(thousands: int, hundreds: int) -> None:
    found = read_number(f"{thousands}千{hundreds}百万円")
    assert found is not None
    assert found.value == Decimal(thousands * 1000 + hundreds * 100) * 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "　",
        "-",
        "ー",
        "若干名",
        "10～20",
        "10~20件",
        "第3回",
        "1/2",
        "令和5年",
        "3名(うち女性2名)",
        "1,00",
        "１ ２",
    ],
)
def test_what_is_no_single_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "units", "value"),
    [
        ("３", ("名", "人"), "3"),
        ("3人", ("名", "人"), "3"),
        ("+3", (), "3"),
        ("▲１", ("名",), "-1"),
        ("60%", ("%",), "60"),
        ("6割", ("%",), "60"),
        ("60パーセント", ("%",), "60"),
        ("0.6", ("%",), "0.6"),
        ("約3", ("名", "人"), None),
        ("３人程度", ("名", "人"), None),
        ("3名以上", ("名", "人"), None),
        ("10人弱", ("名", "人"), None),
        ("延べ合計3名", ("名", "人"), None),
        ("3件", ("名", "人"), None),
        ("3人/月", ("名", "人"), None),
        ("3人増", ("名", "人"), None),
        ("2、3人", ("名", "人"), None),
        ("数人", ("名", "人"), None),
        ("6割増", ("%",), None),
        ("60ポイント", ("%",), None),
    ],
)
def test_a_count_is_exact_and_counts_what_its_column_does(
    text: str, units: tuple[str, ...], value: str | None
) -> None:
    assert read_exact_number(text, units) == (None if value is None else Decimal(value))
