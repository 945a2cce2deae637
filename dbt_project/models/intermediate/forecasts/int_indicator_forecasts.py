"""Forecasts of whole-city months: one row per indicator, month of origin and months ahead, once more for each target that is asked about.

A level that wanders, a slope that may change and noise around both: statsmodels' state space with an exact diffuse start, so that
not knowing level and slope widens the intervals. How much there is of each cannot be learned from two to five years of months: every
shape in `SHAPES` is filtered, and the forecast is their mixture of Student t, weighted by their likelihoods. Ratios are filtered on
the logit of (numerator + 0.5) / (denominator + 1), stocks as they are.

Why a mixture: of 250 simulated series per law, 24 to 60 months long, 1 to 12 months ahead (November 2026), the 80 % intervals held

    law                            this mixture   lldtrend by maximum likelihood   ARIMA(0, 1, 1) with drift
    random walk with drift              81 %                  79 %                           76 %
    the same with noise                 79 %                  76 %                           71 %
    slope redrawn every 18 months       71 %                  59 %                           58 %
    slope that wanders                  74 %                  68 %                           63 %
    cost of a series, two cores busy   16 ms                 37 ms                         258 ms

Must never: depend on anything but months and targets, or import statsmodels when every row that is asked for is known. The table
that is about to be replaced is read as a cache: a row stands as long as this file, the libraries and the history up to its origin
are the same, so that the table equals one that is built at once.
"""

import hashlib
from datetime import date
from importlib.metadata import version
from pathlib import Path

# The shares of the one-month variance that are the level's own, the rest being noise; and the slope's, with how likely each is beforehand.
LEVEL_SHARES = (0.03, 0.1, 0.25, 0.5, 0.8, 1.0)
SLOPE_SHARES = ((0.0, 0.7), (0.001, 0.1), (0.005, 0.1), (0.025, 0.1))
SHAPES = tuple((1 - level, level, slope, weight) for level in LEVEL_SHARES for slope, weight in SLOPE_SHARES)
PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)
QUANTILES = ("lower_95", "lower_80", "median", "upper_80", "upper_95")
# Counts are whole numbers: a series that never moved may still have moved by less than one. Weighs as much as one month.
ROUNDING_VARIANCE = 1 / 12
DECIMALS = 6
COLUMNS = {
    "indicator_code": "varchar",
    "fingerprint": "varchar",
    "months_ahead": "integer",
    "target_value": "double",
    **dict.fromkeys(QUANTILES, "double"),
    "probability": "double",
    "origin_month": "date",
}


def model(dbt, session):
    """Return the rows that `int_forecasts_wanted` asks for."""
    dbt.config(materialized="table")
    rows = forecast(
        _records(dbt.ref("int_forecast_months")),
        _records(dbt.ref("int_forecasts_wanted")),
        _known(dbt, session),
        hashlib.sha256(Path(__file__).read_bytes()).hexdigest() + version("statsmodels") + version("scipy") + version("numpy"),
    )
    # Handed over as lists, because pyarrow's own rows import pandas: that took most of a second of every night on which nothing is new.
    columns = ", ".join(f"unnest(cast(${name} as {kind}[])) as {name}" for name, kind in COLUMNS.items())
    return session.query(f"select {columns}", params={name: [row[name] for row in rows] for name in COLUMNS})


def forecast(months, wanted, known, method):
    """Return one row per row of `wanted`, from `known` (by `key_of`) where history and method are the same; only the others are computed.

    `months` hold indicator_code, month, numerator, denominator; `wanted` indicator_code, kind, direction, natural_limit,
    may_be_negative, origin_month, months_ahead, target_value (null: no target is asked about).
    """
    rows, missing = [], {}
    histories = _histories(months)
    for asked in wanted:
        series = histories[asked["indicator_code"]]
        row = {
            "indicator_code": asked["indicator_code"],
            "fingerprint": _fingerprint(series, asked, method),
            "months_ahead": asked["months_ahead"],
            "target_value": None if asked["target_value"] is None else float(asked["target_value"]),
            "origin_month": asked["origin_month"],
        }
        if key_of(row) in known:
            rows.append(known[key_of(row)])
        else:
            missing.setdefault(asked["indicator_code"], []).append((asked, row))
    for code, gaps in missing.items():
        rows += predict(histories[code]["months"], gaps)
    return sorted(rows, key=lambda row: (row["indicator_code"], row["origin_month"], row["months_ahead"], row["target_value"] or 0))


def key_of(row):
    """Return what a row answers: the history up to its origin, how far ahead, and which target."""
    return row["fingerprint"], row["months_ahead"], row["target_value"]


