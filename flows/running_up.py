"""Which `shihyo up` runs in a data folder: a file that it holds locked and writes its places into."""

import fcntl
from pathlib import Path

from pydantic import BaseModel, ValidationError

from settings import Settings


class RunningUp(BaseModel):
    """The `shihyo up` that runs, as it wrote itself down."""

    process: int
    app: str
    prefect: str
    api: str


def running_file(settings: Settings) -> Path:
    """Return the file that `shihyo up` holds locked."""
    return settings.data_dir / ".up"


def running_up(settings: Settings) -> RunningUp | None:
    """Return the `shihyo up` that runs in this data folder, None where none does."""
    try:
        with running_file(settings).open(encoding="utf-8") as file:
            if not _is_locked(file.fileno()):
                return None
            return RunningUp.model_validate_json(file.read())
    except (OSError, ValidationError):
        return None


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
