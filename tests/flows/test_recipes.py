"""The README's recipes for the data team, followed on a copy of the project; how an indicator is added is test_tenth_indicator.py."""

from datetime import date
from pathlib import Path

import pytest
from small_city import ROOT, City
from workbench import Workbench

RATE = "visualisation_usage_rate"


@pytest.fixture(scope="module")
def followed(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The three recipes followed, and `make dev` run once."""
    folder = tmp_path_factory.mktemp("recipes")
    bench = Workbench(base_city.copy_to(folder / "city"), folder / "project")
    bench.append("seeds/indicator_targets.csv", f"{RATE},2026,75%以上,75,at_least,,,,2026-10-20,改定の文書,")
    bench.edit("seeds/org_units.csv", "271039,福島区役所,Fukushima Ward Office,ward,2019-04-01,,", _ENDED)
    bench.append("seeds/org_units.csv", _RENAMED)
    bench.append("seeds/corrections.csv", _CORRECTION)
    bench.build()
    return bench


_ENDED = "271039,福島区役所,Fukushima Ward Office,ward,2019-04-01,2026-10-14,"
_RENAMED = "F01,新福島区役所,New Fukushima Ward Office,ward,2026-10-15,,271039,,true,invented for this test"
_CORRECTION = (
    "roster-row-2,staff_roster,staff_roster_202610.csv,2,department_name,副首都推進局,都島区役所,"
    "名簿の所属が誤っていた,The roster named the wrong department,人事室,2026-10-21,"
)


def test_a_revised_target_is_in_effect_from_its_day_and_the_old_one_before(followed: Workbench) -> None:
    def target(day: date) -> tuple[object, ...]:
        return followed.query(
            f"select target_text, target_value from marts.fct_indicator_progress_history where indicator_code = '{RATE}' "
            f"and fiscal_year = 2026 and known_from <= date '{day}' and coalesce(known_to, date '9999-12-31') > date '{day}'"
        )[0]

    assert target(date(2026, 10, 19)) == ("70%以上", 70)
    assert target(date(2026, 10, 20)) == ("75%以上", 75)
    revised = (
        "select previous_text, new_text, difference, source_document, revised_on from marts.fct_indicator_revisions "
        f"where indicator_code = '{RATE}' and measure = 'target' and revision_kind = 'revised'"
    )
    assert followed.query(revised) == [("70%以上", "75%以上", 5, "改定の文書", date(2026, 10, 20))]


def test_a_renamed_department_goes_on_under_its_new_name_and_counts_once(followed: Workbench) -> None:
    assert followed.query("select successor_code, current_code from marts.dim_org_units where org_unit_code = '271039'") == [("F01", "F01")]
    assert followed.query("select distinct denominator from marts.fct_indicator_actuals where org_unit_code = '271004'") == [(53,)]
    units = (
        "select roll_up, unit_code from marts.fct_org_unit_actuals where period_start = date '2026-10-01' and period_grain = 'month' "
        f"and indicator_code = '{RATE}' and unit_code in ('F01', '271039') order by all"
    )
    assert followed.query(units) == [("as_it_is_now", "F01"), ("as_it_was", "F01")]


def test_a_corrected_cell_is_counted_as_corrected_and_says_so(followed: Workbench) -> None:
    told = (
        "select standing, recorded_value, corrected_value, indicator_codes from marts.fct_corrections where correction_id = 'roster-row-2'"
    )
    assert followed.query(told) == [("applied", "副首都推進局", "都島区役所", RATE)]
    used = (
        "select org_unit_code from marts.fct_indicator_actuals where period_grain = 'month' and is_current and numerator = 1 "
        f"and indicator_code = '{RATE}' and org_unit_code != '271004' order by 1"
    )
    assert followed.query(used) == [("271021",), ("271276",)], "the user of B01 is counted where the roster should have had him"
    assert followed.city.query(used) == [("271276",), ("B01",)]


def test_the_difference_names_what_the_recipes_changed(followed: Workbench) -> None:
    changed = {(change.indicator_code, change.column) for change in followed.difference().values}
    assert (RATE, "target_value") in changed
    assert {"dim_org_units", "fct_corrections", "fct_indicator_targets"} <= {table.table for table in followed.difference().tables}


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_has_every_recipe_that_is_followed_here(name: str) -> None:
    text = Path(ROOT / name).read_text(encoding="utf-8")
    for seed in ("indicators.csv", "indicator_targets.csv", "org_units.csv", "corrections.csv"):
        assert f"seeds/{seed}" in text
