"""What is published, as readers find it: the link, the versions, the run ledger and the status.

The night and the app know the folder `published/` by this module alone. It reads, and never
writes. Ledger and status may be missing, cut short by a crash or of another release: a field that
cannot be read has its default, and a line that is no event is passed over.
"""

import json
import os
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeGuard

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from settings import Settings

ONE_PAGE_LANGUAGES = ("ja", "en")
VERSION_FILE = re.compile(r"warehouse-(\d{8}-\d{8}T\d{6}Z)\.duckdb")
_AS_OF, _STARTED_AT = "%Y%m%d", "%Y%m%dT%H%M%SZ"


def published_link(settings: Settings) -> Path:
    """Return the link that readers resolve."""
    return settings.published_dir / "warehouse.duckdb"


def ledger_file(settings: Settings) -> Path:
    """Return the run ledger, one event a line."""
    return settings.published_dir / "runs.jsonl"


def status_file(settings: Settings) -> Path:
    """Return the file of the status."""
    return settings.published_dir / "status.json"


def version_file(settings: Settings, version: str) -> Path:
    """Return the file of a version, kept or not."""
    return settings.published_dir / f"warehouse-{version}.duckdb"


def manifest_file(settings: Settings, version: str) -> Path:
    """Return dbt's manifest of the project that built a version: `shihyo dev` compares with it."""
    return settings.published_dir / f"warehouse-{version}.manifest.json"


def one_page_file(settings: Settings, version: str, language: str) -> Path:
    """Return the overview of a version as a file of its own, in a language."""
    return settings.published_dir / f"warehouse-{version}.{language}.html"


def kept_files(settings: Settings) -> list[Path]:
    """Return the files of the versions that are kept, the one built last first."""
    files = settings.published_dir.glob("warehouse-*.duckdb")
    return sorted(files, key=lambda file: built_at(version_of(file)), reverse=True)


def published_version(settings: Settings) -> str | None:
    """Return the version that the link points at, None before the first night."""
    link = published_link(settings)
    return version_of(link.resolve()) if link.exists() else None


def published_as_of(settings: Settings) -> date | None:
    """Return the as-of date of the published version."""
    version = published_version(settings)
    return version_as_of(version) if version else None


def version_name(as_of: date, started_at: datetime) -> str:
    """Return the name of the version that a night builds."""
    return f"{as_of.strftime(_AS_OF)}-{started_at.strftime(_STARTED_AT)}"


def version_of(file: Path) -> str:
    """Return the version that a file is of."""
    return file.stem.removeprefix("warehouse-")


def version_beside(file: Path) -> str:
    """Return the version that a manifest or a page lies beside."""
    return file.name.removeprefix("warehouse-").partition(".")[0]


def version_as_of(version: str) -> date:
    """Return the as-of date that a version's name begins with; raises ValueError."""
    return datetime.strptime(version.split("-")[0], _AS_OF).date()


def version_started_at(version: str) -> datetime:
    """Return when the night of a version began, by its name; raises ValueError."""
    return datetime.strptime(built_at(version), _STARTED_AT).replace(tzinfo=UTC)


def built_at(version: str) -> str:
    """Return the part of a version's name by which versions are ordered."""
    return version.rpartition("-")[2]


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _to_the_second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _texts(found: Any) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


Moment = Annotated[
    datetime,
    AfterValidator(_with_zone),
    PlainSerializer(_to_the_second, when_used="json"),
]
Texts = Annotated[list[str], BeforeValidator(_texts)]


