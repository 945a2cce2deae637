"""With its shortcuts, dbt finds the macros, compiles the texts and writes the lines that it did."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pytest
from harness.parsed_project import parsed_project
from harness.ready_python import ROOT, ready_python

from flows.children.dbt_shortcuts import CompiledTemplates

_TAKEN = """
from pathlib import Path
from flows.children.dbt_shortcuts import CompiledTemplates, take_shortcuts
templates = CompiledTemplates(Path("compiled_templates"))
take_shortcuts(templates)
"""
_SEEN = """
import json, os, sys
from dbt.cli.main import dbtRunner
project = os.environ["PROJECT"]
places = ["--project-dir", project, "--profiles-dir", project, "--target-path", os.getcwd()]
quiet = ["--no-use-colors", "--no-version-check", *places]
manifest = dbtRunner().invoke(["--quiet", "parse", *quiet]).result

from dbt.clients.jinja import MacroStack, get_rendered
from dbt.context.macros import MacroNamespaceBuilder
found = {}
for package in ("shihyo", "dbt_duckdb", "dbt"):
    builder = MacroNamespaceBuilder(
        "shihyo", package, MacroStack(), ["dbt_duckdb", "dbt"], next(iter(manifest.nodes.values()))
    )
    namespace = builder.build_namespace(manifest.get_macros_by_package(), {})
    def of(value):
        if isinstance(value, dict):
            return {name: of(each) for name, each in value.items()}
        return [value.macro.unique_id, value.context, value.node.name, value.stack is builder.thread_ctx]
    found[package] = {name: of(namespace[name]) for name in namespace}
    for home in (None, "shihyo", "dbt"):
        names = ("city_code", "materialization_table_duckdb", "create_table_as", "no_such_macro")
        macros = [namespace.get_from_package(home, name) for name in names]
        found[f"{package} from {home}"] = [macro and macro.macro.unique_id for macro in macros]
    try:
        namespace.get_from_package("dbt_duckdb", "create_table_as")
    except Exception as error:
        found[f"{package} from elsewhere"] = str(error)

from dbt.graph.selector_methods import QualifiedNameSelectorMethod
method = QualifiedNameSelectorMethod(manifest, None, [])
everything = {*manifest.nodes, *manifest.exposures, *manifest.unit_tests, *manifest.sources}
test, unit_test = (next(iter(each.values())).name for each in (
    {key: node for key, node in manifest.nodes.items() if node.resource_type == "test"},
    manifest.unit_tests,
))
words = ["dim_org_units", "marts", "shihyo", test, unit_test, "int_*", "shihyo.marts", "no_such"]
words += [next(iter(manifest.exposures.values())).name, "int_indicators__*", "org_units", "yml"]
found["named"] = [
    sorted(method.search(nodes, word)) for word in words
    for nodes in (everything, {"model.shihyo.dim_org_units", "seed.shihyo.org_units"}, set())
]

texts = ["{{ a }} and {{ b|as_text }}", "{{ a }}", "3", "{{ [a, b] }}", "{{ no_such_name }}"]
found["rendered"] = [
    repr(get_rendered(text, {"a": a, "b": "2"}, native=native))
    for text in [*texts, *texts] for a in (1, "x") for native in (False, True)
]
print(json.dumps(found))
dbtRunner(manifest=manifest).invoke(["show", "--inline", "select 1 as one, no_such_column", *quiet])
"""


@cache
def _seen(words: str, folder: Path) -> tuple[dict[str, Any], list[str]]:
    done = subprocess.run(
        [ready_python(), "-c", f"{words}\n{_SEEN}"],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PROJECT": str(ROOT / "dbt_project"),
            "SHIHYO_CANDIDATE": "warehouse.duckdb",
            "DBT_LOG_PATH": str(folder),
            "DBT_PARTIAL_PARSE_FILE_PATH": str(parsed_project()),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    first, *lines = [line for line in done.stdout.splitlines() if line]
    return json.loads(first), [re.sub(r"^[0-9:]{8} *", "", line) for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


def test_every_macro_is_found_where_dbt_finds_it_and_every_text_becomes_the_same(
    folder: Path,
) -> None:
    (own, _), (short, _) = _seen("pass", folder), _seen(_TAKEN, folder)
    assert short == own
    assert own["shihyo"]["materialization_table_duckdb"][0] == (
        "macro.shihyo.materialization_table_duckdb"
    )
    of_a_model, *_ = own["named"]
    assert of_a_model == ["model.shihyo.dim_org_units"]
    assert [bool(each) for each in own["named"][::3]].count(False) == 2  # no_such, and yml


def test_dbt_prints_what_it_printed(folder: Path) -> None:
    (_, own), (_, short) = _seen("pass", folder), _seen(_TAKEN, folder)
    assert short == own
    assert "no_such_column" in "".join(own)


class _Refusing(jinja2.Environment):
    def compile(self, *_: Any, **__: Any) -> Any:
        raise AssertionError


def test_what_earlier_builds_compiled_is_used_again_and_a_damaged_file_is_none(
    tmp_path: Path,
) -> None:
    file, environment = tmp_path / "compiled", jinja2.Environment(autoescape=False)
    first = CompiledTemplates(file)
    code = first.code(environment, "{{ a }} of {{ b }}", False)
    first.keep()
    again = CompiledTemplates(file)
    assert again.code(_Refusing(), "{{ a }} of {{ b }}", False) == code
    for source, native in (("{{ a }} of {{ b }}", True), ("{{ a }}", False)):
        with pytest.raises(AssertionError):
            again.code(_Refusing(), source, native)
    written = file.read_bytes()
    again.keep()
    assert file.read_bytes() == written

    middle = len(written) // 2
    flipped = written[:middle] + bytes([written[middle] ^ 1]) + written[middle + 1 :]
    for damaged in (b"", written[:middle], flipped, b"\x00" * len(written)):
        file.write_bytes(damaged)
        with pytest.raises(AssertionError):
            CompiledTemplates(file).code(_Refusing(), "{{ a }} of {{ b }}", False)
    anew = CompiledTemplates(file)
    assert anew.code(environment, "{{ a }} of {{ b }}", False) == code
    anew.keep()
    assert CompiledTemplates(file).code(_Refusing(), "{{ a }} of {{ b }}", False) == code
