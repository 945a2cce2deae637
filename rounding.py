"""How a number is written for readers: rounded, and never so that it looks like what it is not.

69.6 beside a target of 70 is written 69.6, not 70: rounding may not tell of a target as reached
that was missed. Who rounds a shown figure rounds it here, in the app and on the command line.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

Number = int | float | Decimal

# The ratios from which on a pace counts as moving on, as somewhat behind, as on track, as enough:
# one that falls short of the next is not rounded up to it.
PACES = (0, 0.6, 0.95, 1)

# A difference that this many more decimals do not show is shown by rounding away from the other.
MOST_MORE_DECIMALS = 6


def written(
    value: Number,
    decimals: int,
    beside: Iterable[Number | None] = (),
    *,
    minus: str = "-",
) -> str:
    """Write a number with thousands separators, rounded so that it is above what it is above."""
    others = [exact(other) for other in beside if other is not None]
    return _grouped(_rounded(exact(value), decimals, others), minus)


def in_full(value: Number, decimals: int = 0, *, minus: str = "-") -> str:
    """Write a number with all the decimals that it has, and with `decimals` at least."""
    number = exact(value)
    return _grouped(_to(number, max(decimals, own_decimals(number)), ROUND_HALF_UP), minus)


def decimals_apart(values: Sequence[Number], decimals: int) -> int:
    """Return with how many decimals numbers that differ are written differently."""
    numbers = {exact(value) for value in values}
    for places in range(decimals, decimals + MOST_MORE_DECIMALS):
        if len({_to(number, places, ROUND_HALF_UP) for number in numbers}) == len(numbers):
            return places
    return decimals + MOST_MORE_DECIMALS


def own_decimals(value: Number) -> int:
    """Return how many decimals a number has: 2 for 1.25, none for 70.0."""
    exponent = exact(value).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def exact(value: Number) -> Decimal:
    """Return a number as it is shown: 0.1 as a tenth, and not as the double next to it."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(number: Decimal, decimals: int, others: Sequence[Decimal]) -> Decimal:
    finest = decimals + MOST_MORE_DECIMALS
    for places in range(decimals, finest + 1):
        shown = _to(number, places, ROUND_HALF_UP)
        if _stands_alike(shown, number, others):
            return shown
    edges = (_to(number, finest, rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING))
    return next((edge for edge in edges if _stands_alike(edge, number, others)), number)


def _stands_alike(shown: Decimal, number: Decimal, others: Sequence[Decimal]) -> bool:
    return all(shown.compare(other) == number.compare(other) for other in others)


def _to(number: Decimal, places: int, rounding: str) -> Decimal:
    with localcontext(prec=100):
        return number.quantize(Decimal(1).scaleb(-places), rounding=rounding)


def _grouped(number: Decimal, minus: str) -> str:
    return f"{minus if number < 0 else ''}{abs(number):,f}"