class _Written(BaseModel):
    """What a night wrote, perhaps of another release: what is not known is kept as it is."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _or_default(
        cls,
        found: Any,
        read: ValidatorFunctionWrapHandler,
        info: ValidationInfo,
    ) -> Any:
        try:
            return read(found)
        except ValidationError:
            field = cls.model_fields[str(info.field_name)]
            if field.is_required():
                raise
            return field.get_default(call_default_factory=True)

    def describe(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return self.model_dump(mode="json")


class Event(_Written):
    """One line of the ledger; of a kind that is not known, only when it was entered."""

    event: str = Field(exclude=True)
    at: Moment | None = Field(default=None, exclude=True)

    def entry(self) -> dict[str, Any]:
        """Return the event as the ledger writes it."""
        return {"event": self.event, **self.describe()}


class GateFinding(_Written):
    """A rule of the gate that did not hold, with its sentences: a night that failed has no warehouse
    in which they could be looked up.
    """

    rule_code: str
    severity: str = "critical"
    is_approvable: StrictBool = False
    observed: str | None = None
    message_ja: str | None = None
    message_en: str | None = None
    advice_ja: str | None = None
    advice_en: str | None = None
    owner_ja: str | None = None
    owner_en: str | None = None


class PublicationChange(_Written):
    """A change that a version would make for readers, with its rule's sentences; `before` and `after`
    are an actual in the indicator's unit, or a status, a rating, a target or a name.
    """

    rule_code: str
    tier: str = "publish"
    message_ja: str | None = None
    message_en: str | None = None
    name_ja: str | None = None
    name_en: str | None = None
    indicator_code: str | None = None
    fiscal_year: int | None = None
    text_before: str | None = None
    text_after: str | None = None
    value_before: float | None = None
    value_after: float | None = None
    display_decimals: int = 0
    unit_ja: str | None = None
    unit_en: str | None = None
    source_names: Texts = []


class WatchReached(_Written):
    """A watched figure that this version brought to where somebody wanted to be told."""

    watch_code: str
    message_ja: str | None = None
    message_en: str | None = None
    said: str = ""


class RunEvent(Event):
    """A run that began: what it was asked for and how far it has come."""

    event: str = Field(default="started", exclude=True)
    run_id: str
    command: str = ""
    as_of: date | None = None
    started_at: Moment | None = None
    stage: str = ""
    version: str | None = None
    warnings: Texts = []
    failures: Texts = []
    findings: list[GateFinding] = []
    changes: list[PublicationChange] = []
    watches_reached: list[WatchReached] = []
    counts: dict[str, int] = {}
    stage_seconds: dict[str, float] = {}
    sources_read: Texts = []
    sources_stale: Texts = []
    accounts: dict[str, Any] = {}


class FinishedRun(RunEvent):
    """A run that ended, and how."""

    event: str = Field(default="finished", exclude=True)
    finished_at: Moment | None = None
    outcome: str = "unknown"
    exit_code: int | None = None
    message: str = ""


class EnteredVersion(Event):
    """A version that a night built, entered before readers see it."""

    event: str = Field(default="version", exclude=True)
    version: str
    as_of: date | None = None
    run_id: str | None = None
    sha256: str | None = None


class HeldVersion(Event):
    """A version that waits for a person: `surprises` are the digests of what makes it surprising,
    and `base` is the version that was published when it was built.
    """

    event: str = Field(default="held", exclude=True)
    version: str
    run_id: str | None = None
    as_of: date | None = None
    base: str | None = None
    surprises: Texts = []
    sha256: str | None = None


class Approval(Event):
    """That a person approved a held version, and so each of its surprises."""

    event: str = Field(default="approved", exclude=True)
    version: str
    surprises: Texts = []
    by: str = ""
    reason: str = ""


class Rejection(Approval):
    """A held version that a person refused."""

    event: str = Field(default="rejected", exclude=True)


class Alert(Event):
    """That somebody was told of a cause on a day in Japan; `missed` are addresses that did not take
    it, by place and kind.
    """

    event: str = Field(default="alerted", exclude=True)
    cause: str
    day: date | None = None
    run_id: str | None = None
    is_sent: StrictBool = False
    missed: Texts = []


class Rollback(Event):
    """A kept version that a person published again."""

    event: str = Field(default="rollback", exclude=True)
    version: str
    from_version: str | None = None


class Damage(Event):
    """A published version that a night found damaged, and what it published in its place."""

    event: str = Field(default="damaged", exclude=True)
    version: str | None = None
    told: str = ""
    republished: str | None = None
    kept_as: Texts = []
    run_id: str | None = None


class Erasure(Event):
    """One person who was made unknown: in how many items and rows, and never who."""

    event: str = Field(default="erased", exclude=True)
    items: int = 0
    rows: int = 0


class Status(_Written):
    """The last night's outcome beside the version that is published."""

    published_version: str | None = None
    is_demo: StrictBool = False
    last_run: FinishedRun | None = None
    written_at: Moment | None = None


_KINDS: dict[str, type[Event]] = {
    "started": RunEvent,
    "finished": FinishedRun,
    "version": EnteredVersion,
    "held": HeldVersion,
    "approved": Approval,
    "rejected": Rejection,
    "alerted": Alert,
    "rollback": Rollback,
    "damaged": Damage,
    "erased": Erasure,
}


def events(settings: Settings, last_bytes: int | None = None) -> list[Event]:
    """Return the ledger's events in order, or those in its last bytes; raises OSError."""
    try:
        with ledger_file(settings).open("rb") as ledger:
            if last_bytes is not None:
                ledger.seek(max(0, ledger.seek(0, os.SEEK_END) - last_bytes))
            lines = ledger.read().decode("utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    return [event for line in lines if (event := _event(line))]


def _event(line: str) -> Event | None:
    try:
        said = json.loads(line)
        return _KINDS.get(said["event"], Event).model_validate(said)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def entered_at(settings: Settings, version: str) -> datetime | None:
    """Return when a version was entered in the ledger, None where it tells of none."""
    found = [
        event.at
        for event in events(settings)
        if isinstance(event, EnteredVersion) and event.version == version
    ]
    return found[-1] if found else None


def last_published(found: Iterable[Event]) -> str | None:
    """Return the version that events tell of as published last, its file there or not."""
    version = None
    for event in found:
        if isinstance(event, Damage):
            version = event.republished or event.version
        elif isinstance(event, Rollback) or _has_published(event):
            version = event.version
    return version


def waiting_version(found: Iterable[Event]) -> HeldVersion | None:
    """Return the version that waits for approval: the last one held, unless it was refused, or
    another version was published since.
    """
    waiting = None
    for event in found:
        if isinstance(event, HeldVersion):
            waiting = event
        elif isinstance(event, Rejection):
            waiting = None if waiting and waiting.version == event.version else waiting
        elif isinstance(event, Damage | Rollback) or _has_published(event):
            waiting = None
    return waiting


def _has_published(event: Event) -> TypeGuard[FinishedRun]:
    return isinstance(event, FinishedRun) and event.outcome == "published"


def read_status(settings: Settings) -> Status:
    """Return the status; raises OSError and ValueError."""
    return Status.model_validate(json.loads(status_file(settings).read_bytes()))


def status_as_found(settings: Settings) -> Status:
    """Return the status; one that is missing or damaged says nothing, and stops nobody."""
    try:
        return read_status(settings)
    except (OSError, ValueError, RecursionError):
        return Status()
