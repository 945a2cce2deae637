"""A published small city and a copy of the dbt project that a test edits as the data team would."""

import shutil
from pathlib import Path

import duckdb
from harness.parsed_project import parsed_project
from harness.ready_python import ready_children
from small_city import ROOT, City

from flows.dev import build_dev
from flows.paths import dev_file
from flows.reading.diff import Difference, difference
from settings import Settings


class Workbench:
    """A published small city and a copy of the dbt project to edit."""

    def __init__(self, city: City, folder: Path) -> None:
        self.city, self.project = city, folder / "dbt_project"
        shutil.copytree(
            ROOT / "dbt_project", self.project, ignore=shutil.ignore_patterns("target", "logs")
        )
        self.settings = Settings(
            data_dir=city.data, pseudonym_key="a key for the tests alone", sources={}
        )
        self._remember_the_parsed_project()

    def _remember_the_parsed_project(self) -> None:
        """Let dbt parse what is edited alone, as in every turn of the loop but the first."""
        target = dev_file(self.settings).parent / "target"
        target.mkdir(parents=True)
        shutil.copy(parsed_project(), target)

    def forget_the_parsed_project(self) -> None:
        shutil.rmtree(dev_file(self.settings).parent / "target")

    def edit(self, file: str, found: str, replacement: str) -> int:
        """Replace a text that stands once in a file; return its line."""
        path = self.project / file
        text = path.read_text(encoding="utf-8")
        assert text.count(found) == 1, (file, found, text.count(found))
        path.write_text(text.replace(found, replacement), encoding="utf-8")
        return text[: text.index(found)].count("\n") + 1

    def append(self, file: str, line: str) -> int:
        path = self.project / file
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([*lines, line, ""]), encoding="utf-8")
        return len(lines) + 1

    def build(self) -> tuple[str, ...]:
        with ready_children():
            return build_dev(self.settings, self.project).built

    def difference(self) -> Difference:
        return difference(self.settings, "dev")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(dev_file(self.settings)), read_only=True) as connection:
            return connection.execute(sql).fetchall()
