"""What went wrong in dbt, as one line that begins with the file and the line to look at. A line
number that is not certain is left out.

DuckDB counts the lines of the statement that dbt sent and often points beside the mistake, so lines
are found by what a message names.
"""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

_BROKEN = ("error", "runtime error", "fail")
_LEFT_OUT = (
    "Original Line:",
    "Please ensure",
    "There may be",
    "An error occurred",
    "Did you mean",
    "----",
    "| ---",
    "| column_name",
    'in "<',
)
# What a message says is wrong, most telling first.
_NAMED = (
    r'(?:does not have a column named|[Cc]olumn|near) "([^"]+)"',
    r"with name (\S+) does not exist",
    r"[Cc]ould not convert string '([^']*)'",
    r"depends on (?:a node|a source) named '([^']+)'",
    r"'([^']+)' is undefined",
    r"^\s*\| (\w+)\s+\| \S.*(?:missing in|data type mismatch)",
)


def explain(
    results: list[dict[str, Any]], output: str, manifest: dict[str, Any], project: Path
) -> str | None:
    """Return `dbt_project/<file>[:<line>]: <what>` of the first failure, or None when nothing
    failed.

    `results` are those of run_results.json, `output` is what dbt printed (without colours),
    `manifest` its manifest.json (may be empty).
    """
    broken = sorted((each for each in results if each["status"] in _BROKEN), key=_severity)
    told = (
        _explain_result(broken[0], manifest, project)
        if broken
        else _explain_output(output, project)
    )
    return (told and _unreadable_seed(project)) or told


