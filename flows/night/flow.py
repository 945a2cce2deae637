"""One night: land → write → audit → publish."""

import time
from collections.abc import Sequence
from datetime import date

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from flows.errors import ShihyoError, SourceUnavailable, UsageError
from flows.landing import land, places
from flows.landing.reader import Reader
from flows.night import approval, audit, page, publish, write
from flows.run import Run
from flows.sources import SOURCES
from flows.sources.base import Source
from settings import Settings


def _may_pass_by_itself(_task: object, _task_run: object, state: State[object]) -> bool:
    return isinstance(state.result(raise_on_failure=False), SourceUnavailable)


@task(
    task_run_name="land {source.name}",
    retries=2,
    retry_delay_seconds=[1, 5],
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_pass_by_itself,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def land_source(
    settings: Settings, source: Source, as_ofs: Sequence[date], run: Run, reader: Reader
) -> None:
    """Land one source; the only task that is retried, because only the world outside may mend
    itself.
    """
    begun = time.monotonic()
    account = land.land_source(settings, source, as_ofs, reader)
    run.counts[f"items_landed_{source.name}"] = account.landed
    if not settings.sources[source.name].enabled:
        land.log.info("land: %s, disabled", source.name)
        return
    unread = f", {len(account.unread)} not read" if account.unread else ""
    facts = {"source": source.name, "landed": account.landed, "seconds": _seconds_since(begun)}
    land.log.info(
        "land: %s, %d new items%s", source.name, account.landed, unread, extra={"facts": facts}
    )
    run.sources_read.append(source.name)
    run.accounts[source.name] = account.describe(source.name)
    if warning := account.warning(source.name):
        run.warnings.append(warning)


def _seconds_since(begun: float) -> float:
    return round(time.monotonic() - begun, 2)


def land_sources(settings: Settings, as_ofs: Sequence[date], run: Run) -> None:
    """Land every source, and go on without one that fails in any way while what it last delivered
    is young enough, or for as long as it takes where it is not required.

    Raises SourceUnavailable else, or the UsageError of a setting that nothing can mend but a
    person, after the others have landed: they may not keep for long what a night did not fetch. A
    disk that takes nothing more is no source's failure, and ends the night.
    """
    too_stale: list[str] = []
    misconfigured: list[UsageError] = []
    with Reader(settings) as reader:
        for source in SOURCES:
            try:
                land_source(settings, source, as_ofs, run, reader)
            except OSError:
                raise
            except UsageError as error:
                misconfigured.append(error)
            except Exception as error:
                why = (
                    str(error)
                    if isinstance(error, ShihyoError)
                    else f"landing failed ({type(error).__name__})"
                )
                since, is_within = land.staleness(settings, source, run.as_of, run.started_at)
                if is_within:
                    run.sources_stale.append(source.name)
                    run.warnings.append(f"{source.name} is stale: {since}; {why}")
                    land.log.warning("warning: %s", run.warnings[-1])
                else:
                    too_stale.append(f"{why} ({source.name}: {since})")
    if misconfigured:
        raise UsageError("; ".join(map(str, misconfigured)))
    if too_stale:
        raise SourceUnavailable("; ".join(too_stale))


@task(name="write", task_run_name="write", cache_policy=NO_CACHE, persist_result=False)
def write_candidate(settings: Settings, run: Run, full_refresh: bool) -> None:
    """Build the candidate with dbt, as one task with its counts as an artifact."""
    run.enter("write")
    write.log.info("write: building the candidate from %s items", "all" if full_refresh else "new")
    with page.dbt_progress(settings, run):
        write.prepare_candidate(settings, run, full_refresh=full_refresh)
        audit.import_ahead()
        build = write.build_candidate(settings)
    run.warnings += [f"dbt test {name} warned" for name in build.warnings]
    if build.folded_here:
        run.warnings.append(build.folded_here)
        write.log.warning("warning: %s", build.folded_here)
    if build.read_again:
        names = ", ".join(build.read_again)
        write.log.info(
            "write: read again from all that has landed, because how it is read was edited: %s",
            names,
        )
    facts = {"models": build.models, "tests": build.tests, "standing": build.standing}
    done = "%d seeds and models, %d dbt tests hold, %d of both stand as published"
    write.log.info(f"write: {done}", *facts.values(), extra={"facts": facts})
    create_markdown_artifact(
        done % tuple(facts.values()),
        key="dbt-build",
        description=f"as of {run.as_of}",
    )


@task(name="audit", task_run_name="audit", cache_policy=NO_CACHE, persist_result=False)
def audit_candidate(settings: Settings, run: Run) -> None:
    """Judge the candidate; a critical finding ends the night."""
    run.enter("audit")
    audit.log.info("audit: judging the candidate")
    with page.judged(settings, run):
        judged = audit.audit_candidate(settings, run)
    facts = {"expectations": judged, "warnings": len(run.warnings)}
    audit.log.info(
        "audit: %d expectations judged, %d warnings", *facts.values(), extra={"facts": facts}
    )


@task(name="hold", task_run_name="hold", cache_policy=NO_CACHE, persist_result=False)
def hold_surprises(settings: Settings, run: Run) -> None:
    """Keep back what would surprise readers and nobody has approved; that ends the night."""
    run.enter("hold")
    with page.compared(run):
        approval.hold_surprises(settings, run)


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish_candidate(settings: Settings, run: Run) -> None:
    """Make the candidate what readers see."""
    run.enter("publish")
    publish.log.info("publish: version %s", run.version)
    publish.publish_candidate(settings, run)


@flow(
    name="nightly",
    flow_run_name="{run.command} {run.as_of}",
    validate_parameters=False,
    persist_result=False,
)
def nightly(
    settings: Settings, run: Run, as_ofs: Sequence[date], full_refresh: bool = False
) -> None:
    """Land what has been delivered by each of the dates (none: land nothing), build once, audit,
    and publish what holds.
    """
    places.clear_leftovers(settings)
    publish.clear_leftovers(settings)
    with page.told(settings, run):
        if as_ofs:
            land_sources(settings, as_ofs, run)
        write_candidate(settings, run, full_refresh)
        audit_candidate(settings, run)
        hold_surprises(settings, run)
        publish_candidate(settings, run)
