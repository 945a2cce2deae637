"""Approval: a version that would surprise its readers is held until a person has looked at it.

What surprises is a change for readers that `seeds/publication_rules.csv` holds, or a finding of the
gate that may be the truth. Each has a digest; a person approves the digests of a version, so that
the same surprise is not held again. A held version blocks nobody: readers keep what is published,
and later nights go on and replace it.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.alerts.start import alert_about
from flows.errors import HeldForApproval, ShihyoError, UsageError
from flows.ledger import append
from flows.lock import warehouse_lock
from flows.night.publish import force_to_disk, publish_file, remove_held, remove_version
from flows.night.write import project_manifest
from flows.paths import candidate_file, held_file, held_manifest
from flows.reading.changes import line_of, read_changes, read_watches_reached
from flows.run import Run, recorded
from flows.status import write_status
from flows.versions import sha256_of
from published import (
    Approval,
    GateFinding,
    HeldVersion,
    PublicationChange,
    Rejection,
    events,
    published_version,
    version_as_of,
    version_file,
    waiting_version,
)
from settings import Settings

log = logging.getLogger("shihyo.approval")

_NAMED = 5


@dataclass(frozen=True)
class Surprise:
    """What a person has to look at: a line that says it, and a digest that is the same whenever the
    same surprise comes.
    """

    line: str
    digest: str


def hold_surprises(settings: Settings, run: Run) -> None:
    """Compare the candidate with what is published; raise HeldForApproval, with the candidate kept
    as a held version, where something surprises and is not approved.

    A deployment that holds nothing has what changes in its ledger, too.
    """
    candidate = candidate_file(settings)
    run.changes = read_changes(candidate)
    run.watches_reached = read_watches_reached(candidate)
    if not settings.holds_for_approval:
        return
    found = _surprises(run.changes, run.findings)
    approved, rejected = _decided(settings)
    unapproved = [each for each in found if each.digest not in approved]
    log.info("hold: %d changes, %d to approve", len(run.changes), len(unapproved))
    if unapproved:
        _hold(settings, run, candidate, unapproved, rejected)


def _surprises(
    changes: Iterable[PublicationChange], findings: Iterable[GateFinding]
) -> list[Surprise]:
    return [
        *(
            Surprise(f"{each.rule_code}: {each.message_en} ({each.observed})", _of_finding(each))
            for each in findings
            if each.severity == "critical" and each.is_approvable
        ),
        *(Surprise(line_of(each), _of_change(each)) for each in changes if each.tier == "hold"),
    ]


def _of_change(change: PublicationChange) -> str:
    return _digest(
        change.rule_code,
        change.indicator_code,
        change.fiscal_year,
        change.text_before,
        change.text_after,
        change.value_before,
        change.value_after,
    )


def _of_finding(finding: GateFinding) -> str:
    # Of "1 of 12 rows: roster 0.4" the number of rows is another one every day.
    counted, _, named = (finding.observed or "").partition(": ")
    return _digest(finding.rule_code, named or counted)


def _digest(*facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:16]


def _decided(settings: Settings) -> tuple[set[str], dict[str, str]]:
    """Return the digests that were approved, and those that were rejected last with by whom."""
    approved: set[str] = set()
    rejected: dict[str, str] = {}
    for event in events(settings):
        if isinstance(event, Rejection):
            approved -= set(event.surprises)
            rejected |= dict.fromkeys(event.surprises, event.by)
        elif isinstance(event, Approval):
            approved |= set(event.surprises)
            rejected = {key: by for key, by in rejected.items() if key not in event.surprises}
    return approved, rejected


def _hold(
    settings: Settings,
    run: Run,
    candidate: Path,
    surprises: list[Surprise],
    rejected: dict[str, str],
) -> None:
    version = run.version or ""
    sha256 = force_to_disk(candidate)
    shutil.copyfile(project_manifest(settings), held_manifest(settings, version))
    candidate.chmod(0o440)
    candidate.rename(held_file(settings, version))
    held = HeldVersion(
        version=version,
        run_id=run.run_id,
        as_of=run.as_of,
        base=run.published_before,
        surprises=[each.digest for each in surprises],
        sha256=sha256,
    )
    append(settings, held.entry())
    remove_held(settings, but=version)
    named = [each.line + _by_whom(each, rejected) for each in surprises[:_NAMED]]
    if len(surprises) > _NAMED:
        named.append(f"and {len(surprises) - _NAMED} more")
    kept = (
        f"version {run.published_before} stays published"
        if run.published_before
        else "nothing is published yet"
    )
    raise HeldForApproval(
        f"hold: version {version} waits for approval: {'; '.join(named)}; {kept}; next: shihyo diff"
        f" --with held, then shihyo approve {version} or shihyo reject {version}, with --by NAME --reason"
        " TEXT"
    )


def _by_whom(surprise: Surprise, rejected: dict[str, str]) -> str:
    by = rejected.get(surprise.digest)
    return f" (rejected before by {by})" if by else ""


def approve(settings: Settings, version: str, by: str, reason: str) -> None:
    """Publish a held version, with who approved it and why in the ledger.

    An approval that was killed can be repeated, wherever it was. Raises UsageError when the version
    does not wait, or what it was compared with is not published any more; ShihyoError when its file
    is damaged.
    """
    with warehouse_lock(settings):
        held = _waiting(settings, "approve", version)
        decision = _decision(held, by, reason)
        file = held_file(settings, version)
        if not file.exists():  # killed when it had its name, and perhaps the link
            file = version_file(settings, version)
        if not file.exists() or sha256_of(file) != held.sha256:
            raise ShihyoError(
                f"approve: the file of version {version} is gone or damaged ({file}); what is"
                " published is untouched; next: run again"
            )
        run = Run("approve", held.as_of or version_as_of(version), version=version, stage="publish")
        run.published_before = published_version(settings)
        run.changes = read_changes(file)
        run.watches_reached = read_watches_reached(file)
        with recorded(settings, run):
            append(settings, Approval.model_validate(decision).entry())
            if run.published_before == version:
                remove_held(settings)
            else:
                manifest = held_manifest(settings, version)
                publish_file(settings, run, file, manifest, held.sha256 or "")
    alert_about(settings, run.run_id)
    log.info("published: version %s, approved by %s", version, by)


def reject(settings: Settings, version: str, by: str, reason: str) -> None:
    """Refuse a held version, with who did and why in the ledger; raises UsageError when it does not
    wait.
    """
    with warehouse_lock(settings):
        held = _waiting(settings, "reject", version)
        append(settings, Rejection.model_validate(_decision(held, by, reason)).entry())
        remove_held(settings)
        remove_version(settings, version)
        write_status(settings)
    log.info("rejected: version %s, by %s", version, by)


def _waiting(settings: Settings, command: str, version: str) -> HeldVersion:
    found = events(settings)
    waiting = waiting_version(found)
    if waiting and waiting.version == version:
        published = published_version(settings)
        if waiting.base == published or (command, version) == ("approve", published):
            return waiting
        raise UsageError(
            f"{command}: version {version} was compared with {waiting.base or 'nothing'}, and"
            f" {published or 'nothing'} is published now; next: run again"
        )
    if any(isinstance(event, Rejection) and event.version == version for event in found):
        why = "was rejected"
    elif any(isinstance(event, HeldVersion) and event.version == version for event in found):
        why = "waits no longer: another version was held or published since"
    else:
        why = "was never held"
    now = f"version {waiting.version} waits" if waiting else "no version waits for approval"
    raise UsageError(f"{command}: version {version} {why}; {now}")


def _decision(held: HeldVersion, by: str, reason: str) -> dict[str, object]:
    said = {"by": " ".join(by.split()), "reason": " ".join(reason.split())}
    for name, text in said.items():
        if not text or len(text) > 200:
            raise UsageError(f"--{name} wants 1 to 200 characters; next: say who and why")
    return {"version": held.version, "surprises": held.surprises, **said}