def first_finding(failed: list[dict[str, Any]], warehouse: Path) -> tuple[str, str] | None:
    """Return what the first row of the first failed test says of itself, as (finding, next step);
    None when no failed test tells any.

    A singular test tells by columns of these names; no other column is read, so that no row is
    quoted that was not meant to be.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for result in failed:
            if result["unique_id"].startswith("test.") and result.get("compiled_code"):
                rows = connection.sql(result["compiled_code"])
                if {"finding", "next_step"} <= set(rows.columns):
                    finding, next_step = rows.select("finding, next_step").limit(1).fetchall()[0]
                    return str(finding), str(next_step)
    return None


def _severity(result: dict[str, Any]) -> int:
    """Order what is broken before what does not hold: a test may fail because its model did."""
    return 1 if result["status"] == "fail" else 0


def _explain_result(result: dict[str, Any], manifest: dict[str, Any], project: Path) -> str:
    kind, name, message = (
        result["unique_id"].split(".")[0],
        _name(result["unique_id"]),
        str(result["message"]),
    )
    node = {**manifest.get("nodes", {}), **manifest.get("unit_tests", {})}.get(
        result["unique_id"], {}
    )
    file = node.get("original_file_path", "")
    if kind == "unit_test":
        differs = (
            "the model gives other rows than it expects"
            if result["status"] == "fail"
            else _what(message)
        )
        return (
            _place(file, _line_with(project / file, rf"- name: {re.escape(name)}\b"))
            + f"unit test {name}: {differs}"
        )
    if kind == "test":
        return _explain_test(result, node, manifest, project)
    if kind == "seed":
        line, text = _seed_mistake(project / file, message)
        return _place(file, line) + text
    if file.endswith(".py"):
        # dbt runs a copy of the file, line by line the same, under a name of its own in a temporary
        # folder.
        lines = re.findall(r'File "[^"]*[/\\]tmp\w+\.py", line (\d+)', message)
        return _place(file, int(lines[-1]) if lines else None) + _what(
            message.strip().splitlines()[-1]
        )
    return _place(file, _named_line(project / file, message)) + _what(message)


def _explain_test(
    result: dict[str, Any], node: dict[str, Any], manifest: dict[str, Any], project: Path
) -> str:
    text = f"test {_name(result['unique_id'])} does not hold" + (
        f" for {result['failures']} rows" if result.get("failures") else ""
    )
    if result["status"] != "fail":
        text = f"test {_name(result['unique_id'])}: {_what(str(result['message']))}"
    attached = manifest.get("nodes", {}).get(node.get("attached_node") or "", {})
    if not attached:
        return _place(node.get("original_file_path", ""), None) + text
    file = attached["original_file_path"]
    line = None
    if file.endswith(".csv"):
        test = node.get("test_metadata") or {}
        columns = (test.get("kwargs") or {}).get("key_columns") or [node.get("column_name")]
        line = (
            _repeated_line(project / file, columns) if "unique" in str(test.get("name")) else None
        )
    return _place(file, line) + text


def _explain_output(output: str, project: Path) -> str | None:
    """Read the error that dbt printed before it could run anything: a broken template, reference or
    YAML file.
    """
    _, found, text = output.partition("Encountered an error:")
    if not found:
        return None
    text = re.split(r"\n\d\d:\d\d:\d\d ", text)[0].strip()
    match = re.search(
        r"\(?((?:models|macros|seeds|tests)/[\w./-]+\.(?:sql|yml|csv))\)?", text
    ) or re.search(r"Error reading \w+: ([\w./-]+\.yml)", text)
    if match is None:
        return f"dbt_project: {_what(text)}"
    file = _in_project(project, match[1])
    lines = re.findall(r'in "<unicode string>", line (\d+)', text) or re.findall(
        r"^\s+line (\d+)$", text, re.M
    )
    line = int(lines[-1]) if lines else _named_line(project / file, text)
    return _place(file, line) + _what(text)


def _unreadable_seed(project: Path) -> str | None:
    """Name a seed that is no text in UTF-8, or empty, of which dbt says neither."""
    for file in sorted((project / "seeds").glob("*.csv")):
        try:
            text = file.read_bytes().decode()
        except UnicodeDecodeError:
            return _place(f"seeds/{file.name}", None) + "it is not in UTF-8; save it as CSV UTF-8"
        except OSError:
            continue
        if not text.strip():
            return _place(f"seeds/{file.name}", None) + "it is empty; it has not even a heading"
    return None


def _in_project(project: Path, path: str) -> str:
    """Complete a path that dbt gives relative to a folder of models."""
    found = [path, *(file.relative_to(project).as_posix() for file in project.glob(f"*/{path}"))]
    return next((each for each in found if (project / each).exists()), path)


def _place(file: str, line: int | None) -> str:
    return f"dbt_project/{file}:{line}: " if line else f"dbt_project/{file}: "


def _what(message: str) -> str:
    """Return the telling sentence of a message: without dbt's headings, call stacks, the hints on
    CSV dialects and the quoted statement.
    """
    kept = []
    raw = message.partition("Raw Error:")[2] or message
    for line in raw.splitlines():
        text = line.strip()
        if re.match(
            r"(LINE \d+:|> in macro|> called by|file = |compiled code at|Possible fixes"
            r"|Column \w+ is being|line \d+$|/)",
            text,
        ):
            break
        heading = re.match(
            r"(Compilation|Runtime|Parsing|Database|Dependency) Error( in .*)?$", text
        )
        if text and not heading and not text.startswith(_LEFT_OUT):
            kept.append(re.sub(r"\s*\|\s*", " ", text).strip())
    return re.sub(r"\s+", " ", "; ".join(kept))[:240] or "failed"


def _named_line(file: Path, message: str) -> int | None:
    """Return the only line of a file that holds what the message names; None when there are
    several, or none.
    """
    for pattern in _NAMED:
        for name in re.findall(pattern, message, re.M):
            if line := _line_with(file, rf"(?<!\w){re.escape(name)}(?!\w)"):
                return line
    return None


def _line_with(file: Path, pattern: str) -> int | None:
    if not file.is_file():
        return None
    lines = [
        number
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    return lines[0] if len(lines) == 1 else None


def _seed_mistake(file: Path, message: str) -> tuple[int | None, str]:
    """Return the line of a seed that the message quotes, else the first with another number of
    fields than the heading; and what it is.
    """
    if quoted := re.search(r"Original Line: (.*)", message):
        return _line_with(file, rf"^{re.escape(quoted[1].strip())}\s*$"), _what(message)
    rows = list(_csv_rows(file))
    for line, row in rows:
        if len(row) != len(rows[0][1]):
            return line, f"{len(row)} fields where the heading has {len(rows[0][1])}"
    return None, _what(message)


def _repeated_line(file: Path, columns: list[str]) -> int | None:
    """Return the line on which a key of a seed stands for the second time."""
    rows = list(_csv_rows(file))
    if not rows or any(column not in rows[0][1] for column in columns):
        return None
    places, seen = [rows[0][1].index(column) for column in columns], set()
    for line, row in rows[1:]:
        key = tuple(row[place] for place in places if place < len(row))
        if key in seen:
            return line
        seen.add(key)
    return None


def _csv_rows(file: Path) -> Iterable[tuple[int, list[str]]]:
    """Yield the first line and the fields of every record of a CSV file."""
    with file.open(encoding="utf-8-sig", newline="") as content:
        reader, line = csv.reader(content), 1
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1


def _name(unique_id: str) -> str:
    kind, _, *names = unique_id.split(".")
    return names[1] if kind == "unit_test" else names[0]


def read_json(file: Path) -> dict[str, Any]:
    """Return a file of dbt's, or nothing when dbt did not come to write it."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}
