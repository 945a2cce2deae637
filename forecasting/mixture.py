"""The fit: a series is filtered by every shape, and what lies ahead is their weighted mixture."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

Numbers = NDArray[np.float64]
# The shares of the one-month variance that are the level's own, the rest being noise; and the
# slope's, with how likely each is beforehand.
LEVEL_SHARES = (0.03, 0.1, 0.25, 0.5, 0.8, 1.0)
SLOPE_SHARES = ((0.0, 0.7), (0.001, 0.1), (0.005, 0.1), (0.025, 0.1))
SHAPES = tuple(
    (1 - level, level, slope, weight) for level in LEVEL_SHARES for slope, weight in SLOPE_SHARES
)


def fit(values: Numbers, roundings: Numbers) -> "Fitted":
    """Filter a series (NaN where a month is missing) by every shape.

    `roundings` is the least variance that each month's count can have.
    """
    is_seen = np.isfinite(values)
    states, covariances, logs, squares = [], [], [], []
    kalman = _local_linear_trend(values)
    for noise, level, slope, _ in SHAPES:
        kalman["obs_cov", 0, 0], kalman["state_cov", 0, 0], kalman["state_cov", 1, 1] = (
            noise,
            level,
            slope,
        )
        filtered = kalman.filter()
        counted = is_seen.copy()
        counted[: filtered.nobs_diffuse] = False
        variances = np.where(counted, filtered.forecasts_error_cov[0, 0], 1.0)
        errors = np.where(counted, filtered.forecasts_error[0], 0.0)
        logs.append(np.cumsum(np.log(variances)))
        squares.append(np.cumsum(errors**2 / variances))
        states.append(filtered.predicted_state[:, 1:])
        covariances.append(filtered.predicted_state_cov[:, :, 1:])
    # The error of a month is known by its own end, so that what stands at a place is what was known
    # at that origin.
    degrees = np.cumsum(counted) + 1.0
    sums = np.array(squares) + roundings
    priors = np.log([[shape[3]] for shape in SHAPES])
    likelihoods = priors - np.array(logs) / 2 - degrees / 2 * np.log(sums)
    return Fitted(np.array(states), np.array(covariances), likelihoods, sums / degrees, degrees)


def _local_linear_trend(values: Numbers) -> Any:
    transition = [[1.0, 1.0], [0.0, 1.0]]
    kalman = KalmanFilter(
        k_endog=1, k_states=2, design=[[1.0, 0.0]], transition=transition, selection=np.eye(2)
    )
    kalman.initialize_diffuse()
    kalman.bind(values.reshape(-1, 1).copy())
    return kalman


class Fitted:
    """A filtered series: for every shape and month, the state one month ahead, its covariance, and
    how well the shape did until then.
    """

    def __init__(
        self,
        states: Numbers,
        covariances: Numbers,
        likelihoods: Numbers,
        variances: Numbers,
        degrees: Numbers,
    ) -> None:
        self.states, self.covariances = states, covariances
        self.likelihoods, self.variances, self.degrees = likelihoods, variances, degrees

    def ahead(self, origins: NDArray[np.int_], months: Numbers) -> "Mixture":
        """Return the mixture of Student t for each origin (place in the series) and months ahead."""
        noise, level, slope = (np.array([[shape[place]] for shape in SHAPES]) for place in range(3))
        steps = months - 1
        means = self.states[:, 0, origins] + steps * self.states[:, 1, origins]
        ahead = self.covariances[:, :, :, origins]
        spread = ahead[:, 0, 0] + 2 * steps * ahead[:, 0, 1] + steps**2 * ahead[:, 1, 1]
        spread = spread + noise + steps * level + slope * (steps - 1) * steps * (2 * steps - 1) / 6
        likelihoods = self.likelihoods[:, origins]
        weights = np.exp(likelihoods - likelihoods.max(axis=0))
        scales = np.sqrt(spread * self.variances[:, origins])
        return Mixture(means, scales, weights / _total(weights), self.degrees[origins])


class Mixture:
    """Weighted Student t distributions, one column for each forecast."""

    def __init__(self, means: Numbers, scales: Numbers, weights: Numbers, degrees: Numbers) -> None:
        self.means, self.scales, self.weights, self.degrees = means, scales, weights, degrees

    def below(self, values: Numbers) -> Numbers:
        """Return the probability of a value at or below each; the last axis is that of the
        forecasts.
        """
        more = [1] * (np.ndim(values) - 1)
        parts = (self.means, self.scales, self.weights)
        means, scales, weights = (part.reshape(len(part), *more, -1) for part in parts)
        return _total(weights * stdtr(self.degrees, (values - means) / scales))

    def quantiles(self, probabilities: Iterable[float]) -> Numbers:
        """Return one row of values per probability, by halving what lies between the parts'
        quantiles.
        """
        asked = np.array(probabilities)[:, None]
        parts = self.means + self.scales * stdtrit(self.degrees, asked)[:, None, :]
        low, high = parts.min(axis=1), parts.max(axis=1)
        for _ in range(52):
            middle = (low + high) / 2
            is_low = self.below(middle) < asked
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        return np.asarray((low + high) / 2)


def _total(parts: Numbers) -> Numbers:
    """Add one after the other.

    numpy's own sum takes another order, and so another last digit, for a single column than for
    many.
    """
    total = np.zeros(parts.shape[1:])
    for part in parts:
        total = total + part
    return total
