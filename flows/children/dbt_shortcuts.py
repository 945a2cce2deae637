"""What dbt does for every node of a build and nobody sees, left out or done once.

dbt makes some thirty events for each node, of which two are printed, and lays out its 569 macros
anew for each of the two contexts in which a node is rendered. With this, a build of a small city
takes more than a third less of the processor (November 2026), and does what it did: it builds,
tests, prints and writes the same. Each shortcut takes the place of a part of a version that
requirements.lock pins.
"""

import functools
import gc
import hashlib
import importlib.metadata
import json
import marshal
import sys
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import parsedatetime
from dbt.artifacts.schemas import base as artifacts
from dbt.artifacts.schemas.run.v5 import run as results
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Compiler, Linker
from dbt.context import base
from dbt.context.macros import MacroNamespaceBuilder
from dbt.contracts.graph.nodes import ParsedNode
from dbt.exceptions import PackageNotFoundForMacroError
from dbt.graph.selector_methods import QualifiedNameSelectorMethod
from dbt.include.global_project import PROJECT_NAME as DBTS_OWN
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients import jinja
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager
from dbt_common.utils.encoding import JSONEncoder

from flows.machine.files import replace_file

_LEVELS = list(EventLevel)  # from debug to error


class CompiledTemplates:
    """The code that Jinja made of the texts of earlier builds, kept in a file: compiling them is a
    sixth of a small build.

    As with Python's own cache of bytecode, whoever can write the file can have code run. A file
    that is damaged, or of other versions, counts as none.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = self._read()
        self._used: dict[str, CodeType] = {}

    def code(self, environment: Any, source: str, native: bool) -> CodeType:
        """Return the code of a text, compiled by an environment where it is not known."""
        key = f"{native:d}{source}"
        if key not in self._used:
            found = self._known.get(key)
            self._used[key] = found or type(environment).compile(environment, source)
        return self._used[key]

    def keep(self) -> None:
        """Write what this build used, unless it is there."""
        if self._used.keys() - self._known.keys():
            content = marshal.dumps(self._used)
            replace_file(self._file, self._digest(content) + content)

    def _read(self) -> dict[str, CodeType]:
        try:
            read = self._file.read_bytes()
        except OSError:
            return {}
        digest, content = read[:32], read[32:]
        return dict(marshal.loads(content)) if digest == self._digest(content) else {}

    @staticmethod
    def _digest(content: bytes) -> bytes:
        versions = [sys.version, *map(importlib.metadata.version, ("jinja2", "dbt-core"))]
        return hashlib.sha256(repr(versions).encode() + content).digest()


def take_shortcuts(templates: CompiledTemplates) -> None:
    """Let dbt take the ways of this module, in this process; once."""
    ctx_set_event_manager(_EventsWritten())
    shortcuts: list[tuple[type | ModuleType, str, Any]] = [
        *_event_put_off(),
        (MacroNamespaceBuilder, "build_namespace", _lay_out),
        (jinja, "get_environment", _with_templates_compiled_once(templates)),
        (base, "get_context_modules", functools.cache(base.get_context_modules)),
        # Every result of a query makes some, to tell the dates in its texts.
        (parsedatetime, "Constants", functools.cache(parsedatetime.Constants)),
        (QualifiedNameSelectorMethod, "search", _looked_up()),
        (Linker, "write_graph", lambda *_: None),  # a file that nobody reads
        (ParsedNode, "write_node", _but_for_statements()),
        (artifacts, "write_json", _write_json),
        (results, "write_json", _write_json),
        # To name itself in a warning, each of four flags read the source of every caller, twice.
        (BehaviorFlagRendered, "_default_source", staticmethod(lambda: "dbt.adapters")),
    ]
    for place, name, shortcut in shortcuts:
        setattr(place, name, shortcut)
    # What is imported stays; of what is made for a node, little is worth looking for so often.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def read_what_was_folded(folded: dict[str, str]) -> None:
    """Let the models of these ids run another SQL than what they are compiled to: one that reads
    what that SQL has made elsewhere.
    """
    compile_code: Any = Compiler._compile_code

    def compiled(compiler: Any, node: Any, *others: Any) -> Any:
        found = compile_code(compiler, node, *others)
        if found.unique_id in folded:
            found.compiled_code = folded[found.unique_id]
        return found

    setattr(Compiler, compile_code.__name__, compiled)


def _looked_up() -> Any:
    """Return a way to the nodes of a name that compares it with those alone in whose path it stands:
    a night passes over a hundred nodes by their names.
    """
    compare: Any = QualifiedNameSelectorMethod.search
    indices: dict[int, tuple[Any, dict[str, set[str]]]] = {}  # by manifest, which it holds

    def by_part(method: Any) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for unique_id, node in method.non_source_nodes(_Everything()):
            for part in {*node.fqn, *".".join(node.fqn).split(".")}:
                found.setdefault(part, set()).add(unique_id)
        return found

    def search(method: Any, included_nodes: Any, selector: str) -> Any:
        if not selector.isidentifier():  # a path of names, or a pattern
            return compare(method, included_nodes, selector)
        key = id(method.manifest)
        if key not in indices:
            indices[key] = method.manifest, by_part(method)
        named = indices[key][1].get(selector, set())
        return compare(method, named & set(included_nodes), selector)

    return search


def _but_for_statements() -> Any:
    """Return a way to write the SQL of a node but not, once more, within the statement that runs it:
    two files a node, of which dbt names the first when something is wrong.
    """
    write: Any = ParsedNode.write_node

    def write_node(node: Any, project_root: str, path: str, code: str) -> None:
        if path != node.build_path:
            write(node, project_root, path, code)

    return write_node


class _Everything(set[str]):
    def __contains__(self, _: object) -> bool:
        return True


def _write_json(path: str, content: dict[str, Any]) -> None:
    """Write what dbt would write in pieces, each made by Python, in one that is made by C."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, cls=JSONEncoder), encoding="utf-8")


