"""Forecasts of monthly series: how far they will probably come, and how probable a target is.

A level that wanders, a slope that may change and noise around both: statsmodels' state space with
an exact diffuse start, so that not knowing level and slope widens the intervals. How much there is
of each cannot be learned from two to five years of months: every shape in `mixture.SHAPES` is
filtered, and the forecast is their mixture of Student t, weighted by their likelihoods. Ratios are
filtered on the logit of (numerator + 0.5) / (denominator + 1), stocks as they are.

Why a mixture: of 250 simulated series per law, 24 to 60 months long, 1 to 12 months ahead
(November 2026), the 80 % intervals held

    law                            this mixture   lldtrend by maximum   ARIMA(0, 1, 1)
                                                  likelihood            with drift
    random walk with drift              81 %           79 %                 76 %
    the same with noise                 79 %           76 %                 71 %
    slope redrawn every 18 months       71 %           59 %                 58 %
    slope that wanders                  74 %           68 %                 63 %
    cost of a series, two cores busy   16 ms          37 ms                258 ms

Must never: depend on anything but months and targets, or import statsmodels when every row that is
asked for is known.
"""

from forecasting.methods import method
from forecasting.rows import COLUMNS, forecast, key_of

__all__ = ["COLUMNS", "forecast", "key_of", "method"]
