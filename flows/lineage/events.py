"""What a run read and made, as events of OpenLineage (https://openlineage.io/docs/spec): the run
itself, and of one that published each mart with the sources that it is made from.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict
from uuid import NAMESPACE_URL, UUID, uuid5

import duckdb
from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.facet_v2 import (
    dataset_version_dataset,
    error_message_run,
    job_type_job,
    nominal_time_run,
    output_statistics_output_dataset,
    parent_run,
    schema_dataset,
)

from flows.sources import SOURCES

NAMESPACE = "shihyo"
# How a run ended, in OpenLineage's words; a version that is held was built well.
_STATES = {"published": RunState.COMPLETE, "held": RunState.COMPLETE}
_JOB_TYPE = job_type_job.JobTypeJobFacet("BATCH", "SHIHYO", jobType="JOB")
_PRODUCER = "urn:shihyo"


class Asked(TypedDict):
    """A run as the child is told of it. `warehouse` and `manifest` are of what it published."""

    url: str
    key: str
    has_ended: bool
    run_id: str
    command: str
    as_of: str
    at: str
    outcome: str
    message: str
    version: str | None
    warehouse: str | None
    manifest: str | None


def begin(asked: Asked) -> RunEvent:
    """Return the event of a run's beginning."""
    return _event(RunState.START, asked, _run(asked), _job(asked["command"]))


def end(asked: Asked) -> list[RunEvent]:
    """Return the events of a run's end: those of its marts, and its own last."""
    state = _STATES.get(asked["outcome"], RunState.FAIL)
    run = _run(asked)
    if state is RunState.FAIL and run.facets is not None:
        message = error_message_run.ErrorMessageRunFacet(asked["message"], "Python")
        run.facets["errorMessage"] = message
    marts = list(_marts(asked)) if asked["warehouse"] else []
    return [*marts, _event(state, asked, run, _job(asked["command"]))]


def run_uuid(run_id: str) -> UUID:
    """Return the UUID by which a run is known in the catalogue: always the same of one run."""
    return uuid5(NAMESPACE_URL, f"shihyo:{run_id}")


def _run(asked: Asked) -> Run:
    nominal = nominal_time_run.NominalTimeRunFacet(f"{asked['as_of']}T00:00:00+09:00")
    return Run(str(run_uuid(asked["run_id"])), {"nominalTime": nominal})


def _job(name: str) -> Job:
    return Job(NAMESPACE, name, {"jobType": _JOB_TYPE})


def _event(state: RunState, asked: Asked, run: Run, job: Job, **datasets: Any) -> RunEvent:
    return RunEvent(
        eventTime=asked["at"], producer=_PRODUCER, eventType=state, run=run, job=job, **datasets
    )


def _marts(asked: Asked) -> Iterator[RunEvent]:
    """Give an event for each mart of the version that a run published."""
    parent = parent_run.ParentRunFacet(
        run=parent_run.Run(str(run_uuid(asked["run_id"]))),
        job=parent_run.Job(NAMESPACE, asked["command"]),
    )
    made_from = _sources_of_marts(Path(str(asked["manifest"])))
    inputs = {source.name: _source(source.contract) for source in SOURCES}
    with duckdb.connect(str(asked["warehouse"]), read_only=True) as warehouse:
        for mart in _mart_names(warehouse):
            run = Run(str(uuid5(run_uuid(asked["run_id"]), mart)), {"parent": parent})
            yield _event(
                RunState.COMPLETE,
                asked,
                run,
                _job(f"{asked['command']}.{mart}"),
                inputs=[inputs[name] for name in sorted(made_from.get(mart, ()))],
                outputs=[_mart(warehouse, mart, str(asked["version"]))],
            )


def _source(contract: Any) -> InputDataset:
    columns = [
        schema_dataset.SchemaDatasetFacetFields(name, "varchar") for name in contract.landed_names
    ]
    return InputDataset(
        NAMESPACE,
        f"sources.{contract.source_name}",
        facets={"schema": schema_dataset.SchemaDatasetFacet(columns)},
    )


def _mart(warehouse: duckdb.DuckDBPyConnection, mart: str, version: str) -> OutputDataset:
    columns = warehouse.execute(
        "select column_name, data_type from duckdb_columns()"
        " where schema_name = 'marts' and table_name = $mart order by column_index",
        {"mart": mart},
    ).fetchall()
    [[rows]] = warehouse.execute(f'select count(*) from marts."{mart}"').fetchall()
    fields = [schema_dataset.SchemaDatasetFacetFields(*column) for column in columns]
    return OutputDataset(
        NAMESPACE,
        f"marts.{mart}",
        facets={
            "schema": schema_dataset.SchemaDatasetFacet(fields),
            "version": dataset_version_dataset.DatasetVersionDatasetFacet(version),
        },
        outputFacets={
            "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                rowCount=rows
            )
        },
    )


def _mart_names(warehouse: duckdb.DuckDBPyConnection) -> list[str]:
    found = warehouse.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    ).fetchall()
    return [name for (name,) in found]


def _sources_of_marts(manifest: Path) -> dict[str, set[str]]:
    """Return of each mart the sources that it is made from: those whose staging models are among
    its ancestors in dbt's manifest.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    known = {source.name for source in SOURCES}

    def sources(key: str, seen: set[str]) -> set[str]:
        if key in seen or key not in nodes:
            return set()
        seen.add(key)
        node = nodes[key]
        own = known & set(node["fqn"]) if "staging" in node["fqn"] else set()
        # A seed depends on nothing, and says nothing of it.
        parents = node["depends_on"].get("nodes", [])
        return own.union(*(sources(each, seen) for each in parents))

    return {
        node["name"]: sources(key, set())
        for key, node in nodes.items()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    }