class _EventsWritten(EventManager):
    """Passes on those events that a logger writes down."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Pass on an event, unless it is below what any logger writes."""
        weight = _LEVELS.index(level or e.level_tag())
        lowest = min((_LEVELS.index(logger.level) for logger in self.loggers), default=0)
        if force_warn_or_error_handling or weight >= lowest:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def _event_put_off() -> list[tuple[type, str, Any]]:
    """Return the ways of an event that makes its message when somebody reads it."""
    make = BaseEvent.__init__

    def remember(event: BaseEvent, *words: Any, **fields: Any) -> None:
        event.__dict__["said"] = words, fields

    def message(event: BaseEvent) -> Any:
        if "made" not in event.__dict__:
            words, fields = event.__dict__["said"]
            make(event, *words, **fields)  # and keeps it
        return event.__dict__["made"]

    def keep(event: BaseEvent, made: Any) -> None:
        event.__dict__["made"] = made

    return [(BaseEvent, "__init__", remember), (BaseEvent, "pb_msg", property(message, keep))]


def _with_templates_compiled_once(templates: CompiledTemplates) -> Any:
    """Return a way to Jinja's environments under which equal texts are compiled once: tests of one
    kind have the same, so have many arguments, and so has every build.
    """
    make: Any = jinja.get_environment

    @functools.cache
    def shared(native: bool) -> Any:
        environment = make(native=native)
        environment.compile = lambda source: templates.code(environment, source, native)
        return environment

    def get_environment(
        node: Any = None, capture_macros: bool = False, native: bool = False
    ) -> Any:
        return make(node, capture_macros, native) if capture_macros else shared(native)

    return get_environment


class _Macro(MacroGenerator):
    def __init__(self, macro: Any, context: dict[str, Any], node: Any, stack: Any) -> None:
        self.macro, self.context, self.node, self.stack = macro, context, node, stack


class _Namespace(dict[str, Any]):
    """The macros of a context by name, and those of each project under the project's."""

    def get_from_package(self, package_name: str | None, name: str) -> Any:
        """Return a macro of one project, or the first of that name; None when there is none."""
        if package_name is None:
            return self.get(name)
        package = self.get(package_name)
        if not isinstance(package, dict):
            raise PackageNotFoundForMacroError(package_name)
        return package.get(name)


def _lay_out(
    builder: MacroNamespaceBuilder, macros: dict[str, dict[str, Any]], context: dict[str, Any]
) -> _Namespace:
    """Lay out the macros of a context: those of the node's own project come first, then those of
    the project that is built, then dbt's.
    """

    def made(found: dict[str, Any]) -> dict[str, _Macro]:
        node, stack = builder.node, builder.thread_ctx
        return {name: _Macro(macro, context, node, stack) for name, macro in found.items()}

    internal: dict[str, Any] = {}
    for package in reversed(builder.internal_package_names_order):
        internal |= macros.get(package, {})
    dbts = made(internal)
    others = {
        package: made(found)
        for package, found in macros.items()
        if package not in builder.internal_package_names
    }
    first = others.get(builder.root_package, {}) | others.get(builder.search_package, {})
    return _Namespace(dbts | {DBTS_OWN: dbts} | others | first)
