"""The two gates before anything is published: `raw` (what arrived) and `candidate` (what would be
shown).

dbt tests own logic; what stands here is plausibility. Nothing here writes to the warehouse: the
connection is read-only.
"""

import gc
import logging
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import great_expectations as gx
from great_expectations.render.view import view
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from expectations.duckdb_dialect import DRIVER_NAME
from expectations.rules import Suite, read_rules, suites

# A finding names items and figures; the rows themselves stay where they are.
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["named_by"],
    "partial_unexpected_count": 3,
}


_NOT_JUDGED = "could not be evaluated"


@dataclass(frozen=True)
class Finding:
    """What one expectation found; `observed` says it in brief, without a value that could name a
    person.
    """

    checkpoint_name: str
    suite_name: str
    expectation_name: str
    severity: str
    is_success: bool
    observed: str | None
    message: str

    @property
    def was_judged(self) -> bool:
        """Whether the expectation could be evaluated; else nobody knows what would be approved."""
        return not (self.observed or "").startswith(_NOT_JUDGED)


class _CompiledOnce(BytecodeCache):
    """The templates of a night's pages: for each page GX makes Jinja anew, which compiles them."""

    def __init__(self) -> None:
        self._compiled: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.code


vars(view)["Environment"] = partial(Environment, bytecode_cache=_CompiledOnce())


def raw_checkpoint(warehouse: Path, docs: Path) -> list[Finding]:
    """Judge what arrived; write its pages into `docs`."""
    return _run("raw", warehouse, docs)


def candidate_checkpoint(warehouse: Path, docs: Path) -> list[Finding]:
    """Judge what would be published; write its pages into `docs`."""
    return _run("candidate", warehouse, docs)


def _run(name: str, warehouse: Path, docs: Path) -> list[Finding]:
    judged = suites(read_rules(warehouse, name))
    for noisy in ("great_expectations", "gx", "posthog"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="great_expectations|duckdb_engine|sqlalchemy")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    site = {
        "class_name": "SiteBuilder",
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
    }
    context.add_data_docs_site(site_name=name, site_config=site)
    source = context.data_sources.add_sql(
        name="warehouse",
        connection_string=f"{DRIVER_NAME}:///{warehouse}",
        kwargs={"connect_args": {"read_only": True}},
    )
    validations = [_validation(context, source, suite) for suite in judged]
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=name, validation_definitions=validations, result_format=_RESULT_FORMAT)
    )
    try:
        result = checkpoint.run()
        context.build_data_docs(site_names=[name])
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()
        gc.collect()  # GX keeps cursors in cycles, and DuckDB refuses to write to a file that is still open for reading
    return [
        _finding(name, validation["suite_name"], outcome)
        for validation in (run_result.to_json_dict() for run_result in result.run_results.values())
        for outcome in validation["results"]
    ]


def _validation(context: Any, source: Any, suite: Suite) -> Any:
    asset = source.add_query_asset(name=suite.name, query=suite.query)
    expectations = [rule.expectation() for rule in suite.rules]
    added = context.suites.add(gx.ExpectationSuite(name=suite.name, expectations=expectations))
    batch = asset.add_batch_definition_whole_table("all rows")
    return context.validation_definitions.add(
        gx.ValidationDefinition(name=suite.name, data=batch, suite=added)
    )


def _finding(checkpoint_name: str, suite_name: str, outcome: dict[str, Any]) -> Finding:
    meta = outcome["expectation_config"]["meta"]
    exception = _exception(outcome.get("exception_info") or {})
    return Finding(
        checkpoint_name=checkpoint_name,
        suite_name=suite_name,
        expectation_name=meta["name"],
        # An expectation that could not be evaluated has guarded nothing.
        severity="critical" if exception else outcome["expectation_config"]["severity"],
        is_success=bool(outcome["success"]) and not exception,
        observed=exception or (None if outcome["success"] else _observed(outcome["result"])),
        message=meta["message"],
    )


def _exception(info: dict[str, Any]) -> str | None:
    found = [info] if "raised_exception" in info else list(info.values())
    raised = [entry for entry in found if entry.get("raised_exception")]
    return (
        f"{_NOT_JUDGED}: {str(raised[0]['exception_message']).splitlines()[0][:200]}"
        if raised
        else None
    )


def _observed(result: dict[str, Any]) -> str:
    rows = (
        (result.get("details") or {}).get("unexpected_rows")
        or result.get("unexpected_index_list")
        or []
    )
    named = [
        " ".join([str(row["named_by"]), *(_rounded(row[key]) for key in _besides(row))])
        for row in rows[:3]
    ]
    count = result.get("unexpected_count", result.get("observed_value"))
    of_all = f" of {result['element_count']}" if "element_count" in result else ""
    return f"{count}{of_all} rows" + (f": {', '.join(dict.fromkeys(named))}" if named else "")


def _besides(row: dict[str, Any]) -> list[str]:
    """Return the columns of a finding that say more than what names it."""
    return [key for key in row if row[key] != row["named_by"]]


def _rounded(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