def predict(months, gaps):
    """Fit one series and return the rows of `gaps` with their numbers; all origins come from the same pass over the months."""
    import numpy as np

    first_asked = gaps[0][0]
    scale = RatioScale(months, first_asked) if first_asked["kind"] == "ratio" else StockScale(months, first_asked)
    fitted = fit(scale.values, scale.roundings)
    origins = np.array([_index(asked["origin_month"]) - _index(months[0]["month"]) for asked, _ in gaps])
    mixture = fitted.ahead(origins, np.array([asked["months_ahead"] for asked, _ in gaps], dtype=float))
    quantiles = scale.back(mixture.quantiles(PROBABILITIES), origins).round(DECIMALS) + 0.0
    thresholds = [scale.threshold(row["target_value"], origin) for (_, row), origin in zip(gaps, origins, strict=True)]
    below = mixture.below(np.array([np.nan if each is None else each for each in thresholds]))
    done = []
    for place, (asked, row) in enumerate(gaps):
        is_up = asked["direction"] == "up"
        probability = None if thresholds[place] is None else round(float(1 - below[place] if is_up else below[place]), DECIMALS)
        if row["target_value"] is not None:
            probability = scale.certainty(row["target_value"], is_up, probability)
        numbers = dict(zip(QUANTILES, (float(each) for each in quantiles[:, place]), strict=True))
        told = {**row, **numbers, "probability": probability}
        done.append({name: told[name] for name in COLUMNS})
    return done


class StockScale:
    """A stock as it is: never below 0 unless it may be, nor above its natural limit where it has one."""

    def __init__(self, months, asked):
        import numpy as np

        self.least = -np.inf if asked["may_be_negative"] else 0.0
        self.limit = np.inf if asked["natural_limit"] is None else float(asked["natural_limit"])
        self.values = self._spread(months, [float(month["numerator"]) for month in months])
        self.roundings = np.full(len(self.values), ROUNDING_VARIANCE)

    @staticmethod
    def _spread(months, values):
        """Lay values on consecutive months; those that are missing are NaN."""
        import numpy as np

        places = [_index(month["month"]) - _index(months[0]["month"]) for month in months]
        spread = np.full(places[-1] + 1, np.nan)
        spread[places] = values
        return spread

    def back(self, values, origins):
        """Return values in the indicator's unit."""
        return values.clip(self.least, self.limit)

    def threshold(self, target, origin):
        """Return where a target lies on this scale; None when none is asked about."""
        return target

    def certainty(self, target, is_up, probability):
        """Return the probability of reaching a target; what lies at or beyond a bound is certain or impossible."""
        if is_up:
            return 1.0 if target <= self.least else 0.0 if target > self.limit else probability
        return 1.0 if target >= self.limit else 0.0 if target < self.least else probability


class RatioScale(StockScale):
    """A percentage on the logit of its parts, with the denominator of the month of origin."""

    def __init__(self, months, asked):
        import numpy as np

        self.least = 0.0
        self.limit = 100.0 if asked["natural_limit"] is None else min(100.0, float(asked["natural_limit"]))
        shares = [(float(month["numerator"]) + 0.5) / (float(month["denominator"]) + 1) for month in months]
        self.denominators = self._spread(months, [float(month["denominator"]) for month in months])
        spread = self._spread(months, shares)
        self.values = np.log(spread / (1 - spread))
        self.roundings = ROUNDING_VARIANCE / ((self.denominators + 1) * spread * (1 - spread)) ** 2

    def back(self, values, origins):
        import numpy as np

        denominators = self.denominators[origins]
        numerators = (denominators + 1) / (1 + np.exp(-values.clip(-500, 500))) - 0.5
        return (100 * numerators / denominators).clip(0, self.limit)

    def threshold(self, target, origin):
        import numpy as np

        if target is None:
            return None
        denominator = self.denominators[origin]
        share = (min(max(target, 0.0), 100.0) / 100 * denominator + 0.5) / (denominator + 1)
        return np.log(share / (1 - share))


def fit(values, roundings):
    """Filter a series (NaN where a month is missing) by every shape; `roundings` is the least variance that each month's count can have."""
    import numpy as np
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    is_seen = np.isfinite(values)
    states, covariances, logs, squares = [], [], [], []
    kalman = KalmanFilter(k_endog=1, k_states=2, design=[[1.0, 0.0]], transition=[[1.0, 1.0], [0.0, 1.0]], selection=np.eye(2))
    kalman.initialize_diffuse()
    kalman.bind(values.reshape(-1, 1).copy())
    for noise, level, slope, _ in SHAPES:
        kalman["obs_cov", 0, 0], kalman["state_cov", 0, 0], kalman["state_cov", 1, 1] = noise, level, slope
        filtered = kalman.filter()
        counted = is_seen.copy()
        counted[: filtered.nobs_diffuse] = False
        variances = np.where(counted, filtered.forecasts_error_cov[0, 0], 1.0)
        errors = np.where(counted, filtered.forecasts_error[0], 0.0)
        logs.append(np.cumsum(np.log(variances)))
        squares.append(np.cumsum(errors**2 / variances))
        states.append(filtered.predicted_state[:, 1:])
        covariances.append(filtered.predicted_state_cov[:, :, 1:])
    # The error of a month is known by its own end, so that what stands at a place is what was known at that origin.
    degrees = np.cumsum(counted) + 1.0
    sums = np.array(squares) + roundings
    likelihoods = np.log([[shape[3]] for shape in SHAPES]) - np.array(logs) / 2 - degrees / 2 * np.log(sums)
    return Fitted(np.array(states), np.array(covariances), likelihoods, sums / degrees, degrees)


