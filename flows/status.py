"""The status: the last night's outcome, beside the version that is published."""

import json
from datetime import UTC, datetime

from flows.machine.files import replace_file
from published import FinishedRun, Status, published_version, status_as_found, status_file
from settings import Settings


def write_status(settings: Settings, *, last_run: FinishedRun | None = None) -> None:
    """Replace the status; without a run of its own it goes on telling of the last one."""
    status = Status(
        published_version=published_version(settings),
        is_demo=settings.is_demo,
        last_run=last_run or status_as_found(settings).last_run,
        written_at=datetime.now(UTC),
    )
    text = json.dumps(status.describe(), ensure_ascii=False, indent=2)
    replace_file(status_file(settings), text.encode())
