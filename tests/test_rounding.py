"""How a figure is rounded: half up, and never so that it looks like a target that it is not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rounding import decimals_apart, exact, in_full, written


@pytest.mark.parametrize(
    ("value", "decimals", "beside", "expected"),
    [
        (100 * 37 / 53, 0, [], "70"),
        (100 * 37 / 53, 0, [70], "69.8"),
        (100 * 37 / 53, 1, [70.0], "69.8"),
        (69.6, 0, [70], "69.6"),
        (69.96, 1, [Decimal("70.0000")], "69.96"),
        (70.4, 0, [70], "70.4"),
        (70.0, 0, [70], "70"),
        (69.5, 0, [69.5], "69.5"),
        (66.04, 0, [70, None], "66"),
        (0.9995, 2, [1], "0.9995"),
        (1.2496, 2, [1.25], "1.2496"),
        (1.42, 2, [1.25], "1.42"),
        (1, 2, [], "1.00"),
        (0.4, 0, [0], "0.4"),
        (-0.4, 0, [], "0"),
        (-0.4, 0, [0], "-0.4"),
        (-2.5, 0, [], "-3"),
        (-179.6, 0, [-180], "-179.6"),
        (9_999_999_999_999.6, 0, [10_000_000_000_000], "9,999,999,999,999.6"),
        (10_000_000_000, 0, [10_000_000_000], "10,000,000,000"),
        (Decimal("12345678901234567890.1234"), 2, [], "12,345,678,901,234,567,890.12"),
        (69.99999999, 0, [70], "69.999999"),
        (70.00000001, 0, [70], "70.000001"),
    ],
)
def test_a_figure_is_rounded_to_what_it_stands_beside(
    value: float,
    decimals: int,
    beside: list[float | None],
    expected: str,
) -> None:
    assert written(value, decimals, beside) == expected


def test_what_is_written_in_full_has_the_decimals_that_it_has() -> None:
    texts = [in_full(value) for value in (1.25, 70.0, Decimal("18.0000"), 0.0000001, 1e16, -0.17)]
    assert texts == ["1.25", "70", "18", "0.0000001", "10,000,000,000,000,000", "-0.17"]
    assert in_full(1, 2) == "1.00"
    assert in_full(-3, minus="▲") == "▲3"


def test_figures_that_differ_are_given_the_decimals_that_tell_them_apart() -> None:
    assert decimals_apart([69.6, 70.1], 0) == 1
    assert decimals_apart([69.62, 69.64], 1) == 2
    assert decimals_apart([70, 70.0], 0) == 0
    assert decimals_apart([1, 1 + 1e-9], 0) == 6


_FIGURES = st.floats(-1e13, 1e13, allow_nan=False).map(lambda value: round(value, 9))
_NEAR = st.tuples(_FIGURES, st.floats(-2, 2)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.one_of(_NEAR, st.tuples(_FIGURES, _FIGURES)), st.integers(0, 4))
def test_what_is_written_never_contradicts_what_is_so(
    pair: tuple[float, float],
    decimals: int,
) -> None:
    value, target = pair
    shown = Decimal(written(value, decimals, [target]).replace(",", ""))
    assert shown.compare(exact(target)) == exact(value).compare(exact(target))
    assert abs(shown - exact(value)) <= Decimal(1).scaleb(-decimals) / 2
