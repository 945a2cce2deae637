"""House rules: what must be there for every source and every indicator, and what must be nowhere."""

import csv
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_city import ROOT

from app.pages import FRAME, LAYOUTS
from flows.sources import SOURCES
from flows.sources.base import Source
from flows.sources.contracts import Column, Contract, cover
from settings import SOURCE_NAMES

SEEDS = ROOT / "dbt_project" / "seeds"
MODELS = ROOT / "dbt_project" / "models"
KINDS = MODELS / "intermediate" / "kinds"
INDICATOR_KINDS = {
    row["indicator_code"]: row["kind"]
    for row in csv.DictReader((SEEDS / "indicators.csv").open(encoding="utf-8"))
}


def test_registry_and_settings_name_the_same_sources() -> None:
    assert tuple(source.name for source in SOURCES) == SOURCE_NAMES


def _text(*parts: str) -> str:
    path = ROOT.joinpath(*parts)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _model(name: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in MODELS.rglob(f"{name}.sql"))


def _missing_of(source: Source) -> list[str]:
    """Return what a source still lacks in the house, in the order in which docs/editing/sources.md
    walks through it.
    """
    name, contract = source.name, source.contract
    staging = {
        path.name: path.read_text(encoding="utf-8")
        for path in (MODELS / "staging" / name).glob("*.sql")
    }
    bases = {
        file
        for file, text in staging.items()
        if file.startswith("base_") and f"landed_rows('{name}'" in text
    }
    seeds = {
        row["source_name"]
        for row in csv.DictReader((SEEDS / "indicator_sources.csv").open(encoding="utf-8"))
    }
    held = _model("int_quarantined_rows") + _model(f"int_{name}_rows_quarantined")
    there = {
        f"module flows/sources/{name}.py": _text("flows", "sources", f"{name}.py"),
        "name in settings.SOURCE_NAMES": name in SOURCE_NAMES,
        "contract: its names, columns and owner": (
            contract.source_name == name
            and contract.columns
            and contract.name_ja
            and contract.name_en
            and contract.owner_ja
            and contract.owner_en
        ),
        f"staging: dbt_project/models/staging/{name}/base_….sql that reads landed_rows('{name}')": (
            bases
        ),
        f"staging: dbt_project/models/staging/{name}/stg_….sql": any(
            file.startswith("stg_") for file in staging
        ),
        f"staging: row_text('{name}') in the base model, for the owner's list": any(
            f"row_text('{name}')" in staging[file] for file in bases
        ),
        "line in int_quarantined_rows.sql": any(
            f"ref('{file.removesuffix('.sql')}')" in held
            for file in staging
            if file.startswith("base_")
        ),
        "line in int_loads.sql, or int_catalogue_rows_staged.sql": re.search(
            rf"ref\('(int|stg)_{name[:9]}",
            _model("int_loads") + _model("int_catalogue_rows_staged"),
        ),
        "row in seeds/gate_rules.csv whose condition names it": (
            f"source_name = '{name}'" in (SEEDS / "gate_rules.csv").read_text(encoding="utf-8")
        ),
        "row in seeds/indicator_sources.csv": name in seeds,
        f"demo: demo/{name}.py": _text("demo", f"{name}.py"),
        f"demo: [sources.{name}] in demo/shihyo.toml": (
            f"[sources.{name}]" in _text("demo", "shihyo.toml")
        ),
        **{
            f"line among the {what} in {page}": f"| `{name}` |" in _text(*page.split("/"))
            for what, page in (
                ("formats", "docs/running/deliveries.md"),
                ("formats", "docs/running/deliveries.ja.md"),
                ("data kept", "docs/reading/privacy.md"),
                ("data kept", "docs/reading/privacy.ja.md"),
            )
        },
    }
    return [what for what, found in there.items() if not found]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_has_all_of_its_rooms(source: Source) -> None:
    missing = _missing_of(source)
    assert not missing, f"{source.name} lacks: " + "; ".join(missing)


