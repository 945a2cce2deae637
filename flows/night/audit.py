"""Audit: judge the candidate before anybody sees it. A critical finding publishes nothing; a
warning is published and shown.
"""

import importlib
import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from flows.errors import AuditFailed
from flows.paths import candidate_file
from flows.run import Run
from published import GateFinding
from settings import Settings

if TYPE_CHECKING:
    from expectations.checkpoints import Finding

log = logging.getLogger("shihyo.audit")

_SENTENCES = """
    select
        rule_code, is_approvable, message_ja, message_en, advice_ja, advice_en, owner_ja, owner_en
    from marts.dim_gate_rules
"""


def import_ahead() -> None:
    """Import Great Expectations while another process is waited for: it takes seconds, and dbt needs
    one processor only. This process would wait for the import at each of its own files: the
    manifests of a thousand items were five seconds instead of a half.
    """
    threading.Thread(
        target=importlib.import_module, args=("expectations.checkpoints",), daemon=True
    ).start()


def audit_candidate(settings: Settings, run: Run) -> int:
    """Run both checkpoints on the candidate, record what they found in it, and return how many
    expectations were judged.

    Raises AuditFailed naming every critical expectation that did not hold.
    """
    from expectations.checkpoints import (
        candidate_checkpoint,
        raw_checkpoint,
    )  # GX takes seconds to import

    candidate = candidate_file(settings)
    docs = settings.logs_dir / "data_docs"
    findings = raw_checkpoint(candidate, docs / "raw") + candidate_checkpoint(
        candidate, docs / "candidate"
    )
    record_findings(candidate, run, findings)
    missed = [finding for finding in findings if not finding.is_success]
    run.findings = _with_sentences(candidate, missed)
    run.warnings += [
        f"{each.expectation_name}: {each.message} ({each.observed})"
        for each in missed
        if each.severity == "warning"
    ]
    advice = {each.rule_code: each.advice_en for each in run.findings}
    run.failures += [
        f"{each.expectation_name}: {each.message} ({each.observed}). "
        f"{advice.get(each.expectation_name) or 'See logs/data_docs'}"
        for each in missed
        if each.severity == "critical"
    ]
    for warning in run.warnings:
        log.warning("warning: %s", warning)
    if run.failures and not (settings.holds_for_approval and _may_all_be_approved(run)):
        kept = (
            f"version {run.published_before} stays published"
            if run.published_before
            else "nothing is published yet"
        )
        raise AuditFailed(
            f"audit: {' '.join(run.failures)} Nothing was published, {kept}; "
            "next: mend the source and run again, or read logs/data_docs in the data folder"
        )
    return len(findings)


def _may_all_be_approved(run: Run) -> bool:
    """Tell whether a person may find that every critical finding is the truth."""
    return all(each.is_approvable for each in run.findings if each.severity == "critical")


def _with_sentences(candidate: Path, missed: "list[Finding]") -> list[GateFinding]:
    """Return what did not hold with the sentences of its rules, for the ledger and its readers."""
    with duckdb.connect(str(candidate), read_only=True) as connection:
        found = connection.execute(_SENTENCES)
        names = [name for name, *_ in found.description or ()]
        rules = {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
    return [
        GateFinding.model_validate(
            rules.get(each.expectation_name, {"rule_code": each.expectation_name})
            | {"severity": each.severity, "observed": each.observed}
            | ({} if each.was_judged else {"is_approvable": False})
        )
        for each in missed
    ]


def record_findings(candidate: Path, run: Run, findings: "list[Finding]") -> None:
    """Write what was found into the candidate itself, so that a published version tells how it was
    judged.
    """
    audited_at = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        {"run_id": run.run_id, **vars(finding), "as_of": run.as_of, "audited_at": audited_at}
        for finding in findings
    ]
    with duckdb.connect(str(candidate)) as connection:
        connection.register("findings", pa.Table.from_pylist(rows))
        connection.execute("insert into night.audit_results by name from findings")
        connection.unregister("findings")
