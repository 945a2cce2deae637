"""A catalogue that is a real web server is told what a run read and made, and never at the cost of
the night.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from harness.recording_server import RecordingServer, recording_server
from small_city import City

NIGHT, REFUSED = date(2026, 10, 22), date(2026, 10, 23)


class Catalogue:
    """A catalogue at `url`, and the events that it took."""

    def __init__(self, server: RecordingServer) -> None:
        self.server, self.url = server, server.url

    def events(self) -> list[dict[str, Any]]:
        return [each.said for each in self.server.taken]


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with recording_server() as server:
        yield Catalogue(server)


def _night(city: City, catalogue: Catalogue, night: date) -> Any:
    return city.night(
        night, SHIHYO_LINEAGE_URL=catalogue.url, SHIHYO_LINEAGE_KEY="a-key-nobody-sees"
    )


def _sources(event: dict[str, Any]) -> set[str]:
    return {each["name"].removeprefix("sources.") for each in event["inputs"]}


def test_a_night_tells_where_each_mart_comes_from_and_a_refused_one_why(
    city: City, catalogue: Catalogue
) -> None:
    city.deliver_log(date(2026, 10, 21))
    done = _night(city, catalogue, NIGHT)
    assert done.returncode == 0, done.stderr
    assert {(path, key) for path, key, _ in catalogue.server.taken} == {
        ("/api/v1/lineage", "Bearer a-key-nobody-sees")
    }
    begun, *marts, ended = catalogue.events()
    assert (begun["eventType"], ended["eventType"]) == ("START", "COMPLETE")
    assert begun["run"]["runId"] == ended["run"]["runId"] == str(UUID(ended["run"]["runId"]))
    assert (begun["job"]["namespace"], begun["job"]["name"]) == ("shihyo", "run")
    assert begun["run"]["facets"]["nominalTime"]["nominalStartTime"].startswith("2026-10-22T00:00")
    assert begun["eventTime"] < ended["eventTime"]
    assert {each["run"]["facets"]["parent"]["run"]["runId"] for each in marts} == {
        begun["run"]["runId"]
    }
    made = {each["outputs"][0]["name"].removeprefix("marts."): each for each in marts}
    in_the_warehouse = city.query(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    )
    assert {name for (name,) in in_the_warehouse} == set(made)
    assert _sources(made["dim_fiscal_years"]) == set()
    assert _sources(made["dim_policy_pages"]) == {"policy_pages"}
    assert _sources(made["fct_department_usage_months"]) >= {"access_log", "staff_roster"}
    assert "policy_pages" not in _sources(made["fct_department_usage_months"])
    [output] = made["fct_department_usage_months"]["outputs"]
    [(rows,)] = city.query("select count(*) from marts.fct_department_usage_months")
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == rows > 0
    assert output["facets"]["version"]["datasetVersion"] in city.published.resolve().name
    columns = [each["name"] for each in output["facets"]["schema"]["fields"]]
    assert (
        columns[0]
        == city.query(
            "select column_name from duckdb_columns() where schema_name = 'marts'"
            " and table_name = 'fct_department_usage_months' order by column_index limit 1"
        )[0][0]
    )

    catalogue.server.taken.clear()
    city.deliver_roster(date(2026, 10, 1), [], on=REFUSED)
    done = _night(city, catalogue, REFUSED)
    assert done.returncode == 3
    begun, failed = catalogue.events()
    assert (begun["eventType"], failed["eventType"]) == ("START", "FAIL")
    assert "roster_is_not_empty" in failed["run"]["facets"]["errorMessage"]["message"]
    assert failed["inputs"] == failed["outputs"] == []


@pytest.mark.parametrize("answer", [401, None])
def test_a_catalogue_that_takes_nothing_is_a_warning_that_shows_no_secret(
    city: City, catalogue: Catalogue, answer: int | None
) -> None:
    if answer is None:
        catalogue.url = "http://night:hidden-word@127.0.0.1:9"  # nobody listens there
    else:
        catalogue.server.answer = answer
    done = _night(city, catalogue, NIGHT)
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    why = f"HTTP {answer}" if answer else "ConnectionError"
    assert f"the lineage of this run was not told ({why})" in said
    written = "".join(
        file.read_text(errors="replace") for file in (city.data / "logs").rglob("*.jsonl")
    )
    assert "hidden-word" not in said + written
    assert "a-key-nobody-sees" not in said + written
