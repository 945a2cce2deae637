"""How a night folds on a cluster, as the child that builds is told it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from settings import EngineSettings, Settings

FOLDED_HERE = "folded on this machine, and not by Spark"

# It holds settings of Spark, which may be secrets.
_VARIABLE = "FOLDING_ON_SPARK"


@dataclass(frozen=True)
class Folding:
    """Where models are folded, and what a task may take. Without a store in `engine` all executors
    see both folders: that of the landed items, and the one for what is made of them.
    """

    engine: EngineSettings
    landing: Path
    folder: Path
    logs: Path
    memory_mib: int

    def environment(self) -> dict[str, str]:
        """Return what `folding_asked_for` reads in a child."""
        spark = {name: value.get_secret_value() for name, value in self.engine.spark.items()}
        store = self.engine.store.get_secret_value()
        told = {
            "engine": {**self.engine.model_dump(), "spark": spark, "store": store},
            "landing": str(self.landing),
            "folder": str(self.folder),
            "logs": str(self.logs),
            "memory_mib": self.memory_mib,
        }
        return {_VARIABLE: json.dumps(told)}


def folding_of(settings: Settings) -> Folding | None:
    """Return how a night folds on a cluster; None where it folds here."""
    if settings.engine.kind != "spark":
        return None
    return Folding(
        settings.engine,
        settings.landing_dir,
        settings.folded_dir,
        settings.logs_dir,
        settings.item_memory_mib,
    )


def folding_asked_for() -> Folding | None:
    """Return how the parent of this process wants models folded."""
    if _VARIABLE not in os.environ:
        return None
    told = json.loads(os.environ[_VARIABLE])
    engine = EngineSettings.model_validate(told["engine"])
    landing, folder, logs = (Path(told[name]) for name in ("landing", "folder", "logs"))
    return Folding(engine, landing, folder, logs, told["memory_mib"])
