"""The scales on which a series is fitted: a stock as it is, a ratio on the logit of its parts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]
Numbers = NDArray[np.float64]
# Counts are whole numbers: a series that never moved may still have moved by less than one. Weighs
# as much as one month.
ROUNDING_VARIANCE = 1 / 12


def scale_of(months: list[Row], asked: Row) -> "StockScale":
    """Return the scale of a series by the kind of its indicator."""
    return (RatioScale if asked["kind"] == "ratio" else StockScale)(months, asked)


class StockScale:
    """A stock as it is: never below 0 unless it may be, nor above its natural limit if it has one."""

    def __init__(self, months: list[Row], asked: Row) -> None:
        self.least = -np.inf if asked["may_be_negative"] else 0.0
        self.limit = np.inf if asked["natural_limit"] is None else float(asked["natural_limit"])
        self.values = self._spread(months, [float(month["numerator"]) for month in months])
        self.roundings = np.full(len(self.values), ROUNDING_VARIANCE)

    @staticmethod
    def _spread(months: list[Row], values: list[float]) -> Numbers:
        """Lay values on consecutive months; those that are missing are NaN."""
        counted = [12 * month["month"].year + month["month"].month for month in months]
        places = [count - counted[0] for count in counted]
        spread = np.full(places[-1] + 1, np.nan)
        spread[places] = values
        return spread

    def back(self, values: Numbers, origins: NDArray[np.int_]) -> Numbers:
        """Return values in the indicator's unit."""
        return values.clip(self.least, self.limit)

    def threshold(self, target: float | None, origin: int) -> float | None:
        """Return where a target lies on this scale; None when none is asked about."""
        return target

    def certainty(self, target: float, is_up: bool, probability: float | None) -> float | None:
        """Return the probability of reaching a target; one at or beyond a bound is certain or
        impossible.
        """
        if is_up:
            return 1.0 if target <= self.least else 0.0 if target > self.limit else probability
        return 1.0 if target >= self.limit else 0.0 if target < self.least else probability


class RatioScale(StockScale):
    """A percentage on the logit of its parts, with the denominator of the month of origin."""

    def __init__(self, months: list[Row], asked: Row) -> None:
        limit = asked["natural_limit"]
        self.least = 0.0
        self.limit = 100.0 if limit is None else min(100.0, float(limit))
        shares = [
            (float(each["numerator"]) + 0.5) / (float(each["denominator"]) + 1) for each in months
        ]
        self.denominators = self._spread(months, [float(each["denominator"]) for each in months])
        spread = self._spread(months, shares)
        self.values = np.log(spread / (1 - spread))
        self.roundings = ROUNDING_VARIANCE / ((self.denominators + 1) * spread * (1 - spread)) ** 2

    def back(self, values: Numbers, origins: NDArray[np.int_]) -> Numbers:
        denominators = self.denominators[origins]
        numerators = (denominators + 1) / (1 + np.exp(-values.clip(-500, 500))) - 0.5
        return np.asarray((100 * numerators / denominators).clip(0, self.limit))

    def threshold(self, target: float | None, origin: int) -> float | None:
        if target is None:
            return None
        denominator = self.denominators[origin]
        share = (min(max(target, 0.0), 100.0) / 100 * denominator + 0.5) / (denominator + 1)
        return float(np.log(share / (1 - share)))
