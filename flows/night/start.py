"""Begin and end a night: the lock, the ledger and the Prefect server around the flow."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb

from flows.alerts.start import alerting
from flows.children.prefect_server import prefect_api, quiet_environment
from flows.errors import ShihyoError, UsageError
from flows.json_log import logged_as_json
from flows.lineage.start import lineage_told
from flows.lock import warehouse_lock
from flows.machine.disks import (
    disk_trouble,
    filling_place,
    full_place,
    is_of_server,
    server_log,
    with_full_place,
)
from flows.machine.proxies import refuse_socks
from flows.night.erase import Erased, erase_from_landing
from flows.night.publish import remove_all_but_published, remove_unpublished
from flows.night.recovery import recover_published
from flows.pruning import prune
from flows.run import Run, recorded
from flows.versions import linked_version
from published import published_as_of, published_version, version_as_of, version_name
from settings import Settings, mask_secrets

log = logging.getLogger("shihyo.night")


# What Prefect takes as the parameters of one run.
_MOST_NIGHTS = 20_000


def run_night(settings: Settings, as_of: date, *, full_refresh: bool = False) -> None:
    """Run one night as of a date; raise ShihyoError when it does not publish."""
    _run(settings, Run("run", as_of), [as_of], full_refresh=full_refresh)


def run_backfill(
    settings: Settings, first: date, last: date, step: str, *, full_refresh: bool = False
) -> None:
    """Land date by date from `first` to `last` (step `day` or `month`) and build once; raise
    ShihyoError when it does not publish.
    """
    if first > last:
        raise UsageError(f"backfill: from {first} is after to {last}; next: exchange them")
    nights = list(_steps(first, last, step))
    if len(nights) > _MOST_NIGHTS:
        raise UsageError(
            f"backfill: {len(nights):,} dates from {first} to {last}, where {_MOST_NIGHTS:,} are"
            " landed at once; next: begin with a later date, or --step month"
        )
    _run(settings, Run("backfill", last), nights, full_refresh=full_refresh)


def run_rebuild(settings: Settings) -> None:
    """Build what is published anew from all that has landed, landing nothing; raise ShihyoError
    when it does not publish.
    """
    _run(settings, Run("rebuild", _published_day(settings, "rebuild")), [], full_refresh=True)


def run_erasure(settings: Settings, person: str) -> Erased:
    """Erase a person from landing, and from what is published by building it anew; earlier
    versions, which hold the pseudonym, are removed.

    Raises ShihyoError when the new version is not published: landing is erased then, and erasing
    once more goes on from there.
    """
    with warehouse_lock(settings):
        erased = erase_from_landing(settings, person)
        remove_unpublished(settings)
    if linked_version(settings)[0]:
        run_rebuild(settings)
        with warehouse_lock(settings):
            remove_all_but_published(settings)
    return erased


@contextmanager
def _naming_disks(settings: Settings, run: Run) -> Iterator[None]:
    """Name the place that could not be written where that is why a night fails."""
    try:
        yield
    except ShihyoError as error:
        trouble = (
            disk_trouble(error, settings) if error.exit_code == ShihyoError.exit_code else None
        )
        if trouble:
            raise ShihyoError(f"{run.stage}: {trouble}; it failed with: {error}") from error
        error.args = (with_full_place(str(error), settings),)
        raise
    except Exception as error:
        if trouble := disk_trouble(error, settings) or full_place(settings):
            raise ShihyoError(f"{run.stage}: {trouble}; it failed with: {_said(error)}") from error
        if is_of_server(error):
            trouble = f"the Prefect server could not do its work; next: read {server_log(settings)}"
            raise ShihyoError(f"{run.stage}: {trouble}; it failed with: {_said(error)}") from error
        if _is_of_candidate(error, settings):
            trouble = "the candidate cannot be read; next: run again, which builds another"
            raise ShihyoError(f"{run.stage}: {trouble}; it failed with: {_said(error)}") from error
        raise


def _is_of_candidate(error: Exception, settings: Settings) -> bool:
    """Tell that DuckDB could not read what it had itself written for this night."""
    return isinstance(error, duckdb.IOException | duckdb.SerializationException) and str(
        settings.candidate_dir
    ) in str(error)


def _said(error: Exception) -> str:
    """Return the beginning of what an error says, in one line."""
    return mask_secrets(f"{type(error).__name__}: {' '.join(str(error).split())}")[:200]


def _published_day(settings: Settings, command: str) -> date:
    version, _ = linked_version(settings)
    if version is None:
        raise ShihyoError(
            f"{command}: nothing is published in {settings.published_dir} yet; next: shihyo run"
        )
    return version_as_of(version)


def _steps(first: date, last: date, step: str) -> Iterator[date]:
    day = first
    while day < last:
        yield day
        day = (
            day + timedelta(days=1)
            if step == "day"
            else (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        )
    yield last


def _flow() -> Callable[..., object]:
    """Import the flow: it imports Prefect, which must come after Prefect's settings.

    Within a flow, such as one that is deployed, its tasks are that flow's: one run a night.
    """
    from prefect.context import FlowRunContext

    from flows.night.flow import nightly

    return nightly.fn if FlowRunContext.get() else nightly


def _run(settings: Settings, run: Run, as_ofs: Sequence[date], *, full_refresh: bool) -> None:
    quiet_environment(settings)
    refuse_socks()
    with (
        logged_as_json(settings, run),
        alerting(settings, run.run_id),
        warehouse_lock(settings),
    ):
        full_refresh = recover_published(settings, run) or full_refresh
        published = published_as_of(settings)
        if published and run.as_of < published:
            raise UsageError(
                f"as of {run.as_of} is earlier than the published version's {published}; next:"
                f" shihyo show --as-of {run.as_of}"
            )
        run.version = version_name(run.as_of, run.started_at)
        run.published_before = published_version(settings)
        if filling := filling_place(settings):
            run.warnings.append(f"disk_is_filling: {filling}; next: shihyo prune --dry-run")
            log.warning("warning: %s", run.warnings[-1])
        log.info("%s as of %s: starting Prefect", run.command, run.as_of)
        with (
            lineage_told(settings, run),
            recorded(settings, run),
            _naming_disks(settings, run),
            prefect_api(settings, meanwhile=_flow),
        ):
            _flow()(settings, run, as_ofs, full_refresh)
        _prune(settings)
    log.info("published: version %s", run.version)


def _prune(settings: Settings) -> None:
    """Remove what is not kept any more; the version is published, whatever becomes of that."""
    try:
        prune(settings)
    except OSError as error:
        log.warning("warning: what is not kept any more could not be removed (%s)", error.strerror)
