"""What `dbt build` did, as bare SQL: the compiled statements of its seeds, models and tests one
after another in one DuckDB connection.

`python -m bench.bare_build TARGET WAREHOUSE`: TARGET is where a build left its manifest and
results, WAREHOUSE is written over.
"""

import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb


def bare_build(target: Path, warehouse: Path) -> int:
    """Run the statements in the order in which dbt ended them; return how many there were."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    # Exposures have results, and nothing to run.
    results = [result for result in results if result["unique_id"] in nodes]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false")
        for result in results:
            node = nodes[result["unique_id"]]
            if node["resource_type"] == "seed":
                _load_seed(connection, node)
            elif node["resource_type"] == "test":
                connection.execute(
                    f"select count(*) from ({result['compiled_code']}) as failures"
                ).fetchall()
            elif node["language"] == "python":
                _run_python_model(connection, node, result["compiled_code"])
            else:
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                code = _as_contracted(node, result["compiled_code"])
                connection.execute(f"create or replace {kind} {node['relation_name']} as {code}")
    return len(results)


def _as_contracted(node: dict[str, Any], code: str) -> str:
    """Return a model's statement with the columns of its contract, in their order, as dbt does."""
    if not node["config"]["contract"]["enforced"]:
        return code
    return f"select {', '.join(node['columns'])} from ({code})"


def _load_seed(connection: duckdb.DuckDBPyConnection, node: dict[str, Any]) -> None:
    parameters = {"file": str(Path(node["root_path"]) / node["original_file_path"])}
    types = {"types": node["config"]["column_types"]} if node["config"]["column_types"] else {}
    options = ", types = $types" if types else ""
    connection.execute(
        f"create or replace table {node['relation_name']} as from read_csv($file, header ="
        f" true{options})",
        {**parameters, **types},
    )


def _run_python_model(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], code: str
) -> None:
    """Call a model as dbt-duckdb does: its code as a module of its own, with relations for its
    references.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{node['name']}.py"
        file.write_text(code.lstrip(), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(node["name"], file)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        rows = module.model(
            module.dbtObj(lambda name: connection.query(f"select * from {name}")), connection
        )
        connection.register("made", rows)
        connection.execute(f"create or replace table {node['relation_name']} as from made")
        connection.unregister("made")


if __name__ == "__main__":
    bare_build(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.exit(0)
