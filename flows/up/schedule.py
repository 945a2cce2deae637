"""What prefect.yaml says of the deployments, registered on a server: the file is their one home."""

import importlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from settings import ROOT

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment


def prefect_file() -> dict[str, Any]:
    """Return what prefect.yaml says."""
    said: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    return said


def deployments(every_seconds: int | None) -> "list[RunnerDeployment]":
    """Return every deployment of prefect.yaml as the worker registers it.

    With `every_seconds`, what has a schedule begins that often instead, beginning now.
    """
    return [_deployment(each, every_seconds) for each in prefect_file()["deployments"]]


def _deployment(said: dict[str, Any], every_seconds: int | None) -> "RunnerDeployment":
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.types.entrypoint import EntrypointType

    schedules = said.get("schedules") or []
    if schedules and every_seconds:
        schedules = [{"interval": every_seconds, "anchor_date": datetime.now(UTC)}]
    limit = said.get("concurrency_limit")
    deployment: RunnerDeployment = _flow(said["entrypoint"]).to_deployment(
        name=said["name"],
        description=said["description"],
        parameters=said.get("parameters") or {},
        schedules=[_schedule(each) for each in schedules],
        concurrency_limit=ConcurrencyLimitConfig(**limit) if limit else None,
        tags=said.get("tags"),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return deployment


def _flow(entrypoint: str) -> Any:
    """Return the flow that `flows/deployments.py:night` names."""
    path, _, name = entrypoint.partition(":")
    return getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)


def _schedule(said: dict[str, Any]) -> Any:
    from prefect.schedules import Cron, Interval

    if "interval" in said:
        return Interval(said["interval"], anchor_date=said["anchor_date"])
    return Cron(said["cron"], timezone=said["timezone"])
