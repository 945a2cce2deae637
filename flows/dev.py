"""Dev: the data team's edit loop. A copy of what is published, with only that built anew which the
project changed; readers never see it.

Nothing is landed here, and the night's facts (as-of date, landed items) are those of the published
version, so that every difference is the edit's.
"""

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.children.dbt import run_dbt_on_changes
from flows.children.dbt_errors import explain, first_finding, read_json
from flows.children.edits import READ_AGAIN
from flows.errors import AuditFailed, ShihyoError
from flows.lock import exclusive
from flows.machine.files import remove_beside
from flows.paths import dev_file
from flows.reading.warehouse import naming_damage, published_file
from forecasting import method
from published import manifest_file, version_of
from settings import ROOT, Settings

log = logging.getLogger("shihyo.dev")


@dataclass(frozen=True)
class Edit:
    """What one turn of the loop built: names of seeds and models in the order of building, and how
    many tests held.
    """

    built: tuple[str, ...]
    tests: int


def build_dev(settings: Settings, project: Path = ROOT / "dbt_project") -> Edit:
    """Build what the project changed against the published version.

    Raises AuditFailed when a test does not hold, ShihyoError when dbt fails and WarehouseBusy when
    another turn is still going. The failure's line comes first, and dbt's own text is in its
    details.
    """
    published = published_file(settings, "dev")
    version = version_of(published)
    folder = dev_file(settings).parent
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / ".lock", f"another shihyo dev works in {folder}; next: wait for it"):
        with naming_damage(settings, "dev", published):
            _copy_published(published, dev_file(settings))
        state = _project_as_published(settings, version, folder)
        _forget_other_forecasts(state / "manifest.json", dev_file(settings))
        for leftover in folder.glob("target/run_results*.json"):
            leftover.unlink()
        places = [
            "--project-dir",
            str(project),
            "--profiles-dir",
            str(project),
            "--target-path",
            str(folder / "target"),
        ]
        succeeded = run_dbt_on_changes(dev_file(settings), state, places, folder) == 0
        return _judge(folder, project, dev_file(settings), succeeded)


def _copy_published(published: Path, copy: Path) -> None:
    """Copy what is published; incremental models that were edited are built from all that has
    landed, the others keep what they hold.
    """
    remove_beside(copy)
    shutil.copyfile(published, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update night.landed_items set is_new = false")
        connection.execute(READ_AGAIN)


def _project_as_published(settings: Settings, version: str, folder: Path) -> Path:
    """Lay the manifest of the published version where dbt looks for a state; without one everything
    counts as changed.
    """
    state = folder / "state"
    state.mkdir(exist_ok=True)
    if manifest_file(settings, version).exists():
        shutil.copyfile(manifest_file(settings, version), state / "manifest.json")
    else:
        (state / "manifest.json").unlink(missing_ok=True)
        log.info(
            "dev: version %s was published without its project's manifest; everything is built",
            version,
        )
    return state


def _forget_other_forecasts(manifest: Path, warehouse: Path) -> None:
    """Take the forecasts' model out of the state where another method made what is published.

    dbt knows of the model's own file alone, and what the state does not hold counts as changed.
    """
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            made = connection.execute(
                "select distinct method from intermediate.int_indicator_forecasts"
            ).fetchall()
    except duckdb.Error:
        return  # a version of before there were methods: its model's file is another one
    if manifest.exists() and made not in ([], [(method(),)]):
        state = read_json(manifest)
        del state["nodes"]["model.shihyo.int_indicator_forecasts"]
        manifest.write_text(json.dumps(state), encoding="utf-8")


def _judge(folder: Path, project: Path, warehouse: Path, succeeded: bool) -> Edit:
    results = [
        result
        for file in sorted(folder.glob("target/run_results*.json"))
        for result in read_json(file)["results"]
    ]
    if not succeeded:
        output = (folder / "dbt-output.log").read_text(encoding="utf-8", errors="replace")
        line = (
            explain(results, output, read_json(folder / "target" / "manifest.json"), project)
            or "dbt failed"
        )
        failed = [result for result in results if result["status"] == "fail"]
        kind = AuditFailed if failed else ShihyoError
        finding = (
            None
            if any("error" in result["status"] for result in results)
            else first_finding(failed, warehouse)
        )
        if finding:
            line += f": {finding[0]}"
        raise kind(
            f"{line}; next: {finding[1] if finding else 'correct it'}, and shihyo dev again; dbt"
            " says:",
            details=output,
        )
    names = [result["unique_id"].split(".") for result in results]
    return Edit(
        built=tuple(name[2] for name in names if name[0] in ("model", "seed")),
        tests=len({tuple(name) for name in names if name[0] in ("test", "unit_test")}),
    )