def test_the_rule_for_sources_names_what_a_new_one_lacks() -> None:
    class Parking:
        name = "parking"
        contract = Contract("parking", 1, "", "", "", "", (), may_be_stale_days=1)

    missing = _missing_of(Parking())
    assert missing[0] == "module flows/sources/parking.py"
    assert len(missing) == 16


def test_every_department_of_the_seed_looks_like_one_to_the_contracts() -> None:
    column = Column("department_name", ("所属",), "department")
    names = [
        row["name_ja"] for row in csv.DictReader((SEEDS / "org_units.csv").open(encoding="utf-8"))
    ]
    assert len(names) > 50
    assert [name for name in names if cover(name, column) != name] == []


@pytest.mark.parametrize(("code", "kind"), INDICATOR_KINDS.items())
def test_every_indicator_has_a_model_a_line_in_the_union_of_its_kind_and_a_wording(
    code: str, kind: str
) -> None:
    assert (MODELS / "intermediate" / "indicators" / f"int_indicators__{code}.sql").exists()
    unions = [
        union
        for union in KINDS.glob("*.sql")
        if f"ref('int_indicators__{code}')" in union.read_text(encoding="utf-8")
    ]
    assert [union.name for union in unions] == [f"int_{kind}s_contributed.sql"]
    assert f",{code}\n" in (SEEDS / "indicator_aliases.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(set(INDICATOR_KINDS.values())))
def test_every_kind_of_indicator_has_figures_and_tells_the_rows_that_it_counts(kind: str) -> None:
    for model, union in (
        (f"int_{kind}s_folded", MODELS / "intermediate" / "actuals" / "int_indicators_unioned.sql"),
        (f"int_{kind}s_counted", KINDS / "int_counted_rows_unioned.sql"),
    ):
        assert f"ref('int_{kind}s_contributed')" in _read_with_parents(KINDS / f"{model}.sql")
        assert f"ref('{model}')" in union.read_text(encoding="utf-8")


def _read_with_parents(model: Path) -> str:
    """Return a model's text, and that of the models of the same folder that it selects from."""
    text = model.read_text(encoding="utf-8")
    parents = [KINDS / f"{name}.sql" for name in re.findall(r"ref\('(\w+)'\)", text)]
    return text + "".join(_read_with_parents(parent) for parent in parents if parent.exists())


def test_every_indicator_model_has_a_seed_row() -> None:
    models = {
        path.stem.removeprefix("int_indicators__")
        for path in (MODELS / "intermediate" / "indicators").glob("*.sql")
    }
    assert models == set(INDICATOR_KINDS)


def test_numbers_of_policy_are_in_texts_what_they_are_in_sql() -> None:
    policy = (ROOT / "dbt_project" / "macros" / "policy.sql").read_text(encoding="utf-8")
    numbers = dict(re.findall(r"macro (\w+)\(\) -%}\n +([\d.]+)\n", policy))
    assert len(numbers) == policy.count("endmacro") == 5
    on_track = numbers["on_track_from"]
    for language, told in (
        ("ja", f"{on_track}以上を順調"),
        ("en", f"{on_track} and more counts as on track"),
    ):
        assert told in (ROOT / "app" / "texts" / f"{language}.toml").read_text(encoding="utf-8")
    assert f"on track from {on_track}" in (ROOT / "flows" / "reading" / "explain.py").read_text(
        encoding="utf-8"
    )
    columns = (MODELS / "columns.md").read_text(encoding="utf-8")
    assert f"substantial_progress ({on_track} and more)" in columns
    assert f"moderate_progress ({float(numbers['moderate_progress_from']):.2f})" in columns
    reasons = (SEEDS / "attention_reasons.csv").read_text(encoding="utf-8")
    likely = f"{float(numbers['likely_from']):.0%}"
    assert f"{likely}未満" in reasons
    assert f"{likely}以上" in reasons
    assert f"below {likely}" in reasons
    assert f"of {likely} or more" in reasons


def test_every_page_of_the_app_is_an_exposure_of_the_marts_that_it_reads() -> None:
    declared = yaml.safe_load((MODELS / "marts" / "_exposures.yml").read_text(encoding="utf-8"))[
        "exposures"
    ]
    declared_reads = {
        each["name"]: {re.findall(r"'(\w+)'", ref)[0] for ref in each["depends_on"]}
        for each in declared
    }
    read = {}
    for page, layout in LAYOUTS.items():
        queries = [*FRAME, *(query for panel in layout.every_panel for query in panel.queries)]
        texts = [
            (ROOT / "app" / "queries" / f"{query}.sql").read_text(encoding="utf-8")
            for query in queries
        ]
        read[page] = {mart for text in texts for mart in re.findall(r"marts\.(\w+)", text)}
    assert declared_reads == read


def _declared_marts() -> dict[str, Any]:
    files = (MODELS / "marts").glob("[!_]*.yml")
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def test_every_mart_and_its_unit_tests_are_declared_in_the_file_beside_it() -> None:
    declared = _declared_marts()
    assert set(declared) == {file.stem for file in (MODELS / "marts").glob("*.sql")}
    for mart, file in declared.items():
        assert [model["name"] for model in file["models"]] == [mart]
    files = {
        path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in MODELS.rglob("*.yml")
    }
    for path, file in files.items():
        tested = {test["model"] for test in file.get("unit_tests", [])} & set(declared)
        assert tested <= {path.stem}, path.name


def test_a_description_that_several_columns_share_is_written_once_and_used() -> None:
    columns = [
        column for file in _declared_marts().values() for column in file["models"][0]["columns"]
    ]
    written = [column["description"] for column in columns if "description" in column]
    shared = re.findall(r"{% docs (\w+) %}", (MODELS / "columns.md").read_text(encoding="utf-8"))
    named = {text: re.fullmatch(r"{{ doc\('(\w+)'\) }}", text) for text in written}
    assert {match[1] for match in named.values() if match} == set(shared)
    assert [text for text in named if not named[text] and written.count(text) > 1] == []


def test_every_mart_and_each_of_its_keys_is_in_the_picture() -> None:
    picture = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    for file in (MODELS / "marts").glob("*.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            drawn = re.search(rf"^    {model['name']} {{\n(.*?)^    }}", picture, re.S | re.M)
            assert drawn, f"{model['name']} is not drawn in docs/warehouse.md"
            columns = {column["name"] for column in model["columns"]}
            assert set(re.findall(r"^        \S+ (\w+)", drawn[1], re.M)) <= columns, model["name"]


def test_no_model_reads_a_mart() -> None:
    marts = {path.stem for path in (MODELS / "marts").glob("*.sql")}
    read = [
        path
        for folder in (MODELS, MODELS.parent / "macros")
        for path in folder.rglob("*")
        if path.suffix in {".sql", ".py"}
    ]
    assert len(read) > 100
    readers = {
        path.name: (
            set(re.findall(r"""ref\(\s*['"](\w+)['"]""", path.read_text(encoding="utf-8"))) & marts
        )
        for path in read
    }
    assert {name: models for name, models in readers.items() if models} == {}, (
        "what others need belongs into an int_ model"
    )


def test_only_base_models_read_what_is_landed() -> None:
    readers = [
        path.name
        for path in MODELS.rglob("*.sql")
        if re.search(r"landed_rows\(|read_parquet", path.read_text(encoding="utf-8"))
    ]
    assert readers
    assert all(name.startswith("base_") for name in readers)


def test_what_dbt_does_not_know_of_is_read_by_base_models_alone() -> None:
    """What rests on seeds alone stands until it is edited (flows/children/edits.py)."""
    unknown = r"\b(current_date|current_time\w*|now\(|today\(|random\(|uuid\(|read_\w+\(|getenv|env_var|run_started_at)"
    texts = [*MODELS.rglob("*.sql"), *(ROOT / "dbt_project" / "tests").rglob("*.sql")]
    found = {path.name for path in texts if re.search(unknown, path.read_text(encoding="utf-8"))}
    assert {name for name in found if not name.startswith("base_")} == set()


def test_every_reason_that_the_code_gives_has_words_for_its_owner() -> None:
    known = {
        row["reason_code"]
        for row in csv.DictReader((SEEDS / "quarantine_reasons.csv").open(encoding="utf-8"))
    }
    in_python = {
        code
        for path in (ROOT / "flows" / "sources").glob("*.py")
        for code in re.findall(
            r'(?:rejected_item\(|Reason\(|code = |RejectedRow\(0, )\s*"([a-z_]+)"',
            path.read_text(encoding="utf-8"),
        )
    }
    in_sql = {
        code
        for path in (MODELS / "staging").rglob("base_*.sql")
        for code in re.findall(r"then '([a-z_]+)'", path.read_text(encoding="utf-8"))
    }
    assert {"empty_item", "too_few_fields", "undecodable_byte"} <= in_python
    assert (in_python | in_sql) - known == set()


def test_every_reason_for_a_group_is_in_the_seed_and_found_by_the_model() -> None:
    seed = {
        row["reason_code"]
        for row in csv.DictReader((SEEDS / "attention_reasons.csv").open(encoding="utf-8"))
    }
    model = _model("int_indicator_standings").split("found as (")[1].split("lambda reason")[0]
    assert set(re.findall(r"then '([a-z_]+)'", model)) == seed


def test_lock_holds_versions_and_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert all(
        "==" in line for line in lock.splitlines() if line and not line.startswith((" ", "#"))
    )


READMES = ("README.md", "README.ja.md")
PAGES = (
    *READMES,
    "bench/README.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)


def _commands_of(page: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", _text(page), re.S | re.M)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_a_page_that_begins_with_the_demonstration(name: str) -> None:
    assert len(_text(name).splitlines()) <= 150
    assert any(command.startswith("make demo") for command in _commands_of(name))


@pytest.mark.parametrize("name", PAGES)
def test_every_command_in_the_documents_is_one_that_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    from flows.cli import _COMMANDS

    for command in _commands_of(name):
        words = [word for word in command.split() if not re.match(r"[A-Z_]+=", word)]
        if words and words[0] == "make":
            assert set(words[1:]) <= targets, command
        if words and words[0].endswith("shihyo"):
            assert words[1] in {*_COMMANDS, "doctor"} or words[1].startswith("-"), command


def _anchors(text: str) -> set[str]:
    """Return the addresses of a page's headings, as GitHub makes them."""
    without_blocks = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    headings = re.findall(r"^#+ (.*)", without_blocks, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_in_the_documents_leads_somewhere(name: str) -> None:
    page = ROOT / name
    for link in re.findall(
        r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", _text(name), flags=re.S | re.M)
    ):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target.read_text(encoding="utf-8")), link


# A path in backticks that begins with a room; one with a place holder or a pattern in it is none.
_NAMED = re.compile(
    r"`((?:app|bench|dbt_project|demo|deploy|docs|expectations|flows|tests)/[\w./-]+)`"
)


@pytest.mark.parametrize("name", [page for page in PAGES if "/adr/" not in page])
def test_every_file_that_the_documents_name_is_there(name: str) -> None:
    text = _text(name)
    written = set(re.findall(r"(?:Create|\bto)\s`([^`]+)`", text))
    assert [
        path for path in _NAMED.findall(text) if path not in written and not (ROOT / path).exists()
    ] == []


def test_every_page_of_the_documents_is_reached_from_the_start_page() -> None:
    text = _text("docs/README.md")
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert [
        page
        for page in pages
        if not page.startswith("adr/") and page != "README.md" and f"]({page})" not in text
    ] == []


_MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:home|root|work|Users|tmp|opt|mnt)/[\w.-]+")


def test_no_tracked_file_is_large_or_names_a_place_on_a_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [ROOT / name for name in tracked if name and (ROOT / name).exists()]
    assert len(files) > 100
    assert [file.name for file in files if file.stat().st_size > 300_000] == []
    texts = [
        file
        for file in files
        if file.suffix
        in {
            ".py",
            ".sql",
            ".yml",
            ".yaml",
            ".toml",
            ".md",
            ".csv",
            ".cfg",
            ".css",
            "",
        }
    ]
    named = {
        file.name: _MACHINE_PATH.findall(file.read_text(encoding="utf-8"))
        for file in texts
        if file != Path(__file__)
    }
    assert {name: paths for name, paths in named.items() if paths} == {}
