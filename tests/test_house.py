"""House rules: what must be there for every source and every indicator, and what must be nowhere."""

import csv
import re
import subprocess
from pathlib import Path

import pytest
from small_city import ROOT

from flows.sources import SOURCES
from settings import SOURCE_NAMES

SEEDS = ROOT / "dbt_project" / "seeds"
MODELS = ROOT / "dbt_project" / "models"
INDICATORS = [row["indicator_code"] for row in csv.DictReader((SEEDS / "indicators.csv").open(encoding="utf-8"))]


def test_registry_and_settings_name_the_same_sources() -> None:
    assert tuple(source.name for source in SOURCES) == SOURCE_NAMES


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_has_a_contract_staging_and_a_demo(source) -> None:
    assert source.contract.source_name == source.name
    assert source.contract.columns
    assert source.contract.owner_ja
    assert source.contract.owner_en
    staging = MODELS / "staging" / source.name
    assert [model for model in staging.glob("base_*.sql") if f"landed_rows('{source.name}'" in model.read_text(encoding="utf-8")]
    assert list(staging.glob("stg_*.sql"))
    assert (ROOT / "demo" / f"{source.name}.py").exists()
    assert f"[sources.{source.name}]" in (ROOT / "demo" / "shihyo.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", INDICATORS)
def test_every_indicator_has_a_model_a_line_in_the_union_and_a_wording(code: str) -> None:
    assert (MODELS / "intermediate" / "indicators" / f"int_indicators__{code}.sql").exists()
    assert f"ref('int_indicators__{code}')" in (MODELS / "intermediate" / "int_indicators_unioned.sql").read_text(encoding="utf-8")
    assert f",{code}\n" in (SEEDS / "indicator_aliases.csv").read_text(encoding="utf-8")


def test_every_indicator_model_has_a_seed_row() -> None:
    models = {path.stem.removeprefix("int_indicators__") for path in (MODELS / "intermediate" / "indicators").glob("*.sql")}
    assert models == set(INDICATORS)


def test_only_base_models_read_what_is_landed() -> None:
    readers = [path.name for path in MODELS.rglob("*.sql") if re.search(r"landed_rows\(|read_parquet", path.read_text(encoding="utf-8"))]
    assert readers
    assert all(name.startswith("base_") for name in readers)


def test_every_reason_that_the_code_gives_has_words_for_its_owner() -> None:
    known = {row["reason_code"] for row in csv.DictReader((SEEDS / "quarantine_reasons.csv").open(encoding="utf-8"))}
    in_python = {
        code
        for path in (ROOT / "flows" / "sources").glob("*.py")
        for code in re.findall(
            r'(?:rejected_item\(|return \[\], \(|code = |RejectedRow\(0, )\s*"([a-z_]+)"', path.read_text(encoding="utf-8")
        )
    }
    in_sql = {
        code
        for path in (MODELS / "staging").rglob("base_*.sql")
        for code in re.findall(r"then '([a-z_]+)'", path.read_text(encoding="utf-8"))
    }
    assert {"empty_item", "too_few_fields", "undecodable_byte"} <= in_python
    assert (in_python | in_sql) - known == set()


def test_lock_holds_versions_and_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert all("==" in line for line in lock.splitlines() if line and not line.startswith((" ", "#")))


def _commands_of(readme: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_every_command_in_the_readme_is_one_that_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    from flows.cli import _COMMANDS

    found = _commands_of(ROOT / name)
    assert any(command.startswith("make demo") for command in found)
    for command in found:
        words = [word for word in command.split() if not re.match(r"[A-Z_]+=", word)]
        if words and words[0] == "make":
            assert set(words[1:]) <= targets, command
        if words and words[0].endswith("shihyo"):
            assert words[1] in _COMMANDS or words[1].startswith("-"), command


_MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:home|root|work|Users|tmp|opt|mnt)/[\w.-]+")


def test_no_tracked_file_is_large_or_names_a_place_on_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    files = [ROOT / name for name in tracked if name and (ROOT / name).exists()]
    assert len(files) > 100
    assert [file.name for file in files if file.stat().st_size > 300_000] == []
    texts = [file for file in files if file.suffix in {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".csv", ".cfg", ".css", ""}]
    named = {file.name: _MACHINE_PATH.findall(file.read_text(encoding="utf-8")) for file in texts if file != Path(__file__)}
    assert {name: paths for name, paths in named.items() if paths} == {}
