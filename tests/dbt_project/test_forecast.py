"""Forecasts: intervals hold on series of known law, nothing is computed twice, and odd series do no
harm.
"""

import importlib.util
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pytest
from small_city import ROOT

from forecasting import forecast, key_of, methods, mixture
from forecasting import rows as rows_of

MODEL = (
    ROOT / "dbt_project" / "models" / "intermediate" / "forecasts" / "int_indicator_forecasts.py"
)
HORIZONS = (1, 3, 6, 12)
WHOLE = 1000
Row = dict[str, Any]


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location(MODEL.stem, MODEL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _warnings_fail() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def _month(place: int) -> date:
    return date(2020 + place // 12, place % 12 + 1, 1)


def _months(numerators: Any, denominator: Any = 1, code: str = "series") -> list[Row]:
    """Return consecutive months; None leaves one out."""
    return [
        {
            "indicator_code": code,
            "month": _month(place),
            "numerator": numerator,
            "denominator": denominator,
        }
        for place, numerator in enumerate(numerators)
        if numerator is not None
    ]


def _asked(
    origin: int, months_ahead: int, kind: str = "stock", target: float | None = None, **more: Any
) -> Row:
    asked = {
        "indicator_code": "series",
        "kind": kind,
        "direction": "up",
        "natural_limit": None,
        "may_be_negative": False,
    }
    return {
        **asked,
        "origin_month": _month(origin),
        "months_ahead": months_ahead,
        "target_value": target,
        **more,
    }


def _forecast(months: list[Row], asked: list[Row]) -> list[Row]:
    return forecast(months, asked, {}, "as it is")


def _logit_walk(generator: np.random.Generator, count: int, noise: float) -> np.ndarray:
    """Return numerators of WHOLE whose logit is a random walk with drift, with or without noise on
    it.
    """
    step = generator.uniform(0.03, 0.12)
    walk = generator.uniform(-2.5, 0) + np.cumsum(
        generator.normal(0.03, 0.03) + step * generator.standard_normal(count)
    )
    logits = walk + noise * step * generator.standard_normal(count)
    return (WHOLE + 1) / (1 + np.exp(-logits)) - 0.5


def _stock_walk(generator: np.random.Generator, count: int) -> np.ndarray:
    """Return whole numbers that grow by a steady drift and chance, counted with a little error."""
    step = generator.uniform(1, 8)
    walk = 600 + np.cumsum(generator.normal(5, 4) + step * generator.standard_normal(count))
    return np.round(walk + generator.uniform(0, 1) * step * generator.standard_normal(count))


LAWS = {
    "logit walk": ("ratio", lambda generator, count: _logit_walk(generator, count, 0)),
    "logit walk with noise": (
        "ratio",
        lambda generator, count: _logit_walk(generator, count, generator.uniform(0.3, 2)),
    ),
    "stock": ("stock", _stock_walk),
}


@pytest.fixture(scope="module")
def simulated() -> dict[str, list[tuple[Row, float]]]:
    """Forecasts of 1,050 series of known law beside what came, each 1, 3, 6 and 12 months ahead and
    asked about a target a year ahead.
    """
    made: dict[str, list[tuple[Row, float]]] = {law: [] for law in LAWS}
    for law, (kind, drawn) in LAWS.items():
        generator = np.random.default_rng(20261120)
        for _ in range(350):
            length = int(generator.integers(24, 61))
            numerators = drawn(generator, length + 12)
            values = 100 * numerators / WHOLE if kind == "ratio" else numerators
            spread = 4 * float(np.std(np.diff(values[:length])))
            target = float(
                np.clip(
                    values[length - 1] + spread * generator.normal(0.5, 1),
                    0.1,
                    99.9 if kind == "ratio" else None,
                )
            )
            origin = length - 1
            asked = [
                *(_asked(origin, ahead, kind) for ahead in HORIZONS),
                _asked(origin, 12, kind, target),
            ]
            rows = _forecast(_months(numerators[:length], WHOLE if kind == "ratio" else 1), asked)
            made[law] += [(row, values[origin + row["months_ahead"]]) for row in rows]
    return made


@pytest.mark.parametrize("law", LAWS)
def test_intervals_hold_on_series_of_known_law(
    simulated: dict[str, list[tuple[Row, float]]], law: str
) -> None:
    made = [(row, actual) for row, actual in simulated[law] if row["target_value"] is None]
    held = {
        (ahead, level): np.mean(
            [
                row[f"lower_{level}"] <= actual <= row[f"upper_{level}"]
                for row, actual in made
                if row["months_ahead"] == ahead
            ]
        )
        for ahead in HORIZONS
        for level in (80, 95)
    }
    assert len(made) == 350 * len(HORIZONS)
    assert 0.75 <= np.mean([held[ahead, 80] for ahead in HORIZONS]) <= 0.85, held
    assert 0.92 <= np.mean([held[ahead, 95] for ahead in HORIZONS]) <= 0.98, held
    # A single horizon of 350 series is known to ± 4 points only.
    assert all(
        0.72 <= held[ahead, 80] <= 0.88 and 0.90 <= held[ahead, 95] <= 0.99 for ahead in HORIZONS
    ), held
    below = np.mean([actual < row["median"] for row, actual in made])
    assert 0.42 <= below <= 0.58


def test_of_targets_called_likely_as_many_are_reached(
    simulated: dict[str, list[tuple[Row, float]]],
) -> None:
    asked = [
        (row["probability"], actual >= row["target_value"])
        for made in simulated.values()
        for row, actual in made
        if row["target_value"]
    ]
    assert len(asked) == 1050
    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        group = [
            (probability, reached) for probability, reached in asked if low <= probability < high
        ]
        said, came = np.mean(group, axis=0)
        assert len(group) > 60
        assert abs(said - came) < 0.11, (low, high, len(group), said, came)


WALK = np.random.default_rng(5)
ODD: dict[str, tuple[str, list[float | None], int]] = {
    "nobody ever": ("ratio", [0] * 24, 53),
    "everybody always": ("ratio", [53] * 30, 53),
    "a department of one": ("ratio", [0, 1] * 15, 1),
    "nothing ever": ("stock", [0] * 24, 1),
    "always the same": ("stock", [40] * 36, 1),
    "a straight line": ("stock", [10 * place for place in range(40)], 1),
    "falls to nothing": ("stock", [max(0, 100 - 4 * place) for place in range(30)], 1),
    "a jump": ("stock", [5.0] * 20 + [5000.0] * 20, 1),
    "millions": ("stock", list(1e7 + 1e5 * np.cumsum(WALK.standard_normal(40))), 1),
    "every second month": ("ratio", [20 if place % 2 == 0 else None for place in range(60)], 53),
    "a year away": (
        "stock",
        [10.0] * 15 + [None] * 12 + [20.0 + place % 2 for place in range(15)],
        1,
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_series_give_numbers_in_order_and_in_bounds_and_probabilities_that_fall(
    name: str,
) -> None:
    kind, numerators, denominator = ODD[name]
    targets = [-1.0, 0.0, 5.0, 20.0, 50.0, 99.9, 100.0, 100.1, 1e9]
    origin = len(numerators) - 1 if numerators[-1] is not None else len(numerators) - 2
    asked = [
        *(_asked(origin, ahead, kind) for ahead in range(1, 61)),
        *(
            _asked(origin, 30, kind, target, direction=direction)
            for target in targets
            for direction in ("up", "down")
        ),
    ]
    rows = _forecast(_months(numerators, denominator), asked)
    assert len(rows) == len(asked)
    for row in rows:
        values = [row[name] for name in rows_of.QUANTILES]
        assert np.isfinite(values).all()
        assert values == sorted(values)
        assert values[0] >= 0
        assert kind == "stock" or values[-1] <= 100
    # Sorted by target; of one target both ways come in the order in which they were asked.
    up, down = (
        np.array([row["probability"] for row in rows if row["target_value"] is not None][start::2])
        for start in (0, 1)
    )
    assert (np.diff(up) <= 0).all()
    assert (np.diff(down) >= 0).all()
    assert (up[:2].tolist(), down[0]) == ([1.0, 1.0], 0.0)
    assert kind == "stock" or (up[-2:].tolist(), down[-3:].tolist()) == (
        [0.0, 0.0],
        [1.0, 1.0, 1.0],
    )
    assert np.abs(up + down - 1)[(up < 1) & (down < 1)].max(initial=0) < 1e-5


def test_months_that_are_missing_do_not_bend_a_line() -> None:
    line = [100 + 10 * place if place not in (3, 4, 17, 30) else None for place in range(36)]
    (row,) = _forecast(_months(line), [_asked(35, 12)])
    assert row["median"] == pytest.approx(100 + 10 * 47, abs=1)
    assert row["upper_80"] - row["lower_80"] < 12


def test_a_stock_stays_below_its_natural_limit() -> None:
    months = _months([20 + 2 * place for place in range(36)])
    asked = [_asked(35, 24, target=target, natural_limit=100.0) for target in (None, 100.0, 101.0)]
    rows = _forecast(months, asked)
    assert [row["upper_95"] for row in rows] == [100, 100, 100]
    assert rows[1]["probability"] > 0.9
    assert rows[2]["probability"] == 0


def test_every_origin_of_one_pass_equals_a_filter_that_ends_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    values = np.cumsum(np.random.default_rng(3).normal(1, 2, 40))
    values[[4, 5, 20]] = np.nan
    noise, level, slope = 0.4, 0.6, 0.05
    monkeypatch.setattr(mixture, "SHAPES", ((noise, level, slope, 1.0),))
    ahead = np.arange(1.0, 13.0)
    mixed = mixture.fit(values, np.full(40, 1 / 12)).ahead(np.full(12, 27), ahead)
    kalman = KalmanFilter(
        k_endog=1,
        k_states=2,
        design=[[1.0, 0.0]],
        transition=[[1.0, 1.0], [0.0, 1.0]],
        selection=np.eye(2),
    )
    kalman["obs_cov", 0, 0], kalman["state_cov"] = noise, np.diag([level, slope])
    kalman.initialize_diffuse()
    kalman.bind(np.concatenate([values[:28], np.full(12, np.nan)]).reshape(-1, 1))
    filtered = kalman.filter()
    variances = filtered.forecasts_error_cov[0, 0]
    sums = np.nansum(filtered.forecasts_error[0, 2:28] ** 2 / variances[2:28]) + 1 / 12
    assert mixed.means[0] == pytest.approx(filtered.forecasts[0, 28:])
    assert mixed.degrees.tolist() == [24.0] * 12
    assert mixed.scales[0] == pytest.approx(np.sqrt(variances[28:] * sums / 24))


def _wanted(length: int, codes: tuple[str, ...], targets: dict[int, float]) -> list[Row]:
    """Return what is asked of series of a length: a backtest from every origin, and targets from
    the last one.
    """
    return [
        *(
            _asked(origin, ahead, "ratio", indicator_code=code)
            for code in codes
            for origin in range(23, length)
            for ahead in HORIZONS
        ),
        *(
            _asked(length - 1, ahead, "ratio", target, indicator_code=code)
            for code in codes
            for ahead, target in targets.items()
        ),
    ]


def _numerators(seed: int) -> list[Decimal]:
    shares = 1 / (1 + np.exp(2 - np.cumsum(np.random.default_rng(seed).normal(0.06, 0.15, 50))))
    return [Decimal(int(share * 53)) for share in shares]


class Warehouse:
    """A real DuckDB that holds what the model reads and keeps what it returns, as dbt does."""

    def __init__(self, model: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.model, self.fitted = model, 0
        self.connection = duckdb.connect()
        self.connection.execute("create schema intermediate")
        fit = mixture.fit

        def count(*arguments: Any) -> Any:
            self.fitted += 1
            return fit(*arguments)

        monkeypatch.setattr(mixture, "fit", count)

    def build(self, months: list[Row], wanted: list[Row]) -> tuple[list[tuple[Any, ...]], int]:
        """Return the rows of the table without their fingerprints, and how many series were fitted
        for them.
        """
        before = self.fitted
        self._fill(
            "int_forecast_months",
            months,
            "indicator_code text, month date, numerator decimal(18, 4), denominator decimal(18, 4)",
        )
        columns = (
            "indicator_code text, kind text, direction text, natural_limit double, may_be_negative"
            " boolean, origin_month date, months_ahead int, target_value double"
        )
        self._fill("int_forecasts_wanted", wanted, columns)
        this = type(
            "this",
            (),
            {
                "schema": "intermediate",
                "identifier": MODEL.stem,
                "__repr__": lambda _: f"intermediate.{MODEL.stem}",
            },
        )()
        dbt = SimpleNamespace(
            config=lambda **_: None,
            this=this,
            ref=lambda name: self.connection.query(f"select * from intermediate.{name}"),
        )
        self.connection.register("returned", self.model.model(dbt, self.connection))
        self.connection.execute(
            f"create or replace table intermediate.{MODEL.stem} as select * from returned"
        )
        rows = self.connection.execute(
            f"select * exclude (fingerprint) from intermediate.{MODEL.stem} order by all"
        ).fetchall()
        return rows, self.fitted - before

    def _fill(self, table: str, rows: list[Row], columns: str) -> None:
        struct = f"struct({columns})[]"
        self.connection.execute(
            f"create or replace table intermediate.{table} as select unnest(cast($rows as"
            f" {struct}), recursive := true)",
            {"rows": rows},
        )


def test_a_new_month_adds_what_building_at_once_gives_and_only_what_changed_is_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series = {"one": _numerators(1), "other": _numerators(2)}
    nightly, at_once = (Warehouse(_loaded(), monkeypatch) for _ in range(2))
    codes, targets = ("one", "other"), {5: 60.0, 17: 70.0}

    def months(lengths: dict[str, int]) -> list[Row]:
        return [
            row
            for code, length in lengths.items()
            for row in _months(series[code][:length], Decimal(53), code)
        ]

    first = months({"one": 36, "other": 36})
    wanted = _wanted(36, codes, targets)
    rows, fitted = nightly.build(first, wanted)
    assert (len(rows), fitted) == (2 * (13 * 4 + 2), 2)
    assert nightly.build(first, wanted) == (rows, 0)

    # A month more of one series: the other is not fitted, and of the first no row before the new
    # origin is computed.
    longer = months({"one": 37, "other": 36})
    wanted = [*_wanted(37, ("one",), {4: 60.0, 16: 70.0}), *_wanted(36, ("other",), targets)]
    computed: list[Row] = []
    predict = rows_of.predict
    monkeypatch.setattr(
        rows_of,
        "predict",
        lambda history, gaps: computed.extend(row for _, row in gaps) or predict(history, gaps),
    )
    rows, fitted = nightly.build(longer, wanted)
    assert fitted == 1
    assert {(row["indicator_code"], row["origin_month"]) for row in computed} == {
        ("one", _month(36))
    }
    assert rows == at_once.build(longer, wanted)[0]

    # Another target is asked of a history that is known.
    raised = [*_wanted(37, ("one",), {4: 65.0, 16: 70.0}), *_wanted(36, ("other",), targets)]
    computed.clear()
    rows, _ = nightly.build(longer, raised)
    assert [row["target_value"] for row in computed] == [65.0]
    assert rows == Warehouse(_loaded(), monkeypatch).build(longer, raised)[0]

    # A month that was revised changes the origins from there on.
    revised = [
        (
            {**row, "numerator": Decimal(7)}
            if (row["indicator_code"], row["month"]) == ("one", _month(30))
            else row
        )
        for row in longer
    ]
    computed.clear()
    rows, fitted = nightly.build(revised, raised)
    assert fitted == 1
    assert {row["origin_month"] for row in computed} == {_month(place) for place in range(30, 37)}
    assert rows == Warehouse(_loaded(), monkeypatch).build(revised, raised)[0]

    # What another method computed is not kept.
    assert len(forecast(revised, raised, {}, "another")) == len(rows)
    known = {key_of(row): row for row in forecast(revised, raised, {}, "one")}
    fitted = nightly.fitted
    forecast(revised, raised, known, "another")
    assert nightly.fitted == fitted + 2


_NOTHING_NEW = """
import datetime, sys
from forecasting import forecast, key_of
months, asked, known = {months!r}, {asked!r}, {known!r}
print(len(forecast(months, [], {{}}, "as it is")), sorted({{"statsmodels", "scipy", "pandas", "numpy"}} & set(sys.modules)))
print(forecast(months, asked, {{key_of(row): row for row in known}}, "as it is") == known, "numpy" in sys.modules)
print(forecast(months, asked, {{}}, "as it is") == known, "statsmodels" in sys.modules)
"""


def test_a_night_on_which_nothing_is_new_imports_no_statistics() -> None:
    months, asked = (
        _months([3 * place for place in range(24)]),
        [_asked(23, 6), _asked(23, 6, target=90.0)],
    )
    known = _forecast(months, asked)
    script = _NOTHING_NEW.format(months=months, asked=asked, known=known)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.splitlines(), done.stderr) == (["0 []", "True False", "True True"], "")


def test_another_method_is_one_of_which_any_module_or_library_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = shutil.copytree(ROOT / "forecasting", tmp_path / "forecasting")
    monkeypatch.setattr(methods, "__file__", str(package / "methods.py"))
    method = methods.method.__wrapped__
    assert method() == methods.method()
    hashes = {method()}
    for module in sorted(package.glob("*.py")):
        module.write_text(module.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
        hashes.add(method())
    monkeypatch.setattr(methods, "version", lambda library: "another")
    assert len(hashes | {method()}) == 1 + len(list(package.glob("*.py"))) + 1