class Fitted:
    """A filtered series: for every shape and month, the state one month ahead, its covariance, and how well the shape did until then."""

    def __init__(self, states, covariances, likelihoods, variances, degrees):
        self.states, self.covariances, self.likelihoods, self.variances, self.degrees = states, covariances, likelihoods, variances, degrees

    def ahead(self, origins, months):
        """Return the mixture of Student t for each origin (place in the series) and number of months ahead."""
        import numpy as np

        noise, level, slope = (np.array([[shape[place]] for shape in SHAPES]) for place in range(3))
        steps = months - 1
        means = self.states[:, 0, origins] + steps * self.states[:, 1, origins]
        ahead = self.covariances[:, :, :, origins]
        spread = ahead[:, 0, 0] + 2 * steps * ahead[:, 0, 1] + steps**2 * ahead[:, 1, 1]
        spread = spread + noise + steps * level + slope * (steps - 1) * steps * (2 * steps - 1) / 6
        likelihoods = self.likelihoods[:, origins]
        weights = np.exp(likelihoods - likelihoods.max(axis=0))
        return Mixture(means, np.sqrt(spread * self.variances[:, origins]), weights / _total(weights), self.degrees[origins])


class Mixture:
    """Weighted Student t distributions, one column for each forecast."""

    def __init__(self, means, scales, weights, degrees):
        self.means, self.scales, self.weights, self.degrees = means, scales, weights, degrees

    def below(self, values):
        """Return the probability of a value at or below each; the last axis of `values` is that of the forecasts."""
        import numpy as np
        from scipy.special import stdtr

        means, scales, weights = (
            part.reshape(len(part), *[1] * (np.ndim(values) - 1), -1) for part in (self.means, self.scales, self.weights)
        )
        return _total(weights * stdtr(self.degrees, (values - means) / scales))

    def quantiles(self, probabilities):
        """Return one row of values per probability, by halving what lies between the least and the greatest quantile of the parts."""
        import numpy as np
        from scipy.special import stdtrit

        asked = np.array(probabilities)[:, None]
        parts = self.means + self.scales * stdtrit(self.degrees, asked)[:, None, :]
        low, high = parts.min(axis=1), parts.max(axis=1)
        for _ in range(52):
            middle = (low + high) / 2
            is_low = self.below(middle) < asked
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        return (low + high) / 2


def _total(parts):
    """Add one after the other: numpy's own sum takes another order, and so another last digit, for a single column than for many."""
    total = 0.0
    for part in parts:
        total = total + part
    return total


def _histories(months):
    """Return, by indicator, its months in order and the running hash of what they tell."""
    histories = {}
    for month in sorted(months, key=lambda month: (month["indicator_code"], month["month"])):
        series = histories.setdefault(month["indicator_code"], {"months": [], "hashes": {}, "running": hashlib.sha256()})
        series["running"].update(f"{month['month']} {month['numerator']} {month['denominator']}\n".encode())
        series["months"].append(month)
        series["hashes"][month["month"]] = series["running"].hexdigest()
    return histories


def _fingerprint(series, asked, method):
    bounds = (asked["natural_limit"], asked["may_be_negative"])
    told = (asked["indicator_code"], asked["kind"], asked["direction"], *bounds, series["hashes"][asked["origin_month"]])
    return hashlib.sha256(f"{method} {told}".encode()).hexdigest()


def _index(month: date) -> int:
    return month.year * 12 + month.month


def _records(relation):
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _known(dbt, session):
    """Return the rows of the table that this one replaces."""
    tables = "select 1 from duckdb_tables() where database_name = current_database() and schema_name = ? and table_name = ?"
    if not session.execute(tables, [dbt.this.schema, dbt.this.identifier]).fetchall():
        return {}
    rows = session.execute(f"select * from {dbt.this}")
    columns = [column[0] for column in rows.description]
    records = [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]
    return {key_of(row): row for row in records} if {"fingerprint", "months_ahead", "target_value"} <= set(columns) else {}
