"""What an expectation is here: a GX expectation with a name and a sentence, on one table at one
stage.
"""

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Guard:
    """The rules for one table: `suite_name` is `<table>@<stage>`, `query` selects the rows that
    they are about with, in `named_by`, what a finding names: an item, an indicator, a source; never
    a value that may name a person.
    """

    suite_name: str
    query: str
    expectations: tuple[Any, ...]


def named(name: str, message: str) -> dict[str, str]:
    """Return the meta of an expectation: its name, and what it means when it does not hold, as the
    night's one line says it.
    """
    return {"name": name, "message": message}
