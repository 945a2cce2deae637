"""The recipes of docs/editing, followed word for word on copies of the project and of the whole
house.
"""

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from harness.recipes import follow
from small_city import BASE_AS_OF, DEPARTMENTS, ROOT, City
from workbench import Workbench
from workbooks import TRAINING_HEADING, attendance, register, workbook

RATE = "visualisation_usage_rate"
NIGHT = BASE_AS_OF + timedelta(days=1)
B01, KITA, *_ = DEPARTMENTS.values()
TUTORIAL = ("editing/tutorial.md", "A first indicator in half an hour")
RECIPES = (
    TUTORIAL,
    ("editing/indicators.md", "A milestone"),
    ("editing/indicators.md", "A stock"),
    ("editing/indicators.md", "A ratio"),
    ("editing/sources.md", "Add a contract column"),
    ("editing/sources.md", "Change a volume bound"),
    ("editing/pages.md", "Add a page to the app"),
)


@pytest.fixture(scope="module")
def followed(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The recipes that edit a seed, followed, and `make dev` run once."""
    folder = tmp_path_factory.mktemp("recipes")
    bench = Workbench(base_city.copy_to(folder / "city"), folder / "project")
    for recipe in ("Revise a target", "Rename a department", "Correct a figure"):
        follow("editing/seeds.md", recipe, bench.project.parent)
    bench.build()
    return bench


def test_a_revised_target_is_in_effect_from_its_day_and_the_old_one_before(
    followed: Workbench,
) -> None:
    def target(day: date) -> tuple[object, ...]:
        return followed.query(
            "select target_text, target_value from marts.fct_indicator_progress_history where"
            f" indicator_code = '{RATE}' and fiscal_year = 2026 and known_from <= date '{day}' and"
            f" coalesce(known_to, date '9999-12-31') > date '{day}'"
        )[0]

    assert target(date(2026, 10, 19)) == ("70%以上", 70)
    assert target(date(2026, 10, 20)) == ("75%以上", 75)
    revised = (
        "select previous_text, new_text, difference, source_document, revised_on from"
        f" marts.fct_indicator_revisions where indicator_code = '{RATE}' and measure = 'target' and"
        " revision_kind = 'revised'"
    )
    assert followed.query(revised) == [("70%以上", "75%以上", 5, "改定の文書", date(2026, 10, 20))]


def test_a_renamed_department_goes_on_under_its_new_name_and_counts_once(
    followed: Workbench,
) -> None:
    assert followed.query(
        "select successor_code, current_code from marts.dim_org_units where org_unit_code ="
        " '271039'"
    ) == [("F01", "F01")]
    assert followed.query(
        "select distinct denominator from marts.fct_indicator_actuals where org_unit_code ="
        " '271004'"
    ) == [(53,)]
    units = (
        "select roll_up, unit_code from marts.fct_org_unit_actuals where period_start = date"
        f" '2026-10-01' and period_grain = 'month' and indicator_code = '{RATE}' and unit_code in"
        " ('F01', '271039') order by all"
    )
    assert followed.query(units) == [("as_it_is_now", "F01"), ("as_it_was", "F01")]


def test_a_corrected_cell_is_counted_as_corrected_and_says_so(followed: Workbench) -> None:
    asked = (
        "select standing, recorded_value, corrected_value, indicator_codes from"
        " marts.fct_corrections where correction_id = 'roster-row-2'"
    )
    assert followed.query(asked) == [("applied", "副首都推進局", "都島区役所", RATE)]
    used = (
        "select org_unit_code from marts.fct_indicator_actuals where period_grain = 'month' and"
        f" is_current and numerator = 1 and indicator_code = '{RATE}' and org_unit_code != '271004'"
        " order by 1"
    )
    assert followed.query(used) == [
        ("271021",),
        ("271276",),
    ], "the user of B01 is counted where the roster should have had him"
    assert followed.city.query(used) == [("271276",), ("B01",)]


def test_the_difference_names_what_the_recipes_changed(followed: Workbench) -> None:
    changed = {(change.indicator_code, change.column) for change in followed.difference().values}
    assert (RATE, "target_value") in changed
    assert {"dim_org_units", "fct_corrections", "fct_indicator_targets"} <= {
        table.table for table in followed.difference().tables
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the whole house in which every other recipe has been followed, one after the other."""
    root = tmp_path_factory.mktemp("house") / "shihyo"
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, known.stdout.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    for page, heading in RECIPES:
        follow(page, heading, root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    return root


def _python(house: Path, city: City, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module or a program of that copy, on a city's data."""
    environment = city.environment(PYTHONPATH=str(house))
    return subprocess.run(
        [sys.executable, *words],
        cwd=house,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1200,
    )


@pytest.fixture(scope="module")
def published(house: Path, base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The small city after a night of that copy, with courses, hires and a register delivered."""
    city = base_city.copy_to(tmp_path_factory.mktemp("followed") / "city")
    courses = {
        "第1回": [
            attendance("S0000001", KITA, "R8.9.10"),
            attendance("S0000002", KITA, "R8.9.10"),
            attendance("S0000009", B01, "R8.9.10", "欠席"),
        ],
        "第2回": [
            attendance("S0000001", KITA, "R8.10.10"),
            attendance("S0000003", B01, "R8.10.12"),
        ],
    }
    city.deliver("training_rosters", "研修.xlsx", workbook(courses, TRAINING_HEADING), on=NIGHT)
    hires = [
        "整理番号,氏名,採用年月日,職種,配属先,採用数,備考",
        "R8-001,髙橋 誠,R8.4.1,,デジタル統括室,２,",
        "R8-002,﨑山 恵,R8.7.1,,デジタル統括室,▲１,取消",
    ]
    city.deliver("specialists", "専門人材.csv", hires, on=NIGHT, encoding="cp932")
    guideline = "生成AIの利用指針の策定"
    stages = [
        (guideline, 1, "調査", "R8.5.31", "R8.5.20", "完了", "100%", "", ""),
        (guideline, 2, "策定", "R9.1.31", "", "着手", "", "", ""),
    ]
    city.deliver("milestones", "管理表.xlsx", register(*stages), on=NIGHT)
    done = _python(house, city, "-m", "flows.cli", "run", "--as-of", str(NIGHT))
    assert done.returncode == 0, done.stdout + done.stderr
    return city


ADDED = (
    "indicator_code in ('training_attendances', 'ai_guideline', 'specialists_to_date',"
    " 'training_attendance_rate')"
)


def test_an_indicator_of_each_kind_is_counted_as_its_recipe_says(published: City) -> None:
    asked = (
        "select indicator_code, numerator, denominator, measured_to, is_provisional from"
        " marts.fct_indicator_progress"
    )
    assert published.query(f"{asked} where fiscal_year = 2026 and {ADDED} order by 1") == [
        ("ai_guideline", 1, 2, NIGHT, True),
        ("specialists_to_date", 1, 1, date(2026, 9, 30), True),
        ("training_attendance_rate", 2, 3, date(2026, 9, 30), True),
        ("training_attendances", 4, 1, NIGHT, True),
    ]


def test_the_receipt_of_each_lists_the_rows_that_it_counts(published: City) -> None:
    asked = "select indicator_code, part, count(*), sum(counts) from marts.fct_counted_rows"
    landed = "fiscal_year = 2026 and item_id not like 'seeds/%'"
    assert published.query(f"{asked} where {landed} and {ADDED} group by all order by all") == [
        ("ai_guideline", "denominator", 2, 2),
        ("ai_guideline", "numerator", 1, 1),
        ("specialists_to_date", "numerator", 2, 1),
        ("training_attendance_rate", "denominator", 3, 3),
        ("training_attendance_rate", "numerator", 2, 2),
        ("training_attendances", "numerator", 4, 4),
    ]


def test_a_contract_column_is_landed_and_reaches_staging(published: City) -> None:
    assert published.query(
        "select reference_code, hire_count from staging.stg_specialists__hires order by 1"
    ) == [
        ("R8-001", 2),
        ("R8-002", -1),
    ]
    off_contract = (
        "select * from marts.fct_audit_results where not is_success and expectation_name ="
        " 'every_item_is_as_its_contract_says'"
    )
    assert published.query(off_contract) == []


def test_a_volume_bound_is_the_one_that_the_night_has_judged_by(published: City) -> None:
    asked = (
        "select distinct message from marts.fct_audit_results where expectation_name ="
        " 'training_rosters_keep_their_size'"
    )
    run = "(select arg_max(run_id, audited_at) from marts.fct_audit_results)"
    [(message,)] = published.query(f"{asked} and run_id = {run}")
    assert message.endswith("expected share_of_typical at least 0.8")


_DRAWN = """
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from app import site, warehouse
from app.address import read_address
from settings import settings

whole = AppTest.from_file("app/streamlit_app.py", default_timeout=60).run()
assert not whole.exception, whole.exception
state = warehouse.read_state(settings())
for language in ("ja", "en"):
    address = read_address("targets", {"lang": [language]})
    print(site.draw_site(state, address, datetime.now(UTC)).html)
print(*(line for element in whole.html for line in element.value.splitlines() if 'href="targets"' in line))
"""


def test_a_page_is_drawn_in_both_languages_and_linked(house: Path, published: City) -> None:
    drawn = _python(house, published, "-c", _DRAWN)
    assert drawn.returncode == 0, drawn.stderr
    assert "目標の一覧" in drawn.stdout
    assert "All targets" in drawn.stdout
    assert "70%以上" in drawn.stdout
    assert "約600件" not in drawn.stdout, "a target that a later one has replaced"
    assert "目標一覧" in drawn.stdout.splitlines()[-1]


def test_nothing_that_the_house_rules_ask_for_is_missing_from_the_recipes(
    house: Path, base_city: City
) -> None:
    tests = ("tests/test_house.py", "tests/app/test_queries.py", "tests/app/test_texts.py")
    done = _python(
        house, base_city, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests
    )
    assert done.returncode == 0, done.stdout
    for check in (("check",), ("format", "--check")):
        linted = _python(
            house, base_city, "-m", "ruff", *check, "--no-cache", "app", "flows", "expectations"
        )
        assert linted.returncode == 0, linted.stdout
