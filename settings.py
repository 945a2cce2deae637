"""The only reader of the environment and of the TOML file.

Deployment facts live here: paths, locations of the source systems, the pseudonym key. Business
facts are seeds of the dbt project.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ROOT = Path(__file__).resolve().parent
DEFAULT_CONFIG = ROOT / "demo" / "shihyo.toml"
SOURCE_NAMES = (
    "policy_pages", "access_log", "staff_roster", "procedures", "nocode_apps", "training_rosters", "specialists", "milestones"
)  # fmt: skip
_LOADER_VARIABLES = {"SHIHYO_CONFIG"}
_TABLES = ("sources", "engine")


class ConfigurationError(ValueError):
    """The TOML file or the environment says something that cannot be followed."""


def mask_secrets(location: str) -> str:
    """Return a location with the password of a DSN, the user of a URL and its query left out."""
    masked = re.sub(r"(?<=://)[^/\s]+@", "***@", location)
    return re.sub(r"(\w+://[^\s?]+)\?\S*", r"\1?***", masked)


class SourceSettings(BaseModel):
    """Where one source system is, and whether it is read."""

    model_config = ConfigDict(extra="forbid")

    location: str = ""
    enabled: bool = True

    def __repr__(self) -> str:
        return f"SourceSettings(location={mask_secrets(self.location)!r}, enabled={self.enabled})"

    __str__ = __repr__


class EngineSettings(BaseModel):
    """Where what grows is landed and folded: here, or by the executors of a Spark cluster.

    `store` is where executors put what they made (`s3://bucket/prefix`); without one they see the
    data folder. `spark` holds settings of Spark by their own names (`spark.executor.memory`). Both
    may hold secrets.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: Literal["local", "spark"] = "local"
    master: str = ""
    store: SecretStr = SecretStr("")
    spark: dict[str, SecretStr] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "spark" and not self.master:
            raise ValueError("kind spark needs a master, such as spark://host:7077")
        if self.store.get_secret_value() and self.kind != "spark":
            raise ValueError("a store is for kind spark alone")
        if strange := sorted(name for name in self.spark if not name.startswith("spark.")):
            raise ValueError(f"{', '.join(strange)}: settings of Spark begin with spark.")
        return self


class Settings(BaseSettings):
    """Everything a deployment decides; `SHIHYO_<NAME>` overrides the TOML file."""

    model_config = SettingsConfigDict(
        env_prefix="SHIHYO_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    data_dir: Path = ROOT / "data"
    pseudonym_key: SecretStr = Field(min_length=16)
    is_demo: bool = False
    keep_versions: int = Field(default=14, ge=2)
    # After how many days pages of audits, old logs and damaged versions are removed.
    keep_logs_days: int = Field(default=90, ge=1)
    # Whether a version that would surprise its readers waits until a person has approved it.
    holds_for_approval: bool = True
    # Whether a version's overview lies beside it as a PDF, too, which takes a browser.
    prints_one_page: bool = False
    # Where alerts go: Apprise addresses, divided by blanks. They hold secrets.
    alert_addresses: SecretStr = SecretStr("")
    alert_language: Literal["ja", "en"] = "ja"
    # Where OpenLineage events go: the base URL of a catalogue, and its key. Both may hold secrets.
    lineage_url: SecretStr = SecretStr("")
    lineage_key: SecretStr = SecretStr("")
    # What reading one delivery may take: memory beyond the reader's own, and time.
    item_memory_mib: int = Field(default=4096, ge=256)
    item_seconds: int = Field(default=600, ge=1)
    engine: EngineSettings = Field(default_factory=EngineSettings)
    sources: dict[str, SourceSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=config_file()),
        )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        unknown = sorted(set(self.sources) - set(SOURCE_NAMES))
        if unknown:
            raise ValueError(
                f"unknown source {', '.join(unknown)}; known sources are {', '.join(SOURCE_NAMES)}"
            )
        for name in SOURCE_NAMES:
            source = self.sources.setdefault(name, SourceSettings(enabled=False))
            if source.enabled and not source.location:
                raise ValueError(f"source {name} is enabled but has no location")
            source.location = _absolute_location(
                source.location, relative_to_config=not _location_is_overridden(name)
            )
        self.data_dir = self.data_dir.absolute()
        return self

    @property
    def landing_dir(self) -> Path:
        return self.data_dir / "landing"

    @property
    def folded_dir(self) -> Path:
        return self.data_dir / "folded"

    @property
    def candidate_dir(self) -> Path:
        return self.data_dir / "candidate"

    @property
    def published_dir(self) -> Path:
        return self.data_dir / "published"

    @property
    def logs_dir(self) -> Path:
        return self.data_dir / "logs"


def config_file() -> Path:
    """Return the TOML file in force: `SHIHYO_CONFIG`, or the demo's."""
    return Path(os.environ.get("SHIHYO_CONFIG") or DEFAULT_CONFIG).absolute()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the configuration once; raise ConfigurationError naming what is wrong, what is known,
    and never a value.
    """
    if not config_file().is_file():
        raise ConfigurationError(
            f"configuration file {config_file()} does not exist; set SHIHYO_CONFIG to a TOML file"
        )
    _refuse_unknown_variables()
    try:
        return Settings()  # type: ignore[call-arg]  # every value comes from the TOML file and the environment
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'settings'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(
            f"configuration {config_file()} and the environment: {problems}"
        ) from None
    except ValueError as error:
        raise ConfigurationError(
            f"configuration {config_file()} and the environment: {error}"
        ) from None


def _refuse_unknown_variables() -> None:
    known = {
        *(f"SHIHYO_{name.upper()}" for name in Settings.model_fields if name not in _TABLES),
        *(f"SHIHYO_ENGINE__{name.upper()}" for name in EngineSettings.model_fields),
        *_LOADER_VARIABLES,
    }
    for variable in sorted(name for name in os.environ if name.startswith("SHIHYO_")):
        source, _, field = variable.removeprefix("SHIHYO_SOURCES__").lower().partition("__")
        if not variable.startswith("SHIHYO_SOURCES__"):
            if variable not in known:
                raise ConfigurationError(
                    f"unknown variable {variable}; known are {', '.join(sorted(known))} and"
                    " SHIHYO_SOURCES__…"
                )
        elif source not in SOURCE_NAMES:
            raise ConfigurationError(
                f"{variable} names no source; known sources are {', '.join(SOURCE_NAMES)}"
            )
        elif field not in SourceSettings.model_fields:
            raise ConfigurationError(
                f"{variable} names no setting of a source; known are LOCATION and ENABLED"
            )


def _location_is_overridden(source_name: str) -> bool:
    return f"SHIHYO_SOURCES__{source_name.upper()}__LOCATION" in os.environ


def _absolute_location(location: str, *, relative_to_config: bool) -> str:
    if not location or "://" in location:
        return location
    base = config_file().parent if relative_to_config else Path.cwd()
    return os.path.normpath(base / Path(location).expanduser())
